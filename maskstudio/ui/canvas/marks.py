"""Boxes and numbered tags on detected objects: their layout, their looks, and which one is under the pointer."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF, QRegion

from maskstudio.core.arrays import Box
from maskstudio.core.document import Detection, Document
from maskstudio.core.geometry import Rect
from maskstudio.figures import percent
from maskstudio.ui.canvas.tiling import qrect, rects
from maskstudio.ui.canvas.transform import Size, ViewTransform
from maskstudio.ui.canvas.turn import ViewTurn

NO_LAYER = 0  # the id in the mark of a find that no layer shows

_SHADE = QColor(0, 0, 0, 90)
_QUIET = QColor(32, 32, 32, 200)
_COLOURLESS = 235, 235, 235
_PADDING = 5, 2  # logical pixels around a tag's text


@dataclass(frozen=True, slots=True)
class Mark:
    """A detected layer as shown on the canvas; ``box`` and ``tag`` are in device pixels of the window.

    ``askew`` are the corners of the box where the view is turned by other than quarters; ``box`` then holds them.
    """

    layer_id: int
    text: str
    box: QRect
    tag: QRect
    active: bool
    visible: bool
    colour: tuple[int, int, int]
    askew: tuple[tuple[float, float], ...] = ()


def layout(
    document: Document,
    view: ViewTransform,
    font: QFont,
    ratio: float,
    pointed: int | None,
    turn: ViewTurn | None = None,
) -> list[Mark]:
    """Marks from back to front, the active one last.

    The active one and the one pointed at have long tags, the others show their number only. ``ratio`` is device
    pixels per logical pixel; ``turn`` says how the view lies in the window.
    """
    turn = turn or ViewTurn(view.viewport)
    marks = []
    for number, layer in enumerate(document.layers, start=1):
        if layer.source is None:
            continue
        active = layer.id == document.active
        text = f"{number}  {_title(layer.source)}" if active or layer.id == pointed else str(number)
        box, tag, askew = _placed(layer.source.box, text, view, font, ratio, turn)
        marks.append(Mark(layer.id, text, box, tag, active, layer.visible, layer.colour, askew))
    return sorted(marks, key=lambda mark: (mark.active, mark.layer_id == pointed))


def of_find(find: Detection, view: ViewTransform, font: QFont, ratio: float, turn: ViewTurn | None = None) -> Mark:
    """The mark of a find that no layer shows, with a long tag, in no colour."""
    text = _title(find)
    box, tag, askew = _placed(find.box, text, view, font, ratio, turn or ViewTurn(view.viewport))
    return Mark(NO_LAYER, text, box, tag, active=False, visible=True, colour=_COLOURLESS, askew=askew)


def paint(painter: QPainter, marks: list[Mark], font: QFont, ratio: float, pointed: int | None = None) -> None:
    """Draw the marks, each in the colour of its layer, on a painter whose units are device pixels."""
    painter.setFont(_scaled(font, ratio))
    for mark in marks:
        if mark.active or mark.layer_id == pointed:
            _paint_box(painter, mark, ratio)
        _paint_tag(painter, mark, ratio)


def hit_tag(marks: list[Mark], point: QPoint) -> int | None:
    """The id of the layer whose tag holds this device pixel, None if no tag does."""
    return next((mark.layer_id for mark in reversed(marks) if mark.tag.contains(point)), None)


def hit(marks: list[Mark], point: QPoint) -> int | None:
    """The id of the layer whose tag, or else whose smallest box, holds this device pixel; None for neither."""
    tagged = hit_tag(marks, point)
    if tagged is not None:
        return tagged
    boxes = [mark for mark in marks if _holds(mark, point)]
    smallest = min(boxes, key=lambda mark: mark.box.width() * mark.box.height(), default=None)
    return smallest.layer_id if smallest else None


def _holds(mark: Mark, point: QPoint) -> bool:
    if not mark.askew:
        return mark.box.contains(point)
    return _polygon(mark).containsPoint(QPointF(point), Qt.FillRule.OddEvenFill)


def _title(find: Detection) -> str:
    score = "" if find.score is None else f"  {percent(find.score)}"
    return f"{find.label}{score}"


def _placed(
    box: Box, text: str, view: ViewTransform, font: QFont, ratio: float, turn: ViewTurn
) -> tuple[QRect, QRect, tuple[tuple[float, float], ...]]:
    """Where the box and its tag lie in the window, and the corners of the box where the view is askew."""
    upright = _box(box, view)
    lying = qrect(turn.rect_to_window(upright))
    return lying, _tag(text, lying, turn.window, font, ratio), () if turn.square else _corners(upright, turn)


def _box(box: Box, view: ViewTransform) -> Rect:
    x, y, right, bottom = box
    left, top = view.origin
    return Rect(
        view.edge(x, left),
        view.edge(y, top),
        max(view.edge(right, 0) - view.edge(x, 0), 1),
        max(view.edge(bottom, 0) - view.edge(y, 0), 1),
    )


def _corners(box: Rect, turn: ViewTurn) -> tuple[tuple[float, float], ...]:
    around = ((box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom))
    return tuple(turn.to_window(corner) for corner in around)


def _tag(text: str, box: QRect, window: Size, font: QFont, ratio: float) -> QRect:
    """The tag's rectangle above the box's left corner, pushed into the window while any of the box shows."""
    metrics = QFontMetrics(_scaled(font, ratio))
    across, down = (round(pad * ratio) for pad in _PADDING)
    tag = QRect(0, 0, metrics.horizontalAdvance(text) + 2 * across, metrics.height() + 2 * down)
    tag.moveBottomLeft(box.topLeft())
    tag.translate(-round(ratio), -round(ratio))
    whole = QRect(0, 0, *window)
    if whole.intersects(box):
        tag.moveLeft(max(min(tag.left(), whole.right() - tag.width()), 0))
        tag.moveTop(max(min(tag.top(), whole.bottom() - tag.height()), 0))
    return tag


def _scaled(font: QFont, ratio: float) -> QFont:
    """The font in device pixels."""
    font = QFont(font)
    size = font.pixelSize() if font.pixelSize() > 0 else round(font.pointSizeF() * 96 / 72)
    font.setPixelSize(max(round(size * 0.92 * ratio), 8))
    return font


def _paint_box(painter: QPainter, mark: Mark, ratio: float) -> None:
    """Paint a line with a dark rim, which shows on any photo, outside the box's pixels."""
    line = max(round((1.5 if mark.active else 1) * ratio), 1)
    if mark.askew:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((_SHADE, line + 2), (QColor(*mark.colour), line)):
            painter.setPen(QPen(colour, width))
            painter.drawPolygon(_polygon(mark))
        return
    box = mark.box
    inner, outer = box.adjusted(-line, -line, line, line), box.adjusted(-line - 1, -line - 1, line + 1, line + 1)
    for rect in rects(QRegion(inner) - QRegion(box)):
        painter.fillRect(rect, QColor(*mark.colour))
    for rect in rects(QRegion(outer) - QRegion(inner)):
        painter.fillRect(rect, _SHADE)


def _paint_tag(painter: QPainter, mark: Mark, ratio: float) -> None:
    """Paint a tag: the active layer's filled with its colour, others dark with an edge in their colour."""
    own = QColor(*mark.colour)
    back = own if mark.active else _QUIET
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(_SHADE if mark.active else own, max(round(ratio), 1)))
    painter.setBrush(back)
    half = painter.pen().widthF() / 2
    painter.drawRoundedRect(QRectF(mark.tag).adjusted(half, half, -half, -half), 3 * ratio, 3 * ratio)
    text = QColor(20, 20, 20) if mark.active and _luminance(own) > _MIDDLE else QColor(255, 255, 255)
    text.setAlphaF(1.0 if mark.visible else 0.6)
    painter.setPen(text)
    painter.drawText(mark.tag, Qt.AlignmentFlag.AlignCenter, mark.text)


_MIDDLE = 0.18  # relative luminance from which dark text has the higher contrast (WCAG 2.2)


def _luminance(colour: QColor) -> float:
    """Relative luminance as WCAG 2.2 defines it, 0..1."""
    encoded = colour.redF(), colour.greenF(), colour.blueF()
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in encoded)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _polygon(mark: Mark) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in mark.askew])
