"""The keys in use: the action of each, and the actions that show something while their key is held."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget

from maskstudio.settings import Settings
from maskstudio.ui.keys import keymap as keymaps
from maskstudio.ui.keys.filter import KeyFilter
from maskstudio.ui.keys.glance import Glance
from maskstudio.ui.keys.holding import Holding
from maskstudio.ui.keys.keymap import Keymap, shown
from maskstudio.ui.registry.entry import Workspace
from maskstudio.ui.window.actions import set_keys

_HELD = ("view.trimap", "view.rawColours", "view.originalMask", "view.blink")  # they show something while held


class KeysInUse(QObject):
    """The keys of ``window``. Give the actions to ``adopt`` once they are made, and call ``listen`` last.

    ``glance(on)`` is called when its key goes down and up.
    """

    def __init__(self, window: QWidget, settings: Settings, glance: Callable[[bool], object]) -> None:
        super().__init__(window)
        self._window, self._settings, self._look = window, settings, glance
        self._actions: dict[str, QAction] = {}
        self.keymap = keymaps.of_settings(settings)
        self.workspace: Workspace = ""  # the workspace whose keys act before all others

    def adopt(self, actions: dict[str, QAction]) -> None:
        """Give these actions their keys."""
        self._actions = actions
        self._glance = Glance(self._window, self._look, self._look_back)
        self._holding = Holding(self._window, [actions[name] for name in _HELD if name in actions])
        takers = self._glance, self._holding
        self._filter = KeyFilter(self._window, lambda key: actions.get(self.keymap.action(key, self.workspace)), takers)

    def listen(self) -> None:
        """Start to filter keys; call it last, since making a window sends thousands of events."""
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self._filter)

    def let_go(self) -> None:
        """End every holding, since the window has lost the keyboard."""
        self._glance.let_go()
        self._holding.let_go()

    def use(self, keymap: Keymap) -> None:
        """Use other keys at once."""
        self.keymap = keymap
        set_keys(self._actions, keymap, self.workspace)

    def use_settings(self) -> None:
        """Use the keys in the settings."""
        self.use(keymaps.of_settings(self._settings))

    def enter(self, workspace: Workspace) -> None:
        """Let the keys of a workspace act; an empty name leaves only those that act everywhere."""
        self.workspace = workspace
        self.use(self.keymap)

    def of(self, action: str) -> tuple[str, ...]:
        """The keys of an action by its id, as the keymap writes them."""
        return self.keymap.keys(action)

    def first(self, action: str) -> str:
        """The key of an action as it is written for people; empty where it has none."""
        keys = self.keymap.acting(action, self.workspace) if action in self._actions else ()
        return shown(keys[0]) if keys else ""

    def _look_back(self) -> None:
        if (action := self._actions.get("view.previousZoom")) is not None:
            action.trigger()
