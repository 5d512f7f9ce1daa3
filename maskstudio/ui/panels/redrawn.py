"""What a panel shows, declared by itself, so that it is drawn anew when that has changed and at no other time."""

from dataclasses import dataclass
from typing import ClassVar

from maskstudio.core.changes import FIELDS, Changes

EVERY_FIELD = FIELDS  # of a layer
ALPHA = frozenset(
    ("shaped", "inverted", "paint", "refinement", "retouch")
)  # the fields that a layer's alpha is made of


@dataclass(frozen=True, slots=True)
class Shows:
    """Parts of a document and its history, as ``Changes`` names them. Another photo or document is always shown.

    stack   which layers there are, in which order
    active  which layer is active
    solo    which layer counts alone
    steps   the history
    own     fields of the active layer; who shows any shows ``active`` too
    each    fields of any layer
    """

    stack: bool = False
    active: bool = False
    solo: bool = False
    steps: bool = False
    own: frozenset[str] = frozenset()
    each: frozenset[str] = frozenset()

    def touched(self, changes: Changes) -> bool:
        """Whether any of this has changed."""
        return (
            changes.whole
            or (self.stack and changes.stack)
            or (self.active and changes.active)
            or (self.solo and changes.solo)
            or (self.steps and changes.steps)
            or not self.own.isdisjoint(changes.active_fields)
            or any(not self.each.isdisjoint(names) for names in changes.layers.values())
        )


class RedrawnByChange:
    """A panel, or a section of one, beside its widget class. ``redraw`` draws it, ``SHOWS`` declares what of the
    document it shows.

    What it shows besides, of the session and of its own controls, ``facts`` tells: it is also drawn where these are not
    what they were when it was last drawn. So a value that was typed and came to nothing goes back.
    """

    SHOWS: ClassVar[Shows] = Shows()
    _drawn: object = None  # the facts it was last drawn by

    def redraw(self) -> None:
        """Draw it, without its sections, by the session of now; by default there is nothing to draw."""

    def facts(self) -> object:
        """What it shows that is no part of the document: quick to get, and compared with ``==``.

        A new ``object()`` equals nothing: so it is drawn at every change, as while it waits for something.
        """
        return None

    @property
    def idle(self) -> bool:
        """Whether it shows nothing just now; then it draws itself as soon as it does."""
        return False

    @property
    def sections(self) -> "tuple[RedrawnByChange, ...]":
        """Those that declare by themselves what they show."""
        return ()

    def refresh(self) -> None:
        """Draw all of it, whatever has changed."""
        self.redraw()
        self._drawn = self.facts()
        for section in self.sections:
            section.refresh()

    def follow_changes(self, changes: Changes) -> None:
        """Draw it, and each of its sections, where it shows any of what changed."""
        if not self.idle and (self.SHOWS.touched(changes) or self.facts() != self._drawn):
            self.redraw()
            self._drawn = self.facts()
        for section in self.sections:
            section.follow_changes(changes)
