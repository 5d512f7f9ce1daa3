"""Verbs for tokens that calls are paid with. No payment is requested or made automatically."""

import time
from collections.abc import Callable

from maskstudio.errors import BadParameter, MaskStudioError, NotAgreed, ProviderFailed
from maskstudio.jobs import Job, Token
from maskstudio.providers.remote.base import PaymentRequest
from maskstudio.services import accounts, directory
from maskstudio.services.addresses import configured
from maskstudio.services.departure import Purchase
from maskstudio.session import buying
from maskstudio.session.access import Access
from maskstudio.session.buying import Bought
from maskstudio.session.desk import Desk

_PAUSE = 2.0  # seconds between two requests for the state of a payment
_LOOK = 0.05


class TokenVerbs:
    """A token is requested with the user's consent, paid by the user elsewhere, and stored with the keys."""

    def __init__(self, desk: Desk, access: Access) -> None:
        self._desk, self._access = desk, access

    def prepare(self, name: str) -> Purchase:
        """The price of a token and its seller, before it is requested.

        Raises BadParameter for a service without tokens.
        """
        service, account = self._access.service(name), self._access.account(name)
        buying.seller_of(service)
        info, problem, host = directory.service(name), "", ""
        try:
            host = configured(info.address(account), info.title).host
        except BadParameter as error:
            problem = str(error)
        spent, cap = self._access.ledger.spent(name), float(account.to_wire()["monthlyCap"])
        return Purchase(name, info.title, host, info.price or 0.0, spent, cap, problem)

    def buy(
        self,
        purchase: Purchase,
        done: Callable[[Bought], None],
        failed: Callable[[MaskStudioError], None] | None = None,
        *,
        provider: str = "",
    ) -> Job:
        """Request a payment the user agreed to; its token is stored with the keys. The user pays it elsewhere.

        Raises NotAgreed if the purchase has a problem; errors of the service go to ``failed``.
        """
        if purchase.problem:
            raise NotAgreed(purchase.problem)
        service = self._access.service(purchase.service)

        def work(token: Token) -> Bought:
            return self._token_kept(
                purchase.service, buying.asked(purchase, service, self._access.ledger, token, provider)
            )

        return self._money(f"Ask {purchase.title} for a payment", work, done, failed)

    def look(
        self,
        name: str,
        done: Callable[[Bought], None],
        failed: Callable[[MaskStudioError], None] | None = None,
        *,
        patience: float = 0.0,
    ) -> Job:
        """Pass the state of the newest payment to ``done``; asks until it is paid or ``patience`` seconds are over."""
        service = self._access.service(name)

        def work(token: Token) -> Bought:
            end = time.monotonic() + patience
            payment = buying.looked_at(service, self._access.ledger, token)
            while payment.status == "pending" and time.monotonic() + _PAUSE < end:
                token.step(0.5, f"Waiting for the payment to arrive at {service.title}")
                _rest(token, _PAUSE)
                payment = buying.looked_at(service, self._access.ledger, token)
            return self._token_kept(name, payment)

        return self._money(f"Look at the payment at {directory.title_of(name)}", work, done, failed)

    def _money(
        self,
        label: str,
        work: Callable[[Token], Bought],
        done: Callable[[Bought], None],
        failed: Callable[[MaskStudioError], None] | None,
    ) -> Job:
        told = failed or self._desk.failed
        return self._desk.runner.start(label, work, done, lane="payment", failed=lambda error: told(error), away=True)

    def _token_kept(self, name: str, payment: PaymentRequest) -> Bought:
        """Store the token of a payment if it can still be used. Raises ProviderFailed if it cannot be stored."""
        if not payment.token or payment.status not in ("pending", "paid", ""):
            return Bought(payment)
        address = accounts.address(self._access.account(name))
        try:
            kept = self._access.keys.keep(name, address, directory.service(name).bought_key, payment.token)
        except MaskStudioError as error:
            raise ProviderFailed(f"The token of the payment could not be kept: {error}") from error
        return Bought(payment, kept, payment.token)


def _rest(token: Token, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        token.check()
        time.sleep(_LOOK)
