"""A fringe as a bar on a scale, with a mark at its worst, and a picture of the worst place."""

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from maskstudio.core.document import Document
from maskstudio.core.geometry import Rect
from maskstudio.core.image import to_8bit
from maskstudio.ui.widgets import theme

# Delta E: below the first it is invisible, above the second it is plain; the scale ends at the third.
VISIBLE, STRONG, FULL = 2.0, 6.0, 10.0
_BAR, _CAPTION = 6, 16  # px
PICTURE = QSize(64, 44)  # px


def _said(text: str) -> str:
    return QCoreApplication.translate("meter", text)


def judged(amount: float) -> str:
    """A word for a fringe of this Delta E."""
    return _said("clean") if amount < VISIBLE else _said("visible") if amount <= STRONG else _said("strong")


class Meter(QWidget):
    """A bar as long as the fringe, with a mark at its worst, whose zone gives the colour; ``stale`` greys it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("haloMeter")
        self.setAccessibleName(_said("Halo meter"))
        self.setFixedHeight(_BAR + _CAPTION + 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._amount: float | None = None
        self._peak = 0.0
        self._stale = True

    @property
    def amount(self) -> float | None:
        """The fringe shown, Delta E; None for none."""
        return self._amount

    @property
    def stale(self) -> bool:
        """Whether the fringe was measured on an earlier state."""
        return self._stale

    @property
    def peak(self) -> float:
        """The fringe at its worst place, Delta E."""
        return self._peak

    def show_amount(self, amount: float | None, *, stale: bool, peak: float | None = None) -> None:
        """Show a fringe and its ``peak`` (Delta E); without one, a stale fringe keeps the old peak."""
        peak = max(amount or 0.0, self._peak if peak is None and stale else peak or 0.0)
        if (amount, stale, peak) != (self._amount, self._stale, self._peak):
            self._amount, self._stale, self._peak = amount, stale, peak
            self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(150, _BAR + _CAPTION + 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the track, the bar, and the names of the zones below."""
        colours, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QPainterPath()
        whole.addRoundedRect(QRectF(0, 0, self.width(), _BAR), 3, 3)
        painter.setClipPath(whole)
        painter.fillRect(QRectF(0, 0, self.width(), _BAR), QColor(colours.track))
        if self._amount is not None:
            fill = colours.mark if self._stale else self._tone(colours)
            painter.fillRect(QRectF(0, 0, max(3.0, self._x(self._amount)), _BAR), QColor(fill))
            if self._peak > self._amount:
                painter.fillRect(QRectF(min(self._x(self._peak), self.width() - 1.0) - 3, 0, 4, _BAR), QColor(fill))
        painter.setPen(QPen(QColor(colours.window), 2))
        for edge in (VISIBLE, STRONG):
            painter.drawLine(QPointF(self._x(edge), 0), QPointF(self._x(edge), _BAR))
        painter.setClipping(False)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        painter.setPen(QColor(colours.muted))
        for start, stop in ((0.0, VISIBLE), (VISIBLE, STRONG), (STRONG, FULL)):
            zone = QRectF(self._x(start), _BAR, self._x(stop) - self._x(start), _CAPTION)
            painter.drawText(zone, Qt.AlignmentFlag.AlignCenter, judged((start + stop) / 2))
        painter.end()

    def _x(self, amount: float) -> float:
        return self.width() * min(amount, FULL) / FULL

    def _tone(self, colours: theme.ThemeColours) -> str:
        amount = self._peak
        return colours.good if amount < VISIBLE else colours.warn if amount <= STRONG else colours.bad


class RimPicture(QWidget):
    """The worst place of a rim on the background that is worst for it, pixel for pixel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(PICTURE)
        self._image: QImage | None = None

    def show_image(self, image: QImage | None) -> None:
        """Show this picture; None shows none."""
        self._image = image
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture in a thin frame."""
        colours, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(frame, 3, 3)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor(colours.field))
        if self._image is not None:
            painter.drawImage(self.rect(), self._image)
        painter.setClipping(False)
        painter.setPen(QColor(colours.border))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape)
        painter.end()


def rim(document: Document, place: tuple[int, int] | None, backdrop: tuple[int, int, int]) -> QImage:
    """The cut-out of ``document`` around ``place`` (x, y) on ``backdrop``; the backdrop alone without a place."""
    width, height = PICTURE.width(), PICTURE.height()
    out = np.full((height, width, 3), backdrop, np.uint8)
    if place is not None:
        window = Rect(place[0] - width // 2, place[1] - height // 2, width, height)
        area = window.intersect(document.frame)
        share = document.alpha.array(area)[..., None].astype(np.float32) / 255
        here = Rect(area.x - window.x, area.y - window.y, area.width, area.height).slices()
        out[here] = np.rint(to_8bit(document.colours(area)) * share + out[here] * (1 - share)).astype(np.uint8)
    return QImage(out.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
