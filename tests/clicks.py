"""Clicks of a random user at the session, for its walk: answers come whenever they do, and are taken later still."""

import hypothesis.strategies as st
import numpy as np
from hypothesis.stateful import precondition, rule

from maskstudio.core.paint import Paint
from maskstudio.selection.prompt import Prompt
from maskstudio.session.selectors import SelectorQuestion
from tests.walkers import HEIGHT, WIDTH

MOST = 6  # layers
LANDINGS = ["layer", "mend", "mend", "add", "replace", "subtract", "intersect"]
across, down, models = st.floats(0, WIDTH), st.floats(0, HEIGHT), st.sampled_from(["none", "slow"])


class Clicks:
    """Rules of ``Walk``."""

    @rule(
        x=across,
        y=down,
        what=st.sampled_from(["include", "exclude"]),
        how=st.sampled_from(LANDINGS),
        model=models,
        soon=st.booleans(),
    )
    def point(self, x, y, what, how, model, soon):
        """A click, which is answered whenever it is, or before anything else is done."""
        self.finish_stroke()
        document, layer = self.document, self.session.active
        earlier = layer.alpha if how == "mend" and layer is not None else None
        if what == "exclude" and earlier is None:
            return

        def done(answer):
            self.answered.append((answer, how, layer, document.image))

        prompt = Prompt(**{what: ((x, y),)}, earlier=earlier)
        self.session.selecting.selectors.ask(SelectorQuestion(prompt, model, len, done, lambda: None)).kept = True
        while soon and not self.answered and (self.later.home or self.later.work):
            if self.later.home:
                self.news_comes_home(1)
            else:
                self.later.finish(0)
        if soon and self.answered:
            self.take_answer(0)

    @precondition(lambda self: self.answered)
    @rule(which=st.integers(0, 2))
    def take_answer(self, which):
        """Take an answer that has come, over whatever has been done since the click."""
        self.arrive()
        self.finish_stroke()
        answer, how, layer, photo = self.answered.pop(which % len(self.answered))
        if self.document.image is photo and len(self.document.layers) < MOST:
            self.took_answer(answer, how, layer)

    def took_answer(self, answer, how, layer):
        """Take it; strokes made on that layer since the click are still there afterwards."""
        now = layer and self.document.layer(layer.id)
        newer = newer_strokes(layer, now) if now is not None else None
        before, target = self.document, now or self.session.active
        alone = how == "layer" or (how == "mend" and layer is None)
        self.session.selecting.take(answer, 0, how, layer)
        if self.document is before:
            return
        if alone:
            made = self.session.active
            assert made.mask is answer.candidates[0].mask
            self.asked[made.id], self.edges[made.id] = made.params, None
            self.remember_paint(made.id)
            return
        self.took(target.id if target is not None else before.next_id, before)
        if newer is not None and target is now:
            paint, kept = self.document.layer(now.id).brush_paint, now.brush_paint
            for plane, was in ((paint.value, kept.value), (paint.cover, kept.cover)):
                np.testing.assert_array_equal(plane.array()[newer], was.array()[newer])


def newer_strokes(before, now):
    """Where the paint of ``now`` is not that of ``before``, as bool (H, W); None if it is the same."""
    had, has = before.brush_paint, now.brush_paint
    if has is had or has is None:
        return None
    had = had or Paint.none(*has.size)
    return (has.value.array() != had.value.array()) | (has.cover.array() != had.cover.array())
