"""A random user at the session while jobs end late and out of order: nothing asked for is lost or overwritten."""

import os
from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
from hypothesis import settings
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from maskstudio.core.adjust import adjusted
from maskstudio.core.history import History
from maskstudio.core.ops import combine
from maskstudio.jobs import Runner
from maskstudio.matting import edge
from maskstudio.params.kept import KeepParams
from maskstudio.params.local import AdjustParams, BrushParams, CutoutParams, DetectParams, MaskParams, RefineParams
from maskstudio.session.session import Session
from tests.clicks import MOST, Clicks
from tests.core.documents import disc, document
from tests.sound import Sound
from tests.walkers import HEIGHT, WIDTH, Finder, Later, refine_edge

params = st.builds(MaskParams, mask_padding=st.integers(-3, 5), mask_blur=st.integers(0, 3))
bands = st.builds(RefineParams, band_width=st.integers(1, 3), color_decontamination=st.booleans())
which = st.integers(0, 2)
spots = st.floats(-5, 45)
AREA = np.full((12, 15), 255, np.uint8)  # what is selected


class Walk(Clicks, Sound):
    """``asked`` and ``edges`` are what the user last asked of each layer, by its id."""

    @initialize()
    def begin(self):
        self.later = Later()
        self.session = Session(Runner(self.later.post, self.later))
        self.session.provider = Finder()
        plain = document(disc(WIDTH, HEIGHT, 9), disc(WIDTH, HEIGHT, 6, (8, 8)), width=WIDTH, height=HEIGHT)
        self.session.history = History(plain)
        self.stalled = set()
        self.answered = []  # clicks and their answers, not taken yet
        self.shown, self.same = [], []
        self.session.ending.connect(
            lambda _rect: self.shown.append(self.session.painting.live_alpha(self.document.frame))
        )
        self.session.adopting.connect(self.same.append)
        self.believe_the_document()

    def pick(self, which):
        return self.document.layers[which % len(self.document.layers)]

    def has_layers(self):
        return bool(self.document.layers)

    # What the user does

    @rule(model=st.sampled_from("ab"), shape=params, whole=st.booleans())
    def find(self, model, shape, whole):
        if whole:
            self.session.finding.remove_background(CutoutParams(model=model, alpha_matting=False))
        else:
            self.session.finding.detect(DetectParams(model=model), shape)

    @precondition(lambda self: self.session.finding.finds is not None)
    @rule(without=st.frozensets(which), offset=st.tuples(st.integers(-9, 9), st.integers(-9, 9)))
    def sift(self, without, offset):
        first = self.session.finding.finds.wanted
        self.session.finding.sift(replace(first, without=without, keep=KeepParams(mask_offset=offset)))

    @precondition(has_layers)
    @rule(which=which, wanted=params, back=st.booleans())
    def shape(self, which, wanted, back):
        layer = self.pick(which)
        self.asked[layer.id] = layer.params if back else wanted
        self.session.shaping.set_mask_params(layer.id, self.asked[layer.id])

    @precondition(has_layers)
    @rule(which=which, wanted=bands)
    def refine(self, which, wanted):
        layer = self.pick(which)
        self.edges[layer.id] = wanted
        self.stalled.discard(layer.id)
        self.session.shaping.refine(layer.id, wanted)

    @precondition(has_layers)
    @rule(which=which)
    def unrefine(self, which):
        self.arrive()
        if not self.has_layers():
            return
        layer = self.pick(which)
        self.edges[layer.id] = None
        self.session.shaping.unrefine(layer.id)
        self.hinted[layer.id] = None
        now = self.document.layer(layer.id)
        assert now.alpha is now.base
        self.remember_paint(layer.id)

    @precondition(has_layers)
    @rule(which=which, to=which, visible=st.booleans(), mode=st.sampled_from(["add", "subtract", "intersect", "xor"]))
    def arrange(self, which, to, visible, mode):
        layer = self.pick(which)
        self.session.layers.set_visible(layer.id, visible)
        self.session.layers.set_mode(layer.id, mode)
        self.session.layers.rename(layer.id, f"named {to}")
        self.session.layers.move(layer.id, to)
        self.session.layers.activate(layer.id)
        now = self.session.active
        assert (now.id, now.visible, now.mode, now.name) == (layer.id, visible, mode, f"named {to}")

    @precondition(has_layers)
    @rule(which=which, alone=st.booleans())
    def solo(self, which, alone):
        layer = self.pick(which)
        self.session.layers.set_solo(layer.id if alone else None)
        assert self.document.shown == ([layer] if alone else [each for each in self.document.layers if each.visible])

    @precondition(has_layers)
    @rule(which=which)
    def duplicate(self, which):
        self.arrive()
        if not self.has_layers():
            return
        layer = self.pick(which)
        if len(self.document.layers) < MOST:
            self.session.layers.duplicate(layer.id)
            copy = self.session.active
            np.testing.assert_array_equal(copy.alpha.array(), layer.alpha.array())
            self.asked[copy.id], self.edges[copy.id] = copy.params, copy.refine
            self.remember_paint(copy.id)

    @precondition(has_layers)
    @rule(which=which, dx=st.integers(-9, 9), dy=st.integers(-9, 9))
    def shift(self, which, dx, dy):
        self.arrive()
        if not self.has_layers():
            return
        layer = self.pick(which)
        if layer.shaped is not layer.mask or self.session.shaping.mask_params(layer) != layer.params:
            return  # at the frame's edge a padded mask is not what padding the moved one gives
        self.finish_stroke()
        layer = self.document.layer(layer.id)
        self.session.layers.move_pixels(layer.id, dx, dy)
        self.edges[layer.id] = self.document.layer(layer.id).refine
        self.remember_paint(layer.id)
        self.stalled.discard(layer.id)

    @precondition(has_layers)
    @rule(which=which)
    def merge(self, which):
        self.arrive()
        if not self.has_layers():
            return
        before, layer = self.document, self.pick(which)
        self.session.layers.merge_down(layer.id)
        if self.document is before:
            return
        below = before.layers[before.layers.index(layer) - 1]
        both = combine(below.alpha, layer.alpha, layer.mode)
        np.testing.assert_array_equal(self.session.active.alpha.array(), both.array())
        for known in (self.asked, self.edges, self.painted):
            del known[layer.id]
        self.asked[below.id], self.edges[below.id] = self.session.active.params, None
        self.remember_paint(below.id)
        self.stalled.discard(below.id)

    @rule(limit=st.sampled_from([1, 20_000, 10**9]))
    def tidy_up(self, limit):
        history, document = self.session.history, self.document
        history.limit = limit
        history.settle().do()  # may unpack what is near; the limit holds again from the next time on
        history.settle()
        assert self.document is document
        assert history.nbytes <= limit or history.position <= 1

    def brushed(self):
        """What a brush may do: anything on a layer that shows; else the session says why not and nothing happens."""
        return self.session.active is None or self.session.active in self.document.shown

    @rule(points=st.lists(st.tuples(spots, spots), min_size=1, max_size=4), value=st.sampled_from([0, 255]))
    def begin_stroke(self, points, value):
        self.finish_stroke()
        stroke = self.session.painting.begin_stroke(BrushParams(size=9, hardness=0.5), value)
        assert (stroke is not None) == self.brushed()
        for x, y in points if stroke else ():
            self.session.painting.stroke_to(x, y)

    @precondition(has_layers)
    @rule(points=st.lists(st.tuples(spots, spots), min_size=1, max_size=4), code=st.integers(0, 4), end=st.booleans())
    def brush_edge(self, points, code, end):
        self.finish_stroke()
        layer, before = self.session.active, self.document
        stroke = self.session.edging.begin_stroke(BrushParams(size=9), code)
        assert (stroke is not None) == (layer is not None and self.brushed())
        for x, y in points if stroke else ():
            self.session.edging.stroke_to(x, y)
        if stroke is None or not end:
            self.session.cancel_stroke()
            return
        plane = np.zeros((HEIGHT, WIDTH), np.uint8) if layer.hints is None else layer.hints.array()
        self.session.end_stroke()
        if self.document is not before:
            now = self.document.layer(layer.id)
            np.testing.assert_array_equal(now.hints.array(), np.where(stroke.cover.array() >= 128, code, plane))
            self.remember_paint(layer.id)
            self.stalled.discard(layer.id)

    @precondition(lambda self: self.session.active is not None)
    @rule(shift=st.integers(-2, 2), feather=st.integers(0, 3))
    def control(self, shift, feather):
        self.finish_stroke()
        if self.session.active is not None:
            wanted, at = AdjustParams(shift_edge=shift, feather=feather), self.session.history.position
            self.session.adjusting.adjust_edge(wanted)
            assert self.session.adjusting.adjust_params == wanted
            if self.session.history.position < at:  # taken back
                self.stalled.clear()
                self.believe_the_document()

    @rule()
    def finish_stroke(self):
        if self.session.painting.stroke is None:
            return
        layer, before = self.session.in_hand.layer, self.document
        self.shown.clear()
        self.same.clear()
        self.session.end_stroke()
        if self.same:
            np.testing.assert_array_equal(self.document.alpha.array(), self.shown[0])
        self.took(layer.id, before)

    def took(self, layer_id, before):
        """The active layer was painted on; there may not have been one."""
        if self.document.layer(layer_id) is None or self.document is before:
            return
        if before.layer(layer_id) is None:
            self.asked[layer_id], self.edges[layer_id] = MaskParams(mask_padding=0, mask_blur=0), None
        self.remember_paint(layer_id)
        self.stalled.discard(layer_id)

    @rule(what=st.sampled_from(["fill", "clear", "invert", "reset", "add", "subtract", "replace", "intersect", "xor"]))
    def change_all(self, what):
        self.arrive()
        self.finish_stroke()
        before, layer = self.document, self.session.active
        layer_id = layer.id if layer else before.next_id
        verbs = {
            "fill": self.session.painting.fill,
            "clear": self.session.painting.clear,
            "invert": self.session.painting.invert,
            "reset": self.session.painting.reset_paint,
        }
        verbs.get(what, lambda: self.session.painting.select(AREA, 10, 8, what, "Area"))()
        self.took(layer_id, before)

    @rule(way=st.sampled_from(["back", "forth", "far"]), place=st.integers(0, 50))
    def walk(self, way, place):
        self.arrive()
        self.finish_stroke()
        steps, at = self.session.history.steps, self.session.history.position
        to = {"back": max(at - 1, 0), "forth": min(at + 1, len(steps) - 1), "far": place % len(steps)}[way]
        {"back": self.session.undo, "forth": self.session.redo, "far": lambda: self.session.go_to(to)}[way]()
        assert self.document is steps[to].document
        self.stalled.clear()
        self.believe_the_document()

    @rule(how=st.sampled_from(["delete", "delete", "cancel", "other image"]), which=which)
    def interrupt(self, how, which):
        if how == "delete" and self.document.layers:
            gone = self.pick(which).id
            self.session.layers.delete(gone)
            self.session.layers.delete(gone)
            self.session.layers.move(gone, 0)
        elif how == "cancel":
            self.session.runner.cancel()
            self.stalled |= {layer.id for layer in self.document.layers}
        elif how == "other image":  # what opening does, less the file
            self.session.cancel_stroke()
            self.session._let_go()
            other = document(disc(WIDTH, HEIGHT, 5), width=WIDTH, height=HEIGHT, seed=which)
            self.session.history = History(other)
            self.stalled.clear()
        if how == "delete":
            self.edges = {key: value for key, value in self.edges.items() if self.document.layer(key)}
            self.asked = {key: value for key, value in self.asked.items() if self.document.layer(key)}
            self.painted = {key: value for key, value in self.painted.items() if self.document.layer(key)}
        else:
            self.believe_the_document()

    # What happens meanwhile

    @precondition(lambda self: self.later.work)
    @rule(which=which)
    def a_thread_ends(self, which):
        self.later.finish(which)

    @precondition(lambda self: self.later.home)
    @rule(pieces=st.integers(1, 4))
    def news_comes_home(self, pieces):
        for _ in range(min(pieces, len(self.later.home))):
            before = self.document
            self.later.home.pop(0)()
            self.learn(before)

    def learn(self, before):
        """Jobs add layers and take unrefined finds away; they touch nothing else the user has set."""
        kept = [layer for layer in before.layers if self.document.layer(layer.id)]
        own = [(layer.id, layer.name, layer.visible, layer.mode) for layer in kept]
        now = [(layer.id, layer.name, layer.visible, layer.mode) for layer in self.document.layers]
        assert now[: len(own)] == own
        for gone in set(before.layers) - set(kept):
            assert gone.refine is None
            assert gone.paint is None
            del self.asked[gone.id], self.edges[gone.id], self.painted[gone.id]
        for new in self.document.layers[len(own) :]:
            self.asked[new.id], self.edges[new.id] = new.params, new.refine
            self.remember_paint(new.id)

    def arrive(self):
        """Let come what verbs wait for; what they do while it comes is looked at in ``test_turns``."""
        self.finish_stroke()
        while not self.session.settled or self.session.solver.solving():
            if self.later.home:
                self.news_comes_home(1)
            else:
                self.later.finish(0)

    @rule()
    def everything_ends(self):
        while self.later.work or self.later.home:
            if self.later.home:
                self.news_comes_home(1)
            else:
                self.later.finish(0)
        assert self.session.runner.jobs == []
        for layer in self.document.layers:
            assert layer.params == self.asked[layer.id]
            assert layer.refine == self.edges[layer.id]
            if layer.wants_edge and layer.id not in self.stalled:
                assert not layer.unsolved
                controlled = adjusted(layer.refinement.solved.array(), layer.edge)
                np.testing.assert_array_equal(layer.refinement.alpha.array(), controlled)


def test_a_random_user_and_late_jobs(monkeypatch):
    monkeypatch.setattr(edge, "refine_edge", refine_edge)
    walks = int(os.environ.get("MASKSTUDIO_WALKS", "50"))  # 250 of them are 10,000 operations
    run_state_machine_as_test(Walk, settings=settings(max_examples=walks, stateful_step_count=40))


def test_hints_that_do_not_show_yet_are_solved_behind_a_control_that_comes_late(monkeypatch):
    monkeypatch.setattr(edge, "refine_edge", refine_edge)
    walk = Walk()
    walk.begin()
    walk.change_all("fill")
    walk.refine(which=0, wanted=RefineParams(band_width=1, color_decontamination=False))
    walk.control(feather=0, shift=-1)
    walk.brush_edge([(0.0, 0.0)], 0, end=True)
    walk.arrive()
    walk.every_step_is_sound()
