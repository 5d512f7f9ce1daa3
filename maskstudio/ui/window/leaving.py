"""Closing the program: one question about unsaved work, a wait for owed files, then an end in the background."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from maskstudio.ui.files import unsaved_work
from maskstudio.ui.widgets.typed_text import hand_over
from maskstudio.ui.window.waiting_sheet import WaitingSheet

if TYPE_CHECKING:
    from PySide6.QtGui import QSessionManager
    from PySide6.QtWidgets import QWidget

    from maskstudio.jobs import Job
    from maskstudio.journal.writer import Writer
    from maskstudio.settings import Settings
    from maskstudio.ui.files.tabs import Tabs
    from maskstudio.ui.window.owed import OwedWork

_A_MOMENT = 2.0  # seconds that other work gets to reach its next step


class Leaving(QObject):
    """Says whether the window may close, and if not yet, closes it once it may.

    ``ended`` is emitted when that is decided: closed, or staying. ``save`` saves the project in front.
    """

    ended = Signal()

    def __init__(
        self, window: QWidget, tabs: Tabs, settings: Settings, owed: OwedWork, save: Callable[[], Job | None]
    ) -> None:
        """Start with nothing asked, nothing saving and no sheet open."""
        super().__init__(window)
        self._window, self._tabs, self._settings, self._owed, self._save = window, tabs, settings, owed, save
        self._agreed = False  # the user has decided about unsaved work
        self._ask_again = False  # a result has arrived since
        self._anyway = False
        self._saving: list[Job] = []
        self._sheet: WaitingSheet | None = None
        self.keeps_journals = False  # unsaved work is offered at the next start

    def may_go(self) -> bool:
        """Whether nothing would be lost and nothing is owed; otherwise asks, or waits with a sheet."""
        if self._anyway:
            return True
        if not self._agreed and not self._ask():
            return False
        for tab in self._tabs.open:
            if self.keeps_journals or tab.session.journalling.keep_closed:
                tab.session.owe_entered()
        if self._owed.jobs:
            self._wait()
            return False
        if self.keeps_journals or self._owed.may_leave():
            return True
        self.stay()
        return False

    def job_changed(self, job: Job) -> None:
        """Continue or stop the closing, by the new state of a job."""
        if not self._agreed:
            return
        self._ask_again |= job.state == "done" and job.owes is not None and job.owes.adds
        lost = job.finished and job.state != "done" and job in self._saving
        failed = lost or (job.state == "failed" and job.owes is not None)
        if failed and not self.keeps_journals:  # otherwise there is no user to ask
            self._owed.may_leave()  # this says it, so that the next try may close
            self.stay()
        elif self._owed.jobs:
            self._show_jobs()
        else:
            QTimer.singleShot(0, self._go)

    def close_journals(self) -> None:
        """End the journals: unsaved work can be reopened, or, if the system ends it, is offered at the next start."""
        for tab in self._tabs.open:
            tab.session.journalling.end(keep=self.keeps_journals and tab.session.projects.unsaved)

    def stay(self) -> None:
        """Stop the closing and go on with the work."""
        if self.keeps_journals:  # the other files must still be written
            return
        self._agreed = False
        self._saving.clear()
        self._drop_sheet()
        self.ended.emit()

    def end_by_signal(self, number: int) -> None:
        """End at a signal: owed files are written, unsaved work is kept for the next start; a second one ends now."""
        if self.keeps_journals and self._agreed:
            self._say_what_is_left()
            self._leave_anyway()
            return
        self.status = 128 + number
        self.keeps_journals = self._agreed = True
        self._window.close()

    def session_ends(self, manager: QSessionManager) -> None:
        """End with the login session: unsaved work is kept for the next start, and the user may wait for files."""
        self.keeps_journals = self._agreed = True
        if not self._owed.jobs or not manager.allowsInteraction():
            return
        loop = QEventLoop()
        self.ended.connect(loop.quit)
        self._wait()
        loop.exec()
        if self._owed.jobs and not self._anyway:
            self.keeps_journals = False
            manager.cancel()
        manager.release()

    status = 0  # exit status of the program if a signal has ended it

    def _ask(self) -> bool:
        """Ask about unsaved work and start to save what the user wants; returns whether they agree to leave."""
        hand_over()
        tabs = [tab for tab in self._tabs.open if tab.session.projects.unsaved]
        days = self._settings.closed_days
        chosen = unsaved_work.ask_leave_all(self._window, [tab.title for tab in tabs], days) if tabs else []
        if chosen is None:
            return False
        self._agreed, self._ask_again = True, False
        for number in chosen:
            self._tabs.show_tab(tabs[number])
            job = self._save()
            if job is None:
                self.stay()
                return False
            self._saving.append(job)
        return True

    def _wait(self) -> None:
        if self._sheet is None:
            self._sheet = WaitingSheet(self._window)
            self._sheet.anyway.connect(self._leave_anyway)
            self._sheet.rejected.connect(self._called_back)
            self._show_jobs()
            self._sheet.open()

    def _show_jobs(self) -> None:
        if self._sheet is not None:
            self._sheet.show_jobs(self._owed.jobs)

    def _called_back(self) -> None:
        self.keeps_journals = False
        self.stay()

    def _go(self) -> None:
        if self._agreed and not self._owed.jobs:
            self._drop_sheet()
            self.ended.emit()
            self._agreed = self.keeps_journals or not self._ask_again
            self._window.close()

    def _leave_anyway(self) -> None:
        self._anyway = True
        self._drop_sheet()
        self.ended.emit()
        self._window.close()

    def _drop_sheet(self) -> None:
        if self._sheet is not None:
            sheet, self._sheet = self._sheet, None
            sheet.blockSignals(True)
            sheet.close()
            sheet.deleteLater()

    def _say_what_is_left(self) -> None:
        names = [job.owes.what for job in self._owed.jobs if job.owes is not None]
        if names:
            sys.stderr.write(f"Not written: {', '.join(names)}.\n")


class Farewell:
    """The work after the window is closed, on a thread, so that no window hangs."""

    def __init__(self, writer: Writer, *pools: Executor) -> None:
        self._writer, self._pools = writer, pools
        self._kept = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, save: Callable[[], object]) -> None:
        """``save`` the settings, write the journals out, and let the threads end."""
        self._thread = threading.Thread(target=self._run, args=(save,), name="farewell")
        self._thread.start()

    def wait(self, patience: float = _A_MOMENT) -> bool:
        """Wait for files, and ``patience`` seconds for other work; returns whether all of it has ended."""
        if self._thread is None:
            return True
        self._kept.wait()
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _run(self, save: Callable[[], object]) -> None:
        try:
            save()
            self._writer.close()
        finally:
            self._kept.set()
        for pool in self._pools:
            pool.shutdown(wait=True, cancel_futures=True)
