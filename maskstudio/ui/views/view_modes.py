"""The verbs of the View menu's first half: view modes and zoom."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction

from maskstudio.ui.canvas.style import MODES, Mode
from maskstudio.ui.canvas.viewport import Viewport


class ViewModes:
    """The verbs. ``look(mode)`` shows a mode; some keys, pressed again, go back to the mode before."""

    def __init__(self, view: Viewport, look: Callable[[Mode], object]) -> None:
        self._view, self._look = view, look
        self._actions: dict[str, QAction] = {}
        self.now: Mode = "overlay"
        self.before: Mode = "overlay"

    def adopt(self, actions: dict[str, QAction]) -> None:
        """Take these actions and check that of the mode in use."""
        self._actions = actions
        actions[f"view.{self.now}"].setChecked(True)

    def verbs(self) -> dict[str, Callable[[], object]]:
        """The verbs, by the id of the action that triggers them."""
        view = self._view
        return {
            **{f"view.{mode}": partial(self.show, mode) for mode in MODES},
            "view.overlay": lambda: self.show("image" if self.now == "overlay" else "overlay"),
            "view.worst": partial(self._toggle, "worst"),
            "view.doubt": partial(self._toggle, "doubt"),
            "view.image": partial(self._toggle, "image"),
            "view.mask": partial(self._toggle, "mask"),
            "view.nextMode": partial(self._step, 1),
            "view.previousMode": partial(self._step, -1),
            "view.fit": view.fit,
            "view.actual": view.actual_pixels,
            "view.zoomIn": view.zoom_in,
            "view.zoomOut": view.zoom_out,
            "view.zoom200": partial(view.zoom_to, 2.0),
            "view.zoom400": partial(view.zoom_to, 4.0),
            "view.zoom800": partial(view.zoom_to, 8.0),
        }

    def show(self, mode: Mode) -> None:
        """Show this mode."""
        if mode != self.now:
            self.now, self.before = mode, self.now
        self._actions[f"view.{mode}"].setChecked(True)
        self._look(mode)

    def _toggle(self, mode: Mode) -> None:
        self.show(self.before if self.now == mode else mode)

    def _step(self, by: int) -> None:
        """Show the next mode that can be shown."""
        offered = [mode for mode in MODES if mode == self.now or self._actions[f"view.{mode}"].isEnabled()]
        self.show(offered[(offered.index(self.now) + by) % len(offered)])
