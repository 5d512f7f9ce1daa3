"""The verbs of the Window menu on the window as a whole: panels away, full screen, a workspace, the next area."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolBar, QWidget

from maskstudio.ui.window.focus_areas import focus_next
from maskstudio.ui.window.hidden_panels import HiddenPanels
from maskstudio.ui.window.keys_in_use import KeysInUse
from maskstudio.ui.window.refine_workspace import RefineWorkspace
from maskstudio.ui.window.shell import Shell


class WindowVerbs:
    """The verbs act on the panels and areas of ``shell``; a workspace brings ``keys`` of its own."""

    def __init__(self, shell: Shell, keys: KeysInUse, workspace: RefineWorkspace) -> None:
        self._shell, self._keys, self._workspace = shell, keys, workspace
        self._hidden = HiddenPanels(self._around, self._bars)
        self._actions: dict[str, QAction] = {}

    def verbs(self) -> dict[str, Callable[[], object]]:
        """The verbs, by the id of the action that triggers them."""
        return {
            "window.panels": self._hide_panels,
            "window.sidebar": lambda: self._hide_panels(keep_tools=True),
            "window.fullScreen": self._full_screen,
            "window.refineWorkspace": self.show_refine_workspace,
            "window.nextPane": lambda: focus_next(self._areas()),
        }

    def adopt(self, actions: dict[str, QAction]) -> None:
        """Let these actions show the present states."""
        self._actions = actions

    def show_refine_workspace(self) -> bool:
        """Make room for the panels that refine an edge, with keys of their own, or restore the others.

        Returns whether they have the room now.
        """
        on = self._workspace.toggle()
        self._keys.enter("refine" if on else "")
        self._actions["window.refineWorkspace"].setChecked(on)
        return on

    def _bars(self) -> list[QToolBar]:
        return self._shell.findChildren(QToolBar)

    def _around(self) -> list[QWidget]:
        return [self._shell.sidebar, self._shell.tabs, self._shell.status, *self._bars()]

    def _areas(self) -> list[QWidget]:
        shell = self._shell
        return [shell.canvas, shell.notice, shell.tabs, shell.tools.options, *self._bars(), *shell.panels]

    def _hide_panels(self, *, keep_tools: bool = False) -> None:
        hidden = self._hidden.toggle(keep_tools=keep_tools)
        self._shell.canvas.setFocus()
        for name in ("window.panels", "window.sidebar"):
            if name in self._actions:
                self._actions[name].setChecked(hidden)

    def _full_screen(self) -> None:
        shell = self._shell
        shell.setWindowState(shell.windowState() ^ Qt.WindowState.WindowFullScreen)
        self._actions["window.fullScreen"].setChecked(shell.isFullScreen())
