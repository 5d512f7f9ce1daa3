"""Quick Selection: brush over the inside of a thing, and what is selected grows out to its edge."""

from PySide6.QtGui import QPainter

from maskstudio.core.area import Area
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.mask import Mask
from maskstudio.params.tools import QuickParams
from maskstudio.session.laying import How
from maskstudio.session.quickselecting import QuickSelecting
from maskstudio.ui.tools.base import Bench, said
from maskstudio.ui.tools.quickdrag import QuickDrag
from maskstudio.ui.tools.stroking import Stroking

_HOW: dict[bool, How] = {True: "add", False: "subtract"}


class QuickTool(Stroking[QuickParams]):
    """Each stroke is followed on a thread; it is shown as it grows, and folded in once the button is up."""

    name = "quick"
    kind = QuickParams
    bar = ("size", "enhance")
    hard = True

    def __init__(self, bench: Bench) -> None:
        """Make the tool, with no stroke under way."""
        super().__init__(bench)
        self._late: list[QuickDrag] = []  # strokes let go that are not in the mask yet

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        what = said("Brush over the inside of a thing to select it up to its edge. Alt or the right button takes away.")
        return f"{what} {self._sizing_hint}"

    def finish(self) -> None:
        """Fold what the stroke has selected into the mask, as one step."""
        drag = self._opened
        super().finish()
        if drag is not None:
            self._fold(drag)

    def cancel(self) -> bool:
        """Drop the stroke under way, or go back to the size of before."""
        drag = self._opened
        cancelled = super().cancel()
        if drag is not None:
            drag.drop()
        return cancelled

    def paint(self, painter: QPainter) -> None:
        """What is selected so far, and the numbers while resizing."""
        document = self.bench.document
        for drag in (*self._late, self._opened):
            if drag is not None and drag.tint is not None and document is not None and document.image is drag.image:
                drag.tint.paint(painter, self.canvas)
        super().paint(painter)

    def _open(self, *, adds: bool) -> QuickDrag | None:
        """Begin a stroke, unless there is no mask that it could take anything from."""
        document = self.bench.document
        if document is None:
            return None
        if not adds and not document.layers and not self._late:
            self.session.told(said("There is no mask yet that this could be taken from."))
            return None
        image, params = document.image, self.params
        selecting = QuickSelecting(image, self._before(adds=adds), params.size / 2, adds=adds)
        return QuickDrag(self.session, self.canvas, image, selecting, _HOW[adds], params.enhance)

    @property
    def _opened(self) -> QuickDrag | None:
        """The stroke under way, which nobody but the tool ends."""
        return self._stroke if isinstance(self._stroke, QuickDrag) else None

    def _paint(self, x: float, y: float, pressure: float) -> Rect:
        if self._opened is not None:
            self._opened.to(x, y)
        return EMPTY

    def _show_live(self) -> None:
        """Nothing: the tint shows it."""

    def _before(self, *, adds: bool) -> Mask:
        """The mask that the stroke adds to or takes from; as if it did all of it while earlier strokes are on the way.

        What they will have changed is not known yet, and nothing may be left out that they make a difference to.
        """
        document, layer = self.bench.document, self.session.active
        assert document is not None
        if self._late or layer is None:
            return Mask(*document.size) if adds else Mask.filled(*document.size, 255)
        return layer.alpha

    def _fold(self, drag: QuickDrag) -> None:
        """Have the rest worked out on a thread, and show the tint until it is in the mask."""
        label = said("Quick selection")
        self._late.append(drag)

        def take(area: Area) -> None:
            rect, plane = area
            if rect:
                drag.session.painting.select(plane, rect.x, rect.y, drag.how, label)

        def gone() -> None:
            self._late.remove(drag)
            drag.drop()

        self.bench.folding.add(drag.session, label, drag.area, take, gone)
