"""Runs of changes that follow a slider: newer values replace older ones, and a whole run is one step.

Unlike other jobs, a computation under way may finish if it takes no longer than a moment, so that the picture updates
while a slider is dragged. Only longer work is stopped for a newer value.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from maskstudio.core.document import Document
from maskstudio.core.layer import Layer
from maskstudio.jobs import Token
from maskstudio.session.desk import Desk
from maskstudio.session.entered import Entering, SharedWork
from maskstudio.session.late import caught_up
from maskstudio.session.turns import Turn, Value

_PATIENCE = 0.3  # seconds before work gives way to a newer value
_RECENT = 64  # newest steps that are searched for a draft once careful work has ended

LayerFields = Mapping[str, object]
Stepping = Callable[[float], None]
Work = Callable[[Layer, Stepping], LayerFields]


class _GaveWay(Exception):
    """Raised in work that takes long while a newer value waits."""


@dataclass(frozen=True, eq=False)
class Wish:
    """What a run should result in: ``work(layer, step)`` returns the fields of the layer that change.

    ``layer`` is the layer before the run. ``polish`` is the same work done with more care, used when no newer value
    waits. ``step`` takes progress in 0..1 and may raise to stop the work. An ``absolute`` wish is valid for any later
    state of the layer, as its result is the same however often it is applied.
    """

    layer_id: int
    label: str
    key: str
    work: Work
    polish: Work | None = None
    absolute: bool = False
    made: "dict[tuple[Layer, Work], SharedWork[LayerFields]]" = field(default_factory=dict)

    @property
    def careful(self) -> Work:
        """The work that gives the final result."""
        return self.polish or self.work

    def once(self, before: Layer, work: Work) -> SharedWork[LayerFields]:
        """``work`` on ``before``, shared so that it is done only once for all callers."""
        return self.made.setdefault((before, work), SharedWork(lambda token: work(before, token.step)))


@dataclass(frozen=True, eq=False)
class _AtWork:
    """The work of a job, with the layer before the run and the layer when the work began."""

    wish: Wish
    work: Work
    before: Layer
    then: Layer


class Live:
    """Carries out all live runs. Each layer has one wish at a time: the newest."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        desk.computing.append(self._computing)
        self._wishes: dict[int, Wish] = {}  # by layer; valid while a job works on it
        self._at_work: dict[int, _AtWork] = {}
        self._kept: set[Wish] = set()  # the last wishes of runs that end when their work ends

    def runs(self, key: str) -> bool:
        """Whether the run of this key is the last step, or will be once its job ends."""
        return self.coming(key) or self._desk.on_top(key)

    def coming(self, key: str) -> bool:
        """Whether a value of the run of this key waits or is being computed."""
        return self._wished(key) is not None

    def _wished(self, key: str) -> Wish | None:
        waiting = [turn.wish for turn in reversed(self._desk.turns.waiting) if isinstance(turn.wish, Wish)]
        at_work = [wish for wish in self._wishes.values() if self._desk.runner.under_way(_lane(wish.layer_id))]
        return next((wish for wish in (*waiting, *at_work) if wish.key == key), None)

    def start_of(self, key: str, layer_id: int) -> Layer | None:
        """The layer before the run of this key; without such a run, the layer as it is."""
        history = self._desk.history
        if history is None:
            return None
        at = history.position - 1 if self._desk.on_top(key) else history.position
        return history.steps[at].document.layer(layer_id)

    def keep(self, key: str) -> None:
        """End a run and keep its result."""
        if (wish := self._wished(key)) is not None:
            self._kept.add(wish)
        elif self._desk.on_top(key) and self._desk.history:
            self._desk.history.seal()
            self._desk.changed()

    def drop(self, key: str) -> None:
        """End a run and undo it."""
        self._desk.turns.waiting = [
            turn for turn in self._desk.turns.waiting if not (isinstance(turn.wish, Wish) and turn.wish.key == key)
        ]
        if wish := self._wished(key):
            self._desk.runner.cancel(_lane(wish.layer_id))
        if self._desk.on_top(key):
            self._desk.step_back()
        self._desk.changed()

    def run(self, wish: Wish) -> None:
        """Begin to work towards ``wish``; an older wish of the same run is replaced."""
        self._desk.end_stroke()
        older = self._desk.turns.waiting[-1].wish if self._desk.turns.waiting else self._now_wished(wish.layer_id)
        same = isinstance(older, Wish) and older.key == wish.key and older not in self._kept
        if not self._desk.turns.waiting:  # if something else was entered since, it is a new run
            same = same and self._desk.turns.newest(self._desk.runner) == _lane(wish.layer_id)
        if self._desk.turns.waiting and same:  # the newer value replaces the older one that still waits
            self._desk.turns.waiting.pop()
        if self._desk.turns.waiting or (older is not None and not same):
            self._desk.take_turn(Turn(wish.label, partial(_anew, wish), partial(self._begin, wish), wish=wish))
        else:
            self._begin(wish)

    def _now_wished(self, layer_id: int) -> Wish | None:
        return self._wishes[layer_id] if self._desk.runner.under_way(_lane(layer_id)) else None

    def _begin(self, wish: Wish) -> None:
        lane = _lane(wish.layer_id)
        self._wishes[wish.layer_id] = wish
        if not self._desk.runner.under_way(lane):
            self._work(wish, wish.work)
        self._desk.enter(lane, Value(wish.label, wish.key, partial(self.run, wish)))

    def _work(self, wish: Wish, work: Work) -> None:
        """Start the job that does ``work`` on the layer as it was before the run."""
        before, now = self.start_of(wish.key, wish.layer_id), self._desk.required().layer(wish.layer_id)
        if before is None or now is None:
            return
        once = wish.once(before, work)
        mine = self._at_work[wish.layer_id] = _AtWork(wish, work, before, now)

        def working(token: Token) -> LayerFields | None:
            """Do the work; None if it gave way to a newer value."""
            begun = time.monotonic()

            def give_way(_fraction: float, _text: str) -> None:
                newest = self._wishes[wish.layer_id]
                if newest is not wish and newest.key == wish.key and time.monotonic() - begun > _PATIENCE:
                    raise _GaveWay

            try:
                return once(token.heard(give_way))
            except _GaveWay:
                return None

        self._desk.start(wish.label, working, lambda fields: self._worked(mine, fields), lane=_lane(wish.layer_id))

    def _worked(self, mine: _AtWork, fields: LayerFields | None) -> None:
        """Commit the result of a job, then start on the newest wish if there is a newer one.

        If the layer was edited in the meantime, the work is done again, unless the run has already shown a result:
        applying it again would apply it twice.
        """
        wish = mine.wish
        now, newest = self._desk.required().layer(wish.layer_id), self._wishes[wish.layer_id]
        if now is None:
            return
        if _differs(now, mine.then):
            if self._desk.on_top(wish.key) or not _differs(mine.before, mine.then) or wish.absolute:
                self._work(newest, newest.work)
                return
            if fields is not None and mine.work is wish.polish:
                self._catch_up(mine.then, fields)
        elif fields is not None:
            self._take_over(wish, now, fields)
            overtaken = newest is not wish and newest.key == wish.key
            if not overtaken and wish.polish is not None and mine.work is not wish.polish:
                self._work(wish, wish.polish)
                return
        if newest is not wish:
            self._work(newest, newest.work)
            return
        self._over(wish)

    def _over(self, wish: Wish) -> None:
        """Forget the wish of a layer on which no more work is done, and end its run if it is kept."""
        del self._wishes[wish.layer_id], self._at_work[wish.layer_id]
        if wish in self._kept and self._desk.on_top(wish.key) and self._desk.history:
            self._desk.history.seal()
            self._desk.changed()
        self._kept.discard(wish)

    def _take_over(self, wish: Wish, now: Layer, fields: LayerFields) -> None:
        changed = now.changed(**fields)
        self._desk.commit(self._desk.required().put(changed), wish.label, wish.key)
        self._desk.solver.solve_again(changed)

    def _catch_up(self, draft: Layer, fields: LayerFields) -> None:
        """Replace a draft that was edited since by its careful version, in the newest steps of the history."""
        history = self._desk.history
        assert history is not None
        recent = {id(step.document) for step in history.steps[-_RECENT:]}
        history.amend(lambda document: caught_up(document, draft, fields) if id(document) in recent else document)
        self._desk.changed()
        if now := self._desk.required().layer(draft.id):
            self._desk.solver.solve_again(now)

    # What outputs will show

    def _computing(self) -> list[Entering]:
        runs = [each for each in self._at_work.values() if self._desk.runner.under_way(_lane(each.wish.layer_id))]
        return [change for each in runs for change in self._outcome(each)]

    def _outcome(self, mine: _AtWork) -> list[Entering]:
        """The changes that the work on a layer will finally make, as ``_worked`` makes them."""
        newest = self._wishes[mine.wish.layer_id]
        if newest.key == mine.wish.key:
            return [self._final(mine, newest)]
        return [self._final(mine, mine.wish), partial(_anew, newest)]

    def _final(self, mine: _AtWork, newest: Wish) -> Entering:
        """The change that ``newest`` will finally make of a document, given what is under way now."""
        on_top, here = self._desk.on_top(mine.wish.key), self._desk.required().layer(newest.layer_id)
        start = self.start_of(newest.key, newest.layer_id)
        again = on_top or mine.wish.absolute or not _differs(mine.before, mine.then)
        stays = here is not None and not _differs(here, mine.then)
        polishing = mine.work is mine.wish.polish

        def final(document: Document, token: Token) -> Document:
            now = document.layer(newest.layer_id)
            if now is None or start is None or here is None:
                return document
            if _differs(now, here):  # an earlier change was applied to it first
                return _anew(newest, document, token) if again else document
            if stays or again or newest is not mine.wish:
                return document.put(now.changed(**newest.once(start, newest.careful)(token)))
            fields = newest.once(mine.before, newest.careful)
            return caught_up(document, mine.then, fields(token)) if polishing else document

        return final


def _anew(wish: Wish, document: Document, token: Token) -> Document:
    """The document with ``wish`` applied to its layer as it is there."""
    now = document.layer(wish.layer_id)
    return document.put(now.changed(**wish.once(now, wish.careful)(token))) if now is not None else document


def _differs(one: Layer, other: Layer) -> bool:
    """Whether the result for one layer must not be used for the other: they look different or want another edge.

    The wanted edge need not show yet: hints that were just brushed are still unsolved.
    """
    same = one.alpha is other.alpha or not one.alpha.changed(other.alpha)
    return not same or one.mask is not other.mask or one.params != other.params or not one.same_wish(other)


def _lane(layer_id: int) -> str:
    return f"layer {layer_id} live"
