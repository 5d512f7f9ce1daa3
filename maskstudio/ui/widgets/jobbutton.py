"""A button that shows the job it has started: it looks pressed, with the progress as a line along its foot."""

from collections.abc import Callable, Collection

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy

from maskstudio.jobs import Job
from maskstudio.ui.widgets import theme

_LINE = 3  # px
_TO_DO = 0.3  # opacity of the part of the line that is still to come
_LEAST = 0.06  # least share of the width, so that a job without progress shows too


class JobButton(QPushButton):
    """The button. ``watch`` takes the job, however it was started; ``show_jobs`` says which jobs are running."""

    def __init__(self, text: str, verb: Callable[[], object], *, primary: bool = False) -> None:
        super().__init__(text)
        self._job: Job | None = None
        self.setProperty("primary", primary)
        self.setProperty("busy", False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda: verb())

    @property
    def busy(self) -> bool:
        """Whether its job runs."""
        return bool(self.property("busy"))

    def watch(self, job: Job) -> None:
        """Show the progress of this job."""
        self._job = job
        self.show_jobs([] if job.finished else [job])

    def show_jobs(self, running: Collection[Job]) -> None:
        """Show whether its job is one of these running jobs, and its progress."""
        busy = self._job in running
        if busy != self.busy:
            self.setProperty("busy", busy)
            self.setAccessibleDescription(self.tr("Running") if busy else "")
            self.style().polish(self)
        if busy:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The button, and the line of its job."""
        super().paintEvent(event)
        if self._job is None or not self.busy:
            return
        colours = theme.tokens()
        done = QColor(colours.on_accent if self.property("primary") else colours.accent_text)
        to_do = QColor(done)
        to_do.setAlphaF(_TO_DO)
        painter = QPainter(self)
        painter.setClipRect(self.rect().adjusted(2, 0, -2, -1))
        line = QRectF(0, self.height() - _LINE - 1, self.width(), _LINE)
        painter.fillRect(line, to_do)
        line.setWidth(self.width() * max(self._job.fraction, _LEAST))
        painter.fillRect(line, done)
