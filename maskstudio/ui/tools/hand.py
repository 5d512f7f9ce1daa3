"""Hand: dragging moves the view."""

from typing import ClassVar

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QCursor

from maskstudio.params.spec import Params
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.base import Bench, M, Tool, said


class HandTool(Tool[Params]):
    """Keeps the image point that was pressed under the pointer."""

    name = "hand"
    picks: ClassVar[bool] = True

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._held: QPointF | None = None

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return said("Drag to move the view. With any tool, Space or the middle button does the same.")

    @property
    def busy(self) -> bool:
        """Whether the view is being dragged."""
        return self._held is not None

    @property
    def undoes(self) -> str:
        """Nothing: a change of the view is no step of the history."""
        return ""

    def press(self, at: Pointer) -> None:
        """Grab the image point under the pointer."""
        self._held = QPointF(at.x, at.y)
        self.show_cursor(M.NoModifier)

    def move(self, at: Pointer) -> None:
        """Bring that point back under the pointer."""
        if self._held is not None:
            self.canvas.view.look_at(self.canvas.view.scale, self.canvas.view.centre + self._held - QPointF(at.x, at.y))

    def release(self, at: Pointer) -> None:
        """Let go."""
        self.cancel()

    def cancel(self) -> bool:
        """Let go; the view stays where it has come to."""
        held, self._held = self._held, None
        self.show_cursor(M.NoModifier)
        return held is not None

    def show_cursor(self, modifiers: M) -> None:
        """An open hand, closed while it holds."""
        shape = Qt.CursorShape.ClosedHandCursor if self._held is not None else Qt.CursorShape.OpenHandCursor
        self.canvas.set_tool_cursor(QCursor(shape))
