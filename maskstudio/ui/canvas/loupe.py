"""The loupe: a square beside the pointer that shows the pixels there enlarged, with their coverage in words."""

import time

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from maskstudio.core.geometry import Rect
from maskstudio.figures import percent
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.frame import Frame
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.canvas.transform import ViewTransform

FACTORS = (2, 4, 8)
_SIDE, _FOOT = 168, 24  # logical pixels of the square, and of the line of words below it
_AWAY = 32  # logical pixels from the pointer to the loupe
_ARM, _HOLE = 14, 3  # logical pixels of an arm of the cross, and of its open middle
_SLICE = 0.003  # seconds
_DARK, _LIGHT, _WORDS = QColor(0, 0, 0, 170), QColor(255, 255, 255, 230), QColor(32, 32, 32)


class Loupe(QWidget):
    """Lies over a canvas and follows the pointer on it while ``on``. It takes no clicks."""

    def __init__(self, canvas: Canvas) -> None:
        """Lie hidden over ``canvas`` and follow its pointer, its repaints and its style."""
        super().__init__(canvas)
        self.setObjectName("loupe")
        self.setAccessibleName(self.tr("Loupe"))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.resize(_SIDE, _SIDE + _FOOT)
        self.hide()
        self._canvas = canvas
        self._frame = Frame()
        self._on = False
        self._factor = 4
        self._at: tuple[int, int] | None = None  # column and row of the image pixel in the middle
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self.update)
        canvas.strokes.moved.connect(self._follow)
        canvas.sides.outdated.connect(self._outdate)
        canvas.styling.restyled.connect(self._restyle)
        canvas.installEventFilter(self)

    @property
    def on(self) -> bool:
        """Whether the loupe shows while the pointer is on the image."""
        return self._on

    def set_on(self, on: bool) -> None:
        """Turn the loupe on or off."""
        self._on = on
        if not on:
            self.hide()

    @property
    def factor(self) -> int:
        """Device pixels for each pixel of the image."""
        return self._factor

    def set_factor(self, factor: int) -> None:
        """Set how much the loupe enlarges: one of ``FACTORS``."""
        self._factor = factor
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hide the loupe when the pointer leaves the canvas."""
        if event.type() == QEvent.Type.Leave:
            self.hide()
        return super().eventFilter(watched, event)

    def _follow(self, pointer: Pointer) -> None:
        """Move the loupe to the pixel under the pointer; hide it while it is off or the pointer is off the image."""
        scene = self._canvas.compared.result
        at = int(pointer.x // 1), int(pointer.y // 1)
        if not self._on or scene is None or not scene.document.frame.holds(*at):
            self.hide()
            return
        if at != self._at:
            self._at = at
            self.update()
        self._place(self._canvas.view.from_image(QPointF(pointer.x, pointer.y)).toPoint())
        self.show()

    def _place(self, pointer: QPoint) -> None:
        """Put the loupe below and right of the pointer, or on the other side if there is no room."""
        room = self._canvas.rect()
        x, y = pointer.x() + _AWAY, pointer.y() + _AWAY
        if x + self.width() > room.right():
            x = pointer.x() - _AWAY - self.width()
        if y + self.height() > room.bottom():
            y = pointer.y() - _AWAY - self.height()
        self.move(max(x, 0), max(y, 0))

    def _outdate(self, rect: Rect) -> None:
        if self.isVisible():
            self._frame.outdate_image(rect)
            self.update()
        else:
            self._frame.outdate()

    def _restyle(self) -> None:
        self._frame.outdate()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the enlarged pixels, the cross, and the words below."""
        painter = QPainter(self)
        scene = self._canvas.compared.result
        if scene is None or self._at is None:
            painter.fillRect(self.rect(), _WORDS)
            return
        ratio = self.devicePixelRatioF()
        side = round(_SIDE * ratio)
        middle = self._at[0] + 0.5, self._at[1] + 0.5
        self._frame.show(ViewTransform(scene.document.size, (side, side), float(self._factor), middle))
        whole = QRegion(0, 0, side, side)
        style, surround = self._canvas.styling.on_show, self._canvas.styling.surround
        self._frame.paint(scene, style, surround, whole, time.perf_counter() + _SLICE)
        painter.drawPixmap(QRect(0, 0, _SIDE, _SIDE), self._frame.pixmap)
        if not (whole - self._frame.valid).isEmpty():
            self._more.start()
        self._paint_cross(painter)
        self._paint_words(painter, int(scene.read_alpha(Rect(*self._at, 1, 1))[0, 0]))

    def _paint_cross(self, painter: QPainter) -> None:
        centre = QPointF(_SIDE / 2, _SIDE / 2)
        hole = max(_HOLE, self._factor / 2 / self.devicePixelRatioF() + 1)
        for colour, width in ((_DARK, 3), (_LIGHT, 1)):
            painter.setPen(QPen(colour, width))
            for way in (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)):
                painter.drawLine(centre + way * hole, centre + way * _ARM)

    def _paint_words(self, painter: QPainter, alpha: int) -> None:
        foot = QRectF(0, _SIDE, _SIDE, _FOOT)
        painter.fillRect(foot, _WORDS)
        painter.setPen(QColor(235, 235, 235))
        inner = foot.adjusted(8, 0, -8, 0)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, f"{self._factor}×")
        words = self.tr("alpha {} · {}").format(alpha, percent(alpha / 255))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)
        painter.setPen(QPen(_WORDS, 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
