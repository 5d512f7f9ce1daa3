"""Careful work that ends after its draft has been worked on: what it replaces, and what it makes untrue."""

import numpy as np

from maskstudio.core.mask import Mask
from maskstudio.core.paint import Paint
from maskstudio.core.refinement import Refinement
from maskstudio.session.late import caught_up
from tests.core.documents import disc, document


def solved(plane):
    return Refinement(Mask.from_array(plane), {})


def test_an_edge_solved_for_the_draft_is_not_kept_for_the_careful_mask():
    whole = document(disc())
    draft = whole.layers[0]
    careful = Mask.from_array(disc(radius=60))
    now = draft.changed(refinement=solved(disc(radius=90)))  # solved from the draft meanwhile
    after = caught_up(whole.put(now), draft, {"mask": careful, "shaped": careful, "refinement": None}).layers[0]
    assert after.refinement is None
    assert after.alpha == careful


def test_an_edge_stays_where_nothing_of_the_draft_is_left_to_replace():
    whole = document(disc())
    draft = whole.layers[0]
    mine = Mask.from_array(disc(radius=70))
    now = draft.changed(mask=mine, shaped=mine, refinement=solved(disc(radius=90)))
    careful = Mask.from_array(disc(radius=60))
    there = whole.put(now)
    assert caught_up(there, draft, {"mask": careful, "shaped": careful, "refinement": None}) is there


def test_work_that_says_nothing_of_the_edge_leaves_it():
    whole = document(disc())
    draft = whole.layers[0].changed(paint=Paint.none(300, 280).laid(disc(radius=10), 0, 0, 255))
    there = whole.put(draft.changed(refinement=solved(disc(radius=90))))
    careful = Paint.none(300, 280).laid(disc(radius=12), 0, 0, 255)
    after = caught_up(there, draft, {"paint": careful}).layers[0]
    assert np.array_equal(after.paint.value.array(), disc(radius=12))
    assert after.refinement is there.layers[0].refinement
