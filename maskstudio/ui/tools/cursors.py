"""Cursors of the tools: dark lines with a light rim, visible on any colour. Each is made once."""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPainterPath, QPen, QPixmap

from maskstudio.session.laying import How

_SIZE = 32  # logical pixels
_DARK, _LIGHT = QColor(0, 0, 0), QColor(255, 255, 255)
_SIGN = QPointF(22.0, 22.0)  # the middle of the sign of a mode


@lru_cache(maxsize=64)
def cross(how: How, ratio: float) -> QCursor:
    """A cross with an open middle; beside it a plus, minus or times where an area adds, subtracts or intersects."""
    path = QPainterPath()
    middle = _SIZE / 2 - 0.5
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        path.moveTo(middle + 3 * dx, middle + 3 * dy)
        path.lineTo(middle + 9 * dx, middle + 9 * dy)
    path.addPath(_sign(how))
    return _cursor(path, QPointF(middle, middle), ratio)


@lru_cache(maxsize=16)
def sign(how: How, ratio: float) -> QCursor:
    """The sign of a mode alone, for tools that draw their own pointer."""
    return _cursor(_sign(how), QPointF(_SIZE / 2 - 0.5, _SIZE / 2 - 0.5), ratio)


@lru_cache(maxsize=8)
def glass(way: int, ratio: float) -> QCursor:
    """A magnifier with a plus (1) or a minus (-1) in it."""
    path = QPainterPath()
    path.addEllipse(QPointF(13, 13), 8, 8)
    path.moveTo(19, 19)
    path.lineTo(26, 26)
    path.moveTo(9.5, 13)
    path.lineTo(16.5, 13)
    if way > 0:
        path.moveTo(13, 9.5)
        path.lineTo(13, 16.5)
    return _cursor(path, QPointF(13, 13), ratio)


@lru_cache(maxsize=8)
def dropper(ratio: float) -> QCursor:
    """An eyedropper with its tip at the pointer."""
    path = QPainterPath(QPointF(5, 27))
    for x, y in ((8, 20), (17, 11), (21, 15), (12, 24), (5, 27)):
        path.lineTo(x, y)
    path.addEllipse(QPointF(22, 10), 3.5, 3.5)
    return _cursor(path, QPointF(5, 27), ratio)


def _sign(how: How) -> QPainterPath:
    """The plus, minus or times of a mode as lines, with a bar above for xor; none for replace."""
    path, x, y = QPainterPath(), _SIGN.x(), _SIGN.y()
    lines = {
        "replace": (),
        "add": ((-3, 0, 3, 0), (0, -3, 0, 3)),
        "subtract": ((-3, 0, 3, 0),),
        "xor": ((-2.5, -2.5, 2.5, 2.5), (-2.5, 2.5, 2.5, -2.5), (-3, -4.5, 3, -4.5)),
        "intersect": ((-2.5, -2.5, 2.5, 2.5), (-2.5, 2.5, 2.5, -2.5)),
    }[how]
    for x0, y0, x1, y1 in lines:
        path.moveTo(x + x0, y + y0)
        path.lineTo(x + x1, y + y1)
    return path


def _cursor(path: QPainterPath, tip: QPointF, ratio: float) -> QCursor:
    """A cursor from lines in logical pixels, with its hot spot at ``tip``, for a device pixel ratio."""
    pixmap = QPixmap(round(_SIZE * ratio), round(_SIZE * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(QRectF(0, 0, _SIZE, _SIZE))
    for colour, width in ((_LIGHT, 3.2), (_DARK, 1.4)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPath(path)
    painter.end()
    return QCursor(pixmap, round(tip.x()), round(tip.y()))
