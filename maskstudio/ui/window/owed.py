"""Files that jobs owe and could not write: the user is told until they have seen it, and may write them elsewhere."""

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

_NAMED = 3  # names shown of files that were not written


class _Unpaid(NamedTuple):
    session: Session
    job: Job


def _tr(text: str) -> str:
    return QCoreApplication.translate("owed", text)


class OwedWork:
    """The jobs of all sessions, closed ones too, whose results are owed, and those that failed.

    ``notice`` says it; ``parent`` is the parent of the dialog that asks for another place.
    """

    def __init__(self, parent: QWidget, tabs: Tabs, notice: Notice) -> None:
        self._parent, self._tabs, self._notice = parent, tabs, notice
        self._unpaid: list[_Unpaid] = []
        self._kept: list[str] = []  # sentences on results for closed documents that can be fetched
        self._unseen = False  # whether there is news since the user last tried to leave
        notice.dismissed.connect(self._seen)

    @property
    def jobs(self) -> list[Job]:
        """The running jobs whose results are owed."""
        jobs = (job for session in self._tabs.sessions for job in session.runner.jobs)
        return [job for job in jobs if job.due]

    def failed(self, session: Session, job: Job) -> None:
        """Remember a job that could not write its file."""
        if job.owes is not None and job.owes.elsewhere is not None:
            self._unpaid.append(_Unpaid(session, job))
            self._unseen = True

    def may_leave(self) -> bool:
        """Whether the user knows of everything that could not be written; if not, says it again."""
        unseen, self._unseen = self._unseen and bool(self._unpaid or self._kept), False
        if unseen and self._unpaid:
            self._say(str(self._unpaid[-1].job.error))
        elif unseen:
            self._say_kept()
        return not unseen

    def tell(self, sentence: str) -> None:
        """Say a sentence on something paid for, until the user has seen it."""
        self._kept.append(sentence)
        self._unseen = True
        self._say_kept()

    def again(self, error: MaskStudioError) -> Callable[[Path], None] | None:
        """A function that writes what failed with ``error`` to another path; None if nothing was owed."""
        return next((partial(self._pay, each) for each in self._unpaid if each.job.error is error), None)

    def forget(self, error: MaskStudioError) -> None:
        """Forget the job that failed with ``error``, after which there is another way on."""
        self._unpaid[:] = [each for each in self._unpaid if each.job.error is not error]

    def say(self, error: MaskStudioError) -> bool:
        """Say ``error`` with earlier failures not yet dismissed; returns whether it is of a job that owed a file."""
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
        """Ask where to write each file; one without a place is said again."""
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
