"""Money on the command line: ``maskstudio providers pay``, ``fetch`` and ``spent``."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maskstudio.cli.services import AsJson, ServiceName, known, new_session, say
from maskstudio.cli.streams import called, check_output, given, piped, telling, wanted
from maskstudio.errors import BadParameter, CapReached, Failed, NotAgreed
from maskstudio.services.billing import until

if TYPE_CHECKING:
    from maskstudio.services.departure import Purchase
    from maskstudio.services.ledger import Line
    from maskstudio.session.buying import Bought

_WORDS = {"agreed": "waiting", "sent": "under way"}


def add_to(app: typer.Typer) -> None:
    """Add these commands to ``maskstudio providers``."""
    for command in (pay, fetch, spent):
        app.command()(command)


def pay(
    name: ServiceName,
    yes: Annotated[bool, typer.Option("--yes", help="Agree to the payment, at the price shown.")] = False,
    state: Annotated[bool, typer.Option("--state", help="Only look how the last payment stands.")] = False,
    wait: Annotated[int, typer.Option("--wait", help="Wait so long for the payment to arrive.", metavar="SECONDS")] = 0,
    provider_id: Annotated[
        str, typer.Option("--provider-id", help="By which of the server's payment providers.", metavar="ID")
    ] = "",
    show_token: Annotated[
        bool, typer.Option("--show-token", help="Print the token, where there is no keychain to keep it in.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask a service for a payment, whose token pays for a call. You make the payment itself with your wallet."""
    known(name)
    session = new_session()
    purchase = session.services.tokens.prepare(name)
    if not session.services.access.keys.lasting and not show_token:
        raise Failed("There is no keychain to keep the token in; add --show-token to have it printed instead.")
    found: list[Bought] = []
    if not state:
        _agree(purchase, yes=yes)
        session.services.tokens.buy(purchase, found.append, provider=provider_id)
    if state or wait:
        session.services.tokens.look(name, found.append, patience=float(wait))
    _show(found[-1], as_json=as_json, show_token=show_token)


def _agree(purchase: "Purchase", *, yes: bool) -> None:
    """Show the price and ask for consent, unless ``yes``. Raises Failed, CapReached or NotAgreed."""
    if purchase.problem:
        raise Failed(purchase.problem)
    if purchase.spent + purchase.price > purchase.cap + 1e-9:
        raise CapReached(
            f"This would pass your monthly cap of USD {purchase.cap:.2f} (USD {purchase.spent:.2f} are spent); nothing "
            "was asked for."
        )
    typer.echo(
        f"A payment of USD {purchase.price:.2f} at {purchase.host}, for a token that pays for one call; "
        f"USD {purchase.spent:.2f} of {purchase.cap:.2f} spent this month.",
        err=True,
    )
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotAgreed("Nothing was asked for; add --yes to agree to a payment of that much.")
    if not typer.confirm("Ask for it?", default=False, err=True):
        raise NotAgreed("Nothing was asked for.")


def _show(bought: "Bought", *, as_json: bool, show_token: bool) -> None:
    """Print the state of a payment, and its token only if asked for."""
    payment = bought.payment
    token = {"token": bought.token} if show_token and bought.token else {}
    report = {
        "paymentId": payment.payment_id, "status": payment.status, "amount": payment.amount, "payTo": payment.pay_to,
        "expiresAt": payment.expires, "remainingCalls": payment.calls, "kept": bought.kept or None, **token,
    }  # fmt: skip
    lines = [bought_words(bought)]
    if token:
        lines.append(f"Token: {bought.token}")
    say(as_json, "\n".join(lines), **report)


def bought_words(bought: "Bought") -> str:
    """One sentence with the state of a payment and what to do next."""
    payment = bought.payment
    if payment.status == "paid":
        kept = "; its token is in the keychain" if bought.kept == "keychain" else ""
        return f"The payment has arrived{kept}."
    if payment.status not in ("pending", ""):
        return f"The payment is {payment.status}, so another one is needed."
    amount = "" if payment.amount is None else f" USD {payment.amount:.2f}"
    to, by = f" to {payment.pay_to}" if payment.pay_to else "", f" by {payment.expires}" if payment.expires else ""
    return f"Pay{amount}{to}{by}; the token is good once the payment has arrived."


