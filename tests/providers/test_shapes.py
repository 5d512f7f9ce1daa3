"""Painted masks against areas known from geometry, and against straightforward supersampling."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskstudio.core.mask import Mask
from maskstudio.providers.local.networks.field import ScalarField
from maskstudio.providers.local.shapes import box_mask, smooth_outline, strokes_mask

BOXES = st.tuples(
    st.floats(-50, 600), st.floats(-50, 600), st.floats(1, 700), st.floats(1, 700)
).map(lambda each: (each[0], each[1], each[0] + each[2], each[1] + each[3]))  # fmt: skip


def coverage(mask):
    return mask.array().sum() / 255


@settings(max_examples=60)
@given(BOXES)
def test_box_covers_its_area_within_the_image(box):
    mask = box_mask(640, 520, box, "box")
    width = max(min(box[2], 640) - max(box[0], 0), 0)
    height = max(min(box[3], 520) - max(box[1], 0), 0)
    assert coverage(mask) == pytest.approx(width * height, abs=(width + height) * 0.02 + 1)


@settings(max_examples=40)
@given(BOXES.filter(lambda box: min(box[2] - box[0], box[3] - box[1]) >= 8))
def test_ellipse_against_supersampling(box):
    mask = box_mask(400, 400, box, "ellipse").array() / 255
    at = (np.arange(1600) + 0.5) / 4
    x = (at - (box[0] + box[2]) / 2) * 2 / (box[2] - box[0])
    y = (at - (box[1] + box[3]) / 2) * 2 / (box[3] - box[1])
    fine = (x[None] ** 2 + y[:, None] ** 2 <= 1).reshape(400, 4, 400, 4).mean((1, 3))
    assert np.abs(mask - fine).mean() < 4e-4
    assert mask.sum() == pytest.approx(fine.sum(), rel=0.02, abs=3)


def test_full_tiles_are_shared():
    mask = box_mask(3000, 3000, (0, 0, 3000, 3000), "ellipse")
    assert mask.nbytes < 0.5 * 3000 * 3000
    assert box_mask(3000, 3000, (0, 0, 3000, 3000), "box").nbytes == 0


def test_outlines_and_bones():
    square = np.array([[10.5, 20.25], [110.5, 20.25], [110.5, 90.25], [10.5, 90.25]])
    assert coverage(strokes_mask(300, 300, [square])) == pytest.approx(100 * 70, rel=0.01)
    bone = np.array([[300.0, 50.0], [300.0, 250.0]])
    drawn = coverage(strokes_mask(600, 300, [], [(bone, 20.0)]))
    assert drawn == pytest.approx(200 * 20 + np.pi * 100, rel=0.02)
    assert strokes_mask(20, 20, []) == Mask(20, 20)
    assert not strokes_mask(20, 20, [square + 500]).tiles


def test_smooth_outline_is_round_and_passes_its_points():
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    points = np.stack([np.cos(turn), np.sin(turn)], 1) * 100
    curve = smooth_outline(points, 8)
    assert np.allclose(curve[::8], points)
    assert np.abs(np.hypot(*curve.T) - 100).max() < 0.6  # the polygon is off by 3.4


@pytest.mark.parametrize(("width", "height"), [(640, 480), (4000, 3000), (97, 61)])
def test_field_of_a_disc_gives_a_disc(width, height):
    """A coarse signed distance to a circle comes out as that circle at any size."""
    columns, rows = 160, 120
    x, y = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    values = (40 - np.hypot(x - 83.3, y - 57.7)).astype(np.float32)
    zoom = width / columns
    field = ScalarField(values, (columns / width, rows / height), (0.0, 0.0))
    mask = field.mask(width, height, (0, 0, width, height))
    assert coverage(mask) == pytest.approx(np.pi * (40 * zoom) * (40 * height / rows), rel=0.004)
    plane = mask.array()
    at_x, at_y = np.meshgrid((np.arange(width) + 0.5) / zoom, (np.arange(height) + 0.5) * rows / height)
    distance = (40 - np.hypot(at_x - 83.3, at_y - 57.7)) * zoom
    assert (plane[distance > 1.5] == 255).all()
    assert (plane[distance < -1.5] == 0).all()


def test_field_is_cut_by_its_box():
    field = ScalarField(np.ones((40, 40), np.float32), (0.1, 0.1), (0.0, 0.0))
    mask = field.mask(400, 400, (20.5, 30.0, 120.0, 90.25))
    assert coverage(mask) == pytest.approx(99.5 * 60.25, rel=0.005)
    assert not field.mask(400, 400, (500, 500, 600, 600)).tiles
