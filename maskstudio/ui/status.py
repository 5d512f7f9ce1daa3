"""The status line: zoom, size, position, coverage; the running job with its cancel."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QToolButton, QWidget

from maskstudio.jobs import Job

_WORDS = 260  # px of what a job is called; a long file name must not widen the window


class StatusLine(QStatusBar):
    """Facts at the left, work at the right. ``cancelled`` is emitted by the button beside the progress."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusLine")
        self.setSizeGripEnabled(False)
        self._zoom, self._size, self._place, self._work = (QLabel() for _ in range(4))
        for label, name, width in (
            (self._zoom, "zoom", 64),
            (self._size, "imageSize", 130),
            (self._place, "place", 230),
        ):
            label.setObjectName(name)
            label.setMinimumWidth(width)
            self.addWidget(label)
        self._bar = QProgressBar(maximum=1000, textVisible=False)
        self._bar.setFixedWidth(140)
        self._cancel = QToolButton()
        self._cancel.setText(self.tr("Cancel"))
        self._cancel.setObjectName("cancelJob")
        self._cancel.setToolTip(self.tr("Stop the running work  (Ctrl+.)"))
        self._cancel.clicked.connect(self.cancelled)
        self._work.setObjectName("work")
        self._work.setTextFormat(Qt.TextFormat.PlainText)
        for widget in (self._work, self._bar, self._cancel):
            self.addPermanentWidget(widget)
        self.show_job(None)

    def set_icon(self, cancel: QIcon) -> None:
        """The cancel button's picture in the theme of now."""
        self._cancel.setIcon(cancel)

    def show_view(self, scale: float | None, size: tuple[int, int] | None) -> None:
        """Zoom in device pixels an image pixel, and the image's size in px."""
        self._zoom.setText("" if scale is None else f"{scale * 100:.4g} %")
        self._size.setText("" if size is None else f"{size[0]} × {size[1]} px")

    def show_place(self, place: tuple[int, int, int] | None) -> None:
        """Column, row and alpha (0..255) under the pointer."""
        text = "" if place is None else self.tr("x {}  y {}   alpha {} ({:.0%})")
        self._place.setText("" if place is None else text.format(*place, place[2] / 255))

    def show_job(self, job: Job | None, others: int = 0) -> None:
        """The running job, or None; ``others`` counts those waiting behind it."""
        for widget in (self._work, self._bar, self._cancel):
            widget.setVisible(job is not None)
        if job is None:
            return
        more = self.tr(" (+{} more)").format(others) if others else ""
        words = self._work.fontMetrics().elidedText(job.text or job.label, Qt.TextElideMode.ElideMiddle, _WORDS)
        self._work.setText(f"{words}, {job.fraction:.0%}{more}")
        self._bar.setValue(round(job.fraction * 1000))
