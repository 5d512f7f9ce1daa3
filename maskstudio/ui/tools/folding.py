"""Folding: areas worked out on threads join the mask in the order they were drawn."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from maskstudio.core.area import Area
from maskstudio.jobs import Job, Token
from maskstudio.session import Session

Make = Callable[[Token], Area]
Fold = Callable[[Area], object]

_numbers = count()


@dataclass(eq=False)
class _Waiting:
    """An area on its way."""

    fold: Fold
    job: Job | None = None
    area: Area | None = None

    @property
    def over(self) -> bool:
        """Whether it has come, or never will."""
        return self.area is not None or (self.job is not None and self.job.finished)


class Folding:
    """A line of areas. One that is dropped or fails does not hold up the others."""

    def __init__(self) -> None:
        self._line: deque[_Waiting] = deque()

    @property
    def idle(self) -> bool:
        """Whether none is on its way."""
        self._serve()
        return not self._line

    def add(self, session: Session, label: str, make: Make, fold: Fold) -> None:
        """Run ``make(token)`` on a thread, and ``fold(area)`` at home once it is this one's turn.

        If another document or layer is in hand by then, the area is dropped.
        """
        document = session.document
        assert document is not None
        waiting = _Waiting(fold)
        self._line.append(waiting)

        def done(area: Area) -> None:
            now = session.document
            same = now is not None and now.image is document.image and document.active in {None, now.active}
            waiting.area = area
            if not same:
                waiting.fold = lambda _area: None
            self._serve()

        lane = f"tool area {next(_numbers)}"
        waiting.job = session.runner.start(label, make, done, lane=lane, failed=session.failed)

    def _serve(self) -> None:
        while self._line and self._line[0].over:
            first = self._line.popleft()
            if first.area is not None:
                first.fold(first.area)
