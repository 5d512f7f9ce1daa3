"""Everything that was entered into a document, including values that are still being computed. All outputs use it.

A value that was typed or dragged shows once a job has computed it. Writing, copying or sending before that uses
``Desk.entered``: a frozen document and the changes still to come. On the output's thread, ``whole`` turns both into
what the screen will show once all jobs have ended. Nothing is computed twice: output and screen share their work
(``SharedWork``).
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from threading import Lock
from typing import Generic, TypeVar

from maskstudio.core.document import Document, Layer
from maskstudio.jobs import Token
from maskstudio.session import operations

T = TypeVar("T")
Entering = Callable[[Document, Token], Document]  # applies one entered change to a document

_LOOK = 1 / 30  # s between checks whether a wait was cancelled
_FOLLOWS = ("refinement", "shaped")  # fields of a layer that follow from others


class SharedWork(Generic[T]):
    """Work that several threads may ask for and only one does. If that one stops, the next one does it."""

    def __init__(self, work: Callable[[Token], T]) -> None:
        self._work = work
        self._busy = Lock()
        self._made: list[T] = []
        self._progress = 0.0, ""

    def __call__(self, token: Token) -> T:
        """The result, computed now or earlier. Raises what the work raises, and ``Cancelled`` by ``token``."""
        while not self._busy.acquire(timeout=_LOOK):
            token.step(*self._progress)
        try:
            if not self._made:
                self._made.append(self._work(token.heard(self._follow)))
            return self._made[0]
        finally:
            self._busy.release()

    def _follow(self, fraction: float, text: str) -> None:
        self._progress = fraction, text


@dataclass(frozen=True, eq=False)
class Entered:
    """A document as it was, and the changes entered by then that were still to come, in the order of entry."""

    document: Document
    changes: tuple[Entering, ...] = ()

    def made(self, token: Token) -> Document:
        """The document with all changes applied. Runs on the thread of a job."""
        document, count = self.document, len(self.changes)
        for number, change in enumerate(self.changes):
            document = change(document, token.part(number / count, (number + 1) / count))
        return document

    def whole(self, token: Token) -> Document:
        """The document with all changes applied and every wanted refinement solved."""
        share = len(self.changes) / (len(self.changes) + 1)
        return operations.completed(self.made(token.part(0.0, share)), token.part(share, 1.0))


def same_work(one: Document, other: Document) -> bool:
    """Whether two documents hold the same work. The active layer, and how far they are computed, may differ."""
    if one.layers is other.layers:
        return one.solo == other.solo and one.image is other.image
    pairs = zip(one.layers, other.layers, strict=False)
    alike = len(one.layers) == len(other.layers) and all(_alike(mine, theirs) for mine, theirs in pairs)
    return alike and one.solo == other.solo and one.image is other.image


def _alike(one: Layer, other: Layer) -> bool:
    """Whether two layers want the same; masks are compared by identity."""
    if one is other:
        return True
    names = (field.name for field in fields(Layer) if field.name not in _FOLLOWS)
    return all(getattr(one, name) == getattr(other, name) for name in names)
