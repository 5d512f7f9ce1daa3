"""A stroke of the Quick Selection brush that is drawn in the window and followed on threads."""

import threading
import time
from collections import deque
from math import inf

from maskstudio.core.area import Area
from maskstudio.core.arrays import Point
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.selection.quickstroke import QuickStroke

_WHILE = 0.03  # seconds that points are followed before what is taken is shown


class QuickSelecting:
    """Points wait in a line that whichever thread comes next works off, in order."""

    def __init__(self, image: Image, mask: Mask, radius: float, *, adds: bool) -> None:
        """``mask``, of the image's size, is added to, or else taken from; ``radius`` of the brush in px."""
        self._image, self._mask, self._radius, self._adds = image, mask, radius, adds
        self._points: deque[Point] = deque()
        self._lock = threading.Lock()
        self._stroke: QuickStroke | None = None

    def to(self, x: float, y: float) -> None:
        """Have the stroke go on to x, y in px of the image when it is followed next."""
        self._points.append((x, y))

    @property
    def waits(self) -> bool:
        """Whether there are points that nobody has followed yet."""
        return bool(self._points)

    def shown(self, token: Token) -> Area:
        """What is taken so far, as ``QuickStroke.shown`` says: after a while, though more points may wait.

        Raises ``Cancelled`` through ``token``.
        """
        with self._lock:
            return self._followed(token, _WHILE).shown()

    def area(self, token: Token, *, enhance: bool) -> Area:
        """What the whole stroke takes, as ``QuickStroke.area`` says. Raises ``Cancelled`` through ``token``."""
        with self._lock:
            stroke = self._followed(token)
            stroke.end()
            return stroke.area(token, enhance=enhance)

    def _followed(self, token: Token, seconds: float = inf) -> QuickStroke:
        """The stroke with the points that wait, one at least, as far as time allows; the lock is held."""
        if self._stroke is None:
            taken = self._mask if self._adds else self._mask.inverse
            self._stroke = QuickStroke(self._image, taken, self._radius)
        until = time.perf_counter() + seconds
        while self._points:
            self._stroke.to(*self._points[0], token)
            self._points.popleft()
            if time.perf_counter() > until:
                break
        return self._stroke
