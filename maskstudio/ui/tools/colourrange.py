"""Colour Range: clicks name colours, or a preset names tones; the whole photo's share of them is shown and selected.

It has the pointer until it is applied or cancelled, like a free transform.
"""

from collections.abc import Callable
from dataclasses import replace
from math import floor, hypot
from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from maskstudio.core.area import Area, tight
from maskstudio.core.colourrange import ColourSample, colour_range
from maskstudio.core.geometry import Rect
from maskstudio.core.seen import mean_colour
from maskstudio.jobs import Token
from maskstudio.params.tools import ColourRangeParams
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.base import ENTER, Bench, M, Right, Tool, said
from maskstudio.ui.tools.cursors import dropper
from maskstudio.ui.tools.endbuttons import EndButtons
from maskstudio.ui.tools.rangepreview import SeenPart
from maskstudio.ui.tools.tint import Tint

_MARK = 6.0  # logical pixels, radius of the colour at a click
_LANE = "tool colour range"


class ColourRangeTool(Tool[ColourRangeParams]):
    """``over`` is called when it is done."""

    name = "colourRange"
    kind = ColourRangeParams
    bar = ("how", "what", "fuzziness", "inverted")
    more = ("localized", "reach", "sample_size", "preview")
    right: ClassVar[Right] = "act"

    def __init__(self, bench: Bench) -> None:
        """Make the tool; nothing is under way before ``enter``."""
        super().__init__(bench)
        self.over: Callable[[], object] = lambda: None
        self._on = False
        self._samples: list[ColourSample] = []
        self._past: list[list[ColourSample]] = []  # the samples before each click
        self._undone: list[list[ColourSample]] = []
        self._dragged = False  # whether the button is down on the last sample
        self._sight: SeenPart | None = None
        self._tint: Tint | None = None
        self._asked: object = None  # what the preview was asked for last
        self._shown = QRectF()

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said(
            "Click a colour; Shift adds another, Alt or the right button takes one away. Enter applies, Esc cancels."
        )

    @property
    def samples(self) -> tuple[ColourSample, ...]:
        """The colours clicked so far."""
        return tuple(self._samples)

    @property
    def previewed(self) -> Tint | None:
        """The picture of the selection that is shown; None while there is none."""
        return self._tint

    def controls(self) -> QWidget | None:
        """Buttons that apply and cancel."""
        buttons = EndButtons(self.name)
        buttons.applied.connect(self.apply)
        buttons.cancelled.connect(self.cancel)
        return buttons

    # Begin and end

    @property
    def busy(self) -> bool:
        """True until it is applied or cancelled."""
        return self._on

    def enter(self) -> None:
        """Start without samples."""
        super().enter()
        self._on = self.bench.document is not None
        self._samples, self._past, self._undone = [], [], []
        self._ask()

    def apply(self) -> None:
        """Select the range in the whole photo, as one step, and end; stay where there is nothing to select."""
        document, params, samples = self.bench.document, self.params, self.samples
        if not self._on or document is None:
            return
        if params.what == "samples" and all(sample.less for sample in samples):
            self.session.told(said("Click a colour in the photo first."))
            return
        if not document.layers and params.how in {"subtract", "intersect"}:
            self.session.told(said("There is no mask yet that this could be taken from."))
            return
        session, label, image = self.session, said("Colour Range"), document.image

        def work(token: Token) -> Area:
            plane = colour_range(
                image.pixels, params, samples, alpha=image.alpha, step=lambda done: token.step(done, label)
            )
            return tight(plane, 0, 0)

        def take(area: Area) -> None:
            rect, plane = area
            if rect:
                session.painting.select(plane, rect.x, rect.y, params.how, label)
            else:
                session.told(said("Nothing in the photo is within this range."))

        self.bench.folding.add(session, label, work, take)
        self._end()

    def cancel(self) -> bool:
        """End without a selection."""
        had = self._on
        if had:
            self._end()
        return had

    def _end(self) -> None:
        self._on = self._dragged = False
        if self.bench.session is not None:
            self.session.runner.cancel(_LANE)
        self._samples, self._sight, self._asked = [], None, None
        self._show(None)
        QTimer.singleShot(0, self.over)

    # Samples

    def press(self, at: Pointer) -> None:
        """Take the colour there, in place of the others, beside them, or away."""
        less = at.button == Qt.MouseButton.RightButton or self.opposite(at.modifiers)
        sample = self._sample(at, less=less)
        if not self._on or sample is None:
            return
        self._past.append(self._samples)
        self._undone.clear()
        kept = self._samples if less or at.modifiers & M.ShiftModifier else []
        self._samples, self._dragged = [*kept, sample], True
        if self.params.what != "samples":
            self.set_params(replace(self.params, what="samples"))
        self._ask()

    def move(self, at: Pointer) -> None:
        """Let the sample follow while the button is down."""
        if self._dragged and self._samples:
            sample = self._sample(at, less=self._samples[-1].less)
            if sample is not None:
                self._samples = [*self._samples[:-1], sample]
                self._ask()

    def release(self, at: Pointer) -> None:
        """Leave the sample where it is."""
        self.move(at)
        self._dragged = False

    def interrupt(self) -> None:
        """Leave the sample where it is."""
        self._dragged = False

    @property
    def undoes(self) -> str:
        """The last sample."""
        return said("sample") if self._on and self._past else ""

    @property
    def redoes(self) -> str:
        """The sample taken back last."""
        return said("sample") if self._on and self._undone else ""

    def undo(self) -> None:
        """Go back to the samples before the last click."""
        self._undone.append(self._samples)
        self._samples = self._past.pop()
        self._ask()

    def redo(self) -> None:
        """Bring the sample back."""
        self._past.append(self._samples)
        self._samples = self._undone.pop()
        self._ask()

    def forget_undone(self) -> None:
        """Forget what was taken back."""
        self._undone.clear()

    def _sample(self, at: Pointer, *, less: bool) -> ColourSample | None:
        """The colour under the pointer; None outside the photo, or where it is transparent."""
        document = self.bench.document
        x, y = floor(at.x), floor(at.y)
        if document is None or not document.frame.holds(x, y):
            return None
        around = Rect(x, y, 1, 1).grow(int(self.params.sample_size) // 2).intersect(document.frame)
        colour = mean_colour(document.image, around)
        return None if colour is None else ColourSample(colour, (at.x, at.y), less)

    # Keys

    def wants(self, event: QKeyEvent) -> bool:
        """Enter."""
        return self._on and Qt.Key(event.key()) in ENTER

    def key(self, event: QKeyEvent) -> bool:
        """Enter applies."""
        if not self.wants(event):
            return False
        self.apply()
        return True

    def wheel(self, event: QWheelEvent) -> bool:
        """Leave the wheel to the view."""
        return False

    def show_cursor(self, modifiers: M) -> None:
        """An eyedropper."""
        self.canvas.set_tool_cursor(dropper(self.canvas.devicePixelRatioF()))

    # Preview

    def changed(self) -> None:
        """Show the range with other parameters."""
        self._ask()

    def view_changed(self) -> None:
        """Show what is in sight now."""
        self._ask()
        if self._on:
            self.canvas.update()

    def _ask(self) -> None:
        """Compute the preview on a thread; a newer one replaces an older one."""
        document, view, params = self.bench.document, self.canvas.view, self.params
        if not self._on or document is None:
            return
        self._outdate()
        image, rect, scale, samples = document.image, view.visible, view.scale, self.samples
        wanted = image, rect, scale, params, samples
        if wanted == self._asked:
            return
        self._asked = wanted
        self.session.runner.cancel(_LANE)
        nothing = params.what == "samples" and not any(not sample.less for sample in samples)
        if nothing or not rect or params.preview == "none":
            self._show(None)
            return
        sight = self._sight

        def work(token: Token) -> tuple[SeenPart, Tint]:
            seen = sight if sight is not None and sight.shows(image, rect, scale) else SeenPart.of(image, rect, scale)
            token.check()
            return seen, seen.preview(params, samples, token)

        def done(found: tuple[SeenPart, Tint]) -> None:
            if self._on and self._asked == wanted:
                self._sight = found[0]
                self._show(found[1])

        self.session.runner.start(said("Colour Range"), work, done, lane=_LANE, failed=self.session.failed, quiet=True)

    def _show(self, tint: Tint | None) -> None:
        self._tint = tint
        self._outdate()

    def paint(self, painter: QPainter) -> None:
        """Draw the range, and the colours where they were clicked."""
        if not self._on:
            return
        if self._tint is not None:
            self._tint.paint(painter, self.canvas)
        if self.params.what == "samples":
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for sample in self._samples:
                self._mark(painter, sample)

    def _mark(self, painter: QPainter, sample: ColourSample) -> None:
        """A disc of the colour in a light and a dark ring, crossed out where it is taken away."""
        middle = self.place(*sample.at)
        painter.setBrush(QColor(*sample.colour))
        for colour, reach in ((QColor(0, 0, 0, 200), _MARK + 1), (QColor(255, 255, 255), _MARK)):
            painter.setPen(QPen(colour, 1.5))
            painter.drawEllipse(middle, reach, reach)
        if sample.less:
            across = QPointF(_MARK, _MARK) / hypot(1, 1)
            for colour, width in ((QColor(0, 0, 0, 200), 4.0), (QColor(255, 255, 255), 2.0)):
                painter.setPen(QPen(colour, width))
                painter.drawLine(middle - across, middle + across)

    def _outdate(self) -> None:
        """Draw again where something is shown, or was."""
        here = self._tint.place(self.canvas) if self._tint is not None else QRectF()
        reach = QPointF(_MARK + 3, _MARK + 3)
        for sample in self._samples:
            middle = self.place(*sample.at)
            here = here.united(QRectF(middle - reach, middle + reach))
        if here.united(self._shown).isValid():
            self.canvas.update_over(here.united(self._shown))
        self._shown = here
