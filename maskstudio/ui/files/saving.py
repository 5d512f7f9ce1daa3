"""What keeps the work safe, seen from the window: saving, autosave, what the status line says of it, going on after a
crash.
"""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

from maskstudio import paths
from maskstudio.core.underway import sweep
from maskstudio.jobs import Job
from maskstudio.journal import recovery
from maskstudio.journal.recovery import Recoverable
from maskstudio.names import fitting, path_of, shown
from maskstudio.session.session import Session
from maskstudio.settings import Settings
from maskstudio.ui.files.recovering import RecoveryOffer
from maskstudio.ui.files.reopening import ClosedDocuments
from maskstudio.ui.files.tabs import Tabs
from maskstudio.ui.widgets import file_dialogs

_MINUTE = 60_000  # ms


def _tr(text: str) -> str:
    return QCoreApplication.translate("safety", text)


def _left_behind() -> list[Recoverable]:
    """What a killed editor left: its litter is removed, its work found."""
    sweep()
    return recovery.recoverable()


class Safety(QObject):
    """The verbs of saving and the offer to recover; ``offer`` is the widget to put above the stage.

    ``show`` is told how safe the work in front is, in a word or two, and what that means.
    """

    def __init__(
        self,
        parent: QWidget,
        tabs: Tabs,
        settings: Settings,
        closed: ClosedDocuments,
        show: Callable[[str, str], object],
    ) -> None:
        super().__init__(parent)
        self._parent, self._tabs, self._settings, self._closed, self._show = parent, tabs, settings, closed, show
        self._remembered: Path | None = None
        self.offer = RecoveryOffer()
        self.offer.continued.connect(self._go_on)
        self.offer.discarded.connect(recovery.discard)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.autosave)
        self.time_autosave()
        self._begin = QTimer(self, singleShot=True, interval=0)
        self._begin.timeout.connect(self.look)

    def begin(self) -> None:
        """Look for lost work as soon as the window has time."""
        self._begin.start()

    def close(self, *, keep: bool = False) -> None:
        """The window goes; what is in no file can be reopened, or, with ``keep``, offered at the next start."""
        self._begin.stop()
        self._timer.stop()
        for tab in self._tabs.open:
            tab.session.close_journal(keep=keep and tab.session.unsaved)
        self._closed.close()

    def verbs(self) -> dict[str, Callable[[], object]]:
        """By the id of their action."""
        return {"file.save": self.save, "file.saveAs": self.save_as, "file.saveCopy": self.save_copy}

    def look(self) -> None:
        """Find out, on a thread, what a killed editor has left behind, and offer it."""
        self._session.runner.start(
            "Look for lost work",
            lambda _token: _left_behind(),
            self.offer.show_found,
            lane="recoverable",
            quiet=True,
        )
        self._closed.tidy()

    def time_autosave(self) -> None:
        """Save as often as the settings say."""
        minutes = self._settings.autosave_minutes
        if minutes > 0:
            self._timer.start(minutes * _MINUTE)
        else:
            self._timer.stop()

    def autosave(self) -> None:
        """Save every open project that has changed; those without a file are in their journals."""
        for tab in self._tabs.open:
            tab.session.autosave()

    def save(self) -> Job | None:
        """Save the project in front; the first time, ask where."""
        return self._session.save() if self._session.project else self.save_as()

    def save_as(self) -> Job | None:
        """Ask where, and save the project in front."""
        path = self._ask(_tr("Save Project"))
        return self._session.save_as(path) if path else None

    def save_copy(self) -> Job | None:
        """Ask where, and write a copy of the project in front."""
        path = self._ask(_tr("Save a Copy"))
        return self._session.save_copy(path) if path else None

    def refresh(self) -> None:
        """Show how safe the work in front is."""
        project = self._session.project
        if project is not None and project != self._remembered:
            self._settings.remember(project)
        self._remembered = project
        self._show(*self._words())

    @property
    def _session(self) -> Session:
        return self._tabs.front.session

    def _words(self) -> tuple[str, str]:
        """What the status line says, and what it explains."""
        session = self._session
        if session.document is None or session.journal is None:
            return "", ""
        if session.journal.safety == "failed":
            return _tr("Not kept safe"), _tr("The journal cannot be written. Save the project somewhere else.")
        if session.saved_at is not None and not session.unsaved:
            when = time.strftime("%H:%M", time.localtime(session.saved_at))
            return _tr("Saved at {}").format(when), shown(session.project or "")
        kept = _tr("Changes kept") if session.journal.acknowledged else _tr("Keeping changes…")
        if not session.unsaved:
            return kept, _tr("There is nothing to save yet.")
        return kept, _tr(
            "All you do is journalled at once and survives a crash. Save the project to keep it in a file: an export "
            "holds no masks, strokes or settings."
        )

    def _ask(self, title: str) -> Path | None:
        from maskstudio.core.project import SUFFIX  # formats are loaded with the first file

        session, settings = self._session, self._settings
        if session.document is None:
            return None
        image = session.document.image
        near = session.files[0].parent if session.files else Path(settings.export_folder)
        proposal = str(Path(file_dialogs.place(near)) / fitting(Path(image.name).stem, SUFFIX))
        name, _ = QFileDialog.getSaveFileName(self._parent, title, proposal, f"{_tr('Projects')} (*{SUFFIX})")
        if not name:
            return None
        complete = name.lower().endswith(SUFFIX)
        path = path_of(name if complete else name + SUFFIX)
        if not complete and paths.exists(path) and not file_dialogs.may_replace(self._parent, path):
            return None
        return path

    def _go_on(self, one: Recoverable) -> None:
        tab = self._tabs.fresh()
        tab.opening = Path(one.name)
        tab.session.recover(one)
