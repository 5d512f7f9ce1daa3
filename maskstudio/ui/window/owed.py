"""What jobs owed and could not bring: it is said until the user has seen it, with a way to write it elsewhere."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job
from maskstudio.names import path_of
from maskstudio.session.session import Session
from maskstudio.ui.files.tabs import Tabs
from maskstudio.ui.widgets.notice import Notice
from maskstudio.ui.widgets.shortened import short

_NAMED = 3  # of the files that were not written


class _Unpaid(NamedTuple):
    session: Session
    job: Job


def _tr(text: str) -> str:
    return QCoreApplication.translate("owed", text)


class OwedWork:
    """The work of all sessions that somebody waits for, also of closed ones, and what of it has failed.

    ``notice`` says it; ``parent`` is what a dialog that asks for another place stands over.
    """

    def __init__(self, parent: QWidget, tabs: Tabs, notice: Notice) -> None:
        self._parent, self._tabs, self._notice = parent, tabs, notice
        self._unpaid: list[_Unpaid] = []
        self._kept: list[str] = []  # sentences on what came for closed documents and can be had
        self._unseen = False  # whether there is something new to say since the user last tried to leave
        notice.dismissed.connect(self._seen)

    @property
    def jobs(self) -> list[Job]:
        """What is still to be brought."""
        jobs = (job for session in self._tabs.sessions for job in session.runner.jobs)
        return [job for job in jobs if job.due]

    def failed(self, session: Session, job: Job) -> None:
        """Remember what a job could not write."""
        if job.owes is not None and job.owes.elsewhere is not None:
            self._unpaid.append(_Unpaid(session, job))
            self._unseen = True

    def may_leave(self) -> bool:
        """Whether the user knows of all that could not be written; otherwise says it, once more."""
        unseen, self._unseen = self._unseen and bool(self._unpaid or self._kept), False
        if unseen and self._unpaid:
            self._say(str(self._unpaid[-1].job.error))
        elif unseen:
            self._say_kept()
        return not unseen

    def tell(self, sentence: str) -> None:
        """Say what has become of something that was paid for, until the user has seen it."""
        self._kept.append(sentence)
        self._unseen = True
        self._say_kept()

    def again(self, error: MaskStudioError) -> Callable[[Path], None] | None:
        """Writes, to a path that the user agrees to, what failed with ``error``; None where nothing was owed."""
        return next((partial(self._pay, each) for each in self._unpaid if each.job.error is error), None)

    def forget(self, error: MaskStudioError) -> None:
        """There is another way on after ``error``."""
        self._unpaid[:] = [each for each in self._unpaid if each.job.error is not error]

    def say(self, error: MaskStudioError) -> bool:
        """Say ``error``, if it is of such a job, together with what failed before and nobody has acknowledged."""
        if not any(each.job.error is error for each in self._unpaid):
            return False
        self._say(str(error))
        return True

    def _seen(self) -> None:
        self._unpaid.clear()
        self._kept.clear()

    def _say_kept(self) -> None:
        self._notice.show_sentence(" ".join(self._kept), "warning", holds=True)

    def _say(self, why: str) -> None:
        names = [short(each.job.owes.what, 24) for each in self._unpaid if each.job.owes]
        if len(names) > 1:
            more = ", …" if len(names) > _NAMED else ""
            listed = ", ".join(names[:_NAMED]) + more
            why = _tr("{} files were not written ({}): {}").format(len(names), listed, why)
        why = " ".join([why, *self._kept])
        self._notice.show_sentence(why, "warning", _tr("Write Elsewhere…"), self._write_elsewhere, holds=True)

    def _write_elsewhere(self) -> None:
        """Ask where each of them may go; what the user gives no place for stays to be said."""
        waiting, self._unpaid[:] = list(self._unpaid), []
        for number, each in enumerate(waiting):
            if (owes := each.job.owes) is None:
                continue
            title = _tr("Write {} Elsewhere").format(owes.what)
            suffix = Path(owes.what).suffix
            name, _ = QFileDialog.getSaveFileName(self._parent, title, owes.what, f"*{suffix}")
            if not name:
                self._unpaid.extend(waiting[number:])
                self._say(str(each.job.error))
                return
            self._pay(each, path_of(name if name.lower().endswith(suffix) else name + suffix))

    def _pay(self, each: _Unpaid, path: Path) -> None:
        if each.job.owes is not None and each.job.owes.elsewhere is not None:
            each.job.owes.elsewhere(path)
            self._tabs.linger(each.session)
