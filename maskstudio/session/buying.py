"""The work of buying a token for calls of a service: asked for once, written down, and held to what was agreed."""

from dataclasses import dataclass, field

from maskstudio.errors import BadParameter, CapReached, MaskStudioError, ProviderFailed, Unclear
from maskstudio.jobs import Token
from maskstudio.providers.remote.base import PaymentRequest, Sells, Service, run_with
from maskstudio.services import directory
from maskstudio.services.departure import Purchase
from maskstudio.services.ledger import PAYMENT, Ledger, voucher_of

_OVER = ("expired", "cancelled", "canceled", "failed")  # states of a payment that was never made


@dataclass(frozen=True)
class Bought:
    """A payment and where its token is kept: "keychain", "session", or empty while there is none."""

    payment: PaymentRequest
    kept: str = ""
    token: str = field(default="", repr=False)


def asked(purchase: Purchase, service: Service, ledger: Ledger, token: Token, provider: str) -> PaymentRequest:
    """Ask for a payment, with a line in the ledger first. Nothing is paid by this: the user pays it.

    Raises CapReached where it would pass the cap, or where more is asked for than was agreed.
    """
    seller = seller_of(service)
    ledger.agree(purchase.identity, purchase.service, PAYMENT, purchase.price, purchase.cap)
    state = "failed"
    try:
        token.check()
        ledger.note(purchase.identity, "sent", None)
        made = run_with(token, lambda: seller.new_payment(provider))
        _check(made, purchase)
        state = "done" if made.status == "paid" else "sent"
    except Unclear:
        state = "unclear"
        raise
    finally:
        ledger.note(purchase.identity, state, None)
    return settled(made, purchase.identity, ledger)


def looked_at(service: Service, ledger: Ledger, token: Token) -> PaymentRequest:
    """How the newest payment stands. Raises BadParameter where there is none."""
    seller, line = seller_of(service), ledger.payment(service.name)
    if line is None:
        raise BadParameter(f"No payment at {service.title} was asked for from here yet.")
    return settled(run_with(token, lambda: seller.payment_state(line.remote)), line.id, ledger)


def settled(payment: PaymentRequest, identity: str, ledger: Ledger) -> PaymentRequest:
    """Write down how a payment stands: paid, still to be paid, or never to be."""
    state = "failed" if payment.status in _OVER else "sent" if payment.status in ("pending", "") else "done"
    ledger.note(identity, state, payment.amount if state == "done" else None, payment.payment_id)
    if payment.token:
        ledger.vouch(identity, voucher_of(payment.token), payment.calls or 1)
    return payment


def seller_of(service: Service) -> Sells:
    """The service as one that sells tokens. Raises BadParameter where it does not."""
    if not isinstance(service, Sells):
        sellers = [info.title for info in directory.SERVICES.values() if info.bought_key]
        raise BadParameter(f"{service.title} is not paid with tokens; {' and '.join(sellers)} is.")
    return service


def _check(made: PaymentRequest, purchase: Purchase) -> None:
    error: MaskStudioError | None = None
    if made.amount is None:
        error = ProviderFailed(f"{purchase.title} asks for another currency than US dollars, so nothing was paid.")
    elif made.amount > purchase.price + 1e-9:
        error = CapReached(
            f"{purchase.title} asks for USD {made.amount:.2f}, more than the USD {purchase.price:.2f} agreed to, so "
            "nothing was paid."
        )
    if error is not None:
        raise error
