"""Services on the command line: ``maskstudio providers``, and what other commands ask of a service.

Keys are typed at a prompt or come from the environment, never from the command line, which other users can read.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maskstudio.cli.options import decimal
from maskstudio.cli.streams import given
from maskstudio.cli.used import Settle, Used
from maskstudio.errors import BadParameter, Failed, NotAgreed
from maskstudio.names import shown
from maskstudio.params.counts import idle
from maskstudio.params.kept import KeepParams
from maskstudio.params.local import ExportParams, MaskInParams, MaskParams
from maskstudio.params.services import name_of
from maskstudio.params.spec import Params, Spec
from maskstudio.services import directory
from maskstudio.services.departure import OPERATIONS, Departure, ServiceOperation

if TYPE_CHECKING:
    from maskstudio.session.session import Session
    from maskstudio.settings import Settings

app = typer.Typer(help="Services: list, log in, set up, test, and what was spent.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help=f"{', '.join(directory.SERVICES)} or hosting.")]
ServiceOptions = Annotated[
    list[str] | None,
    typer.Option("--option", help="A parameter that only the service has; may be repeated.", metavar="NAME=VALUE"),
]
Yes = Annotated[bool, typer.Option("--yes", help="Agree that the photo leaves this machine, at the price shown.")]
PartsOf = Annotated[
    Path | None,
    typer.Option("--parts-of", parser=given, help="Find the body parts of the subject in this mask.", metavar="MASK"),
]


def is_service(provider: str) -> bool:
    """Whether a provider is a service."""
    return provider in directory.SERVICES


def ask(
    session: "Session",
    provider: str,
    operation: ServiceOperation,
    chosen: dict[str, Any],
    settle: Settle,
    shape: MaskParams | None = None,
) -> Used:
    """Have a service process the session's document after the user agreed, with --yes or at a prompt.

    Raises BadParameter for an operation the service does not offer, NotAgreed, and the errors of the service.
    """
    kind = session.services.offers(provider).get(operation)
    if kind is None:
        able = ", ".join(name for name in directory.SERVICES if operation in session.services.offers(name))
        raise BadParameter(f"{provider} does not do this; these do: {able}.")
    params = params_of(kind, chosen, settle.options or [])
    session.services.states()  # asks the keychain, so that a missing key is told first
    session.services.consent = lambda departure, go: _consent(departure, go, yes=settle.yes)
    used: list[Used] = []

    def hear(departure: Departure, answer: Any) -> None:
        model = str(getattr(departure.params, "model", ""))
        used.append(Used(provider, departure.params, model, answer.cost, answer.said))

    session.services.arriving.answered.connect(hear)
    if getattr(params, "shape_there", False):
        shape = MaskParams(mask_padding=params.mask_padding, mask_blur=params.mask_blur)  # type: ignore[attr-defined]
    session.services.ask(provider, operation, params, shape)
    return used[0] if used else Used(provider, params, str(getattr(params, "model", "")))


def ask_objects(
    session: "Session", provider: str, chosen: dict[str, Any], settle: Settle, parts_of: Path | None
) -> Used:
    """Find objects in the photo, or body parts of the subject in a mask; that mask is removed from the result."""
    if parts_of is None:
        return ask(session, provider, "objects", chosen, settle)
    session.importing.import_mask(parts_of)
    subject = session.active
    used = ask(session, provider, "bodyParts", chosen, settle)
    if subject is not None:
        session.layers.delete(subject.id)
    return used


def ask_refine(session: "Session", provider: str, chosen: dict[str, Any], settle: Settle, given: object) -> Used:
    """Have a service refine the mask just imported.

    Raises BadParameter for further files, which services do not use.
    """
    if given != type(given)():
        raise BadParameter(f"{provider} takes a photo and a mask alone; trimaps, regions and second photos work here.")
    return ask(session, provider, "refine", chosen, settle)


def params_of(kind: type[Params], chosen: dict[str, Any], options: list[str]) -> Params:
    """A service's parameter set from options of the command and from NAME=VALUE. Raises BadParameter for unused ones.

    ``maskPadding`` and ``maskBlur`` go to the service if given as NAME=VALUE or with ``shapeThere``; otherwise they are
    applied here.
    """
    specs = {spec.wire: spec for spec in kind.specs()}
    values: dict[str, Any] = {}
    for wire, text in map(_split, options):
        if wire not in specs:
            raise BadParameter(f"The service has no parameter called {wire!r}; it has {', '.join(specs) or 'none'}.")
        if wire in values:
            raise BadParameter(f"{wire} is given twice.")
        values[wire] = _value(specs[wire], text)
    if "shapeThere" in specs and any(wire in values for wire in _SHAPING):
        values.setdefault("shapeThere", True)
    for wire, value in chosen.items():
        if wire in _SHAPING and not values.get("shapeThere"):
            continue
        if wire in specs:
            named = _named(specs[wire], value)
            if values.get(wire, named) != named:
                raise BadParameter(f"{wire} is given twice, and differently.")
            values[wire] = named
        elif wire not in _OURS and wire not in _SHAPING:
            raise BadParameter(f"The service has no parameter called {wire!r}.")
    made = kind.from_wire(values)
    if unused := idle(made, values.keys() - set(_OURS)):
        raise BadParameter(unused)
    return made


_SHAPING = ("maskPadding", "maskBlur")
# Parameters for reading the mask, choosing among finds and writing the result, which is done here if not there.
_OURS = {spec.wire for kind in (MaskInParams, KeepParams, ExportParams) for spec in kind.specs()}
_OURS |= {"rgba", "returnOnlyMask", "confidence", "maxDetections"}


def _split(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise BadParameter(f"An option of a service is given as NAME=VALUE, not {text!r}.")
    return name.strip(), value.strip()


def _value(spec: Spec, text: str) -> Any:
    try:
        if spec.kind is bool:
            return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[text.lower()]
        if spec.kind is tuple:
            return [int(part) for part in text.split(",")]
        return _named(spec, float(decimal(text)) if spec.kind is float else spec.kind(text))
    except (KeyError, ValueError):
        raise BadParameter(f"{spec.wire} cannot be {text!r}.") from None


def _named(spec: Spec, value: Any) -> Any:
    """The key of a choice, given by key or by the name its label ends with: ``face_yolov8n`` for ``runware:35@1``."""
    if isinstance(value, tuple):
        return list(value)
    if spec.kind is float and isinstance(value, bool):
        return float(value)
    if not spec.choices or value in dict(spec.choices):
        return value
    return next((key for key, label in spec.choices if name_of(label) == value), value)


def _consent(departure: Departure, go: Callable[[Departure], object], *, yes: bool) -> None:
    """Print what would be sent, and call ``go`` if the user agrees. Raises Failed or NotAgreed."""
    if departure.problem:
        raise Failed(departure.problem)
    area, (width, height) = departure.area, departure.sent
    price = "an unknown price"
    if departure.price is not None:
        last = " as the last time with this model" if departure.price_note.startswith("As the last time") else ""
        price = f"USD {departure.price:.4g}{last}"
    parcel = f"{area.width} x {area.height} px of the photo, as {width} x {height} px {departure.kind}"
    if departure.kind == "link":
        parcel = "a link to the photo"
    if departure.layer is not None:
        parcel += " with a mask"
    typer.echo(
        f"{departure.label}: {parcel} to {', '.join(departure.hosts)}, for {price}; USD {departure.spent:.2f} of "
        f"{departure.cap:.2f} spent this month.",
        err=True,
    )
    if not yes:
        if not sys.stdin.isatty():
            raise NotAgreed("Nothing was sent; add --yes to agree that the photo leaves this machine at that price.")
        if not typer.confirm("Send it?", default=False, err=True):
            raise NotAgreed("Nothing was sent.")
    go(departure)


# maskstudio providers …


@app.command("list")
def list_services(as_json: AsJson = False) -> None:
    """Every service, what it does, and what is missing before it can be used."""
    states = new_session().services.states()
    rows = [
        {"name": "local", "title": "This machine", "operations": ["detect", "objects", "cutout", "refine"], "note": ""},
        *({"name": s.name, "title": s.title, "operations": list(s.operations), "note": s.note} for s in states),
    ]
    if as_json:
        typer.echo(json.dumps({"providers": rows}))
        return
    for row in rows:
        does = ", ".join(OPERATIONS[each].lower() for each in row["operations"])  # type: ignore[index]
        typer.echo(f"{row['name']:<10} {does}")
        typer.echo(f"{'':<10} {row['note'] or 'Ready.'}")


@app.command()
def login(name: ServiceName, as_json: AsJson = False) -> None:
    """Keep the keys of a service in the keychain. They are asked for; piped in, one a line works as well."""
    from maskstudio.services.keychain import keychain

    known(name)
    if not keychain().lasting:
        names = " and ".join(field.variable for field in directory.account(name).secrets)
        raise Failed(f"This system has no keychain to keep keys in; set {names} in the environment instead.")
    for field in directory.account(name).secrets:
        secret = _typed(f"{field.label}{' (may be left empty)' if field.optional else ''}")
        if secret or not field.optional:
            keychain().keep(name, _address(name), field.name, secret)
    say(as_json, f"The keys of {name} are in the keychain.", provider=name)


@app.command()
def logout(name: ServiceName, as_json: AsJson = False) -> None:
    """Remove the keys of a service from the keychain."""
    from maskstudio.services.keychain import keychain

    known(name)
    keychain().forget(name, _address(name))
    say(as_json, f"The keys of {name} are forgotten.", provider=name)


@app.command("set")
def set_up(
    name: ServiceName,
    values: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help="As baseUrl=https://example.com.")],
    as_json: AsJson = False,
) -> None:
    """Change an account: its address, monthly cap, whether to ask first. Keys do not go here."""
    from maskstudio import settings
    from maskstudio.services import accounts

    saved = known(name)
    account = accounts.account(saved, name)
    specs = {spec.wire: spec for spec in account.specs()}
    for text in values:
        wire, value = _split(text)
        if wire not in specs:
            raise BadParameter(f"{name} has no setting called {wire!r}; it has {', '.join(specs)}.")
        account = replace(account, **{specs[wire].name: _value(specs[wire], value)})
    accounts.keep(saved, name, account)
    settings.save(saved)
    say(as_json, "  ".join(f"{wire}={value}" for wire, value in account.to_wire().items()), **account.to_wire())


@app.command("test")
def check(name: ServiceName, as_json: AsJson = False) -> None:
    """Prove address and keys of a service, without a picture and without cost."""
    known(name)
    said: list[str] = []
    new_session().services.check(name, said.append)
    say(as_json, said[0], provider=name, ok=True)


def known(name: str) -> "Settings":
    """The settings, if there is a service called ``name``. Raises BadParameter if there is none."""
    from maskstudio import settings

    directory.account(name)
    return settings.load()


def _address(name: str) -> str:
    from maskstudio import settings
    from maskstudio.services import accounts

    return accounts.address(accounts.account(settings.load(), name))


def _typed(label: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(label, hide_input=True, default="", show_default=False, err=True)).strip()
    return sys.stdin.readline().strip()


def new_session() -> "Session":
    """A session without a document, whose jobs run at once."""
    from maskstudio.jobs import Inline, Runner, immediate
    from maskstudio.session.session import Session

    return Session(Runner(immediate, Inline()))


def say(as_json: bool, sentence: str, **report: Any) -> None:
    """Print one JSON object or one sentence."""
    typer.echo(json.dumps(report) if as_json else "\n".join(map(shown, sentence.split("\n"))))
