"""Select: click what you want, Alt-click what you do not, box it, or scribble over it; a model finds the outline.

Gestures add up until Enter takes the selection or Esc drops it. Each is a step of undo, and a click on its mark takes
it away.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar
from weakref import WeakSet

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCursor, QKeyEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget

from maskstudio.core.arrays import Point
from maskstudio.params.tools import PointParams
from maskstudio.session.pointedat import Gesture, GestureKind, joined, without
from maskstudio.session.selectors import NONE
from maskstudio.session.session import Session
from maskstudio.ui.canvas.pointer import Pointer
from maskstudio.ui.tools import pointmarks
from maskstudio.ui.tools.base import BACK, ENTER, Bench, M, Right, Tool, alt_held, said
from maskstudio.ui.tools.cursors import cross
from maskstudio.ui.tools.keyspot import KeySpot
from maskstudio.ui.tools.pendingselection import PendingSelection
from maskstudio.ui.tools.pointdrag import PointDrag
from maskstudio.ui.tools.selectcontrols import SelectControls
from maskstudio.ui.tools.selectguess import SelectGuess

_SLOW = 250  # ms after which an answer that has not come is said to be looked for
_RIGHT = Qt.MouseButton.RightButton


class SelectTool(Tool[PointParams]):
    """Asks the selectors of the session, shows what they answer, and takes it."""

    name = "select"
    kind = PointParams
    bar = ("how", "drag")
    more = ("preview",)
    right: ClassVar[Right] = "act"
    modes: ClassVar[Mapping[str, str]] = {
        "layer": "What you select becomes a layer of its own.",
        "replace": "What you select takes the place of the active layer's mask.",
        "add": "What you select is added to the active layer's mask.",
        "subtract": "What you select is taken from the active layer's mask.",
        "intersect": "Of the active layer's mask, what you select is left.",
        "xor": "What either the active layer's mask or the selection has is left, without what both have.",
        "mend": "Clicks correct the active layer's mask, and leave the rest of it as it is.",
    }

    def __init__(self, bench: Bench) -> None:
        """Make the tool, with nothing pointed at."""
        super().__init__(bench)
        self.pending = PendingSelection(bench, lambda: (self.params.model, self.params.how), self._show)
        self._drag: PointDrag | None = None
        self._spot = KeySpot(bench)
        self._controls: SelectControls | None = None
        self._in_use = False
        self._modifiers = M.NoModifier
        self._at: Point | None = None  # where the pointer is
        self._guess = SelectGuess(bench, self.pending, self._guessing)
        self._heard: WeakSet[Session] = WeakSet()
        self._slow = QTimer(bench.canvas, singleShot=True, interval=_SLOW)
        self._slow.timeout.connect(self._show_state)

    @property
    def hint(self) -> str:
        """One sentence on what the tool does and which keys change it."""
        if self.params.how == "mend":
            return said(
                "Click what is missing from the mask, Alt-click what is too much of it; Enter keeps the correction, "
                "Esc drops it."
            )
        return said(
            "Click what you want, Alt-click what you do not, drag a box, Shift-drag a scribble; Enter takes the "
            "selection, Esc drops it."
        )

    def controls(self) -> QWidget:
        """The model, the candidates, and accept or drop."""
        made = self._controls = SelectControls()
        made.modelChosen.connect(self._choose_model)
        made.listWanted.connect(self._list_models)
        made.candidateChosen.connect(self.pending.choose)
        made.accepted.connect(self._accept)
        made.dropped.connect(self.cancel)
        self._show_models()
        self._show()
        return made

    # In use or not

    def enter(self) -> None:
        """Have the photo prepared for the model."""
        self._in_use = True
        super().enter()
        self._list_models()
        self._prepare()

    def leave(self) -> None:
        """Take what is shown."""
        super().leave()
        self._in_use = False
        self._guess.forget()

    def changed(self) -> None:
        """Ask again if something that matters has changed."""
        self.pending.ask_anew()
        self._guess.forget()
        self.show_cursor(self._modifiers)

    def view_changed(self) -> None:
        """Follow the view, and the document."""
        self.pending.follow()
        if self._in_use and (self.pending.gestures or self._guess.shown or self._drag or self._spot.at):
            self.canvas.update()

    def _prepare(self) -> None:
        """Open the selector of the model in use, and hear of its state."""
        session, model = self.bench.session, self.pending.model
        if session is None or session.document is None or not model:
            return
        if session not in self._heard:
            self._heard.add(session)
            session.selecting.selectors.changed.connect(self._show_state)
        session.selecting.selectors.open(model)

    # Work under way

    @property
    def busy(self) -> bool:
        """Whether anything was pointed at, or is just being drawn."""
        return bool(self.pending.gestures) or self._drag is not None or self._spot.at is not None

    @property
    def undoes(self) -> str:
        """The gesture being drawn, the last one, or a selection that is still to be answered."""
        if self._drag is not None and self._drag.drawn:
            return _word(self._drag.kind)
        return self.pending.trail.undoes or (said("selection") if self.pending.late else "")

    @property
    def redoes(self) -> str:
        """The gesture undone last."""
        return self.pending.trail.redoes

    def undo(self) -> None:
        """Drop what is being drawn, or take the last gesture back."""
        if self._drag is not None:
            self._end_drag()
        else:
            self.pending.undo()

    def redo(self) -> None:
        """Point again at what was undone last."""
        self.pending.redo()

    def forget_undone(self) -> None:
        """Nothing comes back."""
        self.pending.trail.forget_undone()

    def finish(self) -> None:
        """Take what is shown."""
        self._end_drag()
        self._spot.hide()
        self._accept()

    def take_shown(self) -> None:
        """Take the selection if it is there."""
        if self.pending.now.shown is not None:
            self._accept()

    def interrupt(self) -> None:
        """Keep what was pointed at when a press gets no release."""
        self._end_drag()

    def cancel(self) -> bool:
        """Drop what is being drawn, or else the whole selection."""
        if self._end_drag():
            return True
        had = bool(self.pending.gestures)
        self.pending.clear()
        return self._spot.hide() or had

    def step(self, by: int) -> None:
        """Show another candidate, or say why there is none."""
        if not (self._in_use and self.pending.step(by)) and self.bench.session is not None:
            self.session.told(said("There is one candidate at most; point at something with the Select tool first."))

    # Pointer

    def press(self, at: Pointer) -> None:
        """Begin a click or a drag."""
        if self._drag is not None or self.bench.document is None:
            return
        self._guess.forget()
        self._spot.hide()
        negative = at.button == _RIGHT or at.eraser or self.opposite(at.modifiers)
        kind: GestureKind = "erasure" if negative else self.params.drag
        if not negative and at.modifiers & M.ShiftModifier:
            kind = "scribble"
        mark = pointmarks.hit(self.pending.gestures, self.place(at.x, at.y), self.place)
        self._drag = PointDrag(self.bench, (at.x, at.y), kind, negative, mark)

    def move(self, at: Pointer) -> None:
        """Draw, or follow the pointer that hovers."""
        self._at = at.x, at.y
        drag = self._drag
        if drag is None:
            self.show_cursor(at.modifiers)
            self._guess.follow(self._at)
            return
        drag.to((at.x, at.y))

    def release(self, at: Pointer) -> None:
        """Take the click or what was drawn as a gesture."""
        self.move(at)
        drag = self._drag
        self._end_drag()
        if drag is None:
            return
        if drag.drawn:
            if drag.meant:
                self._point(drag.gesture)
        elif drag.mark is not None:
            self.pending.remove(without(self.pending.gestures, drag.mark), said("mark"))
        else:
            self._click(drag.start, negative=drag.negative)

    def double_click(self, at: Pointer) -> None:
        """The second of two quick clicks says nothing new."""
        self._end_drag()

    def wheel(self, event: QWheelEvent) -> bool:
        """Let the view zoom, but not in the middle of a drag."""
        return self._drag is not None

    def pointer_left(self) -> None:
        """Guess nothing."""
        self._at = None
        self._guess.forget()

    def _click(self, at: Point, *, negative: bool) -> None:
        """Point at one place."""
        document = self.bench.document
        if document is None or not document.frame.holds(*at):
            return
        self._point(Gesture("exclude" if negative else "include", (at,)))

    def _point(self, gesture: Gesture) -> None:
        self.pending.point(gesture, joined(self.pending.gestures, gesture), _word(gesture.kind))

    def _end_drag(self) -> bool:
        """Forget the press under way; returns whether it drew anything."""
        drag, self._drag = self._drag, None
        if drag is not None and drag.drawn:
            self.canvas.update()
        return drag is not None and drag.drawn

    # Keys

    def wants(self, event: QKeyEvent) -> bool:
        """The arrow keys, Enter once there is something to click or to take, and Backspace once there are gestures."""
        key, held = Qt.Key(event.key()), event.modifiers() & ~M.KeypadModifier
        if self._drag is not None or self.bench.document is None:
            return False
        if key in ENTER:
            return (self._spot.fresh and held in (M.NoModifier, M.AltModifier)) or (self.busy and not held)
        return (key in BACK and not held and bool(self.pending.gestures)) or self._spot.moves(event)

    def key(self, event: QKeyEvent) -> bool:
        """Enter clicks where the keys have gone, or takes the selection; Backspace takes back as undo does."""
        if not self.wants(event):
            return False
        key = Qt.Key(event.key())
        if key in BACK:
            self.undo()
        elif key not in ENTER:
            self._guess.forget()
            self._spot.move(event)
        elif self._spot.fresh and self._spot.at is not None:
            self._spot.fresh = False
            self._click(self._spot.at, negative=bool(event.modifiers() & M.AltModifier))
        else:
            self._spot.hide()
            self._accept()
        return True

    # Display

    def show_cursor(self, modifiers: M) -> None:
        """A cross with a plus or a minus, or a hand over a mark, which a click takes away."""
        self._modifiers = modifiers
        if self._at is not None and pointmarks.hit(self.pending.gestures, self.place(*self._at), self.place):
            self.canvas.set_tool_cursor(QCursor(Qt.CursorShape.PointingHandCursor))
            return
        negative = self.opposite(modifiers)
        self.canvas.set_tool_cursor(cross("subtract" if negative else "add", self.canvas.devicePixelRatioF()))

    def paint(self, painter: QPainter) -> None:
        """The candidate or the guess, and on it what was pointed at."""
        shown = self.pending.now.shown
        if shown is not None:
            for tint in shown.tints:
                tint.paint(painter, self.canvas)
        else:
            self._guess.paint(painter)
        pointmarks.paint(painter, self.pending.gestures, self.place, self.zoom())
        if self._drag is not None and self._drag.drawn:
            pointmarks.draw(painter, self._drag.gesture, self.place, self.zoom())
        self._spot.paint(painter)

    def _show(self) -> None:
        """Show what was pointed at and answered, on the photo and in the bar."""
        if self.pending.waiting:
            self._slow.start()
        else:
            self._slow.stop()
        if self._controls is not None:
            answer = self.pending.now.answer
            self._controls.show_candidates(answer.made if answer is not None else [], self.pending.now.chosen)
            self._controls.show_pending(pending=bool(self.pending.gestures))
            self.bench.heed()
        self._show_state()
        self.canvas.update()

    def _show_state(self) -> None:
        """Say how far the model is."""
        session, model = self.bench.session, self.pending.model
        if self._controls is None or session is None:
            return
        state = session.selecting.selectors.encoding(model)
        slow = self.pending.waiting and not self._slow.isActive()
        words, more = {
            "closed": ("", ""),
            "encoding": (said("Preparing…"), "")
            if model == NONE
            else (
                said("Encoding…"),
                said("The photo is being encoded; until that is done, clicks are answered without a model."),
            ),
            "ready": (said("Looking…") if slow else said("Ready"), ""),
            "failed": (
                said("Not ready"),
                said("The model could not be prepared or was stopped; choose it again to try once more."),
            ),
        }[state]
        if not model:
            words, more = said("No model"), said("No model that selects is ready.")
        self._controls.show_state(words, more)

    # The model

    def _list_models(self) -> None:
        self.pending.list_models()
        self._show_models()

    def _show_models(self) -> None:
        if self._controls is not None:
            self._controls.show_models(self.pending.models, self.pending.model)
            self._show_state()

    def _choose_model(self, model: str) -> None:
        """Use another model, or try again to prepare this one."""
        self.set_params(replace(self.params, model=model))
        self._prepare()
        self._show_state()
        self.canvas.setFocus()

    def _accept(self) -> None:
        self.pending.accept()
        self.canvas.update()

    def _guessing(self) -> bool:
        """Whether a guess may be shown."""
        wanted = self.params.preview and self.params.how != "mend" and not alt_held(self._modifiers)
        return self._in_use and wanted and not self.busy


def _word(kind: GestureKind) -> str:
    """A gesture in a word, for undo."""
    return {
        "include": said("click"),
        "exclude": said("click"),
        "box": said("box"),
        "outline": said("lasso"),
        "scribble": said("scribble"),
        "erasure": said("scribble"),
    }[kind]
