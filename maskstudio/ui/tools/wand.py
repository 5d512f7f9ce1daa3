"""Magic wand: a press chooses the colour, dragging sideways changes the tolerance, letting go selects."""

import threading
from dataclasses import dataclass, replace
from itertools import count
from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from maskstudio.core.area import Area
from maskstudio.core.image import Image
from maskstudio.core.wand import Wand
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Token
from maskstudio.params.local import WandParams
from maskstudio.params.tools import ColourParams
from maskstudio.session.laying import How
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.area import AreaTool
from maskstudio.ui.tools.base import Bench, Right, said
from maskstudio.ui.tools.overlay_lines import beside, label, label_area
from maskstudio.ui.tools.tint import Tint

_SLOP = 3  # logical pixels a click may move before it changes the tolerance
_PIXELS_A_STEP = 2
_numbers = count()


@dataclass(eq=False)
class _Touch:
    """One press: its place, and the area found for it so far."""

    x: float
    y: float
    how: How
    wanted: WandParams
    before: WandParams
    image: Image
    lane: str
    known: WandParams | None = None  # the parameters ``area`` was found with
    area: Area | None = None
    tint: Tint | None = None
    released: bool = False


class WandTool(AreaTool[ColourParams]):
    """Searches for the colour on a thread; the area found is shown, and folded in once the button is up."""

    name = "wand"
    kind = ColourParams
    bar = ("how", "tolerance", "contiguous", "space")
    more = ("sample_size", "antialias")
    right: ClassVar[Right] = "act"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._touch: _Touch | None = None
        self._late: list[_Touch] = []  # presses let go before their area was found
        self._wand: Wand | None = None
        self._image: Image | None = None
        self._lock = threading.Lock()
        self._at = QPointF()
        self._shown = QRectF()

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said(
            "Click a colour and drag sideways for the tolerance. Shift adds, Alt or the right button subtracts."
        )

    @property
    def busy(self) -> bool:
        """Whether the button is down."""
        return self._touch is not None

    @property
    def undoes(self) -> str:
        """The selection being made or still being searched."""
        return said("selection") if self.busy or self._late else ""

    def undo(self) -> None:
        """Drop the selection."""
        if self._touch is None and self._late:
            self.session.runner.cancel(self._late.pop().lane)
        else:
            self.cancel()

    def press(self, at: Pointer) -> None:
        """Search for the colour under the pointer."""
        document = self.bench.document
        if document is None:
            return
        self.begin(at)
        if self._image is not document.image:
            self._image, self._wand = document.image, Wand(document.image.pixels, document.image.alpha)
        lane = f"tool wand {next(_numbers)}"
        self._touch = _Touch(at.x, at.y, self.how, self.params, self.params, document.image, lane)
        self._at = self.place(at.x, at.y)
        self._ask(self._touch)

    def move(self, at: Pointer) -> None:
        """Change the tolerance by the distance dragged."""
        touch = self._touch
        if touch is None:
            return
        self._at = self.place(at.x, at.y)
        way = self._at.x() - self.place(touch.x, touch.y).x()
        steps = 0 if abs(way) <= _SLOP else round(way / _PIXELS_A_STEP)
        tolerance = min(max(touch.before.tolerance + steps, 0), 255)
        self._outdate()
        if tolerance != touch.wanted.tolerance:
            self.set_params(replace(self.params, tolerance=tolerance))
            touch.wanted = self.params
            self._ask(touch)

    def release(self, at: Pointer) -> None:
        """Select the area as soon as it is found."""
        self.move(at)
        touch, self._touch = self._touch, None
        if touch is None:
            return
        touch.released = True
        self._outdate()
        if touch.known == touch.wanted:
            self._fold(touch)
        else:
            self._late.append(touch)

    def cancel(self) -> bool:
        """Drop the selection, and restore the tolerance."""
        touch, self._touch = self._touch, None
        if touch is None:
            return False
        self.session.runner.cancel(touch.lane)
        if isinstance(touch.before, ColourParams):
            self.set_params(touch.before)
        self._outdate()
        return True

    def view_changed(self) -> None:
        """Follow the view."""
        if self._touch is not None:
            self.canvas.update()

    def paint(self, painter: QPainter) -> None:
        """Draw the area found, and the tolerance beside the pointer."""
        if self._touch is None:
            return
        if self._touch.tint is not None:
            self._touch.tint.paint(painter, self.canvas)
        label(painter, beside(self._at), self._text(), self.canvas)

    def _ask(self, touch: _Touch) -> None:
        """Search on a thread; a newer tolerance replaces an older one."""
        params, wand, scale = touch.wanted, self._wand, self.canvas.view.scale
        assert wand is not None

        def work(token: Token) -> tuple[Area, Tint]:
            with self._lock:  # the wand's memory of a place must not be used by two threads
                area = wand.select(touch.x, touch.y, params, check=token.check)
            return area, Tint.of(area, scale)

        def done(found: tuple[Area, Tint]) -> None:
            touch.known, (touch.area, touch.tint) = params, found
            if touch in self._late:
                self._late.remove(touch)
                self._fold(touch)
            else:
                self._outdate()

        def failed(error: MaskStudioError) -> None:
            self._late = [each for each in self._late if each is not touch]
            session.failed(error)

        session = self.session
        session.runner.start(said("Magic wand"), work, done, lane=touch.lane, failed=failed, quiet=True)

    def _fold(self, touch: _Touch) -> None:
        document = self.bench.document
        if touch.area is None or document is None or document.image is not touch.image:
            return
        self.how = touch.how
        area = touch.area
        self.fold(lambda _token: area, 0, said("Magic wand"))

    def _text(self) -> str:
        return said("Tolerance {}").format(self.params.tolerance)

    def _outdate(self) -> None:
        here = QRectF()
        if self._touch is not None:
            here = label_area(beside(self._at), self._text(), self.canvas)
            if self._touch.tint is not None:
                here = here.united(self._touch.tint.place(self.canvas))
        self.canvas.update_over(here.united(self._shown))
        self._shown = here
