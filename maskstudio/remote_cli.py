"""Services on the command line: ``maskstudio providers``, and what the other commands ask of a service.

Keys are typed at a prompt or come from the environment; never from the command line, which others can read.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maskstudio.departure import OPERATIONS, Departure, Operation
from maskstudio.errors import BadParameter, Failed, NotAgreed
from maskstudio.options import decimal
from maskstudio.params import ExportParams, MaskInParams, MaskParams
from maskstudio.remote_params import ACCOUNTS
from maskstudio.spec import Params, Spec
from maskstudio.streams import given

if TYPE_CHECKING:
    from maskstudio.session import Session
    from maskstudio.settings import Settings

app = typer.Typer(help="Services: list, log in, set up, test, and what was spent.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Name = Annotated[str, typer.Argument(metavar="SERVICE", help="runware, adobe, server402, alibaba or hosting.")]
ServiceOptions = Annotated[
    list[str] | None,
    typer.Option("--option", help="A parameter that only the service has; may be repeated.", metavar="NAME=VALUE"),
]
Yes = Annotated[bool, typer.Option("--yes", help="Agree that the photo leaves this machine, at the price shown.")]
PartsOf = Annotated[
    Path | None,
    typer.Option("--parts-of", parser=given, help="Find the body parts of the subject in this mask.", metavar="MASK"),
]
SERVICES = tuple(name for name in ACCOUNTS if name != "hosting")


@dataclass(frozen=True)
class Settle:
    """What the command line settles beforehand: options of the service, and the user's word."""

    options: list[str] | None
    yes: bool


def is_service(provider: str) -> bool:
    """Whether a provider is one of the services."""
    return provider in SERVICES


def ask(
    session: "Session",
    provider: str,
    operation: Operation,
    chosen: dict[str, Any],
    settle: Settle,
    shape: MaskParams | None = None,
) -> None:
    """Have the service do it on the session's document, once the user agreed: with --yes, or at a prompt."""
    kind = session.offers(provider).get(operation)
    if kind is None:
        able = ", ".join(name for name in SERVICES if operation in session.offers(name))
        raise BadParameter(f"{provider} does not do this; these do: {able}.")
    session.services()  # what is missing is said before anything else
    session.consent = lambda departure, go: _consent(departure, go, yes=settle.yes)
    session.ask_service(provider, operation, params_of(kind, chosen, settle.options or []), shape)


def ask_objects(
    session: "Session", provider: str, chosen: dict[str, Any], settle: Settle, parts_of: Path | None
) -> None:
    """Objects of the photo, or the body parts of what a mask holds; that mask is no part of the result."""
    if parts_of is None:
        ask(session, provider, "objects", chosen, settle)
        return
    session.import_mask(parts_of)
    subject = session.active
    ask(session, provider, "bodyParts", chosen, settle)
    if subject is not None:
        session.delete(subject.id)


def ask_refine(session: "Session", provider: str, chosen: dict[str, Any], settle: Settle, given: object) -> None:
    """The mask just imported, refined by a service. What says more of an edge here means nothing there."""
    if given != type(given)():
        raise BadParameter(f"{provider} takes a photo and a mask alone; trimaps, regions and second photos work here.")
    ask(session, provider, "refine", chosen, settle)


def params_of(kind: type[Params], chosen: dict[str, Any], options: list[str]) -> Params:
    """A service's set from options of the command and from NAME=VALUE; BadParameter for what it does not have.

    ``maskPadding`` and ``maskBlur`` are the service's business only where ``shapeThere`` is set.
    """
    specs = {spec.wire: spec for spec in kind.specs()}
    extra = dict(_split(text) for text in options)
    values: dict[str, Any] = {}
    for wire, text in extra.items():
        if wire not in specs:
            raise BadParameter(f"The service has no parameter called {wire!r}; it has {', '.join(specs) or 'none'}.")
        values[wire] = _value(specs[wire], text)
    shaping = ("maskPadding", "maskBlur")
    for wire, value in chosen.items():
        if wire in shaping and not values.get("shapeThere"):
            continue
        if wire in specs:
            values[wire] = _named(specs[wire], value)
        elif wire not in _OURS and wire not in shaping:
            raise BadParameter(f"The service has no parameter called {wire!r}.")
    return kind.from_wire(values)


