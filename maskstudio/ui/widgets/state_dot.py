"""A dot as an icon: its colour says in what state the entry of a list is."""

from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from maskstudio.ui.widgets import theme

DOT = 12  # px


def model_dot(state: str) -> QIcon:
    """The dot of a model in every list: green where it runs now, amber where one press downloads it, else grey."""
    colours = theme.tokens()
    return dot({"ready": colours.good, "download": colours.warn}.get(state, colours.disabled), colours.on_accent)


@lru_cache(maxsize=16)
def dot(colour: str, ring: str) -> QIcon:
    """A dot as an icon, at device pixel ratios of 1 to 3; the same in every mode, with a ``ring`` in a selected row."""
    made = QIcon()
    for ratio in (1.0, 1.5, 2.0, 3.0):
        size = round(DOT * ratio)
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawEllipse(pixmap.rect().toRectF().adjusted(2 * ratio, 2 * ratio, -2 * ratio, -2 * ratio))
        painter.end()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled):
            made.addPixmap(pixmap, mode)
        made.addPixmap(_ringed(pixmap, ratio, ring), QIcon.Mode.Selected)
    return made


def _ringed(dot: QPixmap, ratio: float, ring: str) -> QPixmap:
    """The dot with a light ring, for the coloured ground of a selected row."""
    ringed = QPixmap(dot)
    painter = QPainter(ringed)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(ring), 1.5 * ratio))
    painter.drawEllipse(ringed.rect().toRectF().adjusted(2 * ratio, 2 * ratio, -2 * ratio, -2 * ratio))
    painter.end()
    return ringed
