"""Panels declare what they show, so that each is redrawn when that changes and at no other time."""

from dataclasses import dataclass
from typing import ClassVar

from maskstudio.core.changes import FIELDS, Changes

EVERY_FIELD = FIELDS  # all fields of a layer
ALPHA = frozenset(("shaped", "inverted", "paint", "refinement", "retouch"))  # the fields that determine a layer's alpha


@dataclass(frozen=True, slots=True)
class Shows:
    """Parts of a document and its history, as ``Changes`` names them. Another photo or document touches them all.

    stack   which layers there are, in which order
    active  which layer is active
    solo    which layer counts alone
    steps   the history
    own     fields of the active layer; a panel that shows any sets ``active`` too
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
    """A base of panels and sections. ``redraw`` draws it; ``SHOWS`` declares which parts of the document it shows.

    ``facts`` returns what else it shows, of the session and of its own controls: it is also redrawn when these differ
    from those of the last redraw, so that a typed value that was not taken is replaced by the one in force.
    """

    SHOWS: ClassVar[Shows] = Shows()
    _drawn: object = None  # the facts at the last redraw

    def redraw(self) -> None:
        """Draw it, without its sections, from the present session; by default there is nothing to draw."""

    def facts(self) -> object:
        """What it shows besides the document: quick to get, and compared with ``==``.

        A new ``object()`` equals nothing, so it is redrawn at every change, as while it waits for something.
        """
        return None

    @property
    def idle(self) -> bool:
        """Whether it shows nothing now; it then draws itself when it is shown."""
        return False

    @property
    def sections(self) -> "tuple[RedrawnByChange, ...]":
        """Its sections that declare what they show."""
        return ()

    @property
    def outdated(self) -> bool:
        """Whether its facts are others than at the last redraw."""
        return self.facts() != self._drawn

    def refresh(self) -> None:
        """Redraw it and its sections, whatever has changed."""
        self.redraw()
        self._drawn = self.facts()
        for section in self.sections:
            section.refresh()

    def follow_changes(self, changes: Changes) -> None:
        """Redraw it, and each of its sections, if it shows any of the changes."""
        if not self.idle and (self.SHOWS.touched(changes) or self.outdated):
            self.redraw()
            self._drawn = self.facts()
        for section in self.sections:
            section.follow_changes(changes)