# Of reading the mask and writing the result, which is done here in any case.
_OURS = {spec.wire for kind in (MaskInParams, ExportParams) for spec in kind.specs()}


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
    """A choice by its key, or by the name its label begins with, as ``face_yolov8n`` for ``runware:35@1``."""
    if isinstance(value, tuple):
        return list(value)
    if spec.kind is float and isinstance(value, bool):
        return float(value)
    if not spec.choices or value in dict(spec.choices):
        return value
    return next((key for key, label in spec.choices if label.split(" · ")[0] == value), value)


def _consent(departure: Departure, go: Callable[[Departure], object], *, yes: bool) -> None:
    """Say what would leave; go on the user's word."""
    if departure.problem:
        raise Failed(departure.problem)
    area, (width, height) = departure.area, departure.sent
    price = f"USD {departure.price:.4g}" if departure.price is not None else "an unknown price"
    typer.echo(
        f"{departure.label}: {area.width} x {area.height} px of the photo, as {width} x {height} px {departure.kind}"
        f"{' with a mask' if departure.layer is not None else ''} to {', '.join(departure.hosts)}, for {price}; "
        f"USD {departure.spent:.2f} of {departure.cap:.2f} spent this month.",
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
    states = _session().services()
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
def login(name: Name, as_json: AsJson = False) -> None:
    """Keep the keys of a service in the keychain. They are asked for; piped in, one a line works as well."""
    from maskstudio.keys import FIELDS, keychain

    _known(name)
    if not keychain().lasting:
        names = " and ".join(field.variable for field in FIELDS[name])
        raise Failed(f"This system has no keychain to keep keys in; set {names} in the environment instead.")
    for field in FIELDS[name]:
        secret = _typed(f"{field.label}{' (may be left empty)' if field.optional else ''}")
        if secret or not field.optional:
            keychain().keep(name, _address(name), field.name, secret)
    _say(as_json, f"The keys of {name} are in the keychain.", provider=name)


@app.command()
def logout(name: Name, as_json: AsJson = False) -> None:
    """Remove the keys of a service from the keychain."""
    from maskstudio.keys import keychain

    _known(name)
    keychain().forget(name, _address(name))
    _say(as_json, f"The keys of {name} are forgotten.", provider=name)


@app.command("set")
def set_up(
    name: Name,
    values: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help="As baseUrl=https://example.com.")],
    as_json: AsJson = False,
) -> None:
    """Change an account: its address, monthly cap, whether to ask first. Keys do not go here."""
    from maskstudio import accounts, settings

    saved = _known(name)
    account = accounts.account(saved, name)
    specs = {spec.wire: spec for spec in account.specs()}
    for text in values:
        wire, value = _split(text)
        if wire not in specs:
            raise BadParameter(f"{name} has no setting called {wire!r}; it has {', '.join(specs)}.")
        account = replace(account, **{specs[wire].name: _value(specs[wire], value)})
    accounts.keep(saved, name, account)
    settings.save(saved)
    _say(as_json, "  ".join(f"{wire}={value}" for wire, value in account.to_wire().items()), **account.to_wire())


@app.command("test")
def check(name: Name, as_json: AsJson = False) -> None:
    """Prove address and keys of a service, without a picture and without cost."""
    _known(name)
    said: list[str] = []
    _session().check_service(name, said.append)
    _say(as_json, said[0], provider=name, ok=True)


@app.command()
def spent(as_json: AsJson = False) -> None:
    """What was asked of services and what it cost, the newest first."""
    from maskstudio.ledger import Ledger

    lines = Ledger().lines()
    if as_json:
        typer.echo(json.dumps({"lines": [{n: getattr(line, n) for n in line.__slots__} for line in lines]}))
        return
    for line in lines:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(line.at))
        cost = "" if line.amount is None else f"USD {line.amount:.4f}"
        typer.echo(f"{when}  {line.service:<10} {line.operation:<10} {line.state:<8} {cost}".rstrip())


def _known(name: str) -> "Settings":
    from maskstudio import settings

    if name not in ACCOUNTS:
        raise BadParameter(f"There is no service called {name!r}; known are {', '.join(ACCOUNTS)}.")
    return settings.load()


def _address(name: str) -> str:
    from maskstudio import accounts, settings

    return accounts.address(accounts.account(settings.load(), name))


def _typed(label: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(label, hide_input=True, default="", show_default=False, err=True)).strip()
    return sys.stdin.readline().strip()


def _session() -> "Session":
    from maskstudio.jobs import Inline, Runner, immediate
    from maskstudio.session import Session

    return Session(Runner(immediate, Inline()))


def _say(as_json: bool, sentence: str, **report: Any) -> None:
    typer.echo(json.dumps(report) if as_json else sentence)
