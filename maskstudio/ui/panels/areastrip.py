"""A small picture of how large the finds are, and which of these sizes are kept."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from maskstudio.ui.widgets import theme

_HEIGHT = 24  # px
_POINT = 3.0  # px, half the width of a mark
_EDGE = 5  # px left free at both ends


class AreaStrip(QWidget):
    """One mark for each find, from no area at the left to the whole photo at the right; small areas have more room.

    What is kept lies on the band, in the accent colour. Nothing here can be changed.
    """

    def __init__(self) -> None:
        """Make an empty strip."""
        super().__init__()
        self.setObjectName("areaStrip")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._areas: tuple[float, ...] = ()
        self._low, self._high = 0.0, 100.0
        self.setToolTip(_said("How much of the photo each find covers; on the bright band it is kept"))
        self.setAccessibleName(_said("Areas of the finds"))

    def show_areas(self, areas: Sequence[float], low: float, high: float) -> None:
        """Show finds that cover ``areas`` percent of the photo, of which those from ``low`` to ``high`` are kept."""
        if (tuple(areas), low, high) == (self._areas, self._low, self._high):
            return
        self._areas, self._low, self._high = tuple(areas), low, high
        within = sum(low <= area <= high for area in areas)
        self.setAccessibleDescription(_said("{} of {} within").format(within, len(areas)))
        self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(120, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The track, the band that is kept, and the marks."""
        colours, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        track = QRectF(_EDGE, middle - 5, self.width() - 2 * _EDGE, 10)
        painter.setBrush(QColor(colours.track))
        painter.drawRoundedRect(track, 3, 3)
        left, right = self._place(self._low), self._place(self._high)
        painter.setBrush(QColor(colours.hover))
        painter.drawRoundedRect(QRectF(left, track.top(), max(right - left, 1), track.height()), 3, 3)
        for area in self._areas:
            within = self._low <= area <= self._high
            colour = QColor(colours.accent_text if within else colours.disabled)
            painter.setPen(QPen(QColor(colours.window), 1))
            painter.setBrush(colour)
            at = self._place(area)
            painter.drawRoundedRect(QRectF(at - _POINT / 2, middle - 7, _POINT, 14), 1, 1)
        painter.end()

    def _place(self, area: float) -> float:
        """Where a share in percent lies: by its square root, as the side of a square of that area grows."""
        share = min(max(area / 100, 0.0), 1.0)
        return float(_EDGE + share**0.5 * (self.width() - 2 * _EDGE))


def _said(text: str) -> str:
    return QCoreApplication.translate("AreaStrip", text)
