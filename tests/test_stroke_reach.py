"""A stroke of the refine brush changes nothing farther away than its radius and its fade, on any document."""

import os
from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy import ndimage

from maskstudio.core.adjust import reach
from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.jobs import Inline, Runner, Token, immediate
from maskstudio.matting.hints import HINT_BACKGROUND, HINT_FOREGROUND, HINT_MASK, HINT_UNKNOWN
from maskstudio.params.local import AdjustParams, BrushParams, CutoutParams, RefineParams
from maskstudio.session import operations
from maskstudio.session.session import Session
from tests.matting.thinscenes import PHOTOS, behind
from tests.test_painting import Later

ROWS, COLUMNS, FADE = 150, 190, 16
COUNT = int(os.environ.get("MASKSTUDIO_STROKES", "10"))
CODES = (HINT_UNKNOWN, HINT_UNKNOWN, HINT_UNKNOWN, HINT_MASK, HINT_FOREGROUND, HINT_BACKGROUND, 0)


def blob(random):
    """A rounded shape, hard or soft."""
    noise = cv2.GaussianBlur(random.normal(0, 1, (ROWS, COLUMNS)), (0, 0), random.uniform(6, 18))
    plane = np.where(noise > np.quantile(noise, random.uniform(0.4, 0.8)), 255, 0).astype(np.uint8)
    return cv2.GaussianBlur(plane, (0, 0), 1.5) if random.integers(2) else plane


def controls(random):
    return AdjustParams(
        smooth=int(random.integers(0, 6)), feather=int(random.integers(0, 8)), shift_edge=int(random.integers(-3, 4))
    )


def document(random, data):
    """Layers before a photo, some with hints, controls of the edge, and an inverted mask."""
    image = behind(PHOTOS[random.integers(len(PHOTOS))], random, data)
    layers = []
    for number in range(random.integers(1, 4)):
        mask = Mask.from_array(blob(random))
        hints = np.zeros((ROWS, COLUMNS), np.uint8)
        for _ in range(random.integers(0, 3)):
            x, y = random.integers(0, COLUMNS - 40), random.integers(0, ROWS - 40)
            hints[y : y + 40, x : x + 40] = random.choice(CODES)
        edge = controls(random) if random.integers(2) else AdjustParams()
        given = Mask.from_array(hints) if hints.any() else None
        layers.append(Layer(0, f"layer {number}", mask, mask, edge=edge, hints=given, inverted=not random.integers(4)))
    whole = Document(Image(image)).add(layers)
    return operations.completed(whole, Token())


def session_of(random, data, pool=None):
    session = Session(Runner(immediate, pool or Inline()))
    session.history = History(document(random, data))
    layer = session.active
    if random.integers(3):
        band = RefineParams(band_width=int(random.integers(1, 40)), adaptive=bool(random.integers(2)))
        session.shaping.refine(layer.id, band)
    if random.integers(2):
        area = Mask.from_array(cv2.GaussianBlur(blob(random), (0, 0), 2))
        band = RefineParams(band_width=int(random.integers(1, 20)))
        session.edging.add_region(layer.id, "region", area, refine=band, edge=controls(random))
    return session


def points(random):
    across, down = random.uniform(-10, COLUMNS + 10, 4), random.uniform(-10, ROWS + 10, 4)
    return list(zip(across, down, strict=True))[: random.integers(1, 5)]


def brush(session, random):
    """A stroke; gives how far each pixel is from what it painted, in px. Its path is a curve through its samples."""
    layer, places, size = session.active, points(random), float(random.uniform(4, 40))
    region = layer.regions[0].id if layer.regions and random.integers(2) else None
    stroke = session.edging.begin_stroke(BrushParams(size=size, smoothing=0), int(random.choice(CODES)), region)
    for x, y in places:
        session.edging.stroke_to(x, y)
    session.end_stroke()
    painted = stroke.cover.array() > 0
    return ndimage.distance_transform_edt(~painted) if painted.any() else np.full((ROWS, COLUMNS), np.inf)


def far_from(places, shape=(ROWS, COLUMNS)):
    rows, columns = np.mgrid[: shape[0], : shape[1]] + 0.5
    far = np.full(shape, np.inf)
    for start, stop in zip(places, places[1:] or places, strict=False):
        way = np.subtract(stop, start)
        share = ((columns - start[0]) * way[0] + (rows - start[1]) * way[1]) / max((way**2).sum(), 1e-9)
        share = np.clip(share, 0, 1)
        there = np.hypot(columns - start[0] - share * way[0], rows - start[1] - share * way[1])
        far = np.minimum(far, there)
    return far


def looks(session):
    """Alpha and colours, the latter where they can be seen."""
    alpha = session.document.alpha.array()
    return alpha, session.document.colours(session.document.frame) * (alpha > 0)[..., None]


