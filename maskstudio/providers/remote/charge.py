"""What one piece of paid work costs, as the ledger is told: once before it is asked for, once when it is known."""

import logging
from types import TracebackType
from typing import Self

from maskstudio.errors import CannotWrite
from maskstudio.providers.remote.base import Trip

log = logging.getLogger(__name__)


class Charge:
    """Used in a ``with`` around the paid call: what was sent and got no last word by its end is "unclear".

    ``remote`` is the name under which the service knows the work.
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
        """It is about to leave; ``amount`` in USD where it is known. CannotWrite where the ledger cannot be written."""
        self._trip.charged("sent", amount, self.remote)
        self._open = True

    def done(self, amount: float | None) -> None:
        """It was done, for this much in USD; None where the service does not say."""
        self._end("done", amount)

    def failed(self) -> None:
        """It surely cost nothing."""
        self._end("failed", None)

    def _end(self, state: str, amount: float | None) -> None:
        """Write the last word. Where the ledger cannot take it, the line "sent" still counts, and the work goes on."""
        if not self._open:
            return
        self._open = False
        try:
            self._trip.charged(state, amount, self.remote)
        except CannotWrite as error:
            log.info('The ledger could not take "%s": %s', state, error)
