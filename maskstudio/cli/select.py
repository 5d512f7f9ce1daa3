"""``maskstudio select``: the mask of what clicks and a box point at, or an earlier mask corrected by them."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maskstudio.cli.files import IN, AllowHuge, ImageFile, Output
from maskstudio.cli.services import AsJson
from maskstudio.cli.streams import called, check_apart, check_output
from maskstudio.errors import BadParameter, MaskStudioError

if TYPE_CHECKING:
    from maskstudio.core.document import Document
    from maskstudio.core.mask import Mask
    from maskstudio.jobs import Token
    from maskstudio.selection.prompt import Candidate, Prompt
    from maskstudio.session.session import Session

OpensPhoto = Callable[[Path, str, bool], "Session"]  # the photo, the provider, and whether it may be huge
Include = Annotated[
    list[str] | None, typer.Option("--include", metavar="X,Y", help="A pixel of the subject; may be repeated.")
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="X,Y", help="A pixel outside of it; may be repeated.")
]
Around = Annotated[str | None, typer.Option("--box", metavar="L,T,R,B", help="A box around the subject, in pixels.")]
ToCorrect = Annotated[
    Path | None,
    typer.Option("--mask", help="A mask to correct; only the parts that are pointed at change.", **IN),
]
ModelName = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME", help="The model; none for the way without one. By default the best ready."),
]


def add_to(app: typer.Typer, opened: OpensPhoto, report: Callable[..., None]) -> None:
    """Give ``app`` the command; ``opened`` opens a photo, ``report`` prints what was done."""

    @app.command()
    def select(
        image: ImageFile,
        output: Output,
        include: Include = None,
        exclude: Exclude = None,
        box: Around = None,
        mask: ToCorrect = None,
        model: ModelName = None,
        as_json: AsJson = False,
        allow_huge: AllowHuge = False,
    ) -> None:
        """Select what clicks and a box point at, or correct an earlier mask by them."""
        from maskstudio.params.local import ExportParams
        from maskstudio.providers.local.local import check_prompt
        from maskstudio.selection.prompt import Prompt

        check_output(output, image, as_json)
        check_apart((output,), image, mask)
        inside, outside = (tuple(map(_point, texts or ())) for texts in (include, exclude))
        around = None if box is None else _box(box)
        session, started = opened(image, "local", allow_huge), time.perf_counter()
        assert session.document is not None
        prompt = Prompt(inside, outside, around, earlier=_earlier(mask, session.document))
        check_prompt(session.document.image, prompt)
        used, found = _ask(session, prompt, model)
        _lay(session, found[0].mask)
        session.exporting.export_mask(output, ExportParams())
        rows = [_row(each) for each in found]
        given = {"include": inside, "exclude": outside, "box": around, "mask": called(mask)}
        lines = [f"{number}  {row['score']:.2f}  {row['area']} px" for number, row in enumerate(rows, 1)]
        report(
            as_json, image, output, started, lines, width=session.document.size[0], height=session.document.size[1],
            provider="local", model=used, parameters=given, candidates=rows,
        )  # fmt: skip


def _point(text: str) -> tuple[float, float]:
    x, y = _numbers(text, 2, "A point is given as X,Y in pixels, such as 120,80")
    return x, y


def _box(text: str) -> tuple[float, float, float, float]:
    left, top, right, bottom = _numbers(text, 4, "A box is given as L,T,R,B in pixels, such as 10,20,90,80")
    return left, top, right, bottom


def _numbers(text: str, many: int, wanted: str) -> list[float]:
    """The finite numbers of a text with commas between them. Raises BadParameter for anything else."""
    from math import isfinite

    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != many or not all(map(isfinite, found)):
        raise BadParameter(f"{wanted}, not {text!r}.")
    return found


def _earlier(path: Path | None, document: "Document") -> "Mask | None":
    """The mask in a file. Raises BadMask if it has another size than the photo."""
    if path is None:
        return None
    from maskstudio.core.files import read_incoming
    from maskstudio.core.mask import Mask
    from maskstudio.params.local import MaskInParams

    return Mask.from_array(read_incoming(path).mask(document.size, MaskInParams(), "exact"))


def _ask(session: "Session", prompt: "Prompt", model: str | None) -> "tuple[str, list[Candidate]]":
    """The model that answered, and its answers, best first. Raises MaskStudioError if it found nothing."""
    from maskstudio.providers.local import families
    from maskstudio.providers.local.local import Local

    assert session.document is not None
    photo = session.document.image
    found: list[Candidate] = []
    name = families.ready("select")[0] if model is None else model

    def work(token: "Token") -> "list[Candidate]":
        selector = Local().open_selector(photo, name, token.part(0.0, 0.7))
        return selector.predict(prompt, token.part(0.7, 1.0, "Selecting"))

    session.start("Select", work, found.extend, lane="select")
    if not found:
        raise MaskStudioError("Nothing was found where it was pointed at.")
    return name, found


def _lay(session: "Session", mask: "Mask") -> None:
    """Make the mask the only layer."""
    from maskstudio.core.document import Layer

    assert session.document is not None
    layer = Layer(id=0, name="Selection", mask=mask, shaped=mask, origin=session.origin("select"))
    session.commit(session.document.add([layer]), "Select")


def _row(candidate: "Candidate") -> dict[str, Any]:
    """The entry of a candidate in a report: its score, its area in px at half coverage, and its box in px."""
    bounds = candidate.mask.bounds
    return {
        "score": round(candidate.score, 4),
        "area": int((candidate.mask.array(bounds) >= 128).sum()),
        "box": [bounds.x, bounds.y, bounds.right, bounds.bottom],
    }
