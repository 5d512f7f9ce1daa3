"""Saving open projects automatically, as often as the settings say."""

from PySide6.QtCore import QObject, QTimer

from maskstudio.settings import Settings
from maskstudio.ui.files.tabs import Tabs

_MINUTE = 60_000  # ms


class Autosave(QObject):
    """A timer that saves open projects; it runs from the start, and ``keep_time`` takes over a changed interval."""

    def __init__(self, parent: QObject, tabs: Tabs, settings: Settings) -> None:
        super().__init__(parent)
        self._tabs, self._settings = tabs, settings
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.save_all)
        self.keep_time()

    def keep_time(self) -> None:
        """Take over the interval from the settings."""
        minutes = self._settings.autosave_minutes
        if minutes > 0:
            self._timer.start(minutes * _MINUTE)
        else:
            self._timer.stop()

    def save_all(self) -> None:
        """Save every open project that has changed; those without a file are in their journals."""
        for tab in self._tabs.open:
            tab.session.projects.autosave()

    def stop(self) -> None:
        """Stop: the window closes."""
        self._timer.stop()
