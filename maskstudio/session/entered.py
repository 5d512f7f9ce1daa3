"""What has been entered of a document, also where it is still being computed: every output takes this.

A value that was typed or turned shows once a job has computed it. Whoever writes, copies or sends before that takes
``Session.entered`` along: the document of then, frozen, and what is still to come to it. ``whole`` makes of both, on
the thread of the output, what the screen shows when all has settled. Nothing is computed twice: output and screen share
their work (``SharedWork``), whoever of them does it.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from threading import Lock
from typing import Generic, TypeVar

from maskstudio.core.document import Document, Layer
from maskstudio.jobs import Token
from maskstudio.session import operations

T = TypeVar("T")
Entering = Callable[[Document, Token], Document]  # what a document becomes by one thing that was entered

_LOOK = 1 / 30  # s between looks at whether a wait was cancelled
_FOLLOWS = ("refinement", "shaped")  # fields of a layer that follow from others


class SharedWork(Generic[T]):
    """Work that several threads may ask for and one does. Where that one gives up, the next one does it."""

    def __init__(self, work: Callable[[Token], T]) -> None:
        self._work = work
        self._busy = Lock()
        self._made: list[T] = []
        self._progress = 0.0, ""

    def __call__(self, token: Token) -> T:
        """What comes out, made now or already. Raises what the work raises, and ``Cancelled`` by ``token``."""
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
    """A document as it was, and what had been entered by then and was still to come to it, in its order."""

    document: Document
    changes: tuple[Entering, ...] = ()

    def made(self, token: Token) -> Document:
        """The document with all of that. For the thread of a job."""
        document, count = self.document, len(self.changes)
        for number, change in enumerate(self.changes):
            document = change(document, token.part(number / count, (number + 1) / count))
        return document

    def whole(self, token: Token) -> Document:
        """The same, with every wanted refinement solved."""
        share = len(self.changes) / (len(self.changes) + 1)
        return operations.completed(self.made(token.part(0.0, share)), token.part(share, 1.0))


def same_work(one: Document, other: Document) -> bool:
    """Whether two documents hold the same work: they may differ in which layer is active, and in how far they are
    computed.
    """
    if one.layers is other.layers:
        return one.solo == other.solo and one.image is other.image
    pairs = zip(one.layers, other.layers, strict=False)
    alike = len(one.layers) == len(other.layers) and all(_alike(mine, theirs) for mine, theirs in pairs)
    return alike and one.solo == other.solo and one.image is other.image


def _alike(one: Layer, other: Layer) -> bool:
    """Whether two layers want the same; masks are the same objects or count as others."""
    if one is other:
        return True
    names = (field.name for field in fields(Layer) if field.name not in _FOLLOWS)
    return all(getattr(one, name) == getattr(other, name) for name in names)
