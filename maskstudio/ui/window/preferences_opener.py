"""Opening the preferences, which are made when they are first wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from maskstudio.session.session import Session
from maskstudio.settings import Settings
from maskstudio.ui.window.keys_in_use import KeysInUse

if TYPE_CHECKING:  # modules are loaded when the user asks for them, not at every start
    from maskstudio.ui.preferences.dialog import Preferences


class PreferencesOpener:
    """Belongs to ``window``. ``apply`` brings about what a changed setting means, by its name; a setting without an
    entry is not offered. ``session`` gives the one in front; ``open_sheet`` shows the sheet of keys, and
    ``services_changed`` is called when an account or a key of a service has changed.
    """

    def __init__(
        self,
        window: QWidget,
        settings: Settings,
        apply: Mapping[str, Callable[[], object]],
        keys: KeysInUse,
        session: Callable[[], Session],
        *,
        open_sheet: Callable[[], object],
        services_changed: Callable[[], object],
    ) -> None:
        """Keep what the preferences need; they are made when they are first opened."""
        self._window, self._settings, self._keys, self._session = window, settings, keys, session
        self._apply = {**apply, "full_screen_f": keys.use_settings}
        self._open_sheet, self._services_changed = open_sheet, services_changed
        self._actions: dict[str, QAction] = {}
        self._made: Preferences | None = None

    def verbs(self) -> dict[str, Callable[[], object]]:
        """The verbs, by the id of the action that triggers them."""
        return {"edit.preferences": self.open, "edit.keys": lambda: self.open("keys")}

    def adopt(self, actions: dict[str, QAction]) -> None:
        """Let the page of keys offer these actions."""
        self._actions = actions

    def open(self, page: str = "") -> Preferences:
        """Show the preferences, at a page of this name."""
        if self._made is None:
            from maskstudio.ui.preferences.dialog import Preferences

            made = Preferences(self._window, self._settings, self._apply, self._actions, self._session)
            made.servicesChanged.connect(self._services_changed)
            made.keysChanged.connect(self._keys.use)
            made.sheetRequested.connect(self._open_sheet)
            self._made = made
        self._made.open_page(page)
        return self._made

    def open_account(self, service: str) -> None:
        """Show the account at a service."""
        self.open().open_account(service)
