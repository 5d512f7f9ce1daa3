"""What the window shows of the jobs of all documents: their progress, and why some failed."""

from collections.abc import Callable

from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job
from maskstudio.session.session import Session
from maskstudio.ui.files.filemenu import FileMenu
from maskstudio.ui.files.tabs import Tabs
from maskstudio.ui.files.write_conflicts import ways_on
from maskstudio.ui.widgets.notice import Notice, NoticeButton
from maskstudio.ui.window.owed import OwedWork
from maskstudio.ui.window.status import StatusLine


class JobReports:
    """Shows each change of a job by ``status``, and passes it on to ``told``.

    ``refresh`` shows the session in front anew if a document that was being opened has failed.
    """

    def __init__(
        self,
        tabs: Tabs,
        status: StatusLine,
        notice: Notice,
        files: FileMenu,
        owed: OwedWork,
        refresh: Callable[[], object],
        told: Callable[[Job], object],
    ) -> None:
        """Keep the parts of the window that jobs are shown in."""
        self._tabs, self._status, self._notice, self._files, self._owed = tabs, status, notice, files, owed
        self._refresh, self._tell = refresh, told

    @property
    def jobs(self) -> list[Job]:
        """The running jobs of all documents, those of the one in front first."""
        return [job for session in self._tabs.sessions for job in session.runner.jobs]

    def verbs(self) -> dict[str, Callable[[], object]]:
        """The verbs, by the id of the action that triggers them."""
        return {"edit.cancelJobs": self.cancel_all}

    def cancel_all(self) -> None:
        """Cancel all running jobs."""
        for job in self.jobs:
            job.cancel()

    def job_changed(self, session: Session, job: Job) -> None:
        """Show the new state of a job of a session."""
        if job.state == "failed":
            self._owed.failed(session, job)
        if job.lane == "open" and job.state == "cancelled":
            self._drop_cancelled()
        if job.state == "waiting":
            self._notice.forget_job()
        running = self.jobs
        self._status.show_job(running[0] if running else None, len(running) - 1)
        self._tell(job)

    def failed(self, session: Session, error: MaskStudioError, offer: NoticeButton | None = None) -> None:
        """Say what went wrong, with ``offer`` or another way on if there is one."""
        if tab := self._tabs.of(session):
            self._files.opening_failed(tab)
        self._refresh()
        if offers := [offer] if offer else ways_on(self._files, session, error, self._owed.again(error)):
            self._owed.forget(error)
            self._notice.show_sentence(str(error), "warning", *offers[0], offers[1:], of_job=True)
        elif not self._owed.say(error):
            self._notice.show_sentence(str(error), "error", of_job=True)

    def _drop_cancelled(self) -> None:
        for tab in list(self._tabs.open):
            if not tab.session.runner.under_way("open"):
                self._files.opening_failed(tab)
        self._refresh()
