"""Keeps a journal of all changes at the desk.

It connects to the desk's signals, so other listeners cannot replace it.
"""

import secrets
from collections.abc import Callable
from pathlib import Path

from maskstudio.core.history import History
from maskstudio.core.stroke import Stroke
from maskstudio.journal import recovery
from maskstudio.journal.journal import Journal
from maskstudio.journal.writer import Writer
from maskstudio.session import keeping
from maskstudio.session.desk import Desk
from maskstudio.session.entered import Entered
from maskstudio.session.heard import Signal
from maskstudio.session.hooks import InHand


class JournalVerbs:
    """``safety_changed`` is sent when ``safety`` of the desk's journal has changed; ``put_away`` with the journal of a
    closed document that is kept for reopening, which happens while ``keep_closed`` is set.
    """

    safety_changed = Signal[[]]()
    put_away = Signal[[Journal]]()

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.keep_closed = True
        self._writer: Writer | None = None
        self._journal_of: History | None = None
        desk.changed.connect(self._keep)
        desk.stroked.connect(self._follow)
        desk.stroke_over.connect(self._stroke_over)
        desk.leaving.connect(lambda: self.end(late=True))

    def begin(self, writer: Writer) -> None:
        """Keep every change on the disk from now on.

        A step is stored before listeners that connected later hear of it.
        """
        self._writer = writer

    def end(self, *, keep: bool = False, late: bool = False) -> None:
        """End the journal. It is kept for reopening, or with ``keep`` to be offered at the next start.

        ``late`` waits until everything that was entered is in it.
        """
        desk = self._desk
        journal, desk.journal = desk.journal, None
        if journal is None:
            return
        if keep:
            self._keep_in(journal)
            journal.close(keep=True)
        elif self.keep_closed:
            if late and desk.history is not None and not desk.settled:
                entered = Entered(desk.required(), desk.coming())
                keeping.put_away_late(journal, entered, desk.history, self._taking(journal, desk.history), desk.runner)
            else:
                journal.put_away(self._untouched)
            self.put_away(journal)
        else:
            journal.close()

    @property
    def _untouched(self) -> Path | None:
        """The file that holds the whole document, if nothing was changed since it was opened; otherwise None."""
        files, history = self._desk.files, self._journal_of
        same = history is not None and self._desk.kept.opened == keeping.standing(history)
        return files[0] if files and same and history is self._desk.history else None

    def _keep(self) -> None:
        history = self._desk.history
        if history is None or self._writer is None:
            return
        if history is not self._journal_of:
            self._start(history, self._writer)
        if self._desk.journal is not None:
            self._keep_in(self._desk.journal)

    def _start(self, history: History, writer: Writer) -> None:
        """Begin a journal of ``history``, or continue the one it was recovered from."""
        self.end()
        self._journal_of = history
        folder, lock = self._desk.kept.journal or (recovery.home() / secrets.token_hex(8), None)
        journal = self._desk.journal = Journal(folder, history.document.image, writer, lock)
        journal.changed = self.safety_changed
        journal.failed = lambda error: self._desk.failed(error)

    def _keep_in(self, journal: Journal) -> None:
        history = self._desk.history
        if history is not None and history is self._journal_of:
            self._taking(journal, history)(_painted(self._desk.in_hand))

    def _taking(self, journal: Journal, history: History) -> Callable[[Stroke | None], None]:
        """A function that stores the state of ``history`` when called, with the stroke under way, and names the current
        file.
        """
        file = self._desk.kept
        digest = file.ours[0] if file.ours else ""
        return lambda stroke: journal.take(history, stroke, file.path, file.saved, digest)

    def _follow(self, stroke: Stroke) -> None:
        hand = self._desk.in_hand
        if self._desk.journal is not None and hand is not None:
            added = self._desk.required().layer(hand.layer.id) is None
            self._desk.journal.follow(stroke, hand.layer, added=added)

    def _stroke_over(self, hand: InHand) -> None:
        if _painted(hand) is not None:  # strokes of the refine brush are stored once they are a step
            self._keep()


def _painted(hand: InHand | None) -> Stroke | None:
    """The stroke in hand, if it is one of paint."""
    return hand.stroke if hand is not None and isinstance(hand.stroke, Stroke) else None
