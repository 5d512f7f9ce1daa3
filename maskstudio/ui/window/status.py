"""The status line: zoom, size, position, coverage; the running job with its cancel."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QToolButton, QWidget

from maskstudio.figures import percent
from maskstudio.jobs import Job
from maskstudio.ui.widgets.elided_label import ElidedLabel
from maskstudio.ui.widgets.icons import icon
from maskstudio.ui.widgets.progress import ProgressBar

_GAP, _EDGES = 8, 24  # px between the parts of the line, and at its ends
_ZOOM_DIGITS = 2  # after the point
_WORDS = 260  # px of a job's label; a long file name must not widen the window


class _Fact(QLabel):
    """A label whose size does not depend on its words.

    New words come with every movement of the pointer, and a new layout would take milliseconds.
    """

    def __init__(self, digits: int) -> None:
        """Make the label as wide as this number of digits."""
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._digits = digits
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        self.setFixedSize(metrics.horizontalAdvance("0" * self._digits), metrics.height() + 2)


class StatusLine(QStatusBar):
    """Facts at the left, work at the right. ``cancelled`` is emitted by the button beside the progress."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the line: zoom, size, place and hint at the left, safety and the job at the right; no job shows."""
        super().__init__(parent)
        self.setObjectName("statusLine")
        self.setSizeGripEnabled(False)
        self._zoom, self._size, self._place = _Fact(9), _Fact(18), _Fact(35)
        self._work = QLabel()
        for label, name in ((self._zoom, "zoom"), (self._size, "imageSize"), (self._place, "place")):
            label.setObjectName(name)
            self.addWidget(label)
        self._hint = ElidedLabel()
        self.addWidget(self._hint, 1)
        self._safety = QLabel()
        self._safety.setObjectName("safety")
        self.addPermanentWidget(self._safety)
        self._bar = ProgressBar()
        self._bar.setFixedWidth(140)
        self._cancel = QToolButton()
        self._cancel.setText(self.tr("Cancel"))
        self._cancel.setObjectName("cancelJob")
        self._cancel.setIcon(icon("cancel"))
        self._cancel.setToolTip(self.tr("Stop the running work  (Ctrl+.)"))
        self._cancel.clicked.connect(self.cancelled)
        self._work.setObjectName("work")
        self._work.setTextFormat(Qt.TextFormat.PlainText)
        for widget in (self._work, self._bar, self._cancel):
            self.addPermanentWidget(widget)
        self.show_job(None)

    def minimumSizeHint(self) -> QSize:
        """As narrow as the window likes: a line that needed room would widen the window beyond the screen."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Hide what matters least where there is no room for everything: the size, the place, then the bar."""
        working = self._cancel.isVisibleTo(self)
        kept = [self._zoom, self._safety, *([self._work, self._cancel] if working else [])]
        room = self.width() - self._hint.minimumSizeHint().width() - sum(map(_room, kept)) - _EDGES
        for widget, wanted in ((self._bar, working), (self._place, True), (self._size, True)):
            fits = wanted and _room(widget) <= room
            widget.setVisible(fits)
            room -= _room(widget) if fits else 0

    def show_view(self, scale: float | None, size: tuple[int, int] | None) -> None:
        """Zoom in device pixels an image pixel, and the image's size in px."""
        self._zoom.setText("" if scale is None else percent(scale, _ZOOM_DIGITS))
        self._size.setText("" if size is None else f"{size[0]} × {size[1]} px")

    def show_place(self, place: tuple[int, int, int] | None) -> None:
        """Column, row and alpha (0..255) under the pointer."""
        text = "" if place is None else self.tr("x {}  y {}   alpha {} ({})")
        self._place.setText("" if place is None else text.format(*place, percent(place[2] / 255)))

    def show_hint(self, hint: str) -> None:
        """What the tool in use does, and its keys."""
        self._hint.say(hint)

    def show_safety(self, words: str, more: str) -> None:
        """How safe the work is, and what that means."""
        self._safety.setText(words)
        self._safety.setToolTip(more)
        self._fit()

    def show_job(self, job: Job | None, others: int = 0) -> None:
        """The running job, or None; ``others`` counts those waiting behind it."""
        for widget in (self._work, self._cancel):
            widget.setVisible(job is not None)
        if job is not None:
            more = self.tr(" (+{} more)").format(others) if others else ""
            words = self._work.fontMetrics().elidedText(job.text or job.label, Qt.TextElideMode.ElideMiddle, _WORDS)
            self._work.setText(f"{words}, {percent(job.fraction)}{more}")
            self._bar.show_fraction(job.fraction)
        self._fit()  # of the bar too, which would else come and go at every step where there is no room for it


def _room(widget: QWidget) -> int:
    """How many px a widget takes in the line."""
    return max(widget.minimumWidth(), widget.minimumSizeHint().width()) + _GAP
