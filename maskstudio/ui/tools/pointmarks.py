"""Marks over the photo of what was pointed at: plus and minus where it was clicked, boxes, lassos and scribbles."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from maskstudio.session.pointedat import Gesture, box_of
from maskstudio.ui.tools.overlay_lines import outline

_Placing = Callable[[float, float], QPointF]

_RADIUS = 7.0  # logical pixels of a mark
_REACH = 9.0  # logical pixels within which a click meets a mark
_SIGN = 3.4  # logical pixels from the middle of a sign to its ends
_IN, _OUT = QColor(0x33, 0x70, 0xE0), QColor(0xD6, 0x3A, 0x3A)
_LIGHT, _DARK = QColor(255, 255, 255), QColor(0, 0, 0, 170)
_THINNEST = 3.0  # logical pixels of a scribble


def paint(painter: QPainter, gestures: Iterable[Gesture], place: _Placing, zoom: float) -> None:
    """Draw the gestures; ``place`` gives the position of an image point, ``zoom`` logical pixels per image pixel."""
    every = tuple(gestures)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for gesture in every:
        draw(painter, gesture, place, zoom)
    for gesture in every:
        _mark(painter, place(*gesture.corner), negative=gesture.negative)
    painter.restore()


def draw(painter: QPainter, gesture: Gesture, place: _Placing, zoom: float) -> None:
    """Draw a gesture without its mark: the box, the line or the stroke; nothing for a click."""
    points = [place(*point) for point in gesture.points]
    if gesture.kind == "box":
        left, top, right, bottom = box_of(gesture.points)
        corners = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
        outline(painter, QPolygonF([place(*corner) for corner in corners]))
    elif gesture.kind == "outline":
        outline(painter, QPolygonF([*points, points[0]]))
    elif gesture.kind in ("scribble", "erasure"):
        _stroke(painter, points, gesture, zoom)


def hit(gestures: Iterable[Gesture], at: QPointF, place: _Placing) -> Gesture | None:
    """The gesture whose mark lies at ``at``, logical pixels; of several the newest. None for none."""
    near = [each for each in gestures if QLineF(at, place(*each.corner)).length() <= _REACH]
    return near[-1] if near else None


def around(points: Iterable[QPointF], width: float = 0.0) -> QRectF:
    """The area that marks and lines at these places cover, logical pixels."""
    edge = _RADIUS + 3 + width
    return QPolygonF(list(points)).boundingRect().adjusted(-edge, -edge, edge, edge)


def stroke_width(gesture: Gesture, zoom: float) -> float:
    """Logical pixels that a stroke is wide."""
    return max(2 * gesture.radius * zoom, _THINNEST)


def _stroke(painter: QPainter, points: list[QPointF], gesture: Gesture, zoom: float) -> None:
    """A stroke, light on dark, in the colour of what it says."""
    width = stroke_width(gesture, zoom)
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, wide in ((_LIGHT, width + 2), (_OUT if gesture.negative else _IN, width)):
        painter.setPen(QPen(colour, wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        if len(points) == 1:
            painter.drawPoint(points[0])
        else:
            painter.drawPolyline(QPolygonF(points))
    painter.restore()


def _mark(painter: QPainter, at: QPointF, *, negative: bool) -> None:
    """A disc with a plus, or with a minus."""
    painter.setPen(QPen(_DARK, 3.4))
    painter.setBrush(_OUT if negative else _IN)
    painter.drawEllipse(at, _RADIUS, _RADIUS)
    painter.setPen(QPen(_LIGHT, 1.6))
    painter.drawEllipse(at, _RADIUS, _RADIUS)
    painter.setPen(QPen(_LIGHT, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(at - QPointF(_SIGN, 0), at + QPointF(_SIGN, 0))
    if not negative:
        painter.drawLine(at - QPointF(0, _SIGN), at + QPointF(0, _SIGN))
