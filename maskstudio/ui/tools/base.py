"""The base of tools. A tool receives presses, movements and keys, and may draw over the image."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Literal, TypeVar

from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtGui import QCursor, QKeyEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget

from maskstudio.core.document import Document
from maskstudio.errors import BadParameter
from maskstudio.params.spec import Params
from maskstudio.session.session import Session
from maskstudio.settings import Settings
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.folding import Folding

P = TypeVar("P", bound=Params)
M = Qt.KeyboardModifier
Right = Literal["menu", "drag", "act"]

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
BACK = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}  # the way each goes, to the right and down


def said(text: str) -> str:
    """A text of the tools in the user's language."""
    return QCoreApplication.translate("tools", text)


def alt_held(modifiers: M) -> bool:
    """Whether Alt is held, or Ctrl, where the window manager keeps Alt."""
    return bool(modifiers & (M.AltModifier | M.ControlModifier))


@dataclass
class Bench:
    """What all tools share. ``opposite`` is True while the key for it is held.

    ``region`` is set by the panel of regions; an id that the active layer does not have counts as None.
    """

    canvas: Canvas
    settings: Settings
    session: Session | None = None
    opposite: bool = False
    precise: bool = False  # toggled by Caps Lock
    region: int | None = None  # id of the region of the active layer that the refine brush paints for; None for none
    folding: Folding = field(default_factory=Folding)
    shown: Callable[[], None] = lambda: None  # called when parameters change other than in the bar
    heed: Callable[[], None] = lambda: None  # called when undo may do something else without a press or a key

    @property
    def document(self) -> Document | None:
        """The present document."""
        return self.session.document if self.session else None


class Tool(Generic[P]):
    """One tool. Presses come with a document open, and never two at a time.

    ``bar`` names the parameters shown in the bar, ``more`` those behind its last button. ``right`` says what the right
    button does: open the menu, drag (a click still opens the menu), or the same as the left one.
    """

    name: ClassVar[str] = ""
    kind: ClassVar[type[Params]] = Params
    bar: ClassVar[tuple[str, ...]] = ()
    more: ClassVar[tuple[str, ...]] = ()
    right: ClassVar[Right] = "menu"
    picks: ClassVar[bool] = False  # whether clicks on the tags of detections choose a layer
    modes: ClassVar[Mapping[str, str]] = {}  # what each mode in the bar does, where holding a key does not choose it
    shows_trimap: ClassVar[bool] = False  # whether the trimap lies over the photo while it is in use

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.canvas = bench.canvas
        self._params = remembered(bench.settings, self.name, self.kind)

    # Its parameters

    @property
    def params(self) -> P:
        """The parameters in use."""
        return self._params  # type: ignore[return-value]

    def set_params(self, params: P) -> None:
        """Use these parameters and remember them."""
        if params != self._params:
            self._params = params
            self.bench.settings.tools[self.name] = params.to_wire()
            self.changed()
            self.bench.shown()

    def changed(self) -> None:
        """Called when the parameters have changed."""

    def controls(self) -> QWidget | None:
        """What the bar shows beside the parameters, made once; None for nothing."""
        return None

    # Events

    def enter(self) -> None:
        """Called when it becomes the tool in use."""
        self.show_cursor(M.NoModifier)

    def leave(self) -> None:
        """Called when another tool is chosen."""
        self.finish()

    def press(self, at: Pointer) -> None:
        """Called when a button goes down."""

    def move(self, at: Pointer) -> None:
        """Called when the pointer moves, with or without a button held."""

    def release(self, at: Pointer) -> None:
        """Called when the button goes up."""

    def double_click(self, at: Pointer) -> None:
        """Called for the second of two quick presses, after ``press``."""

    def key(self, event: QKeyEvent) -> bool:
        """Handle a key that goes down; returns whether the tool has used it."""
        return False

    def wants(self, event: QKeyEvent) -> bool:
        """Whether ``key`` would use this key, which is asked before any action gets it."""
        return False

    def key_up(self, event: QKeyEvent) -> bool:
        """Handle a key that goes up; returns whether the tool has used it."""
        return False

    def wheel(self, event: QWheelEvent) -> bool:
        """Handle the wheel; returns whether the tool has used it."""
        return self.busy

    def view_changed(self) -> None:
        """Called when the view has moved, so that drawings lie elsewhere on the screen."""

    def pointer_left(self) -> None:
        """Called when the pointer leaves the image."""

    def focus_lost(self) -> None:
        """Called when the focus is lost, after which held keys send no release."""

    def held(self, modifiers: M) -> None:
        """Called when the held modifiers have changed."""
        self.show_cursor(modifiers)

    def show_cursor(self, modifiers: M) -> None:
        """Show the cursor that goes with the modifiers held."""
        self.canvas.set_tool_cursor(QCursor(Qt.CursorShape.CrossCursor))

    # Work under way

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return False

    def finish(self) -> None:
        """End what is under way and keep what was painted, as when another tool or document is chosen."""
        self.cancel()

    def take_shown(self) -> None:
        """Put what is shown as a result into the document, as before it is written to a file."""

    def interrupt(self) -> None:
        """Called when the press under way will get no release, since the focus is lost."""
        self.finish()

    def cancel(self) -> bool:
        """Drop what is under way and nothing else; returns whether there was something."""
        return False

    @property
    def undoes(self) -> str:
        """What undo takes back of the work under way, in a word; empty if undo goes to the history."""
        return said("drag") if self.busy else ""

    @property
    def redoes(self) -> str:
        """What redo brings back of what undo took back here, in a word; empty for nothing."""
        return ""

    def undo(self) -> None:
        """Take back what ``undoes`` says; by default all that is under way."""
        self.cancel()

    def redo(self) -> None:
        """Bring back what ``redoes`` says."""

    def forget_undone(self) -> None:
        """Forget what was taken back here, since undo or redo has moved in the history."""

    # Display

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        return ""

    def paint(self, painter: QPainter) -> None:
        """Draw over the image, in logical pixels of the canvas."""

    # For subclasses

    @property
    def session(self) -> Session:
        """The session in front; there is one while a document is open."""
        assert self.bench.session is not None
        return self.bench.session

    def opposite(self, modifiers: M) -> bool:
        """Whether the held modifiers or key make the tool do the opposite."""
        return self.bench.opposite or alt_held(modifiers)

    def place(self, x: float, y: float) -> QPointF:
        """The position of an image point in the canvas, in logical pixels."""
        return self.canvas.view.from_image(QPointF(x, y))

    def zoom(self) -> float:
        """Logical pixels of the canvas per image pixel."""
        return self.canvas.view.scale / self.canvas.devicePixelRatioF()


AnyTool = Tool[Any]


def remembered(settings: Settings, name: str, kind: type[Params]) -> Params:
    """The parameters remembered for a tool; invalid values become defaults."""
    saved = settings.tools.get(name, {})
    values = {}
    for spec in kind.specs():
        if spec.wire in saved:
            try:
                values[spec.name] = spec.check(saved[spec.wire])
            except BadParameter:
                continue
    return kind(**values)
