"""The command line. Every command is a few calls on a Session whose jobs run at once."""

import gc
import io
import json
import logging
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maskstudio.cli import models, money, select, services, streams
from maskstudio.cli.detecting import PresetName, check_no_preset, find_here, keep_of_service
from maskstudio.cli.files import IN, OUT, AllowHuge, ImageFile, Output
from maskstudio.cli.group import EditorByDefault
from maskstudio.cli.options import options
from maskstudio.cli.services import AsJson, PartsOf, ServiceOptions, Yes
from maskstudio.cli.streams import check_apart, check_folder, check_output, given
from maskstudio.cli.used import Settle, about_subject, check_mask_only, described, file_rows, row_of, used_here
from maskstudio.errors import BadParameter, MaskStudioError
from maskstudio.figures import percent
from maskstudio.names import shown
from maskstudio.params.kept import KeepParams
from maskstudio.params.local import (
    UNSHAPED,
    AdjustParams,
    CutoutParams,
    DetectParams,
    ExportParams,
    MaskInParams,
    MaskParams,
    RefineParams,
)
from maskstudio.services import keychain
from maskstudio.session.recipe import Recipe

if TYPE_CHECKING:
    from maskstudio.jobs import Job
    from maskstudio.session.session import Session

_CLEAR = "\r\x1b[K"  # makes a terminal clear the current line


