"""Models stay in memory within a budget; what was used longest ago goes first."""

import gc
import threading
import weakref

import pytest

from maskstudio.providers.local.warm import LoadedModel, Warm
from tests.patience import PATIENCE


class Thing:
    """Something that can be watched going away."""


def names(warm):
    return [each.name for each in warm.loaded()]


def test_what_was_used_longest_ago_goes_first():
    warm = Warm(budget=100)
    made = {name: warm.get(name, name, 40, Thing) for name in ("a", "b")}
    assert warm.get("a", "a", 40, Thing) is made["a"]
    assert warm.loaded() == [LoadedModel("a", 40), LoadedModel("b", 40)]
    warm.get("c", "c", 40, Thing)
    assert names(warm) == ["c", "a"]
    gone = weakref.ref(made.pop("b"))
    gc.collect()
    assert gone() is None
    assert warm.get("a", "a", 40, Thing) is made["a"]


def test_one_that_is_larger_than_the_budget_is_kept_alone_and_room_is_made_before():
    warm = Warm(budget=100)
    warm.get("small", 1, 30, Thing)
    seen = []
    warm.get("large", 2, 300, lambda: seen.append(names(warm)) or Thing())
    assert seen == [[]]
    assert names(warm) == ["large"]
    warm.get("small", 1, 30, Thing)
    assert names(warm) == ["small"]


def test_a_smaller_budget_lets_go_and_a_model_can_be_dropped_by_name():
    warm = Warm(budget=100)
    for name in "abc":
        warm.get(name, name, 30, Thing)
    warm.set_budget(65)
    assert (warm.budget, names(warm)) == (65, ["c", "b"])
    warm.get("c", ("c", "decoder"), 5, Thing)
    warm.drop("c")
    assert names(warm) == ["b"]


def test_what_does_not_load_is_not_kept():
    warm = Warm()

    def fail():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        warm.get("a", "a", 1, fail)
    assert warm.loaded() == []
    assert isinstance(warm.get("a", "a", 1, Thing), Thing)


def test_threads_that_want_the_same_get_one_and_others_need_not_wait():
    warm, begun, go, got = Warm(), threading.Event(), threading.Event(), []

    def slow():
        begun.set()
        assert go.wait(PATIENCE)
        return Thing()

    threads = [threading.Thread(target=lambda: got.append(warm.get("a", "a", 1, slow))) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert begun.wait(PATIENCE)
    assert isinstance(warm.get("b", "b", 1, Thing), Thing)
    assert names(warm) == ["b"]
    go.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert len({id(each) for each in got}) == 1
    assert sorted(names(warm)) == ["a", "b"]
