"""What is thin in a mask stays: random lines, arms, rings, dots, gaps, notches, meshes, letters before all photos."""

import os

import cv2
import numpy as np
import pytest

from maskstudio.core.document import Document
from maskstudio.core.image import Image
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.matting import thin
from maskstudio.matting.edge import refine_edge
from maskstudio.params.local import RefineParams
from tests.matting.thinscenes import kept, scene
from tests.matting.truth import Triple

COUNT = int(os.environ.get("MASKSTUDIO_THIN", "65"))


def refined(image, mask, **params):
    whole = Mask.from_array(mask)
    layer = Layer(1, "thin", whole, whole, refine=RefineParams(**params))
    return layer.changed(refinement=refine_edge(Image(image), layer, Token()))


def wishes(seed):
    """Every third scene is refined as usual, the others in some other way."""
    random = np.random.default_rng(seed)
    if seed % 3 == 0:
        return {}
    solver = str(random.choice(["fast", "balanced", "best"]))
    return {
        "band_width": int(random.choice([3, 8, 20, 40, 60])),
        "solver": solver,
        "adaptive": bool(random.integers(2)),
    }


@pytest.mark.parametrize("part", range(5))
def test_no_part_disappears_and_no_opening_closes(shared_data, part):
    lost = []
    for seed in range(part, COUNT, 5):
        one = scene(seed, shared_data)
        alpha = refined(one.image.copy(), one.mask, **wishes(seed)).alpha.array()
        needed = 0.8 if one.shown else 0.5
        lost += [(one.name, *thing) for thing in kept(one.mask, alpha) if thing[2] < needed]
    assert not lost, f"{len(lost)}: {lost[:5]}"


@pytest.mark.parametrize("name", ["tl_wire3", "sm_disc2", "gap_g2"])
def test_masks_of_one_thin_thing_keep_it(shared_data, name):
    folder = shared_data / "faults"
    image = cv2.imdecode(np.fromfile(folder / f"{name}.png", np.uint8), cv2.IMREAD_COLOR)[..., ::-1].copy()
    mask = cv2.imdecode(np.fromfile(folder / f"{name}_mask.png", np.uint8), cv2.IMREAD_GRAYSCALE)
    alpha = refined(image, mask).alpha.array()
    for _, _, share in kept(mask, alpha):
        assert share >= 0.8


def test_thin_arms_before_noise_keep_their_alpha_and_their_colour(shared_data):
    folder = shared_data / "faults"
    image = cv2.imdecode(np.fromfile(folder / "thin_dark_noisy.png", np.uint8), cv2.IMREAD_COLOR)[..., ::-1].copy()
    mask = cv2.imdecode(np.fromfile(folder / "thin_dark_noisy_mask.png", np.uint8), cv2.IMREAD_GRAYSCALE)
    layer = refined(image, mask)
    document = Document(Image(image)).add([layer])
    alpha, colours = layer.alpha.array(), document.colours(document.frame)
    for top, bottom in ((55, 76), (76, 98), (98, 119), (119, 141)):
        arm = np.s_[top:bottom, 105:285]
        assert alpha[arm].sum() >= 0.8 * mask[arm].sum()
        weight = alpha[arm].astype(float)[..., None]
        mean = (colours[arm] * weight).sum(axis=(0, 1)) / weight.sum()
        assert np.abs(mean - (30, 30, 35)).max() < 30


def fat(width, height=200):
    """A plain subject of so many px across, and a mask 3 px too large all around."""
    image = np.full((height, 260, 3), (60, 120, 200), np.uint8)
    image[40:160, 40 : 40 + width] = (200, 90, 40)
    mask = np.zeros((height, 260), np.uint8)
    mask[37:163, 37 : 43 + width] = 255
    return image, mask


def test_a_mask_that_is_too_large_around_something_thick_is_still_corrected():
    for width in (60, 150):
        image, mask = fat(width)
        alpha = refined(image, mask).alpha.array()
        truth = (image[..., 0] == 200) * 255
        assert np.abs(alpha.astype(int) - truth).mean() < 0.1 * np.abs(mask.astype(int) - truth).mean()


def test_corners_and_soft_edges_of_a_body_are_nothing_thin():
    plane = np.zeros((200, 200), np.uint8)
    cv2.rectangle(plane, (40, 40), (160, 160), 255, -1)
    around = cv2.getStructuringElement(cv2.MORPH_RECT, (11, 11))
    for mask in (plane, cv2.GaussianBlur(plane, (0, 0), 4)):
        less, more = cv2.erode(mask, around), cv2.dilate(mask, around)
        assert (thin.held(less, mask, 5) == less).all()
        assert (thin.held(more, mask, 5) == more).all()


def test_hair_of_a_hard_mask_stays_as_soft_as_it_was_solved(shared_data, monkeypatch):
    for name, box in (("GT17", np.s_[100:360, 100:360]), ("GT03", np.s_[320:580, 30:290])):
        triple = Triple.read(shared_data, name, "trimap")
        image, truth = np.ascontiguousarray(triple.image[box]), triple.alpha[box]
        mask = np.where(truth >= 0.5, np.uint8(255), np.uint8(0))
        misses = []
        for held in (thin.held, lambda alpha, *_: alpha):
            monkeypatch.setattr(thin, "held", held)
            misses.append(((refined(image, mask).alpha.array() / 255 - truth) ** 2).mean())
        monkeypatch.undo()
        assert misses[0] <= misses[1]


def test_what_somebody_has_said_is_left_alone():
    mask = np.zeros((60, 60), np.uint8)
    mask[30, 5:55] = 255
    apart = np.zeros(mask.shape, bool)
    apart[:, :30] = True
    alpha = thin.held(np.zeros_like(mask), mask, 20, apart)
    assert not alpha[:, :30].any()
    assert (alpha[30, 30:55] > 200).all()
    assert not alpha[mask == 0].any()
