"""The view transform: properties that hold for any image, viewport, scale and anchor."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from maskstudio.core.geometry import Rect
from maskstudio.ui.canvas.transform import KEPT, LARGEST, SMALLEST, STEPS, ViewTransform, next_step

sides = st.integers(1, 12000)
screens = st.integers(64, 4000)
scales = st.floats(SMALLEST, LARGEST)


@st.composite
def views(draw):
    image, viewport = (draw(sides), draw(sides)), (draw(screens), draw(screens))
    centre = draw(st.floats(0, 1)) * image[0], draw(st.floats(0, 1)) * image[1]
    return ViewTransform(image, viewport, draw(scales), centre).clamped()


def overlap(view, axis):
    start = view.to_view((0, 0))[axis]
    stop = view.to_view(view.image)[axis]
    return min(stop, view.viewport[axis]) - max(start, 0)


def on_image(view, point):
    return all(0 <= value <= side for value, side in zip(point, view.image, strict=True))


@given(views(), st.floats(-9000, 9000), st.floats(-9000, 9000))
def test_mappings_are_inverse(view, x, y):
    assert view.to_view(view.to_image((x, y))) == pytest.approx((x, y), abs=1e-6)


@given(views(), scales, st.floats(0, 1), st.floats(0, 1))
def test_zoom_keeps_the_point_under_the_pointer(view, scale, across, down):
    anchor = tuple(part * side for part, side in zip((across, down), view.viewport, strict=True))
    point = view.to_image(anchor)
    assume(on_image(view, point))
    zoomed = view.zoomed(scale, anchor)
    assert zoomed.scale == scale
    assert zoomed.to_view(point) == pytest.approx(anchor, abs=1e-6)


@given(views(), st.lists(st.tuples(scales, st.floats(100, 300), st.floats(100, 300)), max_size=8))
def test_zooming_in_and_back_out_returns(view, steps):
    """No drift: the same anchors backwards lead back, as long as nothing was held at an edge."""
    path = [view]
    anchors = [(x, y) for _, x, y in steps]
    for scale, x, y in steps:
        path.append(path[-1].zoomed(scale, (x, y)))
    for anchor, earlier in zip(reversed(anchors), reversed(path[: len(steps)]), strict=True):
        path.append(path[-1].zoomed(earlier.scale, anchor))
    there_and_back = [*anchors, *reversed(anchors)]
    for one, two, anchor in zip(path, path[1:], there_and_back, strict=False):
        assume(one.to_image(anchor) == pytest.approx(two.to_image(anchor), abs=1e-6))
    back = path[-1]
    assert back.to_view((0, 0)) == pytest.approx(view.to_view((0, 0)), abs=1e-3)


@given(views(), st.lists(st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5)), max_size=5), scales, screens, screens)
def test_the_image_cannot_be_lost(view, moves, scale, width, height):
    for dx, dy in moves:
        view = view.panned(dx, dy)
    cases = [view, view.resized((width, height)), view.panned(3, -2)]
    cases += [
        view.zoomed(scale, anchor)
        for anchor in ((0, 0), view.viewport)
        if not on_image(view, view.to_image(anchor))  # on the image, it is the anchor itself that stays in sight
    ]
    for case in cases:
        for axis in (0, 1):
            wanted = min(KEPT, case.image[axis] * case.scale, case.viewport[axis])
            assert overlap(case, axis) >= wanted - 1e-6


@given(sides, sides, screens, screens, st.floats(0, 30))
def test_fit_shows_everything_in_the_middle(width, height, across, down, margin):
    view = ViewTransform((width, height), (across, down)).fitted(margin)
    assert view.centre == (width / 2, height / 2)
    if view.scale > SMALLEST:
        left, top = view.to_view((0, 0))
        assert left >= margin - 1e-6
        assert top >= margin - 1e-6
    if view.scale > 1:
        assert view.scale == int(view.scale)
    room = min((across - 2 * margin) / width, (down - 2 * margin) / height)
    if SMALLEST < room < 1:
        assert view.scale == pytest.approx(room)


@given(views(), st.floats(-500, 500), st.floats(-500, 500))
def test_panning_moves_by_that_much_or_stops_at_the_edge(view, dx, dy):
    moved = view.panned(dx, dy)
    x, y = moved.to_view((0, 0))
    old_x, old_y = view.to_view((0, 0))
    assert abs(x - old_x) <= abs(dx) + 1e-6
    assert abs(y - old_y) <= abs(dy) + 1e-6


@given(views(), st.integers(0, 4000), st.integers(0, 4000))
def test_the_pixel_at_a_point_is_the_one_drawn_there(view, x, y):
    column, row = view.pixel_at((x + 0.5, y + 0.5))
    left, top = view.origin
    assert view.edge(column, left) <= x < view.edge(column + 1, left)
    assert view.edge(row, top) <= y < view.edge(row + 1, top)
    at = view.to_view((0, 0))
    assert max(abs(at[0] - left), abs(at[1] - top)) <= 0.5


@given(views(), sides, sides, st.integers(1, 300), st.integers(1, 300))
def test_covering_holds_every_device_pixel_of_a_rect(view, x, y, width, height):
    rect = Rect(x, y, width, height)
    area = view.covering(rect)
    left, top = view.origin
    assert area.x <= view.edge(x, left)
    assert area.y <= view.edge(y, top)
    assert area.right >= view.edge(rect.right, left)
    assert area.bottom >= view.edge(rect.bottom, top)


@given(views(), scales, st.floats(0, 1), st.floats(0, 1), st.floats(-40, 40), st.floats(-40, 40))
def test_a_pan_never_jumps_even_where_a_zoom_went_beyond_the_slack(view, scale, across, down, dx, dy):
    anchor = across * view.viewport[0], down * view.viewport[1]
    zoomed = view.zoomed(scale, anchor)
    panned = zoomed.panned(dx, dy)
    for axis, way in enumerate((dx, dy)):
        moved = (zoomed.centre[axis] - panned.centre[axis]) * scale
        assert min(way, 0) - 1e-6 <= moved <= max(way, 0) + 1e-6


def test_round_steps_go_up_and_come_back():
    scale, seen = SMALLEST, [SMALLEST]
    while scale < LARGEST:
        scale = next_step(scale, 1)
        seen.append(scale)
    assert tuple(seen) == STEPS
    while scale > SMALLEST:
        scale = next_step(scale, -1)
        seen.append(scale)
    assert tuple(seen[len(STEPS) - 1 :]) == STEPS[::-1]
    assert next_step(LARGEST, 1) == LARGEST
    assert next_step(SMALLEST, -1) == SMALLEST


@given(scales)
def test_a_step_always_leads_on(scale):
    up, down = next_step(scale, 1), next_step(scale, -1)
    assert up > scale or up == LARGEST
    assert down < scale or down == SMALLEST
    assert math.isclose(up, scale, rel_tol=1e-3) is (scale >= LARGEST / 1.001)
