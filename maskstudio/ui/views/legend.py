"""The legend: what the colours over the photo mean, in a corner, while there is more than one."""

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from maskstudio.core.arrays import Colour
from maskstudio.ui.canvas.difference import HERE, SAME, THERE
from maskstudio.ui.canvas.style import BAND, PLANES, Style

_MARGIN, _PADDING, _SWATCH, _SPACE = 10, 8, 12, 6  # px
_GROUND, _TEXT = QColor(24, 24, 24, 215), QColor(240, 240, 240)

LegendEntry = tuple[Colour, str]


def _said(text: str) -> str:
    return QCoreApplication.translate("Legend", text)


def entries(
    style: Style, *, trimap: bool, masked: bool, apart: tuple[str, str] | None = None, doubt: str = ""
) -> list[LegendEntry]:
    """The colours over the photo in this ``style`` and their meanings; empty if they explain themselves.

    ``trimap`` says whether a trimap is shown, ``masked`` whether there is a mask to tint by; ``apart`` what the two are
    called whose difference is shown: what is compared with, and the result, nothing for that as it is. ``doubt`` is
    what the pixels marked as doubtful mean, empty while they are not shown.
    """
    if apart is not None:
        there, here = apart
        only = _said("only in {}")
        mine = only.format(here) if here else _said("only here")
        return [(HERE, mine), (THERE, only.format(there)), (SAME, _said("the same"))]
    if doubt:
        return [(style.soft, doubt)]
    if not trimap or style.mode in PLANES:
        return []
    band = [(BAND, _said("edge to be solved"))]
    if style.mode != "overlay" or not masked or style.opacity == 0:
        return band
    side = _said("left out") if style.side == "outside" else _said("selected")
    return [(style.colour, side), *band]


class Legend(QWidget):
    """The legend in the bottom left corner of its parent; it lets the pointer through, and hides if it is empty."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("legend")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._entries: list[LegendEntry] = []
        parent.installEventFilter(self)
        self.hide()

    def show_entries(self, wanted: list[LegendEntry]) -> None:
        """Explain these colours."""
        if wanted == self._entries:
            return
        self._entries = wanted
        self.setAccessibleName(", ".join(words for _, words in wanted))
        self.setVisible(bool(wanted))
        self._place()
        self.update()

    def sizeHint(self) -> QSize:
        """A line for each colour."""
        metrics = QFontMetrics(self.font())
        words = max((metrics.horizontalAdvance(words) for _, words in self._entries), default=0)
        return QSize(2 * _PADDING + _SWATCH + _SPACE + words, 2 * _PADDING + self._line * len(self._entries))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint swatches and words on a plate that is legible over any photo."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_GROUND)
        painter.drawRoundedRect(self.rect(), 4, 4)
        for number, (colour, words) in enumerate(self._entries):
            top = _PADDING + number * self._line
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(*colour))
            painter.drawRoundedRect(_PADDING, top + (self._line - _SWATCH) // 2, _SWATCH, _SWATCH, 2, 2)
            painter.setPen(_TEXT)
            room = self.rect().adjusted(_PADDING + _SWATCH + _SPACE, top, 0, 0)
            room.setHeight(self._line)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the legend in the corner when the parent changes its size."""
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self._place()
        return super().eventFilter(watched, event)

    @property
    def _line(self) -> int:
        return QFontMetrics(self.font()).height() + 2

    def _place(self) -> None:
        around = self.parentWidget()
        if self.isHidden() or around is None:
            return
        self.resize(self.sizeHint())
        self.move(QPoint(_MARGIN, around.height() - self.height() - _MARGIN))
        self.raise_()
