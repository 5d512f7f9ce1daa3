"""The tool in use, and how pointer, keys and parameters reach it. The window needs this object only."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import QWidget

from maskstudio.core.image import Image
from maskstudio.session.session import Session
from maskstudio.settings import Settings
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools.base import AnyTool, Bench
from maskstudio.ui.tools.every import FIRST, every
from maskstudio.ui.tools.keyboard import Keyboard
from maskstudio.ui.tools.optionsbar import OptionsBar
from maskstudio.ui.tools.selectobject import SelectTool
from maskstudio.ui.tools.strength import Strength
from maskstudio.ui.tools.toolstrip import ToolStrip

_KEYS = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
_CLICK = 4  # logical pixels a click may wander


class Tools(QObject):
    """The tools of one canvas. Call ``verbs`` before the actions are made and ``build`` after it."""

    hint = Signal(str)  # one line for the status bar
    menuRequested = Signal(QPoint)  # a right click that no tool uses; global position  # noqa: N815
    underWayChanged = Signal()  # what undo or redo would do has changed  # noqa: N815
    toolChanged = Signal(str)  # the name of the tool in use  # noqa: N815

    strip: ToolStrip
    options: OptionsBar

    def __init__(self, canvas: Canvas, settings: Settings, parent: QWidget | None = None) -> None:
        """Make every tool and hear the pointer, the keys and the view of ``canvas``."""
        super().__init__(parent)
        self._canvas = canvas
        self._settings = settings
        self._bench = Bench(canvas, settings, shown=self._show_params, heed=self._heed)
        self._tools = every(self._bench)
        self._tool: AnyTool = self._tools[FIRST]
        self._actions: dict[str, QAction] = {}
        self.strength = Strength(self._tools, lambda: self.name, self.choose)
        self._right: QPointF | None = None  # where the right button went down, while it may be a click
        self._keyboard = Keyboard(self._bench, lambda: self._tool)
        self._image: Image | None = None
        self._passed = False  # whether the press under way went to the tool
        self._told = ("", "")  # the words of undo and redo told last
        self._bench.folding.changed = self._heed
        canvas.installEventFilter(self)
        canvas.strokes.pressed.connect(self._press)
        canvas.strokes.moved.connect(self._move)
        canvas.strokes.released.connect(self._release)
        canvas.strokes.doubleClicked.connect(self._double_click)
        canvas.strokes.interrupted.connect(self._interrupt)
        canvas.view.changed.connect(lambda: self._tool.view_changed())
        canvas.hover.left.connect(lambda: self._tool.pointer_left())
        canvas.set_painter(self._paint)

    # Connections

    def verbs(self) -> dict[str, Callable[[], object]]:
        """The verbs of tools and brush, by the id of their action."""
        chosen: dict[str, Callable[[], object]] = {f"tool.{name}": partial(self.choose, name) for name in self._tools}
        steps = {"tool.nextCandidate": 1, "tool.previousCandidate": -1}
        return chosen | self.strength.verbs() | {name: partial(self._step, by) for name, by in steps.items()}

    def build(self, actions: dict[str, QAction]) -> None:
        """Make strip and bar."""
        self._actions = actions
        parent = self.parent()
        window = parent if isinstance(parent, QWidget) else None
        self.strip = ToolStrip(actions, window)
        self.options = OptionsBar(self._take, window)
        name = self._settings.tools.get("strip", {}).get("tool", FIRST)
        self.options.done = self._canvas.setFocus
        self.choose(name if name in self._tools else FIRST)

    def follow(self, session: Session | None) -> None:
        """Work on another session; work under way in the old one ends and keeps what was painted."""
        self.end()
        self._tool.leave()
        self._bench.session, self._image = session, None
        self._tool.enter()
        self.refresh()

    def refresh(self) -> None:
        """Follow a change of the document; work under way on another photo ends."""
        document = self._bench.document
        image = document.image if document is not None else None
        if image is not self._image:
            self._image = image
            self._tool.leave()
            self._tool.enter()
        if hasattr(self, "options"):
            self.options.setEnabled(document is not None)
        self._tool.view_changed()
        self._heed()

    def dress(self) -> None:
        """Take over the theme's icons and colours, and what the preferences say about cursors."""
        self.options.dress()
        self._keyboard.show()

    def set_region(self, region: int | None) -> None:
        """Let the refine brush paint for this region of the active layer; None for none."""
        self._bench.region = region

    # The tool in use

    @property
    def name(self) -> str:
        """The name of the tool in use."""
        return self._tool.name

    @property
    def tool(self) -> AnyTool:
        """The tool in use."""
        return self._tool

    def tool_called(self, name: str) -> AnyTool:
        """The tool of this name."""
        return self._tools[name]

    def choose(self, name: str) -> None:
        """Use another tool; work under way ends and keeps what was painted."""
        if name != self.name or not self._actions.get(f"tool.{name}", QAction()).isChecked():
            self._tool.leave()
            self._tool = self._tools[name]
            self._settings.tools["strip"] = {"tool": name}
            self._canvas.tags.set_picking(self._tool.picks)
            self._tool.enter()
            self._canvas.update()
        if action := self._actions.get(f"tool.{name}"):
            action.setChecked(True)
        if hasattr(self, "options"):
            self.strip.show_tool(name)
            self.options.show_tool(self._tool)
        self._tell()
        self._heed()
        self.toolChanged.emit(name)

    def lend(self, kind: Callable[[Bench, Callable[[], object]], AnyTool]) -> None:
        """Give the pointer to a tool that is not in the strip.

        It ends when the tool calls the callback that ``kind`` is made with, or when another tool is chosen.
        """
        before = self.name
        self._tool.leave()
        guest = kind(self._bench, lambda: self.choose(before) if self._tool is guest else None)
        self._tool = self._tools[guest.name] = guest
        self._canvas.tags.set_picking(False)
        guest.enter()
        if hasattr(self, "options"):
            self.options.show_tool(guest)
        self._canvas.setFocus()
        self._tell()
        self._heed()

    def end(self) -> None:
        """End what is under way and keep what was painted."""
        self._passed, self._right = False, None
        self._bench.opposite = False
        self._tool.finish()
        self._heed()

    def take_shown(self) -> None:
        """Put what the tool shows as a result into the document; other work under way goes on."""
        self._tool.take_shown()
        self._heed()

    # Undo and redo of what is under way

    @property
    def undoes(self) -> str:
        """What ``undo`` takes back, in a word; empty for nothing."""
        return self._tool.undoes or self._bench.folding.last(self._bench.session)

    @property
    def redoes(self) -> str:
        """What ``redo`` brings back, in a word; empty for nothing."""
        return self._tool.redoes

    def undo(self) -> bool:
        """Take back the last part of the work under way; returns whether the history must stay as it is."""
        if self._tool.undoes:
            self._tool.undo()
        elif self.undoes:
            self._bench.folding.drop_last(self._bench.session)
        else:
            self._tool.forget_undone()
            return False
        self._heed()
        return True

    def redo(self) -> bool:
        """Bring back what ``undo`` took back here; returns whether the history must stay as it is."""
        if self._tool.redoes:
            self._tool.redo()
        elif not self.undoes:
            return False
        self._heed()
        return True

    def _heed(self) -> None:
        """Emit a signal if what undo or redo would do has changed."""
        now = self.undoes, self.redoes
        if now != self._told:
            self._told = now
            self.underWayChanged.emit()

    # Pointer

    def _press(self, at: Pointer) -> None:
        if self._bench.document is None:
            return
        if at.button == Qt.MouseButton.RightButton:
            self._right = self._place(at) if self._tool.right != "act" else None
            if self._tool.right == "menu":
                return
        self._passed = True
        self._tool.press(at)
        self._heed()

    def _move(self, at: Pointer) -> None:
        if self._right is not None and (self._place(at) - self._right).manhattanLength() > _CLICK:
            self._right = None
        self._keyboard.hold(at.modifiers)
        if self._bench.document is not None:
            self._tool.move(at)
            self._heed()

    def _release(self, at: Pointer) -> None:
        passed, self._passed = self._passed, False
        right, self._right = self._right, None
        if right is not None and at.button == Qt.MouseButton.RightButton:
            if passed:
                self._tool.cancel()
            self.menuRequested.emit(self._canvas.mapToGlobal(right.toPoint()))
        elif passed and self._bench.document is not None:
            self._tool.release(at)
        self._heed()

    def _interrupt(self) -> None:
        self._passed, self._right = False, None
        self._bench.opposite = False
        self._tool.interrupt()
        self._heed()

    def _double_click(self, at: Pointer) -> None:
        if self._bench.document is not None:
            self._tool.double_click(at)
            self._heed()

    def _place(self, at: Pointer) -> QPointF:
        return self._canvas.view.from_image(QPointF(at.x, at.y))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give the tool in use the keys it uses."""
        taken = self._keyboard.filter(event)
        if event.type() in _KEYS:
            self._heed()
        return taken

    # Showing

    def _paint(self, painter: QPainter, _canvas: Canvas) -> None:
        if self._bench.document is not None:
            self._tool.paint(painter)

    def _step(self, by: int) -> None:
        """Show another candidate of the Select tool."""
        tool = self._tools["select"]
        assert isinstance(tool, SelectTool)
        tool.step(by)

    def _take(self, name: str, params: object) -> None:
        self._tools[name].set_params(params)
        self._heed()

    def _show_params(self) -> None:
        if hasattr(self, "options"):
            self.options.show_params(self._tool)
        self._tell()

    def _tell(self) -> None:
        self.hint.emit(self._tool.hint)
