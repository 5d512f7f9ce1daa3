"""The verbs of the View menu's first half: view modes and zoom."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction

from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.style import MODES, Mode


class ViewModes:
    """The verbs. ``look(mode)`` shows a mode; some keys, pressed again, go back to the mode before."""

    def __init__(self, canvas: Canvas, look: Callable[[Mode], object]) -> None:
        self._canvas, self._look = canvas, look
        self._actions: dict[str, QAction] = {}
        self.now: Mode = "overlay"
        self.before: Mode = "overlay"

    def adopt(self, actions: dict[str, QAction]) -> None:
        """Take these actions and check that of the mode in use."""
        self._actions = actions
        actions[f"view.{self.now}"].setChecked(True)

    def verbs(self) -> dict[str, Callable[[], object]]:
        """The verbs, by the id of the action that triggers them."""
        canvas = self._canvas
        return {
            **{f"view.{mode}": partial(self.show, mode) for mode in MODES},
            "view.overlay": lambda: self.show("image" if self.now == "overlay" else "overlay"),
            "view.worst": partial(self._toggle, "worst"),
            "view.image": partial(self._toggle, "image"),
            "view.mask": partial(self._toggle, "mask"),
            "view.nextMode": partial(self._step, 1),
            "view.previousMode": partial(self._step, -1),
            "view.fit": canvas.view.fit,
            "view.actual": canvas.view.actual_pixels,
            "view.zoomIn": canvas.view.zoom_in,
            "view.zoomOut": canvas.view.zoom_out,
            "view.zoom200": partial(canvas.view.zoom_to, 2.0),
            "view.zoom400": partial(canvas.view.zoom_to, 4.0),
            "view.zoom800": partial(canvas.view.zoom_to, 8.0),
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
        self.show(MODES[(MODES.index(self.now) + by) % len(MODES)])
