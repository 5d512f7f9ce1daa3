"""The status line's words on how safe the work in front is."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from maskstudio.names import shown
from maskstudio.session.session import Session
from maskstudio.settings import Settings
from maskstudio.ui.files.tabs import Tabs


def _tr(text: str) -> str:
    return QCoreApplication.translate("safety", text)


class KeptSafe:
    """Calls ``show`` with how safe the work is, in a word or two, and what that means."""

    def __init__(self, tabs: Tabs, settings: Settings, show: Callable[[str, str], object]) -> None:
        self._tabs, self._settings, self._show = tabs, settings, show
        self._remembered: Path | None = None

    def refresh(self) -> None:
        """Show how safe the work in front is; a project with a file is added to the recent files."""
        session = self._tabs.front.session
        if session.projects.path is not None and session.projects.path != self._remembered:
            self._settings.remember(session.projects.path)
        self._remembered = session.projects.path
        self._show(*_words(session))


def _words(session: Session) -> tuple[str, str]:
    """The words of the status line, and their explanation."""
    if session.document is None or session.journal is None:
        return "", ""
    if session.journal.safety == "failed":
        return _tr("Not kept safe"), _tr("The journal cannot be written. Save the project somewhere else.")
    if session.projects.saved_at is not None and not session.projects.unsaved:
        when = time.strftime("%H:%M", time.localtime(session.projects.saved_at))
        return _tr("Saved at {}").format(when), shown(session.projects.path or "")
    kept = _tr("Changes kept") if session.journal.acknowledged else _tr("Keeping changes…")
    if not session.projects.unsaved:
        return kept, _tr("There is nothing to save yet.")
    return kept, _tr(
        "All you do is journalled at once and survives a crash. Save the project to keep it in a file: an export "
        "holds no masks, strokes or settings."
    )
