"""Runs of changes that follow a slider: newer values overtake older ones, and a whole run is one step.

Unlike other work, what is under way is let finish as long as it takes no more than a moment, so that pictures keep
coming while a slider is dragged; only work that takes longer gives way to a newer value.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from maskstudio.core.layer import Layer
from maskstudio.jobs import Runner, Token
from maskstudio.verbs.edging import EdgingVerbs
from maskstudio.verbs.late import caught_up

_PATIENCE = 0.3  # seconds before work gives way to a newer value
_RECENT = 64  # steps in which a draft is looked for once careful work has ended

Fields = Mapping[str, object]
Step = Callable[[float], None]
Work = Callable[[Layer, Step], Fields]


class _GaveWay(Exception):
    """A newer value waits and this one takes long."""


@dataclass(frozen=True, eq=False)
class Wish:
    """What a run is asked to come to: ``work(layer, step)`` gives the fields of the layer that become others.

    ``layer`` is as it was before the run. ``polish`` is the same work done with more care, for when nothing newer is
    waiting. ``step`` reports progress in 0..1 and may raise to stop. An ``absolute`` wish holds for whatever the layer
    has become meanwhile, since it comes to the same however often it is carried out.
    """

    layer_id: int
    label: str
    key: str
    work: Work
    polish: Work | None = None
    absolute: bool = False


class LiveVerbs(EdgingVerbs):
    """The way every live run takes."""

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        super().__init__(runner, provider)
        self._wish: Wish | None = None
        self._kept = ""  # the key of a run that ends as soon as its work does

    def runs(self, key: str) -> bool:
        """Whether the run of this key is the last thing that happened, or is about to be."""
        return self.coming(key) or self._on_top(key)

    def coming(self, key: str) -> bool:
        """Whether something of the run of this key is still being worked on."""
        wish = self._wish
        return wish is not None and wish.key == key and self.runner.under_way(_lane(wish.layer_id))

    def start_of(self, key: str, layer_id: int) -> Layer | None:
        """The layer as it was before the run of this key, or as it is, if there is none."""
        history = self.history
        if history is None:
            return None
        at = history.position - 1 if self._on_top(key) else history.position
        return history.steps[at].document.layer(layer_id)

    def keep(self, key: str) -> None:
        """End a run; what it came to stays."""
        wish = self._wish
        if wish is not None and wish.key == key and self.runner.under_way(_lane(wish.layer_id)):
            self._kept = key
        elif self._on_top(key) and self.history:
            self.history.seal()
            self.changed()

    def drop(self, key: str) -> None:
        """End a run and take it back."""
        if self._wish is not None and self._wish.key == key:
            self.runner.cancel(_lane(self._wish.layer_id))
        if self._on_top(key):
            self.undo()
        else:
            self.changed()

    def _run(self, wish: Wish) -> None:
        """Work towards this from now on."""
        self.end_stroke()
        self._wish, self._kept = wish, ""
        if not self.runner.under_way(_lane(wish.layer_id)):
            self._work(wish, wish.work)

    def _work(self, wish: Wish, work: Work) -> None:
        before, now = self.start_of(wish.key, wish.layer_id), self._required().layer(wish.layer_id)
        if before is None or now is None:
            return

        def working(token: Token) -> Fields | None:
            begun = time.monotonic()

            def step(fraction: float) -> None:
                token.step(fraction)
                if self._wish is not wish and time.monotonic() - begun > _PATIENCE:
                    raise _GaveWay

            try:
                return work(before, step)
            except _GaveWay:
                return None

        self._start(
            wish.label,
            working,
            lambda fields: self._worked(wish, work, (before, now), fields),
            lane=_lane(wish.layer_id),
        )

    def _worked(self, wish: Wish, work: Work, then: tuple[Layer, Layer], fields: Fields | None) -> None:
        """Take over what came out, then go on to what has been asked for meanwhile.

        ``then`` is the layer before the run, and as it was when the work began. What was worked on since is done again,
        unless the run has shown something already: it would be done twice.
        """
        now = self._required().layer(wish.layer_id)
        newer = self._wish if self._wish is not wish else None
        if now is None:
            return
        if _differs(now, then[1]):
            if self._on_top(wish.key) or not _differs(*then):
                self._work(newer or wish, (newer or wish).work)
            elif fields is not None and work is wish.polish:
                self._catch_up(then[1], fields)
            elif wish.absolute:
                self._work(newer or wish, (newer or wish).work)
            return
        if fields is not None:
            self._take_over(wish, now, fields)
        if newer is not None:
            self._work(newer, newer.work)
        elif wish.polish is not None and work is not wish.polish:
            self._work(wish, wish.polish)
        elif self._kept == wish.key:
            self._kept = ""
            self.keep(wish.key)

    def _take_over(self, wish: Wish, now: Layer, fields: Fields) -> None:
        changed = now.changed(**fields)
        self.commit(self._required().put(changed), wish.label, wish.key)
        self._solve_again(changed)

    def _catch_up(self, draft: Layer, fields: Fields) -> None:
        """Put careful work in the place of a draft that has been worked on since."""
        history = self.history
        assert history is not None
        recent = {id(step.document) for step in history.steps[-_RECENT:]}
        history.amend(lambda document: caught_up(document, draft, fields) if id(document) in recent else document)
        self.changed()
        if now := self._required().layer(draft.id):
            self._solve_again(now)

    def _on_top(self, key: str) -> bool:
        history = self.history
        return history is not None and history.steps[history.position].merge == key


def _differs(one: Layer, other: Layer) -> bool:
    same = one.alpha is other.alpha or not one.alpha.changed(other.alpha)
    return not same or one.mask is not other.mask or one.params != other.params


def _lane(layer_id: int) -> str:
    return f"layer {layer_id} live"
