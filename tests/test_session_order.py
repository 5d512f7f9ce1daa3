"""Verbs of several kinds over one session: which of them is named first must make no difference."""

import re
from inspect import getsource

import pytest

from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.matting.hints import HINT_UNKNOWN
from maskstudio.params.local import BrushParams
from maskstudio.session.session import Session
from tests.core.documents import disc, document
from tests.test_session import session_of


class Turned(*reversed(Session.__bases__)):
    """A session whose bases are named the other way round."""


def test_whatever_two_kinds_of_verbs_define_passes_on_to_the_other():
    wrong = []
    for one in Session.__mro__[1:-1]:
        for other in Session.__mro__[1:-1]:
            if issubclass(one, other) or issubclass(other, one):
                continue
            for name in vars(one).keys() & vars(other).keys():
                what = getattr(vars(one)[name], "fget", vars(one)[name])
                if callable(what) and not re.search(rf"super\(\)\.{name}\b", getsource(what)):
                    wrong.append(f"{one.__name__}.{name}")
    assert not wrong


@pytest.mark.parametrize("kind", [Session, Turned])
@pytest.mark.parametrize("ends", ["cancel_stroke", "end_stroke"])
def test_a_stroke_of_either_brush_is_over_when_it_ends(kind, ends):
    session = kind(Runner(immediate, Inline()))
    session.history = session_of(document(disc())).history
    kept = []
    session._keep = lambda: kept.append(session.stroke)
    session.begin_stroke(BrushParams(size=20), 255)
    session.stroke_to(-500, -500)  # beside the photo: nothing comes of it
    getattr(session, ends)()
    assert session.stroke is None
    assert kept[-1:] == [None], "the journal hears of it"
    session.begin_edge_stroke(BrushParams(size=20), HINT_UNKNOWN)
    session.edge_stroke_to(-500, -500)
    getattr(session, ends)()
    assert session.edge_stroke is None
    assert session._stroked is None


def test_ending_an_edge_stroke_where_there_is_none_ends_that_of_the_other_brush():
    session = session_of(document(disc()))
    session.begin_stroke(BrushParams(size=20), 0)
    session.stroke_to(150, 140)
    session.begin_edge_stroke(BrushParams(size=20), HINT_UNKNOWN)
    assert session.stroke is None
    assert [step.label for step in session.history.steps][-1] == "Erase"
    session.cancel_stroke()
