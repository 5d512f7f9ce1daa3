"""How candidates are shown: reduced tile by tile for the screen, only what differs for a correction."""

import numpy as np
import pytest

from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.selection.prompt import Candidate
from maskstudio.session.pointedat import Gesture
from maskstudio.ui.tools.candidatelooks import guessed, pictured
from maskstudio.ui.tools.pointtrail import PointTrail
from tests.core.documents import disc

SIZE = (700, 530)
CIRCLE = disc(*SIZE, 150, (400, 300))
PHOTO = Image(np.full((SIZE[1], SIZE[0], 3), 200, np.uint8))


def strength(tint):
    """The coverage that a tint shows, inside its lines."""
    return tint.pixels[..., 3]


@pytest.mark.parametrize("scale", [4.0, 1.0, 0.6, 0.25, 0.1])
def test_a_tint_lies_where_the_candidate_does_at_every_scale(scale):
    (look,) = pictured([Candidate(Mask.from_array(CIRCLE), 0.5)], None, PHOTO, scale)
    (tint,) = look.tints
    step = tint.rect.width // tint.pixels.shape[1]
    assert step * scale <= 1 or step == 1, "no coarser than the screen"
    assert 2 * step * scale > 1, "and no finer than it needs"
    rows, columns = np.nonzero(strength(tint))
    box = tint.rect
    assert (box.x + columns.min() * step, box.y + rows.min() * step) == pytest.approx((250, 150), abs=step)
    assert (box.x + columns.max() * step, box.y + rows.max() * step) == pytest.approx((550, 450), abs=step)
    middle = strength(tint)[(300 - box.y) // step, (400 - box.x) // step]
    assert middle == pytest.approx(0.45 * 255, abs=1)


def test_a_tint_reaches_over_the_edge_of_the_photo_by_less_than_a_square():
    everything = Mask.filled(*SIZE, 255)
    tint = guessed(everything, 0.12)
    assert (tint.rect.x, tint.rect.y) == (0, 0)
    assert 0 <= tint.rect.right - SIZE[0] < 16
    assert 0 <= tint.rect.bottom - SIZE[1] < 16
    assert (strength(tint) > 0).all()


def test_a_large_candidate_is_shown_coarser_than_the_screen():
    large = Mask.filled(3000, 2000, 255)
    assert guessed(large, 1.0).pixels.shape[:2] == (1000, 1500)


def test_means_are_those_of_the_pixels():
    plane = np.random.default_rng(2).integers(0, 256, SIZE[::-1], np.uint8)
    tint = guessed(Mask.from_array(plane), 0.25)
    inside = plane[:528, :700].reshape(132, 4, 175, 4).mean(axis=(1, 3))
    lines = tint.pixels[:132, :175, :3].max(axis=2) > 0.45 * 255
    shown = tint.pixels[:132, :175, 3] / 0.45
    assert np.abs(shown - inside)[~lines & (tint.pixels[:132, :175, 3] < 200)].max() < 3


def test_of_a_correction_only_what_it_adds_and_takes_is_shown():
    after = CIRCLE.copy()
    after[20:40, 30:60] = 255
    after[290:310, 390:410] = 0
    earlier = Mask.from_array(CIRCLE)
    target = earlier.put(after, 0, 0)
    (look,) = pictured([Candidate(target, 0.5)], earlier, PHOTO, 1.0)
    added, taken = look.tints
    assert (added.rect.x, added.rect.y, added.rect.width, added.rect.height) == (30, 20, 30, 20)
    assert (taken.rect.x, taken.rect.y, taken.rect.width, taken.rect.height) == (390, 290, 20, 20)
    assert added.pixels[10, 15].argmax() != 2
    assert taken.pixels[10, 10, 2] > taken.pixels[10, 10, 0], "red"


def test_a_correction_that_changes_nothing_shows_nothing():
    earlier = Mask.from_array(CIRCLE)
    (look,) = pictured([Candidate(earlier, 0.5)], earlier, PHOTO, 1.0)
    assert [bool(tint.rect) for tint in look.tints] == [False, False]
    assert not look.picture.any()


@pytest.mark.parametrize("centre", [(400, 300), (5, 5), (695, 525)])
def test_the_picture_is_the_photo_lit_inside(centre):
    plane = disc(*SIZE, 40, centre)
    (look,) = pictured([Candidate(Mask.from_array(plane), 0.5)], None, PHOTO, 1.0)
    lit = (look.picture[..., 0] > 190).sum()
    assert lit > 0.05 * look.picture[..., 0].size
    assert set(np.unique(look.picture[..., 0])) <= set(range(201))
    assert (look.picture[..., 0] <= 70).any(), "dimmed outside, or nothing beyond the photo"


def test_answers_of_old_steps_are_let_go():
    trail = PointTrail()
    for number in range(8):
        trail.go_on((Gesture("include", ((number, 0.0),)),), "click")
        trail.now.answer = object()
    for _ in range(8):
        trail.undo()
    kept = [step.answer is not None for step in reversed(trail._undone)]
    assert kept == [False] * 4 + [True] * 4
