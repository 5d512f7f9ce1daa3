"""A small picture of what refining does: inside, the unknown band, outside."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from maskstudio.ui.widgets import theme

_HEIGHT = 40  # px
_CAPTION = 17
_STRANDS = (  # start and end of each strand, as shares of the height
    (0.08, 0.02), (0.22, 0.12), (0.36, 0.34), (0.50, 0.44), (0.64, 0.70), (0.78, 0.84), (0.92, 0.97),
)  # fmt: skip


# As in every mask, light is inside and dark is outside, in both themes.
_IN, _OUT = QColor("#d6d6d6"), QColor("#262626")


class BandPicture(QWidget):
    """Solid subject at the left, background at the right, and between them the band with its strands."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("The band lies along the edge, between what is in and what is out."))

    def sizeHint(self) -> QSize:
        """A fixed height, and as much width as the layout gives."""
        return QSize(200, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the three zones with their names below."""
        colours, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(0.5, 0.5, self.width() - 1, _HEIGHT - _CAPTION - 1)
        left, right = area.width() * 0.38, area.width() * 0.62
        rounded = QPainterPath()
        rounded.addRoundedRect(area, theme.RADIUS, theme.RADIUS)
        painter.setClipPath(rounded)
        painter.fillRect(area, _OUT)
        _paint_subject(painter, area, _IN, (left + right) / 2, right)
        band = QColor(colours.accent)
        band.setAlphaF(0.35)
        painter.fillRect(QRectF(left, area.top(), right - left, area.height()), band)
        painter.setPen(QPen(QColor(colours.accent_text), 1, Qt.PenStyle.DashLine))
        for x in (left, right):
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setClipping(False)
        painter.setPen(QColor(colours.border))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, theme.RADIUS, theme.RADIUS)
        painter.setPen(QColor(colours.muted))
        for start, stop, name in (
            (0.0, left, self.tr("stays in")),
            (left, right, self.tr("solved")),
            (right, area.width(), self.tr("stays out")),
        ):
            caption = QRectF(start, _HEIGHT - _CAPTION, stop - start, _CAPTION)
            painter.drawText(caption, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, name)
        painter.end()


def _paint_subject(painter: QPainter, area: QRectF, colour: QColor, edge: float, right: float) -> None:
    """Paint a solid part up to ``edge`` and strands that reach almost to ``right``."""
    painter.fillRect(QRectF(area.left(), area.top(), edge - 6, area.height()), colour)
    painter.setPen(QPen(colour, 1.25, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for root, tip in _STRANDS:
        strand = QPainterPath(QPointF(edge - 7, area.top() + root * area.height()))
        far = QPointF(right - 3 - 14 * abs(root - 0.5), area.top() + tip * area.height())
        strand.quadTo(QPointF(edge + 6, area.top() + root * area.height()), far)
        painter.drawPath(strand)
