"""Going from place to place of something that was measured, round and round."""

from collections.abc import Sequence
from typing import TypeVar

Place = TypeVar("Place")


class PlaceTour:
    """Knows the place visited last. It begins anew with every other finding, also with an equal one."""

    def __init__(self) -> None:
        self._stop: tuple[object, int] | None = None  # the finding, and the number of its place visited last

    def at(self, finding: object) -> int | None:
        """The number of the place visited last in this finding; None if it was in another one."""
        return self._stop[1] if self._stop is not None and self._stop[0] is finding else None

    def go_on(self, finding: object, places: Sequence[Place], step: int) -> tuple[int, Place]:
        """Number and place ``step`` after the last one of ``places``; to begin with the first, or the last going back.

        ``places`` are those of the finding, at least one.
        """
        before = self.at(finding)
        if before is None:
            before = -1 if step > 0 else 0
        number = (before + step) % len(places)
        self._stop = finding, number
        return number, places[number]
