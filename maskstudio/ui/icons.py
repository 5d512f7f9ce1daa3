"""Line icons in the colours of the theme, and where the files that come with the program lie."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

_SIZES = (16, 20, 24, 32, 40, 48, 96)  # 16, 20 and 24 px at device pixel ratios of 1, 1.5 and 2; a picture at 48


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
    made = QIcon()
    for mode, state, colour in (
        (QIcon.Mode.Normal, QIcon.State.Off, normal),
        (QIcon.Mode.Normal, QIcon.State.On, checked),
        (QIcon.Mode.Disabled, QIcon.State.Off, disabled),
    ):
        renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
        for size in _SIZES:
            made.addPixmap(_drawn(renderer, size), mode, state)
    return made


def _drawn(renderer: QSvgRenderer, size: int) -> QPixmap:
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
