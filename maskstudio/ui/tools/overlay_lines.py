"""Lines and words over the image that show on any colour, since they are dark and light at once."""

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

_DARK, _LIGHT = QColor(0, 0, 0, 200), QColor(255, 255, 255)
_LARGE = 1.7  # times the font of the window
_DASH = 4.0  # logical pixels
_PADDING = 6.0
_AWAY = 18.0  # logical pixels from the pointer to a label beside it

Drawn = QPainterPath | QPolygonF | QLineF | QRectF


def outline(painter: QPainter, shape: Drawn, offset: float = 0.0) -> None:
    """``shape`` in light dashes on a dark line; ``offset`` is where in the pattern it starts, in logical pixels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(_DARK, 1.6), _dashes(offset)):
        painter.setPen(pen)
        _draw(painter, shape)


def handle(painter: QPainter, at: QPointF, *, chosen: bool = False) -> None:
    """A small square: a point that was clicked; filled where a click there would close the line."""
    box = QRectF(at.x() - 3, at.y() - 3, 6, 6)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.fillRect(box.adjusted(-1, -1, 1, 1), _DARK)
    painter.fillRect(box, QColor(0x33, 0x70, 0xE0) if chosen else _LIGHT)


def label_area(at: QPointF, text: str, widget: QWidget, *, large: bool = False) -> QRectF:
    """The area that ``label`` draws in, to repaint just that."""
    metrics = QFontMetricsF(_font(widget, large=large))
    width, height = metrics.horizontalAdvance(text) + 2 * _PADDING, metrics.height() + _PADDING
    box = QRectF(at.x() - width / 2, at.y() - height / 2, width, height)
    room = QRectF(widget.rect()).adjusted(2, 2, -2, -2)
    box.moveLeft(min(max(box.left(), room.left()), room.right() - width))
    box.moveTop(min(max(box.top(), room.top()), room.bottom() - height))
    return box.adjusted(-1, -1, 1, 1)


def label(painter: QPainter, at: QPointF, text: str, widget: QWidget, *, large: bool = False) -> None:
    """Light words on a dark plate around ``at``, kept within the widget."""
    box = label_area(at, text, widget, large=large).adjusted(1, 1, -1, -1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(255, 255, 255, 90), 1))
    painter.setBrush(QColor(20, 20, 20, 225))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(_LIGHT)
    painter.setFont(_font(widget, large=large))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def clip_of(painter: QPainter, widget: QWidget) -> QRectF:
    """The area being repainted, in logical pixels; nothing outside it has to be drawn."""
    engine = painter.paintEngine()
    region = engine.systemClip() if engine is not None else None
    if region is None or region.isEmpty():
        return QRectF(widget.rect())
    ratio = widget.devicePixelRatioF()
    box = QRectF(region.boundingRect())
    return QRectF(box.x() / ratio, box.y() / ratio, box.width() / ratio, box.height() / ratio)


def beside(at: QPointF) -> QPointF:
    """A place for a label next to the pointer, not under it."""
    return at + QPointF(_AWAY + 22, _AWAY + 6)


def _font(widget: QWidget, *, large: bool) -> QFont:
    font = QFont(widget.font())
    if large:
        font.setPointSizeF(font.pointSizeF() * _LARGE)
        font.setBold(True)
    return font


def _dashes(offset: float) -> QPen:
    pen = QPen(_LIGHT, 1)
    pen.setDashPattern([_DASH, _DASH])
    pen.setDashOffset(offset)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def _draw(painter: QPainter, shape: Drawn) -> None:
    if isinstance(shape, QPainterPath):
        painter.drawPath(shape)
    elif isinstance(shape, QPolygonF):
        painter.drawPolyline(shape)
    elif isinstance(shape, QLineF):
        painter.drawLine(shape)
    else:
        painter.drawRect(shape)
