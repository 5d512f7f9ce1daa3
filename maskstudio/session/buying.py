"""The work of buying a token for calls to a service: asked for once, recorded, and limited to the agreed price."""

from dataclasses import dataclass, field

from maskstudio.errors import BadParameter, CapReached, MaskStudioError, ProviderFailed, Unclear
from maskstudio.jobs import Token
from maskstudio.providers.remote.base import PaymentRequest, Sells, Service, run_with
from maskstudio.services import directory
from maskstudio.services.departure import Purchase
from maskstudio.services.ledger import PAYMENT, Ledger, voucher_of

_OVER = ("expired", "cancelled", "canceled", "failed")  # states of a payment that will never be made


@dataclass(frozen=True)
class Bought:
    """A payment and where its token is stored: "keychain", "session", or empty if there is no token."""

    payment: PaymentRequest
    kept: str = ""
    token: str = field(default="", repr=False)


def asked(purchase: Purchase, service: Service, ledger: Ledger, token: Token, provider: str) -> PaymentRequest:
    """Request a payment; a line in the ledger is written first. Nothing is paid by this: the user pays it elsewhere.

    Raises CapReached if it would pass the monthly cap or exceeds the agreed price, ProviderFailed for another currency,
    BadParameter if the service sells no tokens, and Unclear if the outcome is unknown.
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
    """Ask the service for the state of the newest payment. Raises BadParameter if there is none."""
    seller, line = seller_of(service), ledger.payment(service.name)
    if line is None:
        raise BadParameter(f"No payment at {service.title} was asked for from here yet.")
    return settled(run_with(token, lambda: seller.payment_state(line.remote)), line.id, ledger)


def settled(payment: PaymentRequest, identity: str, ledger: Ledger) -> PaymentRequest:
    """Record the state of a payment in the ledger (paid, pending or over) and return the payment."""
    state = "failed" if payment.status in _OVER else "sent" if payment.status in ("pending", "") else "done"
    ledger.note(identity, state, payment.amount if state == "done" else None, payment.payment_id)
    if payment.token:
        ledger.vouch(identity, voucher_of(payment.token), payment.calls or 1)
    return payment


def seller_of(service: Service) -> Sells:
    """The service as one that sells tokens. Raises BadParameter if it sells none."""
    if not isinstance(service, Sells):
        sellers = [info.title for info in directory.SERVICES.values() if info.bought_key]
        raise BadParameter(f"{service.title} is not paid with tokens; {' and '.join(sellers)} is.")
    return service


def _check(made: PaymentRequest, purchase: Purchase) -> None:
    """Raise ProviderFailed for a payment that is not in US dollars, CapReached for one above the agreed price."""
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
