"""Transparent is one thing of its own: wand, scissors, colour picker and models never see what is under it."""

import io

import numpy as np
import pytest
from PIL import Image as Pil
from scipy import ndimage

from maskstudio.core.cv import cv2
from maskstudio.core.files import decode_image, read_image
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image, to_8bit
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.core.scissors import Scissors
from maskstudio.core.seen import mean_colour, told_apart, visible
from maskstudio.core.wand import Wand
from maskstudio.jobs import Inline, Runner, Token, immediate
from maskstudio.params.local import CutoutParams, WandParams
from maskstudio.providers import registry
from maskstudio.providers.local import fullsize
from maskstudio.session import operations
from maskstudio.session.session import Session
from tests.core.test_wand import blotches, placed

HARD = WandParams(32, antialias=False)
SHAPE = (60, 90)


def noise(depth=8, seed=0):
    top = np.iinfo(np.uint16 if depth == 16 else np.uint8).max
    return np.random.default_rng(seed).integers(
        0, top, (*SHAPE, 3), np.uint16 if depth == 16 else np.uint8, endpoint=True
    )


def scene(depth=8, under=None):
    """A near-black box and a brown one on transparency that holds ``under``; the boxes' masks."""
    scale = 257 if depth == 16 else 1
    pixels = (noise(depth) if under is None else np.full((*SHAPE, 3), under)).astype(
        np.uint16 if depth == 16 else np.uint8
    )
    black, brown = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    black[10:30, 10:40], brown[35:55, 20:80] = True, True
    pixels[black], pixels[brown] = 6 * scale, np.array([190, 120, 60]) * scale
    return pixels, np.where(black | brown, 255, 0).astype(np.uint8), black, brown


def chosen(pixels, alpha, x, y, params=HARD):
    return placed(Wand(pixels, alpha).select(x, y, params), SHAPE) > 0


def test_the_near_black_part_of_the_faults_is_selected_alone(shared_data):
    opened = read_image(shared_data / "faults" / "black_part_rgba.png")
    rows, columns = np.nonzero((opened.alpha == 255) & (opened.image.pixels.max(axis=2) < 20))
    wand = Wand(opened.image.pixels, opened.image.alpha)
    rect, plane = wand.select(columns[100], rows[100], HARD)
    assert int((plane > 0).sum()) == 7200
    everywhere = wand.select(columns[100], rows[100], WandParams(32, contiguous=False, antialias=False))[1]
    assert int((everywhere > 0).sum()) == 7200
    assert rect.area == 7200


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("space", ["rgb", "lab"])
@pytest.mark.parametrize("contiguous", [False, True])
@pytest.mark.parametrize("size", ["1", "3"])
@pytest.mark.parametrize("under", [None, 0, 6])
def test_what_is_opaque_and_what_is_not_are_never_taken_together(depth, space, contiguous, size, under):
    pixels, alpha, black, brown = scene(depth, under)
    params = WandParams(32, contiguous, space, size, antialias=False)
    assert np.array_equal(chosen(pixels, alpha, 20, 20, params), black)
    assert np.array_equal(chosen(pixels, alpha, 50, 45, params), brown)
    assert np.array_equal(chosen(pixels, alpha, 2, 2, params), alpha == 0), "noise under transparency is one region"


def test_soft_transparency_counts_by_what_shows_of_it():
    """The definition: the most two pixels differ on black, on white, and in opacity."""
    pixels = noise(seed=3)
    alpha = np.zeros(SHAPE, np.uint8)
    alpha[:, 20:] = np.linspace(0, 255, 70).astype(np.uint8)
    pixels[:, 60:] = (200, 40, 90)
    for x, y in ((3, 3), (25, 10), (70, 30), (88, 50)):
        on = [np.rint((pixels * (a := alpha[..., None] / 255)) + grey * (1 - a)) for grey in (0, 255)]
        parts = [*on, np.repeat(alpha[..., None], 3, axis=2).astype(float)]
        apart = np.max([np.abs(part - part[y, x]).max(axis=2) for part in parts], axis=0)
        sure_in, sure_out = apart <= 31, apart > 33  # composites are rounded
        found = chosen(pixels, alpha, x, y, WandParams(32, contiguous=False, antialias=False))
        assert found[sure_in].all()
        assert not found[sure_out].any()
        linked = ndimage.label(found)[0]
        assert np.array_equal(chosen(pixels, alpha, x, y), linked == linked[y, x])


def test_an_opaque_alpha_changes_nothing():
    pixels = blotches(4, *SHAPE)
    for params in (HARD, WandParams(20, contiguous=False, space="lab", sample_size="5")):
        plain = Wand(pixels).select(30, 30, params)
        assert np.array_equal(
            placed(plain, SHAPE), placed(Wand(pixels, np.full(SHAPE, 255, np.uint8)).select(30, 30, params), SHAPE)
        )


