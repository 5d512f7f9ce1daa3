"""A second view beside the canvas that shows the other side of a comparison and moves with it.

It paints the scenes of the canvas.
"""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from maskstudio.core.document import Document
from maskstudio.ui.canvas.areas import scaled_region
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.caption import Caption
from maskstudio.ui.canvas.frame import Frame
from maskstudio.ui.canvas.framepainter import FramePainter, PaneContent
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.canvas.repaints import Repaints
from maskstudio.ui.canvas.scene import Scene
from maskstudio.ui.canvas.steering import HEARD, Steering
from maskstudio.ui.canvas.style import Style
from maskstudio.ui.canvas.viewport import Viewport

_ARM = 9  # logical pixels of an arm of the cross
_CROSS = ((QColor(0, 0, 0, 170), 3), (QColor(255, 255, 255), 1))


class Pane(QWidget):
    """The photo, or another document the canvas compares with, at the same place and scale.

    Dragging moves both views; a cross marks the pointer of the canvas.
    """

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        """Make a pane beside ``canvas`` that follows what it compares with, its view and its pointer."""
        super().__init__(parent)
        self.setObjectName("pane")
        self.setAccessibleName(self.tr("The photo"))
        self.setAccessibleDescription(self.tr("What the result is compared with; it moves with it."))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(64, 64)
        self.setMouseTracking(True)
        self._canvas = canvas
        self._following = False
        self._cross: QPointF | None = None
        self._scene: Scene | None = None
        self._style: Style | None = None  # the style that is painted
        self._shown: Document | None = None  # the state of another document that is painted
        self._frame = Frame()
        self.view = Viewport(self)
        self.steering = Steering(self)
        self._repaints = Repaints(self, self.view)
        self.painting = FramePainter(self, self.view, self._repaints, self._contents, self._next)
        self.caption = Caption(self)
        self._connect(canvas)

    def _connect(self, canvas: Canvas) -> None:
        canvas.compared.otherChanged.connect(self.follow)
        canvas.styling.restyled.connect(self.follow)
        canvas.view.changed.connect(self.follow)
        canvas.strokes.moved.connect(self._follow_pointer)
        canvas.hover.left.connect(lambda: self._put_cross(None))
        self.steering.asked.connect(self.view.apply)
        self.steering.cursorChanged.connect(self._show_cursor)
        self.view.changed.connect(self._repaints.whole)
        self.view.changed.connect(self._lead)

    @property
    def complete(self) -> bool:
        """Whether everything in sight is up to date; otherwise the rest follows by itself."""
        return self.painting.complete

    def follow(self) -> None:
        """Show the other side of the canvas's comparison, at the canvas's place and scale."""
        if self.isHidden() or self._following:
            return
        self._following = True
        scene, style = self._canvas.compared.beside, self._canvas.styling.beside
        state = None if scene is None or scene is self._canvas.contents.scene else scene.document
        if self._scene is not scene:
            self._scene = scene
            self._frame.clear()
            self.view.show_image(scene.document.size if scene else None)
        elif state is not self._shown or style != self._style:
            self._outdate()
        self._shown, self._style = state, style
        if (look := self._canvas.view.look) is not None:
            self.view.look = look
        self._following = False

    def say(self, text: str) -> None:
        """Write in a corner what is shown; an empty text hides the words."""
        self.setAccessibleName(text or self.tr("The photo"))
        self.caption.say(text)

    def _lead(self) -> None:
        """Move the canvas to where this view was moved."""
        if not self._following and not self.isHidden() and self.view.look is not None:
            self._following = True
            self._canvas.view.look = self.view.look
            self._following = False

    def event(self, event: QEvent) -> bool:
        """Let the steering hear it first."""
        if event.type() in HEARD and self.steering.hear(event):
            return True
        return super().event(event)

    # Dragging: any button pans, since nothing is drawn here

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the view."""
        event.accept()
        if not self.steering.dragging:
            self.steering.press(event.button(), event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it."""
        event.accept()
        pan = self.steering.move(event.position())
        if pan is not None:
            self.view.apply(pan, event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let it go."""
        event.accept()
        self.steering.release(event.button())

    def _show_cursor(self) -> None:
        self.setCursor(self.steering.cursor or Qt.CursorShape.OpenHandCursor)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bring the image up to date within a time slice, copy it, and draw the cross over it."""
        self._repaints.begin()
        if self.view.outgrown:
            self.view.follow_size()
        painter, surround = QPainter(self), self._canvas.styling.surround
        if self._scene is None or self.view.transform is None:
            painter.fillRect(event.rect(), surround)
            return
        ratio = self.view.ratio
        painter.scale(1 / ratio, 1 / ratio)
        region = scaled_region(event.region(), ratio)
        self.painting.paint(painter, region, surround, dragged=self.steering.dragging)
        self._paint_cross(painter)
        self.painting.plan(complete=self.complete, rest=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the middle in the middle, or the whole image in sight while it is fitted."""
        self.view.follow_size()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._outdate()

    def _contents(self, region: QRegion) -> list[PaneContent]:
        if self._scene is None:
            return []
        return [PaneContent(self._frame, self._scene, self._canvas.styling.beside, region)]

    def _next(self) -> tuple[Scene, Style] | None:
        return None if self._scene is None else (self._scene, self._canvas.styling.beside)

    def _outdate(self) -> None:
        self._frame.outdate()
        self.update()

    def _follow_pointer(self, pointer: Pointer) -> None:
        self._put_cross(QPointF(pointer.x, pointer.y))

    def _put_cross(self, at: QPointF | None) -> None:
        if self.isHidden() or at == self._cross:
            return
        for place in (self._cross, at):
            if place is not None:
                middle = self.view.from_image(place).toPoint()
                self.update(middle.x() - _ARM - 2, middle.y() - _ARM - 2, 2 * _ARM + 4, 2 * _ARM + 4)
        self._cross = at

    def _paint_cross(self, painter: QPainter) -> None:
        if self._cross is None:
            return
        ratio = self.view.ratio
        middle, arm = self.view.from_image(self._cross) * ratio, _ARM * ratio
        for colour, width in _CROSS:
            painter.setPen(QPen(colour, width * ratio))
            painter.drawLine(middle - QPointF(arm, 0), middle + QPointF(arm, 0))
            painter.drawLine(middle - QPointF(0, arm), middle + QPointF(0, arm))


class CompareView(QSplitter):
    """Holds a canvas and, if wanted, a pane beside it with the other side of its comparison.

    It is hidden with the canvas.
    """

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("compare")
        self.setChildrenCollapsible(False)
        self.canvas = canvas
        self.pane = Pane(canvas)
        self.addWidget(self.pane)
        self.addWidget(canvas)
        self.pane.hide()
        canvas.installEventFilter(self)

    @property
    def side_by_side(self) -> bool:
        """Whether the other side of the comparison has a pane of its own."""
        return not self.pane.isHidden()

    def set_side_by_side(self, beside: bool) -> None:
        """Show the other side at the left of the canvas, or the canvas alone."""
        if beside == self.side_by_side:
            return
        self.pane.setVisible(beside)
        if beside:
            half = self.width() // 2
            self.setSizes([half, half])
            self.pane.follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hide and show with the canvas, so that the widget below can be reached."""
        if watched is self.canvas and event.type() in (QEvent.Type.HideToParent, QEvent.Type.ShowToParent):
            self.setVisible(event.type() == QEvent.Type.ShowToParent)
        return super().eventFilter(watched, event)