def fetch(
    identity: Annotated[str, typer.Argument(metavar="[ID]", help="Which result; without one, all are listed.")] = "",
    image: Annotated[
        Path | None,
        typer.Argument(metavar="[IMAGE]", parser=given, help="The photo it was asked for.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", parser=wanted, help="The PNG to write.", metavar="FILE")
    ] = None,
    mask_only: Annotated[bool, typer.Option("--mask-only", help="Write the mask as a grey PNG.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Do not fetch it, and forget where it lies.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch a result that was paid for and did not come home. It costs nothing; results do not last."""
    from maskstudio.services.ledger import Ledger

    ledger = Ledger()
    if not identity:
        _list(ledger.owed(), as_json=as_json)
        return
    line = ledger.line(identity)
    if line is None or not line.owed:
        raise BadParameter(f"There is no result called {identity!r} to fetch; `maskstudio providers fetch` lists them.")
    if forget:
        ledger.got(line.id)
        say(as_json, "It is forgotten.", id=line.id)
        return
    if image is None or output is None:
        raise BadParameter("Give the photo and a name for the result: ID IMAGE -o FILE.")
    check_output(output, image, as_json)
    _fetched(line, image, output, mask_only=mask_only, as_json=as_json)


def _fetched(line: "Line", image: Path, output: Path, *, mask_only: bool, as_json: bool) -> None:
    """Fetch the result of a line and write it to a file."""
    from maskstudio.params.local import ExportParams

    session = new_session()
    session.told = lambda sentence: typer.echo(sentence, err=True)
    session.written = telling(session.told)
    said: dict[str, Any] = {}
    session.services.arriving.answered.connect(lambda _departure, answer: said.update(answer.said, cost=answer.cost))
    session.opening.open(image)
    assert session.document is not None
    for layer in session.document.layers:
        session.layers.delete(layer.id)
    session.services.owed.fetch(line.id)
    masks = mask_only or line.operation not in ("cutout", "refine")
    export = session.exporting.export_mask if masks else session.exporting.export
    export(output, ExportParams())
    rows = [each.source.label for each in session.document.layers if each.source]
    report = {"id": line.id, "provider": line.service, "model": line.model, "labels": rows, **said}
    if as_json or not piped():
        say(as_json, f"{output.name} holds the result.", output=called(output), **report)


def _list(lines: "list[Line]", *, as_json: bool) -> None:
    """Print the results that can be fetched."""
    rows = [
        {
            "id": line.id, "at": line.at, "provider": line.service, "operation": line.operation, "model": line.model,
            "charged": line.charged, "amount": line.amount, "until": until(line.service, line.at),
        }
        for line in lines
    ]  # fmt: skip
    if as_json:
        typer.echo(json.dumps({"results": rows}))
        return
    for line in lines:
        typer.echo(
            f"{line.id[:8]}  {_when(line.at)}  {line.service:<10} {line.operation:<10} {_lasting(line)}".rstrip()
        )
    if not lines:
        typer.echo("Every result that was paid for has come home.")


def _lasting(line: "Line") -> str:
    """How long a result can be fetched, as text."""
    end = until(line.service, line.at)
    if end is None:
        return "kept for as long as the service likes"
    return f"until about {time.strftime('%H:%M', time.localtime(end))}" if end > time.time() else "probably gone"


def spent(as_json: AsJson = False) -> None:
    """What was asked of services and what it cost, the newest first."""
    from maskstudio.services.ledger import Ledger

    lines = Ledger().lines()
    if as_json:
        names = (
            "id",
            "at",
            "service",
            "operation",
            "model",
            "state",
            "expected",
            "amount",
            "remote",
            "charged",
            "owed",
        )
        typer.echo(json.dumps({"lines": [{name: getattr(line, name) for name in names} for line in lines]}))
        return
    for line in lines:
        cost = {"no": "not charged", "yes": f"USD {line.amount or 0.0:.4f}", "maybe": _maybe(line)}[line.charged]
        words = _WORDS.get(line.state, line.state)
        owed = "  result not fetched" if line.owed else ""
        typer.echo(f"{_when(line.at)}  {line.service:<10} {line.operation:<10} {words:<10} {cost}{owed}".rstrip())


def _maybe(line: "Line") -> str:
    """The amount that may have been charged, as text."""
    known = line.amount if line.amount is not None else line.expected
    if line.state == "done":
        return "charged, the service does not say how much"
    return "may be charged" if known is None else f"USD {known:.4f}, may be charged"


def _when(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
