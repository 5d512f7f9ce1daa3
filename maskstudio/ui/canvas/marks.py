"""Boxes and numbered tags on what was detected: where they are, how they look, which one is under the pointer."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QRegion

from maskstudio.core.document import Document, Layer
from maskstudio.ui.canvas.tiling import rects
from maskstudio.ui.canvas.transform import ViewTransform

_SHADE = QColor(0, 0, 0, 90)
_QUIET = QColor(32, 32, 32, 200)
_PADDING = 5, 2  # around a tag's text, in logical pixels


@dataclass(frozen=True, slots=True)
class Mark:
    """A detected layer as shown on the canvas; ``box`` and ``tag`` are in device pixels."""

    layer_id: int
    text: str
    box: QRect
    tag: QRect
    active: bool
    visible: bool


def layout(document: Document, view: ViewTransform, font: QFont, ratio: float, pointed: int | None) -> list[Mark]:
    """Marks from back to front: the active one last. The active one and the one pointed at have long tags, others
    their number only. ``ratio`` is device pixels per logical pixel.
    """
    marks = []
    for number, layer in enumerate(document.layers, start=1):
        if layer.source is None:
            continue
        active = layer.id == document.active
        text = _title(number, layer) if active or layer.id == pointed else str(number)
        box = _box(layer, view)
        marks.append(Mark(layer.id, text, box, _tag(text, box, view, font, ratio), active, layer.visible))
    return sorted(marks, key=lambda mark: (mark.active, mark.layer_id == pointed))


def paint(
    painter: QPainter, marks: list[Mark], accent: QColor, font: QFont, ratio: float, pointed: int | None = None
) -> None:
    """Draw the marks on a painter whose units are device pixels."""
    painter.setFont(_scaled(font, ratio))
    for mark in marks:
        strong = mark.active or mark.layer_id == pointed
        if strong:
            _paint_box(painter, mark.box, accent if mark.active else QColor(235, 235, 235), ratio)
        _paint_tag(painter, mark, accent if mark.active else _QUIET, ratio)


def hit_tag(marks: list[Mark], point: QPoint) -> int | None:
    """The layer whose tag holds this device pixel."""
    return next((mark.layer_id for mark in reversed(marks) if mark.tag.contains(point)), None)


def hit(marks: list[Mark], point: QPoint) -> int | None:
    """The layer whose tag, or else whose smallest box, holds this device pixel."""
    tagged = hit_tag(marks, point)
    if tagged is not None:
        return tagged
    boxes = [mark for mark in marks if mark.box.contains(point)]
    smallest = min(boxes, key=lambda mark: mark.box.width() * mark.box.height(), default=None)
    return smallest.layer_id if smallest else None


def _title(number: int, layer: Layer) -> str:
    assert layer.source is not None
    score = "" if layer.source.score is None else f" {layer.source.score:.2f}"
    return f"{number}  {layer.source.label}{score}"


def _box(layer: Layer, view: ViewTransform) -> QRect:
    assert layer.source is not None
    x, y, right, bottom = layer.source.box
    left, top = view.origin
    return QRect(
        view.edge(x, left),
        view.edge(y, top),
        max(view.edge(right, 0) - view.edge(x, 0), 1),
        max(view.edge(bottom, 0) - view.edge(y, 0), 1),
    )


def _tag(text: str, box: QRect, view: ViewTransform, font: QFont, ratio: float) -> QRect:
    """Above the box's left corner; pushed inside the viewport while any of the box is in it."""
    metrics = QFontMetrics(_scaled(font, ratio))
    across, down = (round(pad * ratio) for pad in _PADDING)
    tag = QRect(0, 0, metrics.horizontalAdvance(text) + 2 * across, metrics.height() + 2 * down)
    tag.moveBottomLeft(box.topLeft())
    tag.translate(-round(ratio), -round(ratio))
    viewport = QRect(0, 0, *view.viewport)
    if viewport.intersects(box):
        tag.moveLeft(max(min(tag.left(), viewport.right() - tag.width()), 0))
        tag.moveTop(max(min(tag.top(), viewport.bottom() - tag.height()), 0))
    return tag


def _scaled(font: QFont, ratio: float) -> QFont:
    """The font in device pixels."""
    font = QFont(font)
    size = font.pixelSize() if font.pixelSize() > 0 else round(font.pointSizeF() * 96 / 72)
    font.setPixelSize(max(round(size * 0.92 * ratio), 8))
    return font


def _paint_box(painter: QPainter, box: QRect, colour: QColor, ratio: float) -> None:
    """A line with a dark rim, so that it shows on any photo; it lies outside the box's pixels."""
    line = max(round(1.5 * ratio), 1)
    inner, outer = box.adjusted(-line, -line, line, line), box.adjusted(-line - 1, -line - 1, line + 1, line + 1)
    for rect in rects(QRegion(inner) - QRegion(box)):
        painter.fillRect(rect, colour)
    for rect in rects(QRegion(outer) - QRegion(inner)):
        painter.fillRect(rect, _SHADE)


def _paint_tag(painter: QPainter, mark: Mark, colour: QColor, ratio: float) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(_SHADE, max(round(ratio), 1)))
    painter.setBrush(colour)
    half = painter.pen().widthF() / 2
    painter.drawRoundedRect(QRectF(mark.tag).adjusted(half, half, -half, -half), 3 * ratio, 3 * ratio)
    light = colour.lightnessF() > 0.65
    text = QColor(20, 20, 20) if light else QColor(255, 255, 255)
    text.setAlphaF(1.0 if mark.visible else 0.6)
    painter.setPen(text)
    painter.drawText(mark.tag, Qt.AlignmentFlag.AlignCenter, mark.text)
