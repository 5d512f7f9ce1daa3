"""A random user at the session while jobs end late and out of order: nothing asked for is lost or overwritten."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from maskstudio.core.document import Detection, Refinement
from maskstudio.core.history import History
from maskstudio.core.mask import Mask, is_flat
from maskstudio.core.ops import apply_mask_params
from maskstudio.jobs import Runner
from maskstudio.matting import edge
from maskstudio.params import CutoutParams, DetectParams, MaskParams, RefineParams
from maskstudio.session import Session
from tests.core.documents import disc, document

WIDTH, HEIGHT = 40, 32
params = st.builds(MaskParams, mask_padding=st.integers(-3, 5), mask_blur=st.integers(0, 3))
bands = st.builds(RefineParams, band_width=st.integers(1, 3), color_decontamination=st.booleans())
which = st.integers(0, 2)


def solved(plane, band):
    """Stands in for the solver: an edge that says which mask and band it was solved for."""
    soft = plane.copy()
    soft[0, 0] = band
    soft[1, :] = plane.sum() % 251
    return soft


def refine_edge(_image, mask, wanted, token):
    token.step(0.5)
    return Refinement(Mask.from_array(solved(mask.array(), wanted.band_width)), {})


class Finder:
    """Finds other discs every time it is asked."""

    name = "finder"
    runs = 0

    def detect(self, source, wanted, token):
        self.runs += 1
        count = self.runs % 3
        return [self._found(wanted.model, self.runs + n, source) for n in range(count)]

    def remove_background(self, source, wanted, token):
        self.runs += 1
        return self._found(wanted.model, self.runs, source)

    def _found(self, model, seed, source):
        plane = disc(source.width, source.height, 3 + seed % 9, (seed * 7 % WIDTH, seed * 5 % HEIGHT))
        return Detection(f"disc {seed}", 0.5, (0, 0, 1, 1), Mask.from_array(plane), model=model)


class Later:
    """A pool and a home thread that go on only when told to; of the work, two pieces are under way at a time."""

    def __init__(self):
        self.work, self.home = [], []

    def submit(self, work, *args):
        self.work.append(lambda: work(*args))

    def finish(self, which):
        self.work.pop(min(which % 2, len(self.work) - 1))()

    def post(self, closure):
        self.home.append(closure)


class Walk(RuleBasedStateMachine):
    """``asked`` and ``edges`` are what the user last asked of each layer, by its id."""

    @initialize()
    def begin(self):
        self.later = Later()
        self.session = Session(Runner(self.later.post, self.later))
        self.session.provider = Finder()
        plain = document(disc(WIDTH, HEIGHT, 9), disc(WIDTH, HEIGHT, 6, (8, 8)), width=WIDTH, height=HEIGHT)
        self.session.history = History(plain)
        self.stalled = set()
        self.believe_the_document()

    def believe_the_document(self):
        self.asked = {layer.id: layer.params for layer in self.document.layers}
        self.edges = {layer.id: layer.refine for layer in self.document.layers}

    @property
    def document(self):
        return self.session.document

    def pick(self, which):
        return self.document.layers[which % len(self.document.layers)]

    def has_layers(self):
        return bool(self.document.layers)

    # What the user does

    @rule(model=st.sampled_from("ab"), shape=params, whole=st.booleans())
    def find(self, model, shape, whole):
        if whole:
            self.session.remove_background(CutoutParams(model=model, alpha_matting=False))
        else:
            self.session.detect(DetectParams(model=model), shape)

    @precondition(has_layers)
    @rule(which=which, wanted=params, back=st.booleans())
    def shape(self, which, wanted, back):
        layer = self.pick(which)
        self.asked[layer.id] = layer.params if back else wanted
        self.session.set_mask_params(layer.id, self.asked[layer.id])

    @precondition(has_layers)
    @rule(which=which, wanted=bands)
    def refine(self, which, wanted):
        layer = self.pick(which)
        self.edges[layer.id] = wanted
        self.stalled.discard(layer.id)
        self.session.refine(layer.id, wanted)

    @precondition(has_layers)
    @rule(which=which)
    def unrefine(self, which):
        layer = self.pick(which)
        self.edges[layer.id] = None
        self.session.unrefine(layer.id)
        assert self.document.layer(layer.id).alpha is self.document.layer(layer.id).shaped

    @precondition(has_layers)
    @rule(which=which, to=which, visible=st.booleans(), mode=st.sampled_from(["add", "subtract", "intersect"]))
    def arrange(self, which, to, visible, mode):
        layer = self.pick(which)
        self.session.set_visible(layer.id, visible)
        self.session.set_mode(layer.id, mode)
        self.session.rename(layer.id, f"named {to}")
        self.session.move(layer.id, to)
        self.session.activate(layer.id)
        now = self.session.active
        assert (now.id, now.visible, now.mode, now.name) == (layer.id, visible, mode, f"named {to}")

    @rule(back=st.booleans())
    def walk(self, back):
        steps, at = self.session.history.steps, self.session.history.position
        to = max(at - 1, 0) if back else min(at + 1, len(steps) - 1)
        (self.session.undo if back else self.session.redo)()
        assert self.document is steps[to].document
        self.stalled.clear()
        self.believe_the_document()

    @rule(how=st.sampled_from(["delete", "delete", "cancel", "other image"]), which=which)
    def interrupt(self, how, which):
        if how == "delete" and self.document.layers:
            gone = self.pick(which).id
            self.session.delete(gone)
            self.session.delete(gone)
            self.session.move(gone, 0)
        elif how == "cancel":
            self.session.runner.cancel()
            self.stalled |= {layer.id for layer in self.document.layers}
        elif how == "other image":  # what opening does, less the file
            self.session._let_go()
            other = document(disc(WIDTH, HEIGHT, 5), width=WIDTH, height=HEIGHT, seed=which)
            self.session.history = History(other)
            self.stalled.clear()
        if how == "delete":
            self.edges = {key: value for key, value in self.edges.items() if self.document.layer(key)}
            self.asked = {key: value for key, value in self.asked.items() if self.document.layer(key)}
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
            del self.asked[gone.id], self.edges[gone.id]
        for new in self.document.layers[len(own) :]:
            self.asked[new.id], self.edges[new.id] = new.params, new.refine

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
            if layer.refine and layer.id not in self.stalled:
                assert layer.refinement is not None

    # What always holds

    @invariant()
    def the_panel_shows_what_was_asked_for(self):
        for layer in self.document.layers:
            assert self.session.mask_params(layer) == self.asked[layer.id]

    @invariant()
    def every_step_is_sound(self):
        for step in self.session.history.steps:
            for layer in step.document.layers:
                shaped = apply_mask_params(layer.mask.array(), layer.params.mask_padding, layer.params.mask_blur)
                np.testing.assert_array_equal(layer.shaped.array(), shaped)
                if layer.refinement is not None:
                    expected = solved(shaped, layer.refine.band_width)
                    np.testing.assert_array_equal(layer.refinement.alpha.array(), expected)

    @invariant()
    def alpha_is_the_layers_from_bottom_to_top(self):
        plane = np.zeros((HEIGHT, WIDTH), np.uint8)
        for layer in self.document.layers:
            over = layer.alpha.array()
            if layer.visible:
                plane = {
                    "add": np.maximum(plane, over),
                    "subtract": np.minimum(plane, 255 - over),
                    "intersect": np.minimum(plane, over),
                }[layer.mode]
        np.testing.assert_array_equal(self.document.alpha.array(), plane)

    @invariant()
    def memory_is_what_the_steps_hold(self):
        held = {}
        for step in self.session.history.steps:
            masks = [mask for layer in step.document.layers for mask in (layer.mask, layer.shaped, layer.alpha)]
            for mask in (step.document.alpha, *masks):
                held |= {id(tile): tile.nbytes for tile in mask.tiles.values() if not is_flat(tile)}
        assert self.session.history.nbytes == sum(held.values())


def test_a_random_user_and_late_jobs(monkeypatch):
    monkeypatch.setattr(edge, "refine_edge", refine_edge)
    run_state_machine_as_test(Walk, settings=settings(max_examples=60, stateful_step_count=40, deadline=None))