app = typer.Typer(
    cls=EditorByDefault,
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(services.app, name="providers")
money.add_to(services.app)

MaskOutput = Annotated[Path | None, typer.Option("-o", "--output", help="Write all masks as one grey PNG.", **OUT)]
ProviderName = Annotated[
    str, typer.Option("--provider", help="Where it runs: local, or a service of `maskstudio providers list`.")
]


@app.callback()
def _main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Find the subject, shape the mask, refine the edge, export a clean cut-out.

    maskstudio [FILES...] opens the editor.
    """
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"maskstudio {installed('maskstudio')}")
        raise typer.Exit


@app.command(hidden=True)
def edit(files: Annotated[list[Path] | None, typer.Argument(help="Images to open.")] = None) -> None:
    """Open the editor."""
    from maskstudio.ui.app import run

    raise typer.Exit(run([str(file) for file in files or []]))


@app.command()
@options(DetectParams, KeepParams, MaskParams)
def detect(
    image: ImageFile,
    detect_params: DetectParams,
    keep_params: KeepParams,
    mask_params: MaskParams,
    chosen: dict[str, Any],
    output: MaskOutput = None,
    preset: PresetName = None,
    provider: ProviderName = "local",
    option: ServiceOptions = None,
    yes: Yes = False,
    as_json: AsJson = False,
    allow_huge: AllowHuge = False,
) -> None:
    """Find objects, and write their masks if asked to."""
    check_output(output, image, as_json)
    session, started = _opened(image, provider, allow_huge), time.perf_counter()
    if services.is_service(provider):
        check_no_preset(preset)
        used = services.ask(session, provider, "detect", chosen, Settle(option, yes), shape=mask_params).as_json()
        used = keep_of_service(session, detect_params, keep_params, chosen, used)
    else:
        sets = (detect_params, mask_params, keep_params)
        used = find_here(session, preset, sets, chosen, Settle(option, yes))
    assert session.document is not None
    found = [layer.source for layer in session.document.layers if layer.source]
    if output is not None:
        session.exporting.export_mask(output, ExportParams())
    rows = [row_of(one) for one in found]
    report = {"width": session.document.size[0], "height": session.document.size[1], "detections": rows}
    lines = [f"{number}  {described(row)}" for number, row in enumerate(rows, 1)]
    _say(as_json, image, output, started, lines, **used, **report)


@app.command()
@options(DetectParams, KeepParams)
def objects(
    image: ImageFile,
    detect_params: DetectParams,
    keep_params: KeepParams,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.", show_default=False)],
    chosen: dict[str, Any],
    preset: PresetName = None,
    provider: ProviderName = "local",
    parts_of: PartsOf = None,
    option: ServiceOptions = None,
    yes: Yes = False,
    as_json: AsJson = False,
    allow_huge: AllowHuge = False,
) -> None:
    """Write one mask for each object, and one of everything else."""
    check_folder(output)
    session, started = _opened(image, provider, allow_huge), time.perf_counter()
    if services.is_service(provider):
        check_no_preset(preset)
        used = services.ask_objects(session, provider, chosen, Settle(option, yes), parts_of).as_json()
        used = keep_of_service(session, detect_params, keep_params, chosen, used)
    else:
        sets = (detect_params, UNSHAPED, keep_params)
        used = find_here(session, preset, sets, chosen, Settle(option, yes), parts_of)
    written = session.exporting.export_objects(output)
    assert session.document is not None
    rows = file_rows(session.document, written)
    lines = [f"{shown(path)}  {name}" for path, name in written]
    _say(as_json, image, output, started, lines, **used, objects=rows)


@app.command()
@options(MaskInParams, RefineParams, AdjustParams, ExportParams, recipes=True)
def refine(
    image: ImageFile,
    mask: Annotated[
        Path,
        typer.Argument(
            metavar="MASK", parser=given, help="The mask: any image file of the photo's size.", show_default=False
        ),
    ],
    output: Output,
    maskin_params: MaskInParams,
    refine_params: RefineParams,
    adjust_params: AdjustParams,
    export_params: ExportParams,
    chosen: dict[str, Any],
    by_recipe: bool,
    mask_only: Annotated[bool, typer.Option("--mask-only", help="Write the refined mask as a grey PNG.")] = False,
    resize: Annotated[bool, typer.Option("--resize-mask", help="Fit a mask of another size.")] = False,
    trimap: Annotated[
        Path | None, typer.Option("--trimap", help="White is in, black is out, grey is solved.", **IN)
    ] = None,
    here: Annotated[
        Path | None, typer.Option("--refine-here", help="Solve where this mask is white too.", **IN)
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep-here", help="Keep the mask as it is where this one is white.", **IN)
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option("--region", help="A part refined by a recipe of its own; may be repeated.", metavar="MASK=RECIPE"),
    ] = None,
    clean_plate: Annotated[
        Path | None, typer.Option("--clean-plate", help="The same scene without the object.", **IN)
    ] = None,
    second_shot: Annotated[
        Path | None, typer.Option("--second-shot", help="The object before another background.", **IN)
    ] = None,
    fringe: Annotated[
        bool, typer.Option("--fringe", help="Say on which background the edge shows worst, and how much.")
    ] = False,
    fix_fringe: Annotated[bool, typer.Option("--fix-fringe", help="Clean the edge of what still shows.")] = False,
    trimap_output: Annotated[
        Path | None, typer.Option("--trimap-output", help="Write the trimap that was solved.", **OUT)
    ] = None,
    save_recipe: Annotated[
        Path | None, typer.Option("--save-recipe", help="Write these parameters as a recipe.", **OUT)
    ] = None,
    provider: ProviderName = "local",
    option: ServiceOptions = None,
    yes: Yes = False,
    as_json: AsJson = False,
    allow_huge: AllowHuge = False,
) -> None:
    """Solve the edge of a mask from the photo and write the cut-out."""
    from maskstudio.cli import refine
    from maskstudio.session import steps

    for target in (output, trimap_output):
        check_output(target, image, as_json)
    regions = tuple(map(refine.region, region or ()))
    more = steps.Given(trimap, here, keep, regions, clean_plate, second_shot)
    check_apart((output, trimap_output, save_recipe), image, mask, *more.files)
    away = services.is_service(provider)
    if away and (by_recipe or save_recipe is not None or trimap_output is not None):
        raise BadParameter("Recipes and trimaps are for refining on this machine; a service has parameters of its own.")
    check_mask_only(chosen, mask_only=mask_only)
    session, started = _opened(image, provider, allow_huge), time.perf_counter()
    recipe = Recipe.of(refine_params, adjust_params, export_params)
    steps.take_mask(session, mask, maskin_params, more, resize=resize, keep_size="maskOffset" in chosen)
    if away:
        used = services.ask_refine(session, provider, chosen, Settle(option, yes), more).as_json()
    else:
        used = used_here(Settle(option, yes), chosen, refine_params, adjust_params)
        steps.refine(session, recipe, more)
    report = steps.check_fringe(session, fix=fix_fringe) if fringe or fix_fringe else steps.FringeReport()
    if trimap_output is not None:
        steps.write_trimap(session, trimap_output)
    if save_recipe is not None:
        recipe.write(save_recipe)
    steps.write(session, output, export_params, mask_only=mask_only)
    lines = [said] if (said := refine.sentence(report)) else []
    _say(as_json, image, output, started, lines, **used, fringe=refine.as_json(report))


@app.command()
@options(CutoutParams, ExportParams)
def cutout(
    image: ImageFile,
    output: Output,
    cutout_params: CutoutParams,
    export_params: ExportParams,
    chosen: dict[str, Any],
    provider: ProviderName = "local",
    option: ServiceOptions = None,
    yes: Yes = False,
    as_json: AsJson = False,
    allow_huge: AllowHuge = False,
) -> None:
    """Remove the background in one go."""
    from maskstudio.session import steps

    check_output(output, image, as_json)
    session, started = _opened(image, provider, allow_huge), time.perf_counter()
    rgba, mask_only = cutout_params.rgba, cutout_params.return_only_mask
    if services.is_service(provider):
        named = {name.partition("=")[0].strip() for name in option or []}
        check_mask_only(chosen | dict.fromkeys(named), mask_only=mask_only)
        asked = services.ask(session, provider, "cutout", chosen, Settle(option, yes))
        used = asked.as_json()
        rgba = getattr(asked.params, "rgba", rgba)
        mask_only = mask_only or bool(getattr(asked.params, "return_only_mask", False))
    else:
        check_mask_only(chosen, mask_only=mask_only)
        used = used_here(Settle(option, yes), chosen, cutout_params)
        session.finding.remove_background(cutout_params)
        used |= about_subject(session.active)
    steps.write(session, output, export_params, mask_only=mask_only, backdrop=rgba)
    _say(as_json, image, output, started, [], **used)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what works on this machine and what is missing."""
    from maskstudio.cli import doctor as checkup

    findings = checkup.examine()
    if as_json:
        rows = [{"check": f.check, "state": f.state, "detail": f.detail} for f in findings]
        typer.echo(json.dumps({"ok": checkup.sound(findings), "findings": rows}))
    else:
        _table(["", "check", "detail"], [[checkup.MARKS[f.state], f.check, f.detail] for f in findings])
    if not checkup.sound(findings):
        raise typer.Exit(1)


def run() -> None:
    """Run a command line. Every expected error is printed as one sentence on stderr; exits with its status."""
    keychain.take_in()
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    if isinstance(sys.stdout, io.TextIOWrapper):  # a file name may hold characters that the terminal's encoding lacks
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with streams.command():
            status = app(standalone_mode=False) or 0
        sys.exit(status)
    except MaskStudioError as error:
        way = f": maskstudio providers fetch {error.again[:8]}." if error.again else "."
        typer.echo(f"{_CLEAR if sys.stderr.isatty() else ''}{str(error).rstrip('.')}{way}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.filename is not None:  # an error of a named file, not of the output
            raise
        typer.echo(f"The output cannot be written: {error.strerror}.", err=True)
        sys.exit(1)
    except Exception as error:
        status = getattr(error, "exit_code", None)
        if status is None:
            raise
        # click's own errors: unknown options, missing arguments, wrong types
        if hasattr(error, "format_message"):
            typer.echo(error.format_message().rstrip(".") + ".", err=True)
        sys.exit(status)


def _session(provider: str) -> "Session":
    """A session whose jobs run at once and whose sentences go to stderr."""
    from maskstudio.jobs import Inline, Runner, immediate
    from maskstudio.session.session import Session

    gc.enable()  # it is off while starting, see __main__
    session = Session(Runner(immediate, Inline()), "local" if services.is_service(provider) else provider)
    session.told = lambda sentence: typer.echo(shown(sentence), err=True)
    session.written = streams.telling(session.told)
    if sys.stderr.isatty():
        session.runner.changed = _progress
    return session


def _opened(image: Path, provider: str, allow_huge: bool) -> "Session":
    """A session with ``image`` open, without a mask that the file may contain."""
    from maskstudio.session import steps

    session = _session(provider)
    steps.open_photo(session, image, huge=allow_huge)
    return session


def _progress(job: "Job") -> None:
    sys.stderr.write(_CLEAR if job.finished else f"{_CLEAR}{job.text or job.label} {percent(job.fraction)}")
    sys.stderr.flush()


def _say(as_json: bool, image: Path, output: Path | None, started: float, lines: list[str], **report: Any) -> None:
    if as_json:
        report |= {"output": streams.called(output), "seconds": round(time.perf_counter() - started, 3)}
        typer.echo(json.dumps({"image": streams.called(image), **report}))
    else:
        for line in lines:
            typer.echo(line, err=streams.piped())


def _table(titles: list[str], rows: list[list[str]]) -> None:
    cells = [[shown(cell) for cell in row] for row in (titles, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


select.add_to(app, _opened, _say)
models.add_to(app, _session, _table)
