"""Verbs around money that is out: results that are paid and have not come home, and tokens that calls are paid with."""

import time
from collections.abc import Callable
from dataclasses import replace

from maskstudio.core.document import Layer
from maskstudio.errors import BadParameter, MaskStudioError, NotAgreed, ProviderFailed
from maskstudio.jobs import Job, Owes, Token
from maskstudio.providers.remote.base import Answer, PaymentRequest
from maskstudio.services import accounts, directory
from maskstudio.services.addresses import configured
from maskstudio.services.billing import Bill
from maskstudio.services.departure import Departure, Purchase
from maskstudio.services.ledger import Line
from maskstudio.session import buying, claims, errands
from maskstudio.session.buying import Bought
from maskstudio.session.sending import SendingVerbs

_PAUSE = 2.0  # seconds between two looks at a payment
_LOOK = 0.05


class OwingVerbs(SendingVerbs):
    """Nothing here is done by itself: not fetched, not paid, and not asked for."""

    def ask_owed(self, done: Callable[[list[Line]], None]) -> Job:
        """Which results can be fetched, the newest first; looked up where nobody waits."""
        return self.runner.start(
            "Look for results", lambda _token: self.ledger.owed(), done,
            lane="owed", quiet=True, away=True, failed=lambda _error: done([]),
        )  # fmt: skip

    def fetch_result(self, identity: str) -> Job:
        """Fetch a result that was paid for; it becomes layers, as it would have. Costs nothing."""
        document, history = self._required(), self.history

        def work(token: Token) -> tuple[Bill, Departure, Answer, list[Layer]]:
            line = self.ledger.line(identity)
            if line is None or not line.owed:
                raise BadParameter("There is no such result to fetch.")
            departure, shape = claims.departure_of(line, document)
            answer = errands.fetched(departure, document, self._service(line.service), self.ledger, line, token)
            cost = answer.cost if answer.cost is not None else line.amount
            answer = replace(answer, cost=cost)
            bill = Bill(line.service, departure.title, line.amount, line.state, cost, dict(line.lies))
            return bill, departure, answer, errands.layers_of(answer, departure, document, shape, token)

        # Services do not keep results for long: it is brought even if its document is closed or the window is.
        return self.runner.start(
            "Fetch a result", work, lambda found: self._come_home(history, *found),
            lane=f"detect fetch {identity}", failed=lambda error: self.failed(error), away=True,
            owes=Owes("a result that was paid for", adds=True),
        )  # fmt: skip

    def forget_result(self, identity: str, done: Callable[[], None]) -> Job:
        """The user does not want a result any more."""
        return self.runner.start(
            "Forget a result", lambda _token: self.ledger.got(identity), lambda _: done(),
            lane=f"ledger {identity}", quiet=True, away=True, failed=lambda error: self.failed(error),
        )  # fmt: skip

    # Tokens

    def prepare_purchase(self, name: str) -> Purchase:
        """What a token would cost, and where, before it is asked for. BadParameter for a service without tokens."""
        service, account = self._service(name), self.account(name)
        buying.seller_of(service)
        info, problem, host = directory.service(name), "", ""
        try:
            host = configured(info.address(account), info.title).host
        except BadParameter as error:
            problem = str(error)
        cap = float(account.to_wire()["monthlyCap"])
        return Purchase(name, info.title, host, info.price or 0.0, self.ledger.spent(name), cap, problem)

    def buy_token(
        self,
        purchase: Purchase,
        done: Callable[[Bought], None],
        failed: Callable[[MaskStudioError], None] | None = None,
        *,
        provider: str = "",
    ) -> Job:
        """Ask for a payment, agreed to by the user; its token is kept where keys are. The user pays it elsewhere."""
        if purchase.problem:
            raise NotAgreed(purchase.problem)
        service = self._service(purchase.service)

        def work(token: Token) -> Bought:
            return self._token_kept(purchase.service, buying.asked(purchase, service, self.ledger, token, provider))

        return self._money(f"Ask {purchase.title} for a payment", work, done, failed)

    def look_at_payment(
        self,
        name: str,
        done: Callable[[Bought], None],
        failed: Callable[[MaskStudioError], None] | None = None,
        *,
        patience: float = 0.0,
    ) -> Job:
        """How the newest payment stands, asked until it is made or so many seconds are over."""
        service = self._service(name)

        def work(token: Token) -> Bought:
            end = time.monotonic() + patience
            payment = buying.looked_at(service, self.ledger, token)
            while payment.status == "pending" and time.monotonic() + _PAUSE < end:
                token.step(0.5, f"Waiting for the payment to arrive at {service.title}")
                _rest(token, _PAUSE)
                payment = buying.looked_at(service, self.ledger, token)
            return self._token_kept(name, payment)

        return self._money(f"Look at the payment at {directory.title_of(name)}", work, done, failed)

    def _money(
        self,
        label: str,
        work: Callable[[Token], Bought],
        done: Callable[[Bought], None],
        failed: Callable[[MaskStudioError], None] | None,
    ) -> Job:
        told = failed or self.failed
        return self.runner.start(label, work, done, lane="payment", failed=lambda error: told(error), away=True)

    def _token_kept(self, name: str, payment: PaymentRequest) -> Bought:
        """Keep the token of a payment that can still be used."""
        if not payment.token or payment.status not in ("pending", "paid", ""):
            return Bought(payment)
        address = accounts.address(self.account(name))
        try:
            kept = self.keys.keep(name, address, directory.service(name).bought_key, payment.token)
        except MaskStudioError as error:
            raise ProviderFailed(f"The token of the payment could not be kept: {error}") from error
        return Bought(payment, kept, payment.token)


def _rest(token: Token, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        token.check()
        time.sleep(_LOOK)
