"""The menu of colours that mark a layer: seven that all kinds of colour vision tell apart, or any other."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu, QWidget

from maskstudio.core.arrays import Colour
from maskstudio.core.layer import COLOURS
from maskstudio.ui.widgets import theme

_SIDE = 14  # px
_NAMES = ("Orange", "Sky blue", "Green", "Yellow", "Blue", "Vermilion", "Purple")  # in the order of COLOURS


def fill(menu: QMenu, chosen: Colour, take: Callable[[Colour], object], over: QWidget) -> None:
    """Put the colours into ``menu``; ``take`` is called with the chosen one. ``over`` is the dialog's parent."""
    for name, colour in zip(_NAMES, COLOURS, strict=True):
        action = menu.addAction(_swatch(colour), QCoreApplication.translate("swatches", name))
        action.setObjectName(f"colour.{name}")
        action.setCheckable(True)
        action.setChecked(colour == chosen)
        action.triggered.connect(lambda _checked, colour=colour: take(colour))
    menu.addSeparator()
    other = menu.addAction(_swatch(chosen), QCoreApplication.translate("swatches", "Other Colour…"))
    other.setObjectName("colour.other")
    other.triggered.connect(lambda: _ask(chosen, take, over))


def _ask(chosen: Colour, take: Callable[[Colour], object], over: QWidget) -> None:
    title = QCoreApplication.translate("swatches", "Colour of the layer")
    colour = QColorDialog.getColor(QColor(*chosen), over, title)
    if colour.isValid():
        take((colour.red(), colour.green(), colour.blue()))


def _swatch(colour: Colour) -> QIcon:
    pixmap = QPixmap(QSize(_SIDE, _SIDE))
    pixmap.fill(QColor(theme.tokens().border))
    painter = QPainter(pixmap)
    painter.fillRect(pixmap.rect().adjusted(1, 1, -1, -1), QColor(*colour))
    painter.end()
    return QIcon(pixmap)
