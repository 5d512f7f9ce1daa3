"""History: the documents there have been, limited by the bytes of their distinct tiles. No commands, no inverses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from maskstudio.core.arrays import ColourTile
from maskstudio.core.callbacks import Check
from maskstudio.core.document import Document, Layer
from maskstudio.core.mask import Mask
from maskstudio.core.tile import Tile

LIMIT = 512 * 1024 * 1024
NEAR = 2  # steps on either side of now whose changes stay unpacked, so that undo and redo are instant
SEEN = 480  # tiles of what is to be seen that stay unpacked, the newest ones: 30 MB, all of a 24-megapixel mask

Held = dict[int, Tile | ColourTile]  # tiles by their identity


@dataclass(frozen=True, eq=False)
class Step:
    """A document and what led to it, as shown in menus and lists. Steps in a row with one ``merge`` key are one."""

    label: str
    document: Document
    merge: str = ""


@dataclass(slots=True)
class _Weight:
    """Tiles that came with a step and tiles that went with it, as compared with the step before."""

    fresh: Held = field(default_factory=dict)
    gone: Held = field(default_factory=dict)
    rests: bool = False  # its tiles are packed as far as they will be
    nbytes: int | None = None  # of the fresh ones, once it rests


class Chores(NamedTuple):
    """Tiles to pack, because only far steps hold them, and packed tiles of near steps to unpack."""

    pack: list[Tile]
    unpack: list[Tile]

    def do(self, check: Check = lambda: None) -> None:
        """Do them; ``check`` is called between two tiles and may raise to stop."""
        for tile in self.unpack:
            check()
            tile.unpack()
        for tile in self.pack:
            check()
            tile.pack()


class History:
    """Undo and redo as a walk over frozen documents.

    ``settle`` drops the oldest steps when their tiles exceed ``limit`` bytes, and tells which tiles nobody looks at.
    It is apart from ``commit`` so that a change never waits for it. ``revision`` grows with every change of the steps
    and of the position among them.
    """

    def __init__(self, document: Document, label: str = "Open", limit: int = LIMIT) -> None:
        self._steps = [Step(label, document)]
        self._weights: list[_Weight | None] = [None]
        self._at = 0
        self.limit = limit
        self.revision = 0

    @classmethod
    def of(cls, steps: list[Step], at: int, limit: int = LIMIT) -> "History":
        """The history of these steps, oldest first, standing at index ``at``."""
        history = cls(steps[0].document, steps[0].label, limit)
        history._steps = list(steps)
        history._weights = [None] * len(steps)
        history._at = at
        return history

    @property
    def document(self) -> Document:
        """The current document."""
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
        self._weigh()
        distinct: Held = {}
        for weight in self._weights:
            distinct.update(weight.fresh if weight else {})
        return sum(tile.nbytes for tile in distinct.values())

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
        del self._steps[self._at + 1 :], self._weights[self._at + 1 :]
        self.revision += 1
        step = Step(label, document, merge)
        if merge and self._at and self._steps[self._at].merge == merge:
            self._steps[self._at], self._weights[self._at] = step, None
        else:
            self._steps.append(step)
            self._weights.append(None)
            self._at += 1

    def amend(self, change: Callable[[Document], Document]) -> None:
        """Replace the document of every step by what ``change`` makes of it, for what follows from a step without
        being one, such as a solved edge; a document that ``change`` returns as it is stays.
        """
        for at, step in enumerate(self._steps):
            document = change(step.document)
            if document is not step.document:
                self.revision += 1
                self._steps[at] = Step(step.label, document, step.merge)
                self._weights[at : at + 2] = [None] * len(self._weights[at : at + 2])

    def undo(self) -> Document:
        """Step back; at the oldest step it stays. No later commit merges with the step it comes to."""
        return self.go(self._at - 1)

    def redo(self) -> Document:
        """Step forward; at the newest step it stays. No later commit merges with the step it comes to."""
        return self.go(self._at + 1)

    def go(self, position: int) -> Document:
        """Stand at the step of that index, or at the nearest there is."""
        shown = self.document
        self._at = min(max(position, 0), len(self._steps) - 1)
        for weight in self._weights:
            if weight is not None:
                weight.nbytes = None  # other tiles will be unpacked
        self.document.recall(shown)
        self.seal()
        return self.document

    def seal(self) -> None:
        """End a run of merging: the next commit is a step of its own."""
        step = self._steps[self._at]
        self.revision += 1
        self._steps[self._at] = Step(step.label, step.document)

    def settle(self) -> Chores:
        """Drop the oldest steps beyond the limit; gives what may be packed and unpacked, wherever the caller likes."""
        self._trim()
        near = range(max(self._at - NEAR, 0), min(self._at + NEAR + 1, len(self._steps)))
        warm = self._warm(near)
        idle = {
            key: tile
            for key, tile in held(self.document).items()
            if isinstance(tile, Tile) and not tile.is_small and key not in warm
        }
        for at, weight in enumerate(self._weights):
            assert weight is not None
            apart = weight.fresh.keys().isdisjoint(warm)  # otherwise some of it is unpacked, or about to be
            if at in near or not apart:
                weight.rests, weight.nbytes = False, None
            if at in near or weight.rests:
                continue
            self._steps[at].document.forget()
            # Behind us lies what a step took away, before us what it will bring.
            pile = weight.gone if at < self._at else weight.fresh
            left = {key: tile for key, tile in pile.items() if isinstance(tile, Tile) and not tile.is_small}
            left = {key: tile for key, tile in left.items() if key not in warm}
            weight.rests = not left and apart
            idle.update(left)
        awake = [tile for tile in warm.values() if isinstance(tile, Tile) and tile.is_packed]
        return Chores([tile for tile in idle.values() if isinstance(tile, Tile)], awake)

    def _warm(self, near: range) -> Held:
        """What must be at hand: what is to be seen now, the newest first, and whatever a step near by changes."""
        document = self.document
        masks = [*(Layer.alpha.kept(layer) for layer in document.shown), document.kept_alpha]
        seen: Held = {id(tile): tile for mask in masks if mask for tile in mask.tiles.values() if tile.value is None}
        warm = seen if len(seen) <= SEEN else self._newest(seen)
        for at in near:
            weight = self._weights[at]
            if weight is not None and at > near.start:
                warm.update(weight.fresh)
                warm.update(weight.gone)
        return warm

    def _newest(self, seen: Held) -> Held:
        """As many of these tiles as stay unpacked."""
        newest: Held = {}
        for weight in reversed(self._weights[: self._at + 1]):
            if len(newest) >= SEEN:
                break
            fresh = weight.fresh if weight is not None else {}
            newest.update((key, tile) for key, tile in fresh.items() if key in seen)
        return newest

    @property
    def _at_most(self) -> int:
        """Quickly, what ``nbytes`` cannot exceed: a tile that went and came again counts twice."""
        self._weigh()
        total = 0
        for weight in self._weights:
            if weight is None:
                continue
            nbytes = weight.nbytes
            if nbytes is None:
                nbytes = sum(tile.nbytes for tile in weight.fresh.values())
                weight.nbytes = nbytes if weight.rests else None
            total += nbytes
        return total

    def _trim(self) -> None:
        if self._at_most <= self.limit:
            return
        while self.nbytes > self.limit and self._at > 1:
            del self._steps[0], self._weights[0]
            self._at -= 1
            self.revision += 1
            self._weights[0] = None

    def _weigh(self) -> None:
        """Compare the steps that were not compared yet with the ones before them."""
        last: tuple[int, Held] | None = None
        for at, weight in enumerate(self._weights):
            if weight is not None:
                continue
            before = {} if at == 0 else last[1] if last and last[0] == at - 1 else held(self._steps[at - 1].document)
            now = held(self._steps[at].document)
            fresh = {key: now[key] for key in now.keys() - before.keys()}
            gone = {key: before[key] for key in before.keys() - now.keys()}
            self._weights[at] = _Weight(fresh, gone)
            last = at, now


def held(document: Document) -> Held:
    """Every tile a document holds that takes memory of its own, with what has been made of its layers so far."""
    combined = document.kept_alpha
    masks: list[Mask] = [combined] if combined is not None else []
    for layer in document.layers:
        masks += [layer.mask, layer.shaped, *layer.kept]
        for paint in (layer.paint, layer.retouch):
            masks += [paint.value, paint.cover] if paint else []
        masks += [layer.hints] if layer.hints is not None else []
        masks += [region.area for region in layer.regions]
        for solved in (layer.refinement, layer.measured):
            masks += [solved.alpha, solved.solved] if solved else []
        if layer.source is not None:
            masks += [layer.source.mask] + ([layer.source.doubt] if layer.source.doubt else [])
    distinct = {id(mask): mask for mask in masks}.values()
    tiles: Held = {id(tile): tile for mask in distinct for tile in mask.tiles.values() if tile.value is None}
    for layer in document.layers:
        for solved in (layer.refinement, layer.measured):
            tiles.update((id(tile), tile) for tile in (solved.colours.values() if solved else ()))
    return tiles
