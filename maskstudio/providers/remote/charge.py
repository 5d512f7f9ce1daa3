"""Records the cost of one piece of paid work in the ledger: before it is requested, and when its outcome is known."""

import logging
from types import TracebackType
from typing import Self

from maskstudio.errors import CannotWrite
from maskstudio.providers.remote.base import Trip

log = logging.getLogger(__name__)


class Charge:
    """Used in a ``with`` around the paid call: work that was sent and has no known outcome at the end is "unclear".

    ``remote`` is the service's name for the work.
    """

    def __init__(self, trip: Trip, remote: str) -> None:
        self.remote = remote
        self._trip = trip
        self._open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end("unclear", None)

    def sent(self, amount: float | None) -> None:
        """Record that the work is about to be sent; ``amount`` in USD if known.

        Raises CannotWrite if the ledger fails.
        """
        self._trip.charged("sent", amount, self.remote)
        self._open = True

    def done(self, amount: float | None) -> None:
        """Record that it was done, for this amount in USD; None if the service does not say."""
        self._end("done", amount)

    def failed(self) -> None:
        """Record that it certainly cost nothing."""
        self._end("failed", None)

    def _end(self, state: str, amount: float | None) -> None:
        """Record the outcome. If the ledger fails, its line "sent" stays, and the work goes on."""
        if not self._open:
            return
        self._open = False
        try:
            self._trip.charged(state, amount, self.remote)
        except CannotWrite as error:
            log.info('The ledger could not take "%s": %s', state, error)
