"""Line icons in the colours of the theme, and where the files that come with the program lie."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

SAMPLE = "samples/grace_hopper.jpg"  # the photo to try everything on


@lru_cache
def resource(name: str) -> Path:
    """The file ``name`` that comes with the program: inside a wheel, or beside the package in a checkout."""
    package = Path(str(files("maskstudio")))
    for folder in (package / "resources", package.parent / "resources"):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"maskstudio was installed without its file resources/{name}")


def icon(name: str, colour: str = "") -> QIcon:
    """The icon ``resources/icons/<name>.svg`` in the theme of now, or in one ``colour`` ("#rrggbb") of its own.

    It does not follow a later change of theme: ask again then.
    """
    palette, role, off = QApplication.palette(), QPalette.ColorRole, QPalette.ColorGroup.Disabled
    return _icon(
        name,
        colour or palette.color(role.WindowText).name(),
        colour or palette.color(role.Link).name(),
        palette.color(off, role.WindowText).name(),
    )


@lru_cache(maxsize=256)
def _icon(name: str, normal: str, checked: str, disabled: str) -> QIcon:
    source = resource(f"icons/{name}.svg").read_text("utf-8")
    return QIcon(_Line(source, normal, checked, disabled))


class _Line(QIconEngine):
    """Draws an icon when it is wanted and as large as that: all of them in all sizes before take a fifth of a start."""

    _clones: ClassVar[list[QIconEngine]] = []  # Qt owns them, but the binding would let go of them too soon

    def __init__(self, source: str, normal: str, checked: str, disabled: str) -> None:
        super().__init__()
        self._source = source
        self._colours = normal, checked, disabled
        self._pixmaps: dict[tuple[int, int, str], QPixmap] = {}

    def clone(self) -> QIconEngine:
        """A copy, which Qt asks for before it changes an icon that others share."""
        copy = _Line(self._source, *self._colours)
        self._clones.append(copy)
        return copy

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The icon in ``size`` device pixels."""
        normal, checked, disabled = self._colours
        colour = disabled if mode == QIcon.Mode.Disabled else checked if state == QIcon.State.On else normal
        key = size.width(), size.height(), colour
        if key not in self._pixmaps:
            self._pixmaps[key] = _drawn(self._source.replace("currentColor", colour), size)
        return self._pixmaps[key]

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw the icon into ``rect`` of the painter's units."""
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(rect, self.pixmap((QSizeF(rect.size()) * ratio).toSize(), mode, state))


def _drawn(source: str, size: QSize) -> QPixmap:
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    side = min(size.width(), size.height())
    room = QRectF((size.width() - side) / 2, (size.height() - side) / 2, side, side)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(source.encode())).render(painter, room)
    painter.end()
    return pixmap
