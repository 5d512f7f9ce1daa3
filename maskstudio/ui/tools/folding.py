"""Folding: areas worked out on threads join the mask in the order they were drawn."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from maskstudio.core.area import Area
from maskstudio.jobs import Job, Token
from maskstudio.session.session import Session

Make = Callable[[Token], Area]
Fold = Callable[[Area], object]

_numbers = count()


@dataclass(eq=False)
class _Waiting:
    """An area on its way."""

    session: Session
    label: str
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
        self.changed: Callable[[], None] = lambda: None  # called when another area is the last one on its way

    @property
    def idle(self) -> bool:
        """Whether none is on its way."""
        self._serve()
        return not self._line

    def last(self, session: Session | None) -> str:
        """What the last area still on its way to this session will be called; empty where there is none."""
        waiting = self._last(session)
        return waiting.label if waiting is not None else ""

    def drop_last(self, session: Session | None) -> None:
        """Do without it."""
        waiting = self._last(session)
        if waiting is not None and waiting.job is not None:
            self._line.remove(waiting)
            waiting.job.cancel()
            self.changed()

    def _last(self, session: Session | None) -> _Waiting | None:
        mine = (each for each in reversed(self._line) if each.session is session and not each.over)
        return next(mine, None)

    def add(self, session: Session, label: str, make: Make, fold: Fold) -> None:
        """Run ``make(token)`` on a thread, and ``fold(area)`` at home once it is this one's turn.

        If another document or layer is in hand by then, the area is dropped.
        """
        document = session.document
        assert document is not None
        waiting = _Waiting(session, label, fold)
        self._line.append(waiting)

        def done(area: Area) -> None:
            now = session.document
            same = now is not None and now.image is document.image and document.active in {None, now.active}
            waiting.area = area
            if not same:
                waiting.fold = lambda _area: None
            self._serve()
            self.changed()

        lane = f"tool area {next(_numbers)}"
        waiting.job = session.runner.start(label, make, done, lane=lane, failed=session.failed)
        self.changed()

    def _serve(self) -> None:
        while self._line and self._line[0].over:
            first = self._line.popleft()
            if first.area is not None:
                first.fold(first.area)
