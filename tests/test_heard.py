"""What several hear: everybody who connects, in order, and nobody instead of another."""

import pytest

from maskstudio.session.heard import Signal


class Bell:
    rung = Signal[[str]]()


def test_all_who_are_connected_hear_it_in_the_order_they_came():
    bell, heard = Bell(), []
    bell.rung("nobody is there yet")
    bell.rung.connect(lambda tone: heard.append(("first", tone)))
    bell.rung.connect(lambda tone: heard.append(("second", tone)))
    bell.rung("ding")
    assert heard == [("first", "ding"), ("second", "ding")]


def test_each_object_has_its_own():
    one, other, heard = Bell(), Bell(), []
    one.rung.connect(heard.append)
    other.rung("dong")
    assert heard == []


def test_it_cannot_be_assigned():
    bell, heard = Bell(), []
    bell.rung.connect(heard.append)
    with pytest.raises(AttributeError, match="connect to 'rung'"):
        bell.rung = lambda tone: None
    bell.rung("ding")
    assert heard == ["ding"]


def test_who_connects_while_it_is_told_hears_the_next_one():
    bell, heard = Bell(), []
    bell.rung.connect(lambda _tone: bell.rung.connect(heard.append))
    bell.rung("ding")
    assert heard == []
    bell.rung("dong")
    assert heard == ["dong"]
