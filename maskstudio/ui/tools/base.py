"""Tool: what the pointer does. A tool hears of presses, movements and keys, and may draw over the image."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Literal, TypeVar

from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtGui import QCursor, QKeyEvent, QPainter, QWheelEvent

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


def said(text: str) -> str:
    """A text of the tools in the user's language."""
    return QCoreApplication.translate("tools", text)


@dataclass
class Bench:
    """What all tools work with. ``opposite`` is True while the key for it is held.

    ``region`` is set by the panel where regions are chosen; an id that the active layer does not have counts as None.
    """

    canvas: Canvas
    settings: Settings
    session: Session | None = None
    opposite: bool = False
    precise: bool = False  # turned by Caps Lock
    region: int | None = None  # id of the region of the active layer that the refine brush paints for; None for none
    folding: Folding = field(default_factory=Folding)
    shown: Callable[[], None] = lambda: None  # called when parameters changed other than in the bar

    @property
    def document(self) -> Document | None:
        """The document of now."""
        return self.session.document if self.session else None


class Tool(Generic[P]):
    """One tool. Presses come with a document open, and never two at a time.

    ``bar`` names the parameters shown in the bar, ``more`` those behind its last button. ``right`` says what the right
    button is for: the menu alone, a drag (a click still opens the menu), or as good as the left one.
    """

    name: ClassVar[str] = ""
    kind: ClassVar[type[Params]] = Params
    bar: ClassVar[tuple[str, ...]] = ()
    more: ClassVar[tuple[str, ...]] = ()
    right: ClassVar[Right] = "menu"
    picks: ClassVar[bool] = False  # whether clicks on the tags of detections choose a layer
    shows_trimap: ClassVar[bool] = False  # whether the trimap lies over the photo while it is in use

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.canvas = bench.canvas
        self._params = remembered(bench.settings, self.name, self.kind)

    # What it is set to

    @property
    def params(self) -> P:
        """The parameters in use."""
        return self._params  # type: ignore[return-value]

    def set_params(self, params: P) -> None:
        """Take these and remember them."""
        if params != self._params:
            self._params = params
            self.bench.settings.tools[self.name] = params.to_wire()
            self.changed()
            self.bench.shown()

    def changed(self) -> None:
        """The parameters are others now."""

    # What happens to it

    def enter(self) -> None:
        """It is the tool in use now."""
        self.show_cursor(M.NoModifier)

    def leave(self) -> None:
        """Another one is."""
        self.finish()

    def press(self, at: Pointer) -> None:
        """A button went down."""

    def move(self, at: Pointer) -> None:
        """The pointer moved, with a button held or without."""

    def release(self, at: Pointer) -> None:
        """The button went up."""

    def double_click(self, at: Pointer) -> None:
        """The second press of two quick ones, which has been told as a press too."""

    def key(self, event: QKeyEvent) -> bool:
        """Whether this key going down is the tool's; it has then done what the key asks for."""
        return False

    def wants(self, event: QKeyEvent) -> bool:
        """Whether ``key`` would take this, before any action gets it."""
        return False

    def key_up(self, event: QKeyEvent) -> bool:
        """Whether this key going up is the tool's."""
        return False

    def wheel(self, event: QWheelEvent) -> bool:
        """Whether the wheel is the tool's."""
        return self.busy

    def view_changed(self) -> None:
        """The view moved: what is drawn lies elsewhere now."""

    def pointer_left(self) -> None:
        """The pointer is not on the image any more."""

    def focus_lost(self) -> None:
        """Keys that are held will not be seen going up."""

    def held(self, modifiers: M) -> None:
        """Other modifiers are held than before."""
        self.show_cursor(modifiers)

    def show_cursor(self, modifiers: M) -> None:
        """Show the cursor that goes with the modifiers held."""
        self.canvas.set_tool_cursor(QCursor(Qt.CursorShape.CrossCursor))

    # What it is in the middle of

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return False

    def finish(self) -> None:
        """End what is under way and keep what was painted: another tool or document is chosen."""
        self.cancel()

    def interrupt(self) -> None:
        """The press under way will see no release: the focus is lost."""
        self.finish()

    def cancel(self) -> bool:
        """Drop what is under way and nothing else; whether there was something."""
        return False

    @property
    def undoes(self) -> str:
        """What undo takes back of what is under way, in a word; empty where that is nothing of its business."""
        return said("drag") if self.busy else ""

    @property
    def redoes(self) -> str:
        """What redo brings back of what undo took back here; empty for nothing."""
        return ""

    def undo(self) -> None:
        """Take back what ``undoes`` says: all that is under way, where it has no parts."""
        self.cancel()

    def redo(self) -> None:
        """Bring back what ``redoes`` says."""

    def forget_undone(self) -> None:
        """The history is walked now: what was taken back here before is not to come back after it."""

    # What it shows

    @property
    def hint(self) -> str:
        """One line of what it does and what keys change about it."""
        return ""

    def paint(self, painter: QPainter) -> None:
        """Draw over the image, in logical pixels of the canvas."""

    # For subclasses

    @property
    def session(self) -> Session:
        """The session of now; there is one while a document is open."""
        assert self.bench.session is not None
        return self.bench.session

    def place(self, x: float, y: float) -> QPointF:
        """Where an image point is in the canvas, in logical pixels."""
        return self.canvas.from_image(QPointF(x, y))

    def zoom(self) -> float:
        """Logical pixels of the canvas for one of the image."""
        return self.canvas.scale / self.canvas.devicePixelRatioF()


AnyTool = Tool[Any]


def remembered(settings: Settings, name: str, kind: type[Params]) -> Params:
    """The parameters kept for a tool; what does not fit any more takes its default."""
    saved = settings.tools.get(name, {})
    values = {}
    for spec in kind.specs():
        if spec.wire in saved:
            try:
                values[spec.name] = spec.check(saved[spec.wire])
            except BadParameter:
                continue
    return kind(**values)
