"""History as a random user walks it: undo after do gives the identical document, and memory keeps its limit."""

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from maskstudio.core.history import History
from maskstudio.core.mask import is_flat
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
        return now.put(replace(first, shaped=first.shaped.put(noisy(seed, 64), 0, 0)))

    @rule(seed=st.integers(1, 1000), merge=st.sampled_from(["", "", "slider"]))
    def commit(self, seed, merge):
        new = self.edited(seed)
        merges = merge and self.at and self.keys[self.at] == merge
        self.history.commit(new, "Edit", merge)
        del self.model[self.at + 1 :], self.keys[self.at + 1 :]
        if merges:
            self.model[self.at] = new
        else:
            self.model.append(new)
            self.keys.append(merge)
            self.at += 1
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
        gone = len(self.model) - len(self.history.steps)
        del self.model[:gone], self.keys[:gone]
        self.at -= gone

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
            for mask in (one.alpha, *(mask for layer in one.layers for mask in (layer.mask, layer.shaped)))
            for tile in mask.tiles.values()
            if not is_flat(tile)
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
    assert History(one).nbytes == 3 * 64 * 64  # each mask, and what the two make together
    assert History(two).nbytes == 64 * 64
