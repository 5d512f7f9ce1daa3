"""Areas worked out on threads are folded into the mask in the order they were drawn."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from maskstudio.core.area import Area
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job, Token
from maskstudio.session.session import Session

Make = Callable[[Token], Area]
Fold = Callable[[Area], object]

_numbers = count()


@dataclass(eq=False)
class _Waiting:
    """An area that is being worked out."""

    session: Session
    label: str
    fold: Fold
    gone: Callable[[], object]
    job: Job | None = None
    area: Area | None = None

    @property
    def over(self) -> bool:
        """Whether it is ready, or its job has ended without it."""
        return self.area is not None or (self.job is not None and self.job.finished)


class Folding:
    """A queue of areas. One that is dropped or fails does not hold up the others."""

    def __init__(self) -> None:
        self._line: deque[_Waiting] = deque()
        self.changed: Callable[[], None] = lambda: None  # called when the last area of the queue is another

    @property
    def idle(self) -> bool:
        """Whether the queue is empty."""
        self._serve()
        return not self._line

    def last(self, session: Session | None) -> str:
        """The label of the last area in the queue of this session; empty if there is none."""
        waiting = self._last(session)
        return waiting.label if waiting is not None else ""

    def drop_last(self, session: Session | None) -> None:
        """Drop the last area in the queue of this session."""
        waiting = self._last(session)
        if waiting is not None and waiting.job is not None:
            self._line.remove(waiting)
            waiting.job.cancel()
            waiting.gone()
            self.changed()

    def _last(self, session: Session | None) -> _Waiting | None:
        mine = (each for each in reversed(self._line) if each.session is session and not each.over)
        return next(mine, None)

    def add(
        self, session: Session, label: str, make: Make, fold: Fold, gone: Callable[[], object] = lambda: None
    ) -> None:
        """Run ``make(token)`` on a thread, and ``fold(area)`` on the window's thread when it is this one's turn.

        The area is dropped if another document or layer is active by then. ``gone`` is called on the window's thread
        once it is folded or dropped.
        """
        document = session.document
        assert document is not None
        waiting = _Waiting(session, label, fold, gone)
        self._line.append(waiting)

        def done(area: Area) -> None:
            now = session.document
            same = now is not None and now.image is document.image and document.active in {None, now.active}
            waiting.area = area
            if not same:
                waiting.fold = lambda _area: None
            self._serve()
            self.changed()

        def failed(error: MaskStudioError) -> None:
            session.failed(error)
            self._serve()
            self.changed()

        lane = f"tool area {next(_numbers)}"
        waiting.job = session.runner.start(label, make, done, lane=lane, failed=failed)
        self.changed()

    def _serve(self) -> None:
        while self._line and self._line[0].over:
            first = self._line.popleft()
            if first.area is not None:
                first.fold(first.area)
            first.gone()
