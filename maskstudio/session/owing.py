"""Verbs for results that are paid for and have not arrived. None is fetched automatically."""

from collections.abc import Callable
from dataclasses import replace

from maskstudio.core.document import Layer
from maskstudio.errors import BadParameter
from maskstudio.jobs import Job, Owes, Token
from maskstudio.providers.remote.base import Answer
from maskstudio.services.billing import Bill
from maskstudio.services.departure import Departure
from maskstudio.services.ledger import Line
from maskstudio.session import claims, errands
from maskstudio.session.access import Access
from maskstudio.session.arriving import Arriving
from maskstudio.session.desk import Desk


class OwedVerbs:
    """Owed results are recorded in the ledger, so they can be fetched after a restart too."""

    def __init__(self, desk: Desk, access: Access, arriving: Arriving) -> None:
        self._desk, self._access, self._arriving = desk, access, arriving

    def ask(self, done: Callable[[list[Line]], None]) -> Job:
        """Pass the results that can be fetched to ``done``, the newest first. The ledger is read on a thread."""
        return self._desk.runner.start(
            "Look for results", lambda _token: self._access.ledger.owed(), done,
            lane="owed", quiet=True, away=True, failed=lambda _error: done([]),
        )  # fmt: skip

    def fetch(self, identity: str) -> Job:
        """Fetch a result that was paid for; it becomes layers as if it had arrived in time. Costs nothing.

        Errors, such as BadParameter for a result of another photo, go to ``failed``.
        """
        document, history = self._desk.required(), self._desk.history

        def work(token: Token) -> tuple[Bill, Departure, Answer, list[Layer]]:
            """Fetch the result and make it into layers."""
            line = self._access.ledger.line(identity)
            if line is None or not line.owed:
                raise BadParameter("There is no such result to fetch.")
            departure, shape = claims.departure_of(line, document)
            answer = errands.fetched(
                departure, document, self._access.service(line.service), self._access.ledger, line, token
            )
            cost = answer.cost if answer.cost is not None else line.amount
            answer = replace(answer, cost=cost)
            bill = Bill(line.service, departure.title, line.amount, line.state, cost, dict(line.lies))
            return bill, departure, answer, errands.layers_of(answer, departure, document, shape, token)

        # Services do not keep results for long: it is fetched even if its document or the window is closed.
        return self._desk.runner.start(
            "Fetch a result", work, lambda found: self._arriving.come_home(history, *found),
            lane=f"detect fetch {identity}", failed=lambda error: self._desk.failed(error), away=True,
            owes=Owes("a result that was paid for", adds=True),
        )  # fmt: skip

    def forget(self, identity: str, done: Callable[[], None]) -> Job:
        """Forget a result that the user does not want any more."""
        return self._desk.runner.start(
            "Forget a result", lambda _token: self._access.ledger.got(identity), lambda _: done(),
            lane=f"ledger {identity}", quiet=True, away=True, failed=lambda error: self._desk.failed(error),
        )  # fmt: skip
