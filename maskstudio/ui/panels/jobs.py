"""The panel of jobs: those that run, and how the last few ended."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from maskstudio.figures import percent
from maskstudio.jobs import Job
from maskstudio.session.session import Session
from maskstudio.ui.panels.redrawn import RedrawnByChange
from maskstudio.ui.services.unfetched import OwedList
from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.icons import icon
from maskstudio.ui.widgets.progress import ProgressBar

_KEPT = 5  # finished jobs shown
_MARKS = {"done": "check", "failed": "warning", "cancelled": "cancel"}  # others are still at work


class JobsPanel(RedrawnByChange, QWidget):
    """Running jobs with their progress and a cancel button each; below, ended ones, the newest first.

    It shows the jobs of all documents, as ``job_changed`` tells.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Make the panel without a job; results not fetched yet are listed for ``session``."""
        super().__init__(parent)
        self.setObjectName("jobsPanel")
        self._session = session
        self._rows: dict[Job, _Row] = {}
        self._ended: list[_Row] = []
        self._empty = parts.Hint(self.tr("No work is running."))
        column = parts.column(self)
        column.addWidget(self._empty)
        self._running, self._done = QVBoxLayout(), QVBoxLayout()
        self.owed = OwedList(session)
        for part in (self._running, self._done):
            part.setSpacing(theme.SPACE)
            column.addLayout(part)
        column.addWidget(self.owed)
        column.addStretch()

    def follow(self, session: Session) -> None:
        """Show another document's session."""
        self._session = session
        self.owed.follow(session)

    def showEvent(self, event: QShowEvent) -> None:
        """List again the paid results that are still to be fetched, which another session may have added."""
        super().showEvent(event)
        self.owed.refresh()

    def job_changed(self, job: Job) -> None:
        """Show the present state of ``job``."""
        row = self._rows.get(job)
        if row is None:
            row = self._rows[job] = _Row(job)
            self._running.addWidget(row)
            row.show()
        row.show_job()
        if job.finished:
            self._retire(self._rows.pop(job))
            if job.state != "done" and job.lane.startswith("detect "):
                self.owed.refresh()
        self._empty.setVisible(not self._rows)
        self._empty.setText(self.tr("No work is running.") if not self._ended else self.tr("Finished"))

    def _retire(self, row: "_Row") -> None:
        self._running.removeWidget(row)
        self._done.insertWidget(0, row)
        self._ended.insert(0, row)
        while len(self._ended) > _KEPT:
            self._ended.pop().deleteLater()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for row in (*self._rows.values(), *self._ended):
                row.show_job()


class _Row(QWidget):
    """One job: its label, its progress or how it ended, and a button to cancel it."""

    def __init__(self, job: Job) -> None:
        """Make the row of ``job``: mark, label and cancel button, below them progress and sentence."""
        super().__init__()
        self._job = job
        self._mark, self._label, self._text = QLabel(), QLabel(job.label), parts.Hint()
        self._mark.setFixedSize(16, 16)
        self._label.setMinimumWidth(1)
        self._bar = ProgressBar()
        self._bar.setAccessibleName(job.label)
        self.cancel_button = parts.icon_button("close", self.tr("Cancel {}").format(job.label), job.cancel)
        self.cancel_button.setObjectName("cancelThisJob")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.SPACE)
        grid.setVerticalSpacing(theme.GAP)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._mark, 0, 0)
        grid.addWidget(self._label, 0, 1)
        grid.addWidget(self.cancel_button, 0, 2)
        grid.addWidget(self._bar, 1, 1, 1, 2)
        grid.addWidget(self._text, 2, 1, 1, 2)

    def show_job(self) -> None:
        """Show the present state of the job."""
        job = self._job
        self._bar.setVisible(not job.finished)
        self.cancel_button.setVisible(not job.finished)
        colours = theme.tokens()
        colour = {"failed": colours.bad, "done": colours.good}.get(job.state, "")
        self._mark.setPixmap(icon(_MARKS.get(job.state, "jobs"), colour).pixmap(16, 16))
        self._bar.show_fraction(job.fraction)
        tone = "bad" if job.state == "failed" else ""
        text = self._sentence()
        parts.say(self._text, text, tone)
        self._text.setVisible(bool(text))

    def _sentence(self) -> str:
        """How the job stands or ended: its error, its closing words, or its progress in per cent."""
        job = self._job
        if job.state == "failed":
            return str(job.error)
        if job.state == "cancelled":
            return job.closing or self.tr("Cancelled.")
        if job.state == "done":
            return job.closing
        waiting = self.tr("Waiting")
        return f"{job.text or waiting}, {percent(job.fraction)}" if job.fraction or job.text else waiting
