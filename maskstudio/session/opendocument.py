"""One open document: its history, the file and the journal that store it, and the signals about it."""

import getpass
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from maskstudio.core.document import Document, Layer, Origin
from maskstudio.core.geometry import Rect
from maskstudio.core.history import LIMIT, History
from maskstudio.core.stroke import Stroke
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Runner
from maskstudio.journal.journal import Journal
from maskstudio.names import shown
from maskstudio.providers import registry
from maskstudio.session.heard import Signal
from maskstudio.session.hooks import InHand
from maskstudio.session.keeping import KeptWork
from maskstudio.session.turns import Turns


def _raise(error: MaskStudioError) -> None:
    raise error


class OpenDocument:
    """The current document, how it changes, and how it is opened and closed.

    Signals (``Signal``), for any number of listeners: ``changed`` after every change of document; ``leaving`` before
    the document is closed; ``stroked`` with a stroke after each of its samples; ``ending`` with the pixels (image px)
    that the end of a stroke changed, while it is still live; ``adopting`` with the document that a stroke becomes, if
    it looks exactly as the live stroke did; ``stroke_over`` with every stroke that is no longer under way.

    Callbacks, with one listener each: ``told`` is called with sentences for the user, ``failed`` with errors,
    ``written`` with a file that was written and the sentence that says so. By default errors are raised, which suits a
    runner that works at once.

    ``in_hand`` is the stroke under way, ``turns`` holds what waits, ``journal`` is the document's journal if there is
    one. ``author`` is recorded with what is made; ``history_limit`` is in bytes.
    """

    changed = Signal[[]]()
    leaving = Signal[[]]()
    stroked = Signal[[Stroke]]()
    ending = Signal[[Rect]]()
    adopting = Signal[[Document]]()
    stroke_over = Signal[[InHand]]()

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        """Begin without a document; ``runner`` runs the jobs, ``provider`` is the name of the provider of models."""
        self.runner = runner
        self.provider = registry.get(provider)
        self.history: History | None = None
        self.history_limit = LIMIT
        self.author = user()
        self.told: Callable[[str], None] = lambda _sentence: None
        self.failed: Callable[[MaskStudioError], None] = _raise
        self.written: Callable[[Path, str], None] = lambda _path, sentence: self.told(sentence)
        self.in_hand: InHand | None = None
        self.turns = Turns()
        self.journal: Journal | None = None
        self._kept = KeptWork(None)

    @property
    def document(self) -> Document | None:
        """The current document, or None."""
        return self.history.document if self.history else None

    @property
    def active(self) -> Layer | None:
        """The active layer, or None."""
        return self.document.layer(self.document.active) if self.document else None

    def required(self) -> Document:
        """The current document, for a verb that needs one. Raises AssertionError if there is none."""
        if self.document is None:
            raise AssertionError("a verb was called with no document open")
        return self.document

    @property
    def kept(self) -> KeptWork:
        """Where the work of the current history is stored."""
        if self._kept.history is not self.history:
            self._kept = KeptWork(self.history)
        return self._kept

    @kept.setter
    def kept(self, kept: KeptWork) -> None:
        self._kept = kept

    @property
    def files(self) -> tuple[Path, ...]:
        """The files this document was read from or is stored in, the project first."""
        photo = self.document.image.path if self.document else None
        return tuple(path for path in (self.kept.path, photo) if path)

    def take_up(self, history: History, kept: KeptWork) -> None:
        """Replace the open document by that of ``history``."""
        self._let_go()
        self.history, self.kept = history, kept
        self.changed()

    def close(self) -> None:
        """Close the document. Exports and downloads continue."""
        self.leaving()
        self.runner.cancel("open")
        self._let_go()
        self.history = None
        self.changed()

    def commit(self, document: Document, label: str, merge: str = "") -> None:
        """Make ``document`` the current one, as a step that can be undone. All changes go through here.

        Consecutive steps with the same ``merge`` key are one step. What was taken back can no longer be brought back.
        """
        assert self.history is not None
        before = self.required()
        self.history.commit(document, shown(label), merge)
        self.changed()
        self.turns.forget_taken(before, self.required())

    def origin(
        self, how: str, *, model: str = "", version: str = "", params: Mapping[str, Any] | None = None
    ) -> Origin:
        """The provenance of something made now: how, by which model, with which parameters, by whom and when."""
        return Origin(how, model, version, dict(params or {}), self.author, time.strftime("%Y-%m-%dT%H:%M:%S%z"))

    def settle(self) -> None:
        """Tidy the history on a thread: drop steps beyond the limit, pack those that are not shown."""
        if self.history is None or self.runner.under_way("settle"):
            return
        chores = self.history.settle()
        if chores.pack or chores.unpack:
            self.runner.start(
                "Tidy up", lambda token: chores.do(token.check), lambda _: None, lane="settle", quiet=True
            )

    def _let_go(self) -> None:
        """Cancel the jobs on the document, except those that owe a result."""
        self.turns.clear()
        for lane in ("detect", "import", "layer"):
            self.runner.drop(lane)

    # The stroke in hand

    def end_stroke(self) -> None:
        """Commit the stroke under way, of any brush, as one step."""
        if self.in_hand is not None:
            self.in_hand.end()

    def cancel_stroke(self) -> None:
        """Forget the stroke under way. The end of a stroke calls this too."""
        over, self.in_hand = self.in_hand, None
        if over is not None:
            self.stroke_over(over)


def user() -> str:
    """The name of the user who runs the program, from the system; empty if the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user without a name, as in some containers
        return ""
