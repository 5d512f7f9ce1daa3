"""A second view beside the canvas that shows the other side of a comparison and moves with it.

It paints the scenes of the canvas.
"""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QRegion
from PySide6.QtWidgets import QSplitter, QWidget

from maskstudio.core.document import Document
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.divider import caption
from maskstudio.ui.canvas.imageview import ImageView
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.canvas.style import Style

_CORNER = 10  # logical pixels from the corner to the words of what is shown
_ARM = 9  # logical pixels of an arm of the cross
_CROSS = ((QColor(0, 0, 0, 170), 3), (QColor(255, 255, 255), 1))


class Pane(ImageView):
    """The photo, or another document the canvas compares with, at the same place and scale.

    Dragging moves both views; a cross marks the pointer of the canvas.
    """

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        """Make a pane beside ``canvas`` that follows what it compares with, its view and its pointer."""
        super().__init__(parent)
        self.setObjectName("pane")
        self.setAccessibleName(self.tr("The photo"))
        self.setAccessibleDescription(self.tr("What the result is compared with; it moves with it."))
        self._canvas = canvas
        self._following = False
        self._cross: QPointF | None = None
        self._shown: Document | None = None  # the state of another document that is painted
        self._caption = caption("", self)
        self._caption.move(_CORNER, _CORNER)
        self._wear(Style("image", bare=True))
        canvas.otherChanged.connect(self.follow)
        canvas.restyled.connect(self.follow)
        canvas.viewChanged.connect(self.follow)
        canvas.moved.connect(self._follow_pointer)
        canvas.left.connect(lambda: self._put_cross(None))
        self.viewChanged.connect(self._lead)

    def follow(self) -> None:
        """Show the other side of the canvas's comparison, at the canvas's place and scale."""
        if self.isHidden() or self._following:
            return
        self._following = True
        scene = self._canvas.scene_beside
        state = None if scene is None or scene is self._canvas.scene else scene.document
        if self._scene is not scene:
            self._scene = scene
            self._frame.clear()
            self._show_image(scene.document.size if scene else None)
        elif state is not self._shown:
            self._outdate()
        self._shown = state
        self._restyle(self._canvas.style_beside)
        self._surround = self._canvas.surround
        if (look := self._canvas.look) is not None:
            self.look = look
        self._following = False

    def set_caption(self, text: str) -> None:
        """Write in a corner what is shown; an empty text hides the words."""
        self.setAccessibleName(text or self.tr("The photo"))
        self._caption.setText(text)
        self._caption.adjustSize()
        self._caption.setVisible(bool(text))

    def _lead(self) -> None:
        """Move the canvas to where this view was moved."""
        if not self._following and not self.isHidden() and self.look is not None:
            self._following = True
            self._canvas.look = self.look
            self._following = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pan with any button, since nothing is drawn here."""
        event.accept()
        if self._hand.button is None:
            self._hand.press(event.button(), event.position())
            self._show_cursor()

    def _idle_cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.OpenHandCursor

    def _follow_pointer(self, pointer: Pointer) -> None:
        self._put_cross(QPointF(pointer.x, pointer.y))

    def _put_cross(self, at: QPointF | None) -> None:
        if self.isHidden() or at == self._cross:
            return
        for place in (self._cross, at):
            if place is not None:
                middle = self.from_image(place).toPoint()
                self.update(middle.x() - _ARM - 2, middle.y() - _ARM - 2, 2 * _ARM + 4, 2 * _ARM + 4)
        self._cross = at

    def _paint_over(self, painter: QPainter, region: QRegion) -> None:
        super()._paint_over(painter, region)
        if self._cross is None:
            return
        ratio = self.devicePixelRatioF()
        middle, arm = self.from_image(self._cross) * ratio, _ARM * ratio
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
