"""The canvas: shows a document. Knows no session, no panel and no tool; it only tells what happened on it."""

import time
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QRegion
from PySide6.QtWidgets import QWidget

from maskstudio.core.document import Document
from maskstudio.core.geometry import Rect
from maskstudio.ui.canvas import marks
from maskstudio.ui.canvas.frame import Frame
from maskstudio.ui.canvas.scene import MODES, Mode, Scene, Side, Style
from maskstudio.ui.canvas.tiling import rects
from maskstudio.ui.canvas.viewport import Viewport

_SLICE = 0.006  # seconds of making and painting tiles in one repaint; what is not ready follows in the next
_MARKED: tuple[Mode, ...] = ("overlay", "image")  # others are for judging the edge, with nothing in the way
_CLICK = 4  # logical pixels a click may wander
_SQUARE = 8  # logical pixels of a checkerboard square


@dataclass(frozen=True, slots=True)
class Pointer:
    """The pointer over the image, for tools: ``x`` and ``y`` in image pixels, fractional, perhaps outside the image."""

    x: float
    y: float
    button: Qt.MouseButton
    modifiers: Qt.KeyboardModifier


class Canvas(Viewport):
    """A view of one document."""

    hovered = Signal(int, int, int)  # column, row, alpha under the pointer
    left = Signal()  # the pointer is not on the image any more
    layerClicked = Signal(int)  # id of the layer whose tag or box was clicked  # noqa: N815
    pressed = Signal(Pointer)  # a button that does not pan
    moved = Signal(Pointer)  # the pointer, with a button or without
    released = Signal(Pointer)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription("The photo with its mask. Arrow keys move the view, Space and drag pans.")
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(64, 64)
        self._scene: Scene | None = None
        self._frame = Frame()
        self._style = Style()
        self._original = False
        self._boxes = True
        self._surround: QColor | None = None
        self._marks: list[marks.Mark] = []
        self._pointed: int | None = None
        self._pointer: QPointF | None = None
        self._clicking: QPointF | None = None
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._continue)
        self.viewChanged.connect(self._follow_view)

    @property
    def document(self) -> Document | None:
        """The document on show."""
        return self._scene.document if self._scene else None

    def set_document(self, document: Document | None) -> None:
        """Show a document.

        Another state of the same image repaints only what differs. The view stays where it was; only an image that
        is the first, or of another size than the last, is fitted.
        """
        scene = self._scene
        if scene is not None and document is not None and scene.document.image is document.image:
            before = self._shown_mode
            for rect in scene.replace(document):
                self._outdate_image(rect)
            if self._shown_mode != before:
                self._outdate()
            self._lay_marks()
            self._tell_hover()
        else:
            self._scene = Scene(document) if document else None
            self._frame.clear()
            self._show_image(document.size if document else None)

    def set_mode(self, mode: Mode) -> None:
        """``overlay``, ``black``, ``white``, ``checker``, ``mask`` or ``image`` (the original)."""
        if mode not in MODES:
            raise ValueError(f"There is no view mode called {mode!r}.")
        self._restyle(replace(self._style, mode=mode))

    def set_overlay(self, colour: QColor, opacity: float, side: Side) -> None:
        """Colour, opacity (0..1) and side (``outside`` or ``inside`` the mask) of the overlay."""
        rgb = (colour.red(), colour.green(), colour.blue())
        self._restyle(replace(self._style, colour=rgb, opacity=min(max(opacity, 0.0), 1.0), side=side))

    def set_surround(self, colour: QColor | None) -> None:
        """The colour around the image; None takes a neutral grey that goes with the palette."""
        self._surround = colour
        self._outdate()

    def set_show_boxes(self, shown: bool) -> None:
        """Whether detections are marked with boxes and numbers, in the overlay and on the photo."""
        self._boxes = shown
        self._lay_marks()

    def hold_original(self, held: bool) -> None:
        """Show the bare photo for as long as this is held."""
        if held != self._original:
            self._original = held
            self._outdate()
            self._lay_marks()

    @property
    def mode(self) -> Mode:
        """The view mode in use, whether or not the original is held."""
        return self._style.mode

    @property
    def _shown_mode(self) -> Mode:
        """A photo without layers is not tinted: there is no mask yet that could leave anything out."""
        bare = self.mode == "overlay" and self.document is not None and not self.document.layers
        return "image" if self._original or bare else self.mode

    @property
    def surround(self) -> QColor:
        """The colour around the image."""
        if self._surround is not None:
            return self._surround
        value = self.palette().color(QPalette.ColorRole.Window).lightness()
        grey = value + 16 if value < 128 else value - 40
        return QColor(grey, grey, grey)

    @property
    def complete(self) -> bool:
        """Whether everything in sight shows what it should; otherwise the rest follows by itself."""
        whole = QRegion(QRect(QPoint(), self._frame.pixmap.size()))
        return self._scene is None or (self._frame.shows(self._view) and (whole - self._frame.valid).isEmpty())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bring the frame up to date within a time slice, then copy it."""
        if self._view is not None and self._view.viewport != self._device_size:
            self._follow_size()  # the pixel ratio changed, as on the way to another screen
        painter = QPainter(self)
        if self._scene is None or self._view is None:
            painter.fillRect(event.rect(), self.surround)
            return
        ratio = self.devicePixelRatioF()
        region = self._device_region(event.region(), ratio)
        style = replace(self._style, mode=self._shown_mode, square=round(_SQUARE * ratio))
        self._frame.show(self._view)
        self._frame.paint(self._scene, style, self.surround, region, time.perf_counter() + _SLICE)
        painter.scale(1 / ratio, 1 / ratio)
        for rect in rects(region):
            painter.drawPixmap(rect, self._frame.pixmap, rect)
        accent = self.palette().color(QPalette.ColorRole.Highlight)
        marks.paint(painter, self._marks, accent, self.font(), ratio, self._pointed)
        if not self.complete:
            self._more.start()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette and the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._outdate()
            self._lay_marks()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to pan, or tell a tool and perhaps begin a click."""
        super().mousePressEvent(event)
        if event.isAccepted():
            return
        event.accept()
        if event.button() == Qt.MouseButton.LeftButton and self._hand.button is None:
            self._clicking = event.position()
        self.pressed.emit(self._pointer_of(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or tell where the pointer is."""
        self._pointer = event.position()
        super().mouseMoveEvent(event)
        if event.isAccepted():
            return
        event.accept()
        self._point_at(marks.hit_tag(self._marks, self._device_point(event.position())))
        self._tell_hover()
        self.moved.emit(self._pointer_of(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or complete a click."""
        super().mouseReleaseEvent(event)
        if event.isAccepted():
            return
        event.accept()
        self.released.emit(self._pointer_of(event))
        if event.button() != Qt.MouseButton.LeftButton:
            return
        start, self._clicking = self._clicking, None
        if start is not None and (event.position() - start).manhattanLength() <= _CLICK:
            self._click(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is gone."""
        self._pointer = None
        self._point_at(None)
        self.left.emit()

    def _continue(self) -> None:
        rest = QRegion(self._frame.pixmap.rect()) - self._frame.valid
        self.update(self._widget_rect(rest.boundingRect()))

    def _follow_view(self) -> None:
        self._lay_marks()
        self._tell_hover()
        self.update()

    def _outdate_image(self, rect: Rect) -> None:
        self.update(self._widget_rect(self._frame.outdate_image(rect)))

    def _outdate(self) -> None:
        self._frame.outdate()
        self.update()

    def _restyle(self, style: Style) -> None:
        if style != self._style:
            self._style = style
            self._outdate()
            self._lay_marks()

    def _lay_marks(self) -> None:
        laid: list[marks.Mark] = []
        shown = self._boxes and not self._original and self.mode in _MARKED
        if self._view is not None and self.document is not None and shown:
            laid = marks.layout(self.document, self._view, self.font(), self.devicePixelRatioF(), self._pointed)
        if laid != self._marks:
            self._marks = laid
            self.update()

    def _point_at(self, layer_id: int | None) -> None:
        if layer_id != self._pointed:
            self._pointed = layer_id
            self._lay_marks()
            self._show_cursor()

    def _idle_cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.ArrowCursor if self._pointed is None else Qt.CursorShape.PointingHandCursor

    def _click(self, position: QPointF) -> None:
        layer_id = marks.hit(self._marks, self._device_point(position))
        if layer_id is not None:
            self.layerClicked.emit(layer_id)

    def _tell_hover(self) -> None:
        if self._pointer is None:
            return
        at = self._view.pixel_at(self._device(self._pointer)) if self._view else (-1, -1)
        if self.document is None or not self.document.frame.intersect(Rect(*at, 1, 1)):
            self.left.emit()
        else:
            self.hovered.emit(*at, self.document.alpha[at])

    def _pointer_of(self, event: QMouseEvent) -> Pointer:
        at = self.to_image(event.position())
        return Pointer(at.x(), at.y(), event.button(), event.modifiers())

    def _device_point(self, position: QPointF) -> QPoint:
        x, y = self._device(position)
        return QPoint(int(x), int(y))

    def _device_region(self, region: QRegion, ratio: float) -> QRegion:
        out = QRegion()
        for rect in rects(region):
            out += _scaled(rect, ratio)
        return out

    def _widget_rect(self, rect: QRect) -> QRect:
        return _scaled(rect, 1 / self.devicePixelRatioF())


def _scaled(rect: QRect, factor: float) -> QRect:
    """The whole pixels that hold the scaled rectangle."""
    return QRectF(rect.x() * factor, rect.y() * factor, rect.width() * factor, rect.height() * factor).toAlignedRect()
