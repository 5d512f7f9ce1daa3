"""The control of the spill colour: found automatically, picked from the photo, or chosen."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QColorDialog, QHBoxLayout, QMenu, QSizePolicy, QWidget

from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.fields import ColourButton, Rgba

AUTOMATIC: Rgba = (0, 0, 0, 0)


class SpillField(QWidget):
    """A swatch with a menu, and a button that asks for a click on the photo (``pickRequested``).

    Its value is red, green, blue, opacity; opacity 0 is automatic.
    """

    edited = Signal()
    pickRequested = Signal()  # noqa: N815

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the field, set to automatic."""
        super().__init__(parent)
        self.swatch = _Swatch(self.take)
        self.swatch.setAccessibleName(self.tr("Spill colour"))
        self.swatch.setToolTip(self.tr("The colour of the old background to take out of the edge"))
        self.swatch.menu.addAction(self.tr("Pick From the Photo"), self.pickRequested.emit)
        self.pick = parts.icon_button(
            "tool-eyedropper", self.tr("Pick the spill colour from the photo"), self.pickRequested.emit
        )
        self.pick.setObjectName("pickSpill")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.swatch, 1)
        row.addWidget(self.pick)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusProxy(self.swatch)

    def value(self) -> Rgba:
        """Red, green, blue, opacity; 0..255 each."""
        return self.swatch.value()

    def set_value(self, rgba: Rgba) -> None:
        """Show this colour, without a signal."""
        self.swatch.set_value(rgba)

    def take(self, rgba: Rgba) -> None:
        """Choose this colour, as the user does."""
        if rgba != self.value():
            self.set_value(rgba)
            self.edited.emit()

    def show_found(self, rgb: tuple[int, int, int] | None) -> None:
        """Show the colour that "automatic" has found in the swatch, while that is the choice."""
        self.swatch.show_found(rgb)

    def sizeHint(self) -> QSize:
        """A row high."""
        return QSize(super().sizeHint().width(), theme.ROW)


class _Swatch(ColourButton):
    """The swatch; a click opens a menu, and ``take`` is called with the choice."""

    def __init__(self, take: Callable[[Rgba], object]) -> None:
        super().__init__()
        self._take = take
        self._found: tuple[int, int, int] | None = None
        self.set_value(AUTOMATIC)
        self.menu = QMenu(self)
        self.menu.addAction(self.tr("Automatic"), lambda: take(AUTOMATIC))
        self.menu.addAction(self.tr("Choose…"), self._ask)

    def show_found(self, rgb: tuple[int, int, int] | None) -> None:
        """Show the colour that automatic stands for; None if it is not known."""
        if rgb != self._found:
            self._found = rgb
            self.update()

    def _choose(self) -> None:
        self.menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _ask(self) -> None:
        chosen = QColorDialog.getColor(QColor(*self.value()[:3]), self, self.accessibleName())
        if chosen.isValid():
            self._take((chosen.red(), chosen.green(), chosen.blue(), 255))

    def _words(self) -> str:
        return QColor(*self.value()[:3]).name() if self.value()[3] else self.tr("automatic")

    def _paint_swatch(self, painter: QPainter, swatch: QRect) -> None:
        """Fill the swatch with the chosen colour; automatic is dashed around, over the colour found if there is one."""
        if self.value()[3]:
            painter.fillRect(swatch, QColor(*self.value()[:3]))
            return
        if self._found is not None:
            painter.fillRect(swatch, QColor(*self._found))
        pen = painter.pen()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.tokens().mark), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(swatch.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        painter.setPen(pen)
