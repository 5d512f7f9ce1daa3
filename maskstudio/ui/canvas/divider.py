"""The line between photo and result: dragged, or moved with the arrow keys while it has the focus."""

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from maskstudio.ui.canvas.caption import Caption

_WIDE = 15  # logical pixels around the line that can be grabbed
_GRIP = 26
_LINE, _SHADE = QColor(255, 255, 255), QColor(0, 0, 0, 150)
_STEP, _LEAP = 0.01, 0.1
_TOP = 10  # logical pixels from the top to the names of the sides
_KEYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class Divider(QWidget):
    """A line over the whole height of its parent, at a ``share`` of its width. The parent paints the two sides."""

    moved = Signal()

    def __init__(self, parent: QWidget) -> None:
        """Lie hidden over ``parent``, with the line in the middle."""
        super().__init__(parent)
        self.setObjectName("divider")
        self.setAccessibleName(self.tr("Divider of {} and {}").format(self.tr("Photo"), self.tr("Result")))
        self.setAccessibleDescription(self.tr("The arrow keys move it; Shift makes large steps."))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self._under = parent
        self._share = 0.5
        self._held: float | None = None  # from the pointer to the line while it is dragged, logical pixels
        self._names = [Caption(parent, self.tr("Photo")), Caption(parent, self.tr("Result"))]
        self.hide()
        parent.installEventFilter(self)

    def set_names(self, left: str, right: str) -> None:
        """Name the two sides; empty names stand for the photo and the result."""
        words = left or self.tr("Photo"), right or self.tr("Result")
        if words == tuple(name.text() for name in self._names):
            return
        for name, text in zip(self._names, words, strict=True):
            name.setText(text)
        self.setAccessibleName(self.tr("Divider of {} and {}").format(*words))
        self._place()

    @property
    def share(self) -> float:
        """Where the line is: 0 at the left, 1 at the right."""
        return self._share

    def move_to(self, share: float) -> None:
        """Put the line at a share of the width."""
        share = min(max(share, 0.0), 1.0)
        if share != self._share:
            self._share = share
            self._place()
            self.moved.emit()

    @property
    def x_of_line(self) -> float:
        """Logical pixels from the left of the parent to the line."""
        return self._share * self._under.width()

    @property
    def on(self) -> bool:
        """Whether the parent shows two sides."""
        return not self.isHidden()

    def set_on(self, on: bool) -> None:
        """Let the parent show the other side at the left of the line and the result at its right, or the result."""
        if on != self.on:
            self.setVisible(on)
            self._under.update()

    def setVisible(self, visible: bool) -> None:
        """Show or hide the line and the names of its sides."""
        super().setVisible(visible)
        for name in self._names:
            name.setVisible(visible)
        if visible:
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the parent's size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        line = round(self.x_of_line)
        self.setGeometry(line - _WIDE // 2, 0, _WIDE, self._under.height())
        photo, result = self._names
        for name in self._names:
            name.adjustSize()
        photo.move(line - _TOP - photo.width(), _TOP)
        result.move(line + _TOP, _TOP)
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A light line with dark sides, and a grip in its middle."""
        painter = QPainter(self)
        middle, centre = _WIDE // 2, QPointF(_WIDE / 2, self.height() / 2)
        painter.fillRect(middle - 1, 0, 3, self.height(), _SHADE)
        painter.fillRect(middle, 0, 1, self.height(), _LINE)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = self.palette().color(QPalette.ColorRole.Highlight) if self.hasFocus() else _SHADE
        painter.setPen(QPen(ring, 2 if self.hasFocus() else 1))
        painter.setBrush(_LINE)
        painter.drawRoundedRect(QRectF(centre.x() - 5.5, centre.y() - _GRIP / 2, 11, _GRIP), 5, 5)
        painter.setPen(QPen(QColor(60, 60, 60), 1))
        for x in (-1.5, 1.5):
            painter.drawLine(centre + QPointF(x, -5), centre + QPointF(x, 5))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the line."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self.mapToParent(event.position()).x() - self.x_of_line
            event.accept()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it."""
        if self._held is not None:
            self.move_to((self.mapToParent(event.position()).x() - self._held) / max(self._under.width(), 1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let it go."""
        self._held = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to the middle."""
        self.move_to(0.5)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right by a hundredth of the width, with Shift by a tenth; Home and End to the borders."""
        direction = _KEYS.get(Qt.Key(event.key()))
        if direction is not None:
            leap = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.move_to(self._share + direction * (_LEAP if leap else _STEP))
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.move_to(0.0 if event.key() == Qt.Key.Key_Home else 1.0)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()