@pytest.mark.parametrize("seed", range(COUNT))
def test_what_is_farther_away_stays_bit_for_bit(shared_data, seed):
    random = np.random.default_rng(seed)
    session = session_of(random, shared_data)
    for _ in range(3):  # the second and third may lie over the ones before
        before, document = looks(session), session.document
        far = brush(session, random)
        wide = max(reach(edge) for edge in session.active.edges)
        outside = far > FADE + wide
        for old, new in zip(before, looks(session), strict=True):
            np.testing.assert_array_equal(old[outside], new[outside])
        if session.document is not document:
            after = session.document
            session.undo()
            assert session.document is document
            session.redo()
            assert session.document is after


def test_two_strokes_along_a_car_leave_the_car(shared_data):
    """They once took a rectangular quarter of it, 22,579 px of which lost more than 100 of 255."""
    session = Session(Runner(immediate, Inline()))
    session.opening.open(shared_data / "photos" / "rembg" / "examples" / "car-2.jpg")
    session.finding.remove_background(CutoutParams())
    before = session.document.alpha.array().astype(int)
    near = np.full(before.shape, np.inf)
    for places in (
        [(338, 553), (388, 563), (478, 553), (538, 540)],
        [(558, 543), (638, 548), (748, 538), (878, 518), (888, 488), (873, 458)],
    ):
        session.edging.begin_stroke(BrushParams(), HINT_UNKNOWN)
        for place in places:
            session.edging.stroke_to(*place)
        session.end_stroke()
        near = np.minimum(near, far_from(places, before.shape) - BrushParams().size / 2)
    after = session.document.alpha.array()
    assert (before - after > 100).sum() < 4000
    painted = session.active.hints.array() != 0
    assert near[painted].max() < 5, "the brush rounds the corners of the way it is led"
    away = cv2.distanceTransform(np.where(painted, 0, 255).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    np.testing.assert_array_equal(before[away > FADE + 0.5], after[away > FADE + 0.5])


def test_two_strokes_that_wait_together_leave_what_lies_between_them(shared_data):
    random = np.random.default_rng(5)
    pool = Later()
    session = session_of(random, shared_data, pool)
    session.shaping.refine(session.active.id, RefineParams())
    pool.run()
    before = looks(session)
    nearest = np.full((ROWS, COLUMNS), np.inf)
    for place in ((20.0, 20.0), (170.0, 130.0)):
        session.edging.begin_stroke(BrushParams(size=20, smoothing=0), HINT_UNKNOWN)
        session.edging.stroke_to(*place)
        session.end_stroke()
        nearest = np.minimum(nearest, far_from([place]) - 10)
    assert session.active.unsolved
    pool.run()
    assert not session.active.unsolved
    outside = nearest > FADE + max(reach(edge) for edge in session.active.edges) + 1.5
    for old, new in zip(before, looks(session), strict=True):
        np.testing.assert_array_equal(old[outside], new[outside])


def test_a_stroke_far_from_anything_sure_leaves_the_mask_as_it_is():
    """The box of the stroke holds nothing but the inside of the subject, so no background is known there."""
    random = np.random.default_rng(1)
    image = random.integers(0, 256, (3000, 300, 3), np.uint8)
    solid = Mask.filled(300, 3000, 255)
    session = Session(Runner(immediate, Inline()))
    session.history = History(Document(Image(image)).add([Layer(0, "all", solid, solid)]))
    session.edging.begin_stroke(replace(BrushParams(), size=60), HINT_UNKNOWN)
    session.edging.stroke_to(150, 1500)
    session.edging.stroke_to(180, 1600)
    session.end_stroke()
    assert (session.document.alpha.array() == 255).all()


def test_known_pixels_are_looked_for_farther_away_where_the_box_holds_none():
    """All of the subject within the box is painted over: what it looks like is known 300 px away."""
    image = np.full((200, 800, 3), (40, 160, 60), np.uint8)
    image[60:140, :700] = (200, 60, 40)
    image = np.clip(image + np.random.default_rng(2).normal(0, 3, image.shape), 0, 255).astype(np.uint8)
    mask = np.zeros((200, 800), np.uint8)
    mask[60:140, :700] = 255
    session = Session(Runner(immediate, Inline()))
    whole = Mask.from_array(mask)
    session.history = History(Document(Image(image)).add([Layer(0, "bar", whole, whole)]))
    session.edging.begin_stroke(BrushParams(size=100, smoothing=0), HINT_UNKNOWN)
    for x in range(360, 800, 40):
        session.edging.stroke_to(x, 100)
    session.end_stroke()
    alpha = session.document.alpha.array()
    assert np.abs(alpha.astype(int) - mask).mean() < 2
