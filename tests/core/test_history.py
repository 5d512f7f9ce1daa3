"""History as a random user walks it: undo after do gives the identical document, and memory keeps its limit."""

import hypothesis.strategies as st
import numpy as np
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from tests.core.documents import document


def noisy(seed, size=64):
    return np.random.default_rng(seed).integers(0, 256, (size, size), np.uint8)


class Walk(RuleBasedStateMachine):
    """History against a plain list of documents and a position."""

    def __init__(self):
        super().__init__()
        start = document(noisy(0), width=64, height=64)
        self.limit = 40_000
        self.history = History(start, limit=self.limit)
        self.model, self.at, self.dropped, self.keys = [start], 0, 0, [""]

    def edited(self, seed):
        now = self.history.document
        first = now.layers[0]
        return now.put(first.changed(shaped=first.shaped.put(noisy(seed, 64), 0, 0)))

    @rule(seed=st.integers(1, 1000), merge=st.sampled_from(["", "", "slider"]))
    def commit(self, seed, merge):
        new = self.edited(seed)
        merges = merge and self.at and self.keys[self.at] == merge
        self.history.commit(new, "Edit", merge)
        self.rest()
        del self.model[self.at + 1 :], self.keys[self.at + 1 :]
        if merges:
            self.model[self.at] = new
        else:
            self.model.append(new)
            self.keys.append(merge)
            self.at += 1
        self.forget()

    def rest(self):
        self.history.settle().do()

    def forget(self):
        gone = len(self.model) - len(self.history.steps)
        del self.model[:gone], self.keys[:gone]
        self.at -= gone

    @rule()
    def undo(self):
        self.at = max(self.at - 1, 0)
        assert self.history.undo() is self.model[self.at]
        self.keys[self.at] = ""

    @rule()
    def redo(self):
        self.at = min(self.at + 1, len(self.model) - 1)
        assert self.history.redo() is self.model[self.at]
        self.keys[self.at] = ""

    @rule()
    def seal(self):
        self.history.seal()
        self.keys[self.at] = ""

    @rule(seed=st.integers(1, 1000), place=st.integers(0, 9))
    def amend(self, seed, place):
        place %= len(self.model)
        old, self.model[place] = self.model[place], self.edited(seed)
        self.history.amend(lambda each: self.model[place] if each is old else each)
        self.rest()
        self.forget()

    @rule()
    def look_at_old_pixels(self):
        for one in self.model:
            assert one.layers[0].shaped.array().shape == (64, 64)

    @invariant()
    def the_same_documents_at_the_same_place(self):
        assert [step.document for step in self.history.steps] == self.model
        assert self.history.position == self.at
        assert self.history.document is self.model[self.at]

    @invariant()
    def bytes_are_those_of_the_distinct_tiles(self):
        tiles = {
            id(tile): tile.nbytes
            for one in self.model
            for mask in (mask for layer in one.layers for mask in (layer.mask, layer.shaped))
            for tile in mask.tiles.values()
            if tile.value is None
        }
        assert self.history.nbytes == sum(tiles.values())

    @invariant()
    def the_limit_holds_as_long_as_there_is_something_to_drop(self):
        assert self.history.nbytes <= self.limit or self.history.position <= 1


TestWalk = Walk.TestCase


def test_labels_say_what_undo_and_redo_would_do():
    history = History(document(noisy(0), width=64, height=64))
    assert history.undo_label is None
    history.commit(document(noisy(1), width=64, height=64), "Detect")
    assert (history.undo_label, history.redo_label) == ("Detect", None)
    history.undo()
    assert (history.undo_label, history.redo_label) == (None, "Detect")


def test_the_combined_alpha_of_layers_counts_as_memory():
    one, two = document(noisy(0), noisy(1), width=64, height=64), document(noisy(0), width=64, height=64)
    assert one.alpha.tiles
    assert History(one).nbytes == 3 * 64 * 64  # each mask, and what the two make together
    assert History(two).nbytes == 64 * 64


def test_what_is_far_back_is_packed_and_comes_back_the_same():
    rng = np.random.default_rng(5)
    planes = [np.repeat(rng.integers(0, 2, (512, 8), np.uint8) * 255, 64, axis=1) for _ in range(9)]
    history = History(document(planes[0], width=512, height=512))
    for plane in planes[1:]:
        now = history.document
        history.commit(now.put(now.layers[0].changed(shaped=Mask.from_array(plane))), "Edit")
    before = history.nbytes
    history.settle().do()
    assert history.nbytes < 0.6 * before
    for plane in reversed(planes):
        assert np.array_equal(history.document.layers[0].shaped.array(), plane)
        history.undo()


def test_undo_combines_only_what_differs():
    start = document(noisy(0, 700), noisy(1, 700), width=700, height=700)
    history = History(start)
    first = start.layers[0]
    alpha = start.alpha
    history.commit(start.put(first.changed(shaped=first.shaped.put(noisy(9, 40), 10, 10))), "Edit")
    assert history.document.alpha.changed(alpha) == [(0, 0)]
    start.forget()
    shown = history.document.alpha
    assert history.undo().alpha.changed(shown) == [(0, 0)]
    assert history.document.alpha == alpha


def test_the_limit_counts_what_is_unpacked_again_near_by():
    """A tile that came far back and went in a step near by: it is unpacked for undo, and weighs as much as that."""
    stripes = [np.repeat(np.random.default_rng(n).integers(0, 2, (512, 8), np.uint8) * 255, 64, axis=1) for n in (1, 2)]
    history = History(document(np.zeros((512, 512), np.uint8), width=512, height=512))
    for number in range(40):
        layer = history.document.layers[0]
        fields = {5: {"shaped": Mask.from_array(stripes[0])}, 20: {"shaped": Mask.from_array(stripes[1])}}
        history.commit(history.document.put(layer.changed(**fields.get(number, {"name": f"{number}"}))), "Edit")
        history.settle().do()
    history.go(21)
    history.settle()
    assert history._at_most <= history.nbytes  # what was packed is weighed as such, and remembered
    history.settle().do()
    assert history._at_most >= history.nbytes
    history.limit = history.nbytes - 1
    history.settle()
    assert history.nbytes <= history.limit or history.position <= 1
    assert len(history.steps) < 41
