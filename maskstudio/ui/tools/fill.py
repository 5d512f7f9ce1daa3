"""Fill: a click fills the unmasked region there, or only an enclosed hole; with Alt it removes an island."""

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import Qt

from maskstudio.core.area import Area
from maskstudio.core.fill import fill_hole, fill_region, island
from maskstudio.core.mask import Mask
from maskstudio.params.tools import FillParams
from maskstudio.session.laying import How
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.base import M, Right, Tool, said
from maskstudio.ui.tools.cursors import cross

Find = Callable[[Mask, float, float], Area]


class FillTool(Tool[FillParams]):
    """Searches the region on a thread, and folds it into the layer if that is still the active one."""

    name = "fill"
    kind = FillParams
    bar = ("what",)
    right: ClassVar[Right] = "act"

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said("Click to fill a region or a hole. Alt or the right button removes the piece of the mask there.")

    def press(self, at: Pointer) -> None:
        """Fill here."""
        document = self.bench.document
        if document is None or not document.frame.holds(at.x, at.y):
            return
        if self.opposite(at.modifiers) or at.button == Qt.MouseButton.RightButton:
            self._start(island, "subtract", said("Remove island"), said("The mask has nothing here to remove."), at)
        elif self.params.what == "hole":
            sentence = said("There is no hole here: the mask does not enclose this place.")
            self._start(fill_hole, "add", said("Fill hole"), sentence, at)
        else:
            self._start(fill_region, "add", said("Fill region"), said("The mask covers this place already."), at)

    def show_cursor(self, modifiers: M) -> None:
        """A cross with the sign of what a click does."""
        how: How = "subtract" if self.opposite(modifiers) else "add"
        self.canvas.set_tool_cursor(cross(how, self.canvas.devicePixelRatioF()))

    def _start(self, find: Find, how: How, label: str, nothing: str, at: Pointer) -> None:
        """Look for the region at ``at`` on a thread and fold it in; say ``nothing`` if there is none."""
        session, layer = self.session, self.session.active
        if layer is None and how == "subtract":
            session.told(nothing)
            return
        document = session.document
        assert document is not None
        alpha = layer.alpha if layer is not None else Mask(*document.size)

        def take(area: Area) -> None:
            rect, plane = area
            if rect:
                session.painting.select(plane, rect.x, rect.y, how, label)
            else:
                session.told(nothing)

        self.bench.folding.add(session, label, lambda _token: find(alpha, at.x, at.y), take)
