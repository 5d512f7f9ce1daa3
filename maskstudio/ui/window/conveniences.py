"""What makes the window one's own: keys, command palette, cheat sheet, preferences, tour, full screen, bare canvas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QToolBar, QToolButton, QWidget

from maskstudio import settings as stored
from maskstudio.ui.help import offered
from maskstudio.ui.keys import keymap as keymaps
from maskstudio.ui.keys.filter import KeyFilter
from maskstudio.ui.keys.glance import Glance
from maskstudio.ui.keys.holding import Holding
from maskstudio.ui.keys.keymap import Keymap, shown
from maskstudio.ui.registry.entry import Workspace
from maskstudio.ui.widgets.icons import SAMPLE, resource
from maskstudio.ui.window import actions as registry
from maskstudio.ui.window import areas
from maskstudio.ui.window.barecanvas import Curtain

if TYPE_CHECKING:  # what the user asks for is loaded then, not at every start
    from maskstudio.ui.help.palette import Palette
    from maskstudio.ui.help.tour import Tour
    from maskstudio.ui.preferences.dialog import Preferences
    from maskstudio.ui.window.window import MainWindow

_HELD = (
    "view.trimap",
    "view.rawColours",
    "view.originalMask",
    "view.blink",
)  # what a key shows for as long as it is held


class Habits(QObject):
    """Belongs to ``window``. Give its ``verbs`` to the actions, and the actions to ``adopt`` once they are made.

    ``apply`` brings about what a changed setting means, by its name; a setting without an entry is not offered.
    """

    def __init__(self, window: MainWindow, apply: Mapping[str, Callable[[], object]]) -> None:
        super().__init__(window)
        self._window, self._settings = window, window.settings
        self._apply = {**apply, "full_screen_f": lambda: self.use_keys(keymaps.of_settings(self._settings))}
        self._actions: dict[str, QAction] = {}
        self._preferences: Preferences | None = None
        self._palette: Palette | None = None
        self._tour: Tour | None = None
        self._sample_wanted = False
        self.first_run = False  # the tour begins when the sample is opened, until it has been seen
        self._curtain = Curtain(self._around, lambda: window.findChildren(QToolBar))
        self.keymap = keymaps.of_settings(self._settings)
        self.workspace: Workspace = ""  # whose keys act before all others

    def verbs(self) -> dict[str, Callable[[], object]]:
        """What the actions of this part do, by id."""
        return {
            "edit.commands": self.open_palette,
            "edit.preferences": self.open_preferences,
            "edit.keys": lambda: self.open_preferences("keys"),
            "help.shortcuts": self.open_sheet,
            "help.tour": self.start_tour,
            "window.panels": self._hide_panels,
            "window.sidebar": lambda: self._hide_panels(keep_tools=True),
            "window.fullScreen": self._full_screen,
            "window.refineWorkspace": self._refine_workspace,
            "window.nextPane": lambda: areas.next_pane(self._panes()),
        }

    def adopt(self, actions: dict[str, QAction]) -> None:
        """Mind the keys of these from now on."""
        self._actions = actions
        self._glance = Glance(self._window, self._window.viewing.comparison.glance, self._look_back)
        self._holding = Holding(self._window, [actions[name] for name in _HELD if name in actions])
        takers = self._glance, self._holding
        self._filter = KeyFilter(self._window, lambda key: actions.get(self.keymap.action(key, self.workspace)), takers)

    def listen(self) -> None:
        """See the keys from now on; last of all, since the making of a window sends events by the thousand."""
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self._filter)

    def let_go(self) -> None:
        """The window lost the keyboard: nothing is held any more."""
        self._glance.let_go()
        self._holding.let_go()

    def _look_back(self) -> None:
        if (action := self._actions.get("view.previousZoom")) is not None:
            action.trigger()

    def use_keys(self, keymap: Keymap) -> None:
        """Take other keys, at once."""
        self.keymap = keymap
        registry.set_keys(self._actions, keymap, self.workspace)

    def enter(self, workspace: Workspace) -> None:
        """Let the keys of a workspace act, or none but those that act everywhere."""
        self.workspace = workspace
        self.use_keys(self.keymap)

    # Palette, sheet, preferences

    def open_palette(self) -> Palette:
        """Open the command palette, or close it."""
        if self._palette is None:
            from maskstudio.ui.help.palette import Palette

            self._palette = Palette(self._window, self._find, self._settings.recent_commands)
        self._palette.open()
        return self._palette

    def _find(self, query: str) -> list[offered.PaletteEntry]:
        files = offered.recent_files(self._settings.recent, self._window.open) if query.strip() else []
        closed = offered.closed_documents(self._window.closed) if query.strip() else []
        return [*offered.numbers(query, self._window), *offered.commands(self._actions), *files, *closed]

    def open_sheet(self) -> QWidget:
        """Show every key."""
        from maskstudio.ui.help.cheatsheet import show_sheet

        return show_sheet(self._window, self.keymap, self._actions)

    def open_preferences(self, page: str = "") -> Preferences:
        """Show the preferences, at a page of this name."""
        if self._preferences is None:
            from maskstudio.ui.preferences.dialog import Preferences

            window = self._window
            made = Preferences(window, self._settings, self._apply, self._actions, lambda: window.session)
            made.servicesChanged.connect(window.sending.refresh)
            self._preferences = made
            self._preferences.keysChanged.connect(self.use_keys)
            self._preferences.sheetRequested.connect(self.open_sheet)
        self._preferences.open_page(page)
        return self._preferences

    # Tour

    def start_tour(self) -> None:
        """Begin the tour, on the sample photo if nothing is open."""
        if self._window.session.document is None:
            self._sample_wanted = True
            self._actions["file.sample"].trigger()
            return
        self._sample_wanted = False
        if self._tour is None:
            from maskstudio.ui.help.tour import Tour

            self._tour = Tour(self._window, self._widget, self._key, self._tour_over)

    def photo_opened(self) -> None:
        """Another photo is on show: begin the tour if one waits for it, or if it is the sample at the first run."""
        document = self._window.session.document
        greets = self.first_run and not self._settings.tour_seen
        if document is not None and (self._sample_wanted or (greets and document.image.path == resource(SAMPLE))):
            QTimer.singleShot(0, self.start_tour)  # once the window has taken its form

    def _tour_over(self) -> None:
        self._tour = None
        if not self._settings.tour_seen:
            self._settings.tour_seen = True
            stored.save(self._settings)

    def _widget(self, name: str) -> QWidget | None:
        """A widget by its own name, or the button of the action of that name."""
        if (widget := self._window.findChild(QWidget, name)) is not None:
            return widget
        action = self._actions.get(name)
        buttons = action.associatedObjects() if action else []
        return next((each for each in buttons if isinstance(each, QToolButton) and each.isVisible()), None)

    def _key(self, action: str) -> str:
        keys = self.keymap.acting(action, self.workspace) if action in self._actions else ()
        return shown(keys[0]) if keys else ""

    # The window as a whole

    def _around(self) -> list[QWidget]:
        window = self._window
        return [window.sidebar, window.tabs, window.status, *window.findChildren(QToolBar)]

    def _hide_panels(self, *, keep_tools: bool = False) -> None:
        drawn = self._curtain.toggle(keep_tools=keep_tools)
        self._window.canvas.setFocus()
        for name in ("window.panels", "window.sidebar"):
            if name in self._actions:
                self._actions[name].setChecked(drawn)

    def _refine_workspace(self) -> None:
        on = self._window.show_refine_workspace()
        self.enter("refine" if on else "")
        self._actions["window.refineWorkspace"].setChecked(on)

    def _full_screen(self) -> None:
        window = self._window
        window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)
        self._actions["window.fullScreen"].setChecked(window.isFullScreen())

    def _panes(self) -> list[QWidget]:
        window = self._window
        bars = [window.tools.options, *window.findChildren(QToolBar)]
        return [window.canvas, window.notice, window.tabs, *bars, *window.panels]
