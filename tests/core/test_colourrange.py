"""Colour range against its definition, worked out pixel by pixel in float64, and on photos of known colours."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from maskstudio.core.colourrange import ColourSample, PhotoPart, colour_range
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.errors import Cancelled
from maskstudio.params.tools import ColourRangeParams

COLOURS = st.tuples(*[st.integers(0, 255)] * 3)


def lab(colour):
    return cv2.cvtColor(np.array([[colour]], np.uint8), cv2.COLOR_RGB2Lab)[0, 0].astype(float)


def apart(one, other):
    return float(np.sqrt((((lab(one) - lab(other)) * (0.5, 1, 1)) ** 2).sum()))


def defined(pixels, params, samples):
    """The definition: the best of the wanted samples, unless one taken away is nearer."""
    height, width = pixels.shape[:2]
    out, reach = np.zeros((height, width)), max(params.fuzziness, 1)
    for y, x in np.ndindex(height, width):
        near, best, away = 1e6, 0.0, 1e6
        for sample in samples:
            far = apart(pixels[y, x], sample.colour)
            if sample.less:
                away = min(away, far)
                continue
            near, level = min(near, far), min(max(2 - 2 * far / reach, 0), 1)
            if params.localized:
                place = np.hypot(x + 0.5 - sample.at[0], y + 0.5 - sample.at[1])
                level *= min(max(2 - 2 * place / (params.reach / 100 * np.hypot(width, height)), 0), 1)
            best = max(best, level)
        if away < 1e6:
            best *= min(max(0.5 + (away - near) * 4 / reach, 0), 1)
        out[y, x] = 1 - best if params.inverted else best
    return out * 255


@settings(max_examples=40)
@given(
    st.integers(0, 9999), st.lists(st.tuples(COLOURS, st.booleans()), max_size=3), st.integers(0, 200),
    st.booleans(), st.booleans(), st.integers(1, 100),
)  # fmt: skip
def test_samples_select_what_the_definition_says(seed, given, fuzziness, inverted, localized, reach):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (9, 7, 3), np.uint8)
    samples = [ColourSample(colour, (rng.uniform(0, 7), rng.uniform(0, 9)), less) for colour, less in given]
    params = ColourRangeParams(fuzziness=fuzziness, inverted=inverted, localized=localized, reach=reach)
    found = colour_range(pixels, params, samples)
    assert np.abs(found - defined(pixels, params, samples)).max() <= 0.6


def test_every_pixel_of_a_tall_photo_is_reached_and_reported():
    pixels = np.zeros((300, 2, 3), np.uint8)
    pixels[:, 1] = 255
    done = []
    found = colour_range(pixels, ColourRangeParams(), [ColourSample((0, 0, 0), (0, 0))], step=done.append)
    assert (found[:, 0] == 255).all()
    assert not found[:, 1].any()
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] < 1


def test_tones_count_fully_within_their_third_and_fade_over_the_fuzziness():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    light = cv2.cvtColor(ramp, cv2.COLOR_RGB2Lab)[0, :, 0].astype(float)
    for what, low, high in (("shadows", 0, 64), ("midtones", 96, 159), ("highlights", 191, 255)):
        found = colour_range(ramp, ColourRangeParams(what=what, fuzziness=20))[0]
        beyond = np.maximum(np.maximum(low - light, light - high), 0)
        assert np.abs(found - 255 * np.clip(1 - beyond / 20, 0, 1)).max() <= 0.6


@pytest.mark.parametrize("tone", [(255, 224, 189), (234, 192, 134), (198, 134, 66), (141, 85, 36), (92, 58, 33)])
def test_skin_of_every_complexion_is_skin_and_other_things_are_not(tone):
    others = [(40, 90, 200), (60, 160, 60), (240, 240, 240), (128, 128, 128), (10, 8, 7), (250, 240, 40)]
    pixels = np.array([[tone, *others]], np.uint8)
    found = colour_range(pixels, ColourRangeParams(what="skin", fuzziness=0))[0]
    assert found[0] == 255
    assert not found[1:].any()


def test_fuzziness_lets_more_hues_be_skin():
    pixels = np.array([[[128, 128, 128]]], np.uint8)
    levels = [int(colour_range(pixels, ColourRangeParams(what="skin", fuzziness=each))[0, 0]) for each in (0, 40, 200)]
    assert levels == sorted(levels)
    assert levels[0] == 0 < levels[2]


def test_what_is_transparent_is_never_selected():
    pixels, alpha = np.full((1, 3, 3), 90, np.uint8), np.array([[0, 100, 255]], np.uint8)
    sample = ColourSample((90, 90, 90), (0, 0))
    assert colour_range(pixels, ColourRangeParams(), [sample], alpha=alpha).tolist() == [[0, 100, 255]]
    assert not colour_range(pixels, ColourRangeParams(inverted=True), [sample], alpha=alpha).any()
    assert colour_range(pixels, ColourRangeParams(inverted=True), [], alpha=alpha).tolist() == [[0, 100, 255]]


def test_sixteen_bits_select_like_eight():
    pixels = np.random.default_rng(3).integers(0, 256, (20, 30, 3), np.uint8)
    samples = [ColourSample((120, 60, 200), (4, 5))]
    deep = colour_range(pixels.astype(np.uint16) * 257, ColourRangeParams(fuzziness=90), samples)
    assert np.array_equal(deep, colour_range(pixels, ColourRangeParams(fuzziness=90), samples))


def test_a_part_seen_smaller_is_localized_like_the_whole():
    pixels = np.full((80, 120, 3), 70, np.uint8)
    params, samples = ColourRangeParams(localized=True, reach=20), [ColourSample((70, 70, 70), (61, 33))]
    whole = colour_range(pixels, params, samples)
    rect = Rect(40, 16, 64, 48)
    part = colour_range(pixels[:12, :16], params, samples, shown=PhotoPart(rect, float(np.hypot(80, 120))))
    reduced = cv2.resize(whole[rect.slices()], (16, 12), interpolation=cv2.INTER_AREA)
    assert np.abs(part.astype(int) - reduced).max() <= 14


def test_it_stops_when_told():
    def stop(_done):
        raise Cancelled

    with pytest.raises(Cancelled):
        colour_range(np.zeros((2, 2, 3), np.uint8), ColourRangeParams(), [], step=stop)
