"""Refine edge brush and trimap brush through real events: on a photo of known alpha, and with the engine beside it."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QPointingDevice

from maskstudio.core.document import Document, Layer
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.stroke import Stroke
from maskstudio.matting.hints import HINT_BACKGROUND, HINT_FOREGROUND, HINT_MASK, HINT_UNKNOWN
from maskstudio.params.local import BrushParams
from maskstudio.params.tools import HintParams, TrimapParams
from maskstudio.ui.tools.hinting import thinned
from tests.ui.canvases import wear
from tests.ui.tools.conftest import LEFT, SIZE
from tests.ui.tools.test_brush import LIFT, PRESS, pen

K, M = Qt.Key, Qt.KeyboardModifier
RIGHT = Qt.MouseButton.RightButton
FRAME = Mask(*SIZE).frame
WAY = [(200, 60), (215, 120), (188, 180), (205, 240)]  # too winding for a point to be left out
BRUSH = 120.0  # px


class Waiting:
    """A pool that works when told to."""

    def __init__(self):
        self.work = []

    def submit(self, work, *args):
        self.work.append(lambda: work(*args))

    def finish(self):
        while self.work:
            self.work.pop(0)()


def truth():
    """A ramp of 80 px; the mask cuts it in two."""
    ramp = np.clip((240 - np.arange(SIZE[0])) / 80, 0, 1)
    return np.broadcast_to(ramp, SIZE[::-1])


def composite():
    grain = np.random.default_rng(3).normal(0, 4, (SIZE[1], SIZE[0], 3))
    alpha = truth()[..., None]
    mixed = np.array([220, 150, 40]) * alpha + np.array([30, 60, 160]) * (1 - alpha) + grain
    return np.clip(mixed, 0, 255).astype(np.uint8)


@pytest.fixture
def edge(stage):
    """The stage with a hard mask on a soft edge, the refine brush in hand, and jobs that wait."""
    mask = Mask.from_array(np.where(truth() >= 0.5, 255, 0).astype(np.uint8))
    session = stage.session
    session.history = History(Document(Image(composite())).add([Layer(0, "subject", mask, mask)]))
    session.changed()
    session.runner._pool = stage.pool = Waiting()
    stage.canvas.view.actual_pixels()
    hold(stage, "refine")
    return stage


def hold(stage, name, **params):
    stage.tools.choose(name)
    stage.tools.tool.set_params(replace(stage.tools.tool.params, size=BRUSH, smoothing=0.0, **params))


def cover(points, size=BRUSH, frame=FRAME):
    """Where the engine paints with a hard brush."""
    stroke = Stroke(Mask(frame.width, frame.height), None, BrushParams(size=size, hardness=1.0, smoothing=0.0), 255)
    for point in points:
        stroke.to(*point)
    stroke.end()
    return stroke.alpha(frame) >= 128


def hints(stage):
    return stage.session.active.hints.array()


def error(alpha, where):
    return np.abs(alpha / 255 - truth())[where].mean()


def seen(stage, qtbot, pixels):
    """What the canvas shows of the image at 100 %."""
    canvas = stage.canvas
    canvas.set_tool_cursor(None)
    canvas.ring.show(None)
    qtbot.waitUntil(lambda: canvas.repaint() or canvas.complete)
    left, top = canvas.view.transform.origin
    return pixels(canvas.grab().toImage())[top : top + SIZE[1], left : left + SIZE[0], 0]


def test_an_answer_shows_at_once_and_the_true_one_takes_its_place(edge, qtbot, pixels):
    session, canvas = edge.session, edge.canvas
    wear(canvas, mode="mask")
    before, first = edge.alpha, session.document
    edge.press(*WAY[0])
    for point in WAY[1:]:
        edge.move(*point)
    qtbot.waitUntil(lambda: not edge.tools.tool._waiting and not edge.tools.tool._timer.isActive())
    live = session.painting.live_alpha(FRAME)
    painted = cover(WAY)
    assert session.document is first
    sure = cover([WAY[0], WAY[-1]]) & (np.abs(np.mgrid[: SIZE[1], : SIZE[0]][0] - 150) < 80)
    assert error(live, sure) < error(before, sure) / 2
    assert np.array_equal(live[~painted], before[~painted])
    assert np.array_equal(seen(edge, qtbot, pixels), live)
    edge.release(*WAY[-1])
    quick = edge.alpha
    assert edge.pool.work
    assert np.array_equal(hints(edge), np.where(painted, HINT_UNKNOWN, 0))
    assert error(quick, painted) < error(before, painted) / 2
    assert np.array_equal(seen(edge, qtbot, pixels), quick)
    assert session.active.refinement.pending
    edge.pool.finish()
    assert not session.active.unsolved
    assert not np.array_equal(edge.alpha, quick)
    assert error(edge.alpha, painted) < error(before, painted) / 2
    assert np.array_equal(edge.alpha[~painted], before[~painted])
    assert np.array_equal(seen(edge, qtbot, pixels), edge.alpha)
    assert edge.steps == ["Open", "Refine edge here"]
    session.undo()
    assert session.document is first
    assert np.array_equal(seen(edge, qtbot, pixels), before)


@pytest.mark.parametrize("held", ["alt", "right", "erase"])
def test_refinement_is_taken_away_again(edge, held):
    before = edge.alpha
    edge.drag(*WAY)
    edge.pool.finish()
    if held == "erase":
        edge.key(K.Key_E, M.ShiftModifier)
        assert edge.tools.tool.params.erase
    button, modifiers = RIGHT if held == "right" else LEFT, M.AltModifier if held == "alt" else M.NoModifier
    edge.drag(*WAY, button=button, modifiers=modifiers)
    assert np.array_equal(edge.alpha, before)  # at once
    assert np.array_equal(hints(edge), np.where(cover(WAY), HINT_MASK, 0))
    edge.pool.finish()
    assert np.array_equal(edge.alpha, before)
    assert edge.steps[-1] == "Erase refinement"


def test_with_erase_on_alt_refines(edge):
    edge.key(K.Key_E, M.ShiftModifier)
    edge.drag(*WAY, modifiers=M.AltModifier)
    assert np.array_equal(hints(edge), np.where(cover(WAY), HINT_UNKNOWN, 0))
    edge.key(K.Key_E, M.ShiftModifier)
    assert not edge.tools.tool.params.erase


@pytest.mark.parametrize(
    ("what", "code", "value"),
    [("unknown", HINT_UNKNOWN, None), ("foreground", HINT_FOREGROUND, 255), ("background", HINT_BACKGROUND, 0)],
)
def test_the_trimap_brush_says_what_was_chosen(edge, what, code, value):
    hold(edge, "trimap", what=what)
    edge.drag((200, 100), (200, 200))
    painted = cover([(200, 100), (200, 200)])
    assert np.array_equal(hints(edge), np.where(painted, code, 0))
    for _ in range(2):
        if value is not None:
            assert (edge.alpha[painted] == value).all()
        edge.pool.finish()
    edge.drag((200, 100), (200, 200), button=RIGHT)
    edge.pool.finish()
    assert not hints(edge).any()


def test_what_is_unknown_is_the_first_choice():
    assert (TrimapParams().what, TrimapParams().erase, HintParams().erase) == ("unknown", False, False)


def test_strokes_at_the_edge_and_outside_leave_only_what_is_inside(edge):
    way = [(-60, 20), (5, 40), (-30, 200), (390, 310)]
    edge.drag(*way)
    edge.pool.finish()
    assert np.array_equal(hints(edge) == HINT_UNKNOWN, cover(way))
    steps = edge.steps
    edge.drag((-190, -140), (-180, -100))
    edge.pool.finish()
    assert edge.steps == steps


def test_escape_drops_the_stroke_and_what_it_showed(edge):
    document, before = edge.session.document, Mask.filled(*SIZE, 255)
    edge.canvas.contents.set_trimap(before)
    edge.press(*WAY[0])
    edge.move(*WAY[2])
    assert edge.canvas.contents.trimap is not before
    edge.key(K.Key_Escape)
    edge.release(*WAY[2])
    assert edge.session.document is document
    assert edge.session.edging.stroke is None
    assert edge.canvas.contents.trimap is before
    assert not edge.tools.tool.busy


@pytest.mark.parametrize("how", ["focus", "tool", "session"])
def test_a_stroke_that_is_cut_short_is_kept(edge, how):
    session = edge.session
    edge.press(*WAY[0])
    for point in WAY[1:]:
        edge.move(*point)
    {
        "focus": edge.canvas.clearFocus,
        "tool": lambda: edge.tools.choose("lasso"),
        "session": lambda: edge.tools.follow(None),
    }[how]()
    assert [step.label for step in session.history.steps] == ["Open", "Refine edge here"]
    assert np.array_equal(hints(edge) == HINT_UNKNOWN, cover(WAY))


def test_an_undo_in_a_stroke_ends_it(edge):
    edge.press(*WAY[0])
    edge.move(*WAY[1])
    edge.session.undo()
    edge.move(*WAY[2])
    assert not edge.tools.tool.busy
    edge.release(*WAY[2])
    assert edge.session.active.hints is None


def test_without_a_mask_there_is_a_sentence(edge):
    edge.session.history = History(Document(Image(composite())))
    edge.session.changed()
    edge.drag(*WAY)
    assert edge.told == ["There is no mask to refine yet; find the subject or paint one first."]
    assert edge.steps == ["Open"]


def test_shift_draws_straight_from_where_the_last_stroke_ended(edge):
    edge.click(200, 80)
    edge.click(260, 220, modifiers=M.ShiftModifier)
    assert np.array_equal(hints(edge) > 0, cover([(200, 80)]) | cover([(200, 80), (260, 220)]))


def test_the_brush_paints_for_the_region_that_is_chosen(edge):
    layer = edge.session.active.id
    number = edge.session.edging.add_region(layer, "Hair")
    edge.tools.set_region(number)
    edge.drag(*WAY)
    (region,) = edge.session.active.regions
    assert np.array_equal(region.area.array() >= 128, cover(WAY))
    edge.tools.set_region(number + 5)
    edge.drag((60, 60), (90, 60))
    assert edge.session.active.regions[0].area is region.area
    assert hints(edge)[60, 60] == HINT_UNKNOWN


# The trimap on show


@pytest.mark.parametrize(
    ("name", "params", "button", "value"),
    [("refine", {}, LEFT, 128), ("trimap", {"what": "background"}, LEFT, 0), ("refine", {}, RIGHT, "mask")],
)
def test_the_trimap_shows_what_is_painted_while_it_is(edge, name, params, button, value):
    known = np.random.default_rng(5).choice([0, 128, 255], SIZE[::-1]).astype(np.uint8)
    edge.canvas.contents.set_trimap(Mask.from_array(known))
    hold(edge, name, **params)
    edge.press(*WAY[0], button)
    edge.tools.tool._catch_up()
    said = np.where(truth() >= 0.5, 255, 0) if value == "mask" else value
    assert np.array_equal(edge.canvas.contents.trimap.array(), np.where(cover(WAY[:1]), said, known))
    for point in WAY[1:]:
        edge.move(*point, button)
    edge.release(*WAY[-1], button)
    assert np.array_equal(edge.canvas.contents.trimap.array(), np.where(cover(WAY), said, known))


# Pace


def test_movements_that_come_too_fast_are_laid_down_together_and_none_is_lost(edge, qtbot):
    tool, drawn = edge.tools.tool, []
    edge.press(*WAY[0])
    tool._catch_up()
    tool._free_at += 1000  # as if the answer had taken very long
    inner = edge.session.edging.stroke_to
    edge.session.edging.stroke_to = lambda *sample, **how: drawn.append(sample) or inner(*sample, **how)
    for y in range(61, 200):
        edge.move(200, y)
    assert drawn == []
    edge.release(200, 200)
    assert len(drawn) == 1  # all on one straight line
    assert np.array_equal(hints(edge) > 0, cover([(200, 60), (200, 200)]))


def test_the_brush_comes_to_a_pointer_that_rests(edge, qtbot):
    edge.press(100, 150)
    edge.move(300, 150)  # on a curve, which leads half-way there for now; dabs are 12 px apart
    qtbot.waitUntil(lambda: edge.session.edging.stroke.area.right > 300 + BRUSH / 2 - 13)
    edge.key(K.Key_Escape)


samples = st.lists(st.tuples(*(st.floats(-300, 300) for _ in range(2)), st.floats(0, 1)), min_size=1, max_size=20)


@given(samples, st.floats(0.5, 40))
def test_of_a_way_only_points_beside_it_are_left_out(way, aside):
    kept = thinned(way, aside)
    assert (kept[0], kept[-1]) == (way[0], way[-1])
    assert [each for each in way if each in kept]
    lines = list(pairwise(kept)) or [(kept[0], kept[0])]
    for x, y, _ in way:
        steps = np.linspace(0, 1, 201)[:, None]
        nearest = min(
            np.hypot(*((np.array(a[:2]) + steps * (np.array(b[:2]) - np.array(a[:2]))) - (x, y)).T).min()
            for a, b in lines
        )
        assert nearest <= aside + 5  # a sampled line


# The pen


def test_pressure_sets_the_size_where_that_is_asked_for(edge):
    for asked in (False, True):
        hold(edge, "refine", pressure_size=asked)
        pen(edge, PRESS, 200, 150, 0.5)
        pen(edge, LIFT, 200, 150)
        stroke = Stroke(Mask(*SIZE), None, replace(edge.tools.tool.params, hardness=1.0, pressure_opacity=False), 255)
        stroke.to(200, 150, 0.5)
        stroke.end()
        wide = stroke.alpha(FRAME) >= 128
        assert np.array_equal(hints(edge) > 0, wide)
        edge.session.undo()
    assert wide.sum() < cover([(200, 150)]).sum() / 2


def test_the_other_end_of_the_pen_takes_refinement_away(edge):
    edge.click(200, 150)
    pen(edge, PRESS, 200, 150, pointer=QPointingDevice.PointerType.Eraser)
    pen(edge, LIFT, 200, 150, pointer=QPointingDevice.PointerType.Eraser)
    assert set(np.unique(hints(edge))) == {0, HINT_MASK}


# Size and sign


def test_keys_and_dragging_change_its_size_alone(edge):
    tool = edge.tools.tool
    edge.key(K.Key_BracketRight)
    assert tool.params.size == BRUSH + 20
    edge.key(K.Key_BracketLeft)
    assert tool.params.size == BRUSH
    before = tool.params
    edge.drag((100, 100), (100, 40), (130, 40), button=RIGHT, modifiers=M.AltModifier)
    assert tool.params == replace(before, size=BRUSH + 60)
    assert edge.steps == ["Open"]


def test_a_sign_tells_when_it_takes_away(edge):
    shapes = {}
    tool = edge.tools.tool
    for erase in (False, True):
        tool.set_params(replace(tool.params, erase=erase))
        for held in (M.NoModifier, M.AltModifier):
            tool.show_cursor(held)
            shapes[erase, held == M.AltModifier] = edge.canvas.cursor().shape()
    blank, sign = Qt.CursorShape.BlankCursor, Qt.CursorShape.BitmapCursor
    assert shapes == {(False, False): blank, (False, True): sign, (True, False): sign, (True, True): blank}
