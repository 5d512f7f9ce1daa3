"""A button that shows a colour and opens a few to choose from, or any other."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu, QToolButton, QWidget

Named = tuple[tuple[str, str], ...]  # what a colour is called, and "#rrggbb"


class Swatch(QToolButton):
    """Shows one colour. ``chosen`` comes with the new one, "#rrggbb", when the user took another."""

    chosen = Signal(str)

    def __init__(self, title: str, colours: Named, parent: QWidget | None = None) -> None:
        """Make the button with a menu of ``colours``, and one entry for any other; it shows black at first."""
        super().__init__(parent)
        self._title = title
        self._colour = "#000000"
        self.setAccessibleName(title)
        self.setToolTip(title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFixedSize(32, 28)
        menu = QMenu(self)
        for name, colour in colours:
            action = QAction(_drop(colour), name, menu)
            action.setData(colour)
            action.triggered.connect(lambda _checked=False, colour=colour: self._take(colour))
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction(self.tr("Other…"), self._ask)
        self.setMenu(menu)

    def value(self) -> str:
        """The colour, "#rrggbb"."""
        return self._colour

    def set_value(self, colour: str) -> None:
        """Show a colour, without a signal."""
        self._colour = colour
        self.update()

    def sizeHint(self) -> QSize:
        """A square with room around it."""
        return QSize(32, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The button of the theme with the colour on it."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.4)
        painter.setPen(QPen(QColor(128, 128, 128), 1))
        painter.setBrush(QColor(self._colour))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(7.5, 5.5, -7.5, -5.5), 3, 3)
        painter.end()

    def _take(self, colour: str) -> None:
        if colour != self._colour:
            self.set_value(colour)
            self.chosen.emit(colour)

    def _ask(self) -> None:
        chosen = QColorDialog.getColor(QColor(self._colour), self, self._title)
        if chosen.isValid():
            self._take(chosen.name())


def _drop(colour: str) -> QIcon:
    pixmap = QPixmap(32, 32)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(128, 128, 128), 2))
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(3, 3, 26, 26, 6, 6)
    painter.end()
    return QIcon(pixmap)
