"""What changed between two states, against a plain comparison of everything, and that it looks at no pixel."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskstudio.core import changes
from maskstudio.core.changes import Changes, Watch, between
from maskstudio.core.document import Document, Layer
from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from maskstudio.params.local import MaskParams
from tests.core.documents import disc, document, image, layer

DISC = disc()


def expected(old, new):
    """Field by field, as slowly as can be."""
    ids = [[each.id for each in one.layers] for one in (old, new)]
    differing = {}
    for key in set(ids[0]) & set(ids[1]):
        was, now = old.layer(key), new.layer(key)
        names = {each.name for each in fields(Layer) if getattr(was, each.name) is not getattr(now, each.name)}
        if was is not now:
            differing[key] = names
    return ids[0] != ids[1], old.active != new.active, old.solo != new.solo, differing


def told(made):
    return made.stack, made.active, made.solo, {key: set(names) for key, names in made.layers.items()}


VERBS = (
    lambda whole, at, number: whole.put(whole.layers[at].changed(name=f"name {number}")),
    lambda whole, at, number: whole.put(whole.layers[at].changed(params=MaskParams(number, 1), visible=number > 2)),
    lambda whole, at, number: whole.put(whole.layers[at].changed(shaped=Mask.filled(300, 280, number))),
    lambda whole, at, number: whole.move(whole.layers[at].id, number),
    lambda whole, at, number: whole.changed(active=whole.layers[at].id),
    lambda whole, at, number: whole.changed(solo=whole.layers[at].id if number % 2 else None),
    lambda whole, at, number: whole.add([layer(DISC, f"new {number}")], activate=bool(number % 2)),
    lambda whole, at, number: whole.remove(whole.layers[at].id) if len(whole.layers) > 1 else whole,
)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 9), st.integers(0, 5)), min_size=1, max_size=6))
def test_the_record_says_what_differs_and_nothing_else(steps):
    first = now = document(DISC, DISC, DISC)
    for verb, at, number in steps:
        before, now = now, verb(now, at % len(now.layers), number)
        assert told(between(before, now)) == expected(before, now)
    made = between(first, now)
    assert told(made) == expected(first, now)
    assert made.active_fields == made.layers.get(now.active, frozenset())
    assert not made.whole
    assert not made.steps


def test_the_same_document_has_no_changes():
    whole = document(DISC)
    assert between(whole, whole) == Changes()
    assert between(None, None) == Changes()


def test_another_photo_or_none_may_differ_in_anything():
    whole = document(DISC)
    for pair in ((None, whole), (whole, None), (whole, Document(image(), whole.layers))):
        assert between(*pair).whole


def test_no_pixel_is_looked_at(monkeypatch):
    old = document(*[DISC] * 30)
    new = old.put(old.layers[3].changed(name="moon", shaped=Mask.from_array(DISC)))
    for name in ("array", "changed", "__eq__", "tile"):
        monkeypatch.setattr(Mask, name, lambda *_: pytest.fail("a mask was looked into"))
    assert between(old, new).layers == {old.layers[3].id: {"name", "shaped"}}
    assert new.kept_alpha is None


def test_a_watch_tells_what_has_changed_since_it_looked():
    watch, history = Watch(), History(document(DISC, DISC))
    assert watch.look(None) == Changes()
    assert watch.look(history).whole
    assert watch.look(history) == Changes()
    first = history.document
    history.commit(first.put(first.layers[0].changed(name="moon")), "Rename")
    history.commit(history.document.changed(active=2), "Choose")
    assert watch.look(history) == Changes(steps=True, active=True, layers={1: frozenset({"name"})})
    assert watch.look(history) == Changes()
    history.undo()
    assert watch.look(history) == Changes(steps=True, active=True)
    assert watch.look(History(history.document)).whole
    assert watch.look(None).whole


def test_every_change_of_the_steps_shows():
    history, watch = History(document(DISC, DISC)), Watch()
    watch.look(history)

    def commit(name, merge=""):
        history.commit(history.document.put(history.document.layers[0].changed(name=name)), name, merge)

    acts = [
        lambda: commit("a", "run"),
        lambda: commit("b", "run"),
        history.seal,
        lambda: commit("c"),
        history.undo,
        history.redo,
        lambda: history.go(0),
        lambda: history.amend(lambda whole: whole.changed(solo=1)),
    ]
    for act in acts:
        act()
        assert watch.look(history).steps
    history.amend(lambda whole: whole)
    assert not watch.look(history).steps


def test_dropped_steps_show():
    history, watch, random = History(document(DISC), limit=0), Watch(), np.random.default_rng(0)
    for _ in range(4):
        plane = Mask.from_array(random.integers(0, 256, DISC.shape, np.uint8))
        history.commit(history.document.put(history.document.layers[0].changed(shaped=plane)), "Shape")
    watch.look(history)
    count = len(history.steps)
    history.settle()
    assert len(history.steps) < count
    assert watch.look(history).steps


def test_it_knows_every_field_of_a_layer():
    assert {each.name for each in fields(Layer)} == changes.FIELDS
