"""The photo and the result side by side, moving as one. The second view paints the first one's scene."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QRegion
from PySide6.QtWidgets import QSplitter, QWidget

from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.imageview import ImageView
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.canvas.style import Style

_ARM = 9  # logical pixels of an arm of the cross
_CROSS = ((QColor(0, 0, 0, 170), 3), (QColor(255, 255, 255), 1))


class Pane(ImageView):
    """The photo as another view looks at it. Dragging moves both; where the pointer of the other is, a cross is."""

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pane")
        self.setAccessibleName(self.tr("The photo"))
        self.setAccessibleDescription(self.tr("The photo beside the result; it moves with it."))
        self._canvas = canvas
        self._following = False
        self._cross: QPointF | None = None
        self._wear(Style("image", bare=True))
        canvas.viewChanged.connect(self.follow)
        canvas.moved.connect(self._follow_pointer)
        canvas.left.connect(lambda: self._put_cross(None))
        self.viewChanged.connect(self._lead)

    def follow(self) -> None:
        """Show what the other view shows, where it does."""
        if self.isHidden() or self._following:
            return
        self._following = True
        if self._scene is not self._canvas.scene:
            self._scene = self._canvas.scene
            self._frame.clear()
            self._show_image(self._scene.document.size if self._scene else None)
        self._surround = self._canvas.surround
        if (look := self._canvas.look) is not None:
            self.look = look
        self._following = False

    def _lead(self) -> None:
        """The view was moved here."""
        if not self._following and not self.isHidden() and self.look is not None:
            self._following = True
            self._canvas.look = self.look
            self._following = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """There is nothing to draw on here, so that every button pans."""
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
    """Holds a canvas, and beside it a pane of the photo while that is wanted. It is there only while the canvas is."""

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("compare")
        self.setChildrenCollapsible(False)
        self._canvas = canvas
        self.pane = Pane(canvas)
        self.addWidget(self.pane)
        self.addWidget(canvas)
        self.pane.hide()
        canvas.installEventFilter(self)

    @property
    def side_by_side(self) -> bool:
        """Whether the photo has a pane of its own."""
        return not self.pane.isHidden()

    def set_side_by_side(self, beside: bool) -> None:
        """Show the photo at the left of the canvas, or the canvas alone."""
        if beside == self.side_by_side:
            return
        self.pane.setVisible(beside)
        if beside:
            half = self.width() // 2
            self.setSizes([half, half])
            self.pane.follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hide and come with the canvas, so that what lies below can be reached."""
        if watched is self._canvas and event.type() in (QEvent.Type.HideToParent, QEvent.Type.ShowToParent):
            self.setVisible(event.type() == QEvent.Type.ShowToParent)
        return super().eventFilter(watched, event)
