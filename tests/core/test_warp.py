"""Moving and transforming masks, against plain arrays, SciPy and areas known by hand."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy import ndimage

from maskstudio.core.cv import cv2
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.mask import Mask
from maskstudio.core.warp import moved, transformed
from maskstudio.errors import BadParameter

FRAME = Rect(0, 0, 400, 300)


def random_mask(seed, width, height):
    rng = np.random.default_rng(seed)
    plane = np.zeros((height, width), np.uint8)
    for _ in range(rng.integers(0, 4)):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        plane[y : y + int(rng.integers(1, 600)), x : x + int(rng.integers(1, 600))] = rng.integers(0, 256)
    return plane


@settings(max_examples=60)
@given(st.integers(0, 9999), st.integers(1, 700), st.integers(1, 600), st.integers(-800, 800), st.integers(-700, 700))
def test_moved_is_the_shifted_array(seed, width, height, dx, dy):
    plane = random_mask(seed, width, height)
    expected = np.zeros_like(plane)
    y, x = np.nonzero(plane)
    inside = (x + dx >= 0) & (x + dx < width) & (y + dy >= 0) & (y + dy < height)
    x, y = x[inside], y[inside]
    expected[y + dy, x + dx] = plane[y, x]
    result = moved(Mask.from_array(plane), dx, dy)
    assert np.array_equal(result.array(), expected)
    assert all(tile.value != 0 for tile in result.tiles.values())
    assert all(
        result.tile(index).shape == (result.rect(index).height, result.rect(index).width) for index in result.tiles
    )


def test_whole_tiles_stay_the_same_objects_and_flat_ones_shared():
    plane = np.zeros((1024, 1024), np.uint8)
    plane[0:700, 0:700] = 255
    plane[100, 100] = 9
    mask = Mask.from_array(plane)
    assert moved(mask, 0, 0) is mask
    assert moved(mask, 256, 0).tiles[1, 0] is mask.tiles[0, 0]
    assert moved(mask, 3, 5).tiles[1, 1] is mask.tiles[1, 1]


def turn(angle, x, y, scale=1.0):
    """Rotation about a point, with a scale; positive angles turn clockwise on screen."""
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[c, -s, x - c * x + s * y], [s, c, y - s * x - c * y]])


def placed(area, frame=FRAME):
    rect, plane = area
    assert rect.intersect(frame) == rect
    assert plane.dtype == np.uint8
    out = np.zeros((frame.height, frame.width), np.uint8)
    out[rect.slices()] = plane
    return out


def blob(seed=0):
    plane = random_mask(seed, 90, 60)
    plane[10:50, 20:70] |= np.random.default_rng(seed).integers(0, 256, (40, 50), np.uint8)
    return plane, Rect(150, 120, 90, 60)


@pytest.mark.parametrize("seed", range(4))
def test_four_right_angles_are_exact(seed):
    plane, rect = blob(seed)
    start = np.zeros((300, 400), np.uint8)
    start[rect.slices()] = plane
    quarter = turn(np.pi / 2, 195, 150)
    area = (rect, plane)
    for steps in range(1, 5):
        area = transformed(area[1], area[0], quarter, FRAME)
        centred = start[60:240, 105:285]
        assert np.array_equal(placed(area)[60:240, 105:285], np.rot90(centred, -steps))
    assert np.array_equal(placed(area), start)


def test_mirrors_and_whole_shifts_are_exact_and_cut_at_the_frame():
    plane, rect = blob(1)
    start = np.zeros((300, 400), np.uint8)
    start[rect.slices()] = plane
    assert np.array_equal(placed(transformed(plane, rect, [[-1, 0, 400], [0, 1, 0]], FRAME)), start[:, ::-1])
    assert np.array_equal(placed(transformed(plane, rect, [[1, 0, 0], [0, -1, 300]], FRAME)), start[::-1])
    shifted = placed(transformed(plane, rect, [[1, 0, 200], [0, 1, -140]], FRAME))
    assert np.array_equal(shifted[:, 200:], np.pad(start, ((0, 140), (0, 0)))[140:, :200])
    assert transformed(plane, rect, [[1, 0, 900], [0, 1, 0]], FRAME)[0] == EMPTY


@settings(max_examples=60)
@given(
    st.floats(0, 6.3), st.floats(0.15, 3), st.floats(0.15, 3), st.floats(-0.4, 0.4), st.floats(-40, 40)
)  # fmt: skip
def test_area_and_centre_follow_the_map(angle, wide, high, shear, shift):
    y, x = np.mgrid[0:61, 0:81]
    plane = np.rint(255 * np.clip(20.5 - np.hypot((x - 40) / 1.5, y - 30), 0, 1)).astype(np.uint8)
    rect, frame = Rect(100, 60, 81, 61), Rect(-2000, -2000, 4000, 4000)
    matrix = turn(angle, 140, 90)
    matrix[:, :2] = matrix[:, :2] @ [[wide, shear], [0, high]]
    matrix[:, 2] += shift
    found, out = transformed(plane, rect, matrix, frame)
    weight, before = out.astype(float), plane.astype(float)
    scale = abs(np.linalg.det(matrix[:, :2]))
    assert weight.sum() == pytest.approx(before.sum() * scale, rel=0.03, abs=3 * 255)
    centre = np.array(ndimage.center_of_mass(weight))[::-1] + np.array((found.x + 0.5, found.y + 0.5))
    source = np.array(ndimage.center_of_mass(before))[::-1] + np.array((rect.x + 0.5, rect.y + 0.5))
    # A disc flattened to a few rows is averaged on whole ones, which may move its centre by a fraction of a pixel.
    assert np.abs(matrix[:, :2] @ source + matrix[:, 2] - centre).max() < (0.12 if high >= 0.25 else 0.25)


def test_shrinking_averages_instead_of_picking_pixels():
    plane = np.zeros((300, 300), np.uint8)
    plane[::4] = 255
    out = transformed(plane, Rect(0, 0, 300, 300), [[0.125, 0, 0], [0, 0.125, 0]], FRAME)[1]
    assert np.abs(out[2:-2, 2:-2].astype(int) - 64).max() <= 2
    thin = np.zeros((300, 300), np.uint8)
    thin[:, 149:151] = 255
    narrow = transformed(thin, Rect(0, 0, 300, 300), [[0.1, 0, 0], [0, 1, 0]], FRAME)[1]
    assert narrow[2:-2].sum(axis=1) / 255 == pytest.approx(np.full(296, 0.2), abs=0.02)


def test_a_turn_and_back_stays_close():
    plane = cv2.GaussianBlur(random_mask(5, 120, 100), (0, 0), 2)
    rect = Rect(100, 100, 120, 100)
    area = transformed(*transformed(plane, rect, turn(0.4, 160, 150), FRAME)[::-1], turn(-0.4, 160, 150), FRAME)
    start = np.zeros((300, 400), np.uint8)
    start[rect.slices()] = plane
    inner = rect.grow(-3).slices()
    assert np.abs(placed(area)[inner].astype(int) - start[inner]).max() <= 6


def test_flattening_maps_are_empty_and_hostile_ones_refused():
    plane, rect = blob()
    assert transformed(plane, rect, [[0, 0, 5], [0, 1, 5]], FRAME)[0] == EMPTY
    assert transformed(np.zeros((0, 0), np.uint8), EMPTY, [[1, 0, 0], [0, 1, 0]], FRAME)[0] == EMPTY
    assert transformed(plane, rect, [[1e12, 0.5, 0], [0, 1e12, 0]], FRAME)[0].intersect(FRAME) is not None
    for bad in ([[1, 0, float("nan")], [0, 1, 0]], [[1, 0], [0, 1]], "matrix", [[1, 0, 0], [0, float("inf"), 0]]):
        with pytest.raises(BadParameter):
            transformed(plane, rect, bad, FRAME)
