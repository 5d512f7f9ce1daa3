"""Opening the helps to find a command: the palette, and the sheet of all keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from maskstudio.settings import Settings
from maskstudio.ui.help import palette_entries
from maskstudio.ui.help.palette_entries import PaletteEntry, Reopenable
from maskstudio.ui.window.keys_in_use import KeysInUse

if TYPE_CHECKING:  # modules are loaded when the user asks for them, not at every start
    from maskstudio.ui.help.palette import Palette


class CommandHelp:
    """Belongs to ``window``; ``open_file`` opens a recent file, ``closed`` are the documents that can be reopened."""

    def __init__(
        self,
        window: QWidget,
        settings: Settings,
        keys: KeysInUse,
        open_file: Callable[[Path], object],
        closed: Reopenable,
    ) -> None:
        """Keep what palette and sheet need; neither is made before it is opened."""
        self._window, self._settings, self._keys = window, settings, keys
        self._open_file, self._closed = open_file, closed
        self._actions: dict[str, QAction] = {}
        self._palette: Palette | None = None

    def verbs(self) -> dict[str, Callable[[], object]]:
        """The verbs, by the id of the action that triggers them."""
        return {"edit.commands": self.open_palette, "help.shortcuts": self.open_sheet}

    def adopt(self, actions: dict[str, QAction]) -> None:
        """Let the palette find these actions."""
        self._actions = actions

    def open_palette(self) -> Palette:
        """Open the command palette, or close it."""
        if self._palette is None:
            from maskstudio.ui.help.palette import Palette

            self._palette = Palette(self._window, self._find, self._settings.recent_commands)
        self._palette.open()
        return self._palette

    def open_sheet(self) -> QWidget:
        """Show every key."""
        from maskstudio.ui.help.cheatsheet import show_sheet

        return show_sheet(self._window, self._keys.keymap, self._actions)

    def _find(self, query: str) -> list[PaletteEntry]:
        offered = palette_entries
        files = offered.recent_files(self._settings.recent, self._open_file) if query.strip() else []
        closed = offered.closed_documents(self._closed) if query.strip() else []
        return [*offered.numbers(query, self._window), *offered.commands(self._actions), *files, *closed]
