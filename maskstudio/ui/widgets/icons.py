"""Line icons in the colours of the theme."""

from functools import lru_cache
from typing import ClassVar

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from maskstudio.paths import resource


@lru_cache(maxsize=256)
def icon(name: str, colour: str = "") -> QIcon:
    """The icon ``resources/icons/<name>.svg`` in the theme of the moment it is drawn, wherever it was kept until then;
    or in one ``colour`` ("#rrggbb") of its own.

    A pixmap taken from it stays as it is: take another after a change of theme.
    """
    return QIcon(_Line(resource(f"icons/{name}.svg").read_text("utf-8"), colour))


class _Line(QIconEngine):
    """Draws an icon when it is wanted and as large as that: all of them in all sizes before take a fifth of a start."""

    _clones: ClassVar[list[QIconEngine]] = []  # Qt owns them, but the binding would delete them too soon

    def __init__(self, source: str, colour: str) -> None:
        super().__init__()
        self._source, self._colour = source, colour
        self._pixmaps: dict[tuple[int, int, str], QPixmap] = {}

    def clone(self) -> QIconEngine:
        """A copy, which Qt asks for before it changes an icon that others share."""
        copy = _Line(self._source, self._colour)
        self._clones.append(copy)
        return copy

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The icon in ``size`` device pixels."""
        colour = _colour(self._colour, mode, state)
        key = size.width(), size.height(), colour
        if key not in self._pixmaps:
            self._pixmaps[key] = _drawn(self._source.replace("currentColor", colour), size)
        return self._pixmaps[key]

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw the icon into ``rect`` of the painter's units."""
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(rect, self.pixmap((QSizeF(rect.size()) * ratio).toSize(), mode, state))


def _colour(own: str, mode: QIcon.Mode, state: QIcon.State) -> str:
    """What a line is drawn in now, unless it has a colour of its ``own``; disabled, it is as grey as all others."""
    palette, role = QApplication.palette(), QPalette.ColorRole
    if mode == QIcon.Mode.Disabled:
        return palette.color(QPalette.ColorGroup.Disabled, role.WindowText).name()
    return own or palette.color(role.Link if state == QIcon.State.On else role.WindowText).name()


def _drawn(source: str, size: QSize) -> QPixmap:
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    side = min(size.width(), size.height())
    room = QRectF((size.width() - side) / 2, (size.height() - side) / 2, side, side)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(source.encode())).render(painter, room)
    painter.end()
    return pixmap
