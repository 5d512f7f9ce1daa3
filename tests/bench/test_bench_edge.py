"""Trimaps, the refine brush's preview and the edge controls: what they cost next to a plain floor in the same run."""

import cv2
import numpy as np
import pytest

from maskstudio.core.adjustmask import adjusted_mask
from maskstudio.core.mask import Mask
from maskstudio.matting.adaptive import from_image
from maskstudio.matting.preview import preview
from maskstudio.matting.trimap import from_mask
from maskstudio.params.local import AdjustParams
from tests.bench.clock import best
from tests.matting.truth import Triple, closed_form

SHAPE = (4000, 6000)


@pytest.fixture(scope="module")
def portrait():
    """24 megapixels: a subject that fills a third of the photo, hair and grain on it; photo and mask."""
    rng = np.random.default_rng(0)
    mask = np.zeros(SHAPE, np.uint8)
    cv2.ellipse(mask, (3000, 1500), (900, 1100), 0, 0, 360, 255, -1)
    cv2.ellipse(mask, (3000, 4200), (1900, 1900), 0, 0, 360, 255, -1)
    photo = np.empty((*SHAPE, 3), np.uint8)
    cv2.randu(photo, 0, 24)
    photo[mask > 0] += np.array((150, 100, 80), np.uint8)
    for angle in rng.uniform(np.pi, 2 * np.pi, 1500):
        away = np.array((np.cos(angle), np.sin(angle)))
        root = away * (900, 1100) + (3000, 1500)
        tip = root + rng.uniform(20, 60) * away
        cv2.line(photo, np.int32(root), np.int32(tip), (170, 120, 90), 1, cv2.LINE_AA)
    return photo, mask


@pytest.fixture(scope="module")
def floor(portrait):
    """Seconds for one exact distance transform of the whole mask."""
    return best(lambda: cv2.distanceTransform(portrait[1], cv2.DIST_L2, cv2.DIST_MASK_PRECISE))


def test_a_trimap_costs_about_one_distance_transform(portrait, floor):
    assert best(lambda: from_mask(portrait[1], 20)) <= 1.5 * floor


def test_a_fitted_band_costs_a_few_distance_transforms(portrait, floor):
    spent = best(lambda: from_image(*portrait, 20))
    assert spent <= 4 * floor, f"{spent:.3f} s against {floor:.3f} s"


def test_a_fitted_band_costs_what_its_edge_does_and_hardly_its_width(portrait, floor):
    narrow, wide = (best(lambda width=width: from_image(*portrait, width), repeats=3) for width in (20, 80))
    assert wide <= 2 * narrow, f"{wide:.3f} s against {narrow:.3f} s"
    empty = np.zeros(SHAPE, np.uint8)
    empty[100:400, 100:400] = 255
    assert best(lambda: from_image(portrait[0], empty, 20)) <= 0.4 * narrow


def test_the_preview_of_a_box_costs_little_more_than_a_blur_and_hardly_any_of_the_solve(shared_data):
    triple = Triple.read(shared_data, "GT13", "trimap2")
    box = (slice(0, 512), slice(100, 612))
    cut = Triple(*(np.ascontiguousarray(plane[box]) for plane in (triple.image, triple.trimap, triple.alpha)))
    mask = np.where(cut.alpha > 0.5, np.uint8(255), np.uint8(0))
    assert 0.05 < (cut.trimap == 128).mean() < 0.9
    spent = best(lambda: preview(cut.image, mask, cut.trimap), repeats=15)
    pixels = cut.image.astype(np.float32)
    blur = best(lambda: cv2.GaussianBlur(pixels, (0, 0), 8), repeats=15)
    assert spent <= 4 * blur, f"{spent * 1000:.1f} ms against {blur * 1000:.1f} ms"
    solve = best(lambda: closed_form(cut), repeats=2)
    assert spent <= solve / 30, f"{spent * 1000:.1f} ms against {solve * 1000:.0f} ms"


def test_edge_controls_cost_no_more_than_those_there_were(portrait):
    mask = Mask.from_array(portrait[1])

    def spent(**params):
        return best(lambda: adjusted_mask(mask, AdjustParams(**params), base=mask), repeats=3)

    feather, shift = spent(feather=20), spent(shift_edge=10)
    assert spent(feather=20, outer_only=True) <= 3 * feather
    assert spent(solid_core=20) <= shift