def palette(black, brown):
    """A palette PNG of which a colour, near-black as well, is transparent (tRNS)."""
    made = Pil.fromarray(np.where(black, 0, np.where(brown, 1, 2)).astype(np.uint8), "P")
    made.putpalette([6, 6, 6, 190, 120, 60, 8, 8, 8])
    held = io.BytesIO()
    made.save(held, "PNG", transparency=2)
    return held.getvalue()


def test_a_palette_with_a_transparent_colour():
    _, alpha, black, brown = scene()
    opened = decode_image(palette(black, brown), "p.png")
    assert np.array_equal(opened.image.alpha, alpha)
    assert np.array_equal(chosen(opened.image.pixels, opened.image.alpha, 20, 20), black)


@pytest.mark.parametrize("colour", [0, 255])
def test_the_magnetic_line_follows_the_edge_of_what_can_be_seen(colour):
    """A plain disc on transparency that holds noise, or its own colour: there is an edge, and nothing beside it."""
    rows, columns = np.ogrid[:200, :200]
    inside = (columns - 100) ** 2 + (rows - 100) ** 2 <= 60**2
    pixels = np.random.default_rng(1).integers(0, 256, (200, 200, 3), np.uint8)
    pixels[:100] = colour
    pixels[inside] = colour
    scissors = Scissors(pixels, np.where(inside, 255, 0).astype(np.uint8))
    scissors.anchor(160, 100)
    line = np.array(scissors.path(100, 160))
    assert np.abs(np.hypot(line[:, 0] - 100, line[:, 1] - 100) - 60).max() < 3


def test_models_see_it_on_white_and_opaque_photos_as_they_are():
    pixels, alpha, *_ = scene(16)
    shown = visible(Image(pixels, alpha=alpha))
    assert (shown[alpha == 0] == 255).all()
    assert np.array_equal(shown[alpha == 255], to_8bit(pixels)[alpha == 255])
    assert np.array_equal(visible(Image(pixels)), to_8bit(pixels))
    assert np.array_equal(visible(Image(pixels, alpha=alpha), Rect(5, 6, 20, 10)), shown[6:16, 5:25])
    assert told_apart(pixels, None).shape == (*SHAPE, 3)


def test_a_colour_is_the_mean_of_what_can_be_seen():
    pixels, alpha, *_ = scene()
    assert mean_colour(Image(pixels, alpha=alpha), Rect(8, 8, 5, 5)) == (6, 6, 6)
    assert mean_colour(Image(pixels, alpha=alpha), Rect(0, 0, 5, 5)) is None
    expected = np.rint(pixels[:5, :5].reshape(-1, 3).mean(axis=0))
    assert mean_colour(Image(pixels), Rect(0, 0, 5, 5)) == tuple(expected)


def test_no_spill_colour_is_taken_from_under_transparency():
    pixels, alpha, black, _ = scene()
    layer = Layer(0, "black", *(Mask.from_array(np.where(black, 255, 0).astype(np.uint8)),) * 2)
    assert operations.spill(Image(pixels, alpha=alpha), layer) == (190, 120, 60), "the other box can be seen"
    alone = np.where(black, 255, 0).astype(np.uint8)
    assert operations.spill(Image(pixels, alpha=alone), layer) is None
    assert operations.spill(Image(pixels), layer) is not None


def test_a_provider_gets_no_hidden_colour(monkeypatch):
    shown = []
    monkeypatch.setattr(fullsize, "reduced", lambda rgb: shown.append(rgb) or rgb)
    pixels, alpha, *_ = scene()
    registry.get("local").cutout(Image(pixels, alpha=alpha), CutoutParams(), Token())
    assert (shown[0][alpha == 0] == 255).all()


@pytest.mark.parametrize("kind", ["file", "pasted", "16 bit", "grey"])
def test_what_is_transparent_is_known_after_saving_and_opening_again(tmp_path, kind):
    pixels, alpha, *_ = scene(16 if kind == "16 bit" else 8)
    if kind == "grey":
        pixels = np.repeat(pixels[..., :1], 3, axis=2)
    wide = alpha.astype(pixels.dtype) * (257 if kind == "16 bit" else 1)
    data = cv2.imencode(".png", np.dstack([pixels[..., ::-1], wide]))[1].tobytes()
    session = Session(Runner(immediate, Inline()))
    if kind == "file":
        (tmp_path / "a.png").write_bytes(data)
        session.opening.open(tmp_path / "a.png")
    else:
        session.clipboard.paste_image(data, "Pasted")
    session.layers.delete(session.active.id)
    session.projects.save_as(tmp_path / "a.ora")
    again = Session(Runner(immediate, Inline()))
    again.opening.open(tmp_path / "a.ora")
    assert again.document.layers == ()
    assert np.array_equal(again.document.image.alpha, alpha)
    assert np.array_equal(again.document.image.pixels, pixels)
