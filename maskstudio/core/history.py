"""History: the documents there have been, limited by the bytes of their distinct tiles. No commands, no inverses."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from maskstudio.core.document import Document
from maskstudio.core.mask import is_flat

LIMIT = 512 * 1024 * 1024


@dataclass(frozen=True, eq=False)
class Step:
    """A document and what led to it, as shown in menus and lists. Steps in a row with one ``merge`` key are one."""

    label: str
    document: Document
    merge: str = ""


class History:
    """Undo and redo as a walk over frozen documents. The oldest are dropped when their tiles exceed ``limit`` bytes."""

    def __init__(self, document: Document, label: str = "Open", limit: int = LIMIT) -> None:
        self._steps = [Step(label, document)]
        self._at = 0
        self._limit = limit
        self._uses: Counter[int] = Counter()
        self._sizes: dict[int, int] = {}
        self._count(document, 1)

    @property
    def document(self) -> Document:
        """The document of now."""
        return self._steps[self._at].document

    @property
    def steps(self) -> list[Step]:
        """All steps, oldest first."""
        return list(self._steps)

    @property
    def position(self) -> int:
        """Index of the current step in ``steps``."""
        return self._at

    @property
    def nbytes(self) -> int:
        """Bytes of the distinct tiles of all steps; shared tiles count once, single-valued ones not at all."""
        return sum(self._sizes.values())

    @property
    def undo_label(self) -> str | None:
        """What an undo would take back, or None."""
        return self._steps[self._at].label if self._at else None

    @property
    def redo_label(self) -> str | None:
        """What a redo would bring back, or None."""
        return self._steps[self._at + 1].label if self._at + 1 < len(self._steps) else None

    def commit(self, document: Document, label: str, merge: str = "") -> None:
        """Make ``document`` the current one and forget what had been undone.

        With a ``merge`` key equal to the current step's, it replaces that step: a run of slider values is one step.
        """
        for step in self._steps[self._at + 1 :]:
            self._count(step.document, -1)
        del self._steps[self._at + 1 :]
        self._count(document, 1)
        if merge and self._at and self._steps[self._at].merge == merge:
            self._count(self._steps[self._at].document, -1)
            self._steps[self._at] = Step(label, document, merge)
        else:
            self._steps.append(Step(label, document, merge))
            self._at += 1
        self._trim()

    def amend(self, change: Callable[[Document], Document]) -> None:
        """Replace the document of every step by what ``change`` makes of it, for what follows from a step without
        being one, such as a solved edge; a document that ``change`` returns as it is stays.
        """
        for at, step in enumerate(self._steps):
            document = change(step.document)
            if document is not step.document:
                self._count(document, 1)
                self._count(step.document, -1)
                self._steps[at] = Step(step.label, document, step.merge)
        self._trim()

    def undo(self) -> Document:
        """Step back; at the oldest step it stays. No later commit merges with the step it comes to."""
        self._at = max(self._at - 1, 0)
        self.seal()
        return self.document

    def redo(self) -> Document:
        """Step forward; at the newest step it stays. No later commit merges with the step it comes to."""
        self._at = min(self._at + 1, len(self._steps) - 1)
        self.seal()
        return self.document

    def seal(self) -> None:
        """End a run of merging: the next commit is a step of its own."""
        step = self._steps[self._at]
        self._steps[self._at] = Step(step.label, step.document)

    def _trim(self) -> None:
        while self.nbytes > self._limit and self._at > 1:
            self._count(self._steps.pop(0).document, -1)
            self._at -= 1

    def _count(self, document: Document, by: int) -> None:
        for tile in _tiles(document):
            key = id(tile)
            self._uses[key] += by
            if self._uses[key] > 0:
                self._sizes[key] = tile.nbytes
            else:
                del self._uses[key]
                self._sizes.pop(key, None)


def _tiles(document: Document) -> Iterator[np.ndarray]:
    """Every tile a document holds that takes memory of its own; one object may come more than once."""
    layered = (mask for layer in document.layers for mask in (layer.mask, layer.shaped, layer.alpha))
    for mask in (document.alpha, *layered):
        yield from (tile for tile in mask.tiles.values() if not is_flat(tile))
    for layer in document.layers:
        if layer.refinement is not None:
            yield from layer.refinement.colours.values()
