"""Saving the project in front: to its file, to another, or as a copy."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from maskstudio import paths
from maskstudio.jobs import Job
from maskstudio.names import fitting, path_of
from maskstudio.session.session import Session
from maskstudio.settings import Settings
from maskstudio.ui.files.tabs import Tabs
from maskstudio.ui.widgets import file_dialogs


def _tr(text: str) -> str:
    return QCoreApplication.translate("saving", text)


class Saving:
    """The verbs of saving; the dialogs stand over ``parent``."""

    def __init__(self, parent: QWidget, tabs: Tabs, settings: Settings) -> None:
        self._parent, self._tabs, self._settings = parent, tabs, settings

    def verbs(self) -> dict[str, Callable[[], object]]:
        """The verbs, by the id of the action that triggers them."""
        return {"file.save": self.save, "file.saveAs": self.save_as, "file.saveCopy": self.save_copy}

    def save(self) -> Job | None:
        """Save the project in front; the first time, ask where."""
        return self._session.projects.save() if self._session.projects.path else self.save_as()

    def save_as(self) -> Job | None:
        """Ask where, and save the project in front."""
        path = self._ask(_tr("Save Project"))
        return self._session.projects.save_as(path) if path else None

    def save_copy(self) -> Job | None:
        """Ask where, and write a copy of the project in front."""
        path = self._ask(_tr("Save a Copy"))
        return self._session.projects.save_copy(path) if path else None

    @property
    def _session(self) -> Session:
        return self._tabs.front.session

    def _ask(self, title: str) -> Path | None:
        """Ask for a path, first beside the opened file; None if the user cancels or will not replace a file."""
        from maskstudio.core.project import SUFFIX  # formats are loaded at the first use

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
