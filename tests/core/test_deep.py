"""Masks of more than 8 bits: what came with 16 bits, or was solved with them, goes out with them; and what it costs."""

import numpy as np
import PIL.Image
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.document import Document, Layer
from maskstudio.core.files import decode_incoming
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.layer import Refinement
from maskstudio.core.mask import Mask
from maskstudio.core.paint import Paint
from maskstudio.core.project import Source, read_project, write_project
from maskstudio.core.tile import Tile, deep_tile, flat
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.params.local import AdjustParams, ExportParams, MaskInParams, RefineParams
from maskstudio.session.session import Session
from tests.core.pictures import plain_png, saved
from tests.matting.softdisc import soft_disc

RNG = np.random.default_rng(0)
DEEP = RNG.integers(0, 65536, (300, 330), np.uint16)
DEEP[:256, :256] = 65535
DEEP[256:, :256] = 100  # a tile of one value that 8 bits do not have


def eight(values):
    return np.rint(values / 257).astype(np.uint8)


def session():
    return Session(Runner(immediate, Inline()))


def written(path):
    return cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)


def rgba16(alpha=DEEP):
    colours = RNG.integers(0, 65536, (*alpha.shape, 3), np.uint16)
    return plain_png(6, np.dstack([colours, alpha])), colours


# --- through the program ------------------------------------------------------------------------------------------


def test_alpha_of_sixteen_bits_comes_out_as_it_went_in(tmp_path):
    data, colours = rgba16()
    (tmp_path / "a.png").write_bytes(data)
    opened = session()
    opened.opening.open(tmp_path / "a.png")
    np.testing.assert_array_equal(opened.document.alpha.array(), eight(DEEP))
    opened.exporting.export(tmp_path / "b.png", ExportParams())
    out = written(tmp_path / "b.png")
    np.testing.assert_array_equal(out[..., 3], DEEP)
    np.testing.assert_array_equal(out[..., 2::-1], colours)
    opened.exporting.export_mask(tmp_path / "m.png", ExportParams(depth="16"))
    np.testing.assert_array_equal(written(tmp_path / "m.png"), DEEP)
    opened.exporting.export_mask(tmp_path / "m8.png", ExportParams())
    np.testing.assert_array_equal(written(tmp_path / "m8.png"), eight(DEEP))


def test_the_sample_of_the_tester(shared_data, tmp_path):
    opened = session()
    opened.opening.open(shared_data / "faults/a16.png")
    opened.exporting.export(tmp_path / "b.png", ExportParams(depth="16"))
    np.testing.assert_array_equal(written(tmp_path / "b.png"), written(shared_data / "faults/a16.png"))


def test_an_imported_mask_keeps_its_bits_inverted_and_back_from_a_project(tmp_path):
    (tmp_path / "a.png").write_bytes(saved(np.zeros((300, 330, 3), np.uint8)))
    (tmp_path / "m.png").write_bytes(plain_png(0, DEEP[..., None]))
    opened = session()
    opened.opening.open(tmp_path / "a.png")
    opened.importing.import_mask(tmp_path / "m.png")
    opened.painting.invert()
    opened.projects.save_as(tmp_path / "a.ora")
    again = session()
    again.opening.open(tmp_path / "a.ora")
    for each in (opened, again):
        each.exporting.export_mask(tmp_path / "n.png", ExportParams(depth="16"))
        np.testing.assert_array_equal(written(tmp_path / "n.png"), 65535 - DEEP)


def test_a_solved_edge_has_more_than_256_steps(tmp_path):
    scene = soft_disc()
    opened = session()
    PIL.Image.fromarray(scene.image.pixels).save(tmp_path / "a.png")
    PIL.Image.fromarray(scene.layer.mask.array()).save(tmp_path / "m.png")
    opened.opening.open(tmp_path / "a.png")
    opened.importing.import_mask(tmp_path / "m.png")
    opened.shaping.refine(opened.active.id, RefineParams())
    opened.exporting.export_mask(tmp_path / "n.png", ExportParams(depth="16"))
    deep = written(tmp_path / "n.png")
    assert len(np.unique(deep)) > 1000
    np.testing.assert_array_equal(eight(deep), opened.document.alpha.array())
    opened.adjusting.adjust_edge(AdjustParams(contrast=0.5))
    assert opened.document.alpha.array().any()


# --- tiles and masks ----------------------------------------------------------------------------------------------


def test_a_tile_packs_and_unpacks_to_the_last_bit():
    every = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    tile = deep_tile(every)
    np.testing.assert_array_equal(tile.pixels, eight(every))
    before = tile.nbytes
    tile.pack()
    assert tile.nbytes < before
    np.testing.assert_array_equal(tile.deep, every)
    tile.unpack()
    np.testing.assert_array_equal(tile.deep, every)
    again = Tile.unpacked(tile.packed(), tile.shape).deepened(tile.deep_packed())
    np.testing.assert_array_equal(again.deep, every)
    np.testing.assert_array_equal(tile.inverse.deep, 65535 - every)


def test_noise_packs_what_it_has_beyond_eight_bits():
    tile = deep_tile(DEEP[:256, -74:].copy())
    assert not tile.is_small
    tile.pack()
    assert tile.is_small
    assert tile.nbytes < 2.3 * tile.pixels.size
    np.testing.assert_array_equal(tile.deep, DEEP[:256, -74:])


@pytest.mark.parametrize("hurt", [b"", b"\0" * 50, b"\xff" * 9])
def test_damaged_values_are_refused(hurt):
    tile = deep_tile(DEEP[-44:])
    with pytest.raises(ValueError, match=r"."):
        tile.deepened(tile.deep_packed()[:-20] + hurt)


def test_what_has_eight_bits_costs_no_more_than_before():
    plain = np.repeat(RNG.integers(0, 256, (256, 1), np.uint16) * 257, 256, 1)
    assert not deep_tile(plain).is_deep
    assert deep_tile(np.full((9, 9), 257 * 3, np.uint16)) is flat(3, 9, 9)
    mask = Mask.from_array(DEEP)
    assert mask.flat_value((0, 0)) == 255
    assert mask.nbytes == 3 * (300 * 330 - 256 * 256)


def test_a_part_written_leaves_the_bits_around_it():
    mask = Mask.from_array(DEEP)
    patch = np.full((10, 20), 7, np.uint8)
    painted = mask.put(patch, 280, 270)
    expected = DEEP.copy()
    expected[270:280, 280:300] = np.where(eight(DEEP)[270:280, 280:300] == 7, DEEP[270:280, 280:300], 7 * 257)
    np.testing.assert_array_equal(painted.deep_array(), expected)
    assert painted.put(painted.deep_array(), 0, 0).changed(painted) == []
    paint = Paint.none(330, 300).laid(np.full((5, 5), 255, np.uint8), 300, 10, 255)
    expected = DEEP.copy()
    expected[10:15, 300:305] = 65535
    over = paint.over(mask).deep_array()
    np.testing.assert_array_equal(np.abs(over.astype(int) - expected)[eight(DEEP) != 255], 0)


@pytest.mark.parametrize("mode", ["add", "subtract", "intersect", "xor"])
def test_layers_combine_at_sixteen_bits(mode):
    other = RNG.integers(0, 65536, DEEP.shape, np.uint16)
    image = Image(np.zeros((*DEEP.shape, 3), np.uint8))
    one, two = Mask.from_array(DEEP), Mask.from_array(other)
    document = Document(image).add([Layer(0, "a", one, one), Layer(0, "b", two, two, mode=mode)])
    wide, above = DEEP.astype(int), other.astype(int)
    right = np.maximum(wide, above) if mode == "add" else np.minimum(wide, above)
    right = np.minimum(wide, 65535 - above) if mode == "subtract" else right
    right = np.maximum(np.minimum(wide, 65535 - above), np.minimum(65535 - wide, above)) if mode == "xor" else right
    np.testing.assert_array_equal(document.alpha.deep_array(), right)


def test_a_project_holds_solved_values(tmp_path):
    mask = Mask.from_array(DEEP)
    layer = Layer(0, "a", mask, mask, refinement=Refinement(mask, {}))
    path = tmp_path / "a.ora"
    write_project(path, Document(Image(np.zeros((*DEEP.shape, 3), np.uint8))).add([layer]), Source(None))
    back = read_project(path, limit=None).document.layers[0]
    np.testing.assert_array_equal(back.refinement.alpha.deep_array(), DEEP)


@pytest.mark.parametrize(
    ("depth", "join", "says"), [(16, "replace", True), (16, "add", True), (16, "layer", False), (8, "add", False)]
)
def test_a_mask_that_joins_another_says_that_it_has_8_bits_then(depth, join, says):
    made, told = session(), []
    made.told = told.append
    made.history = History(Document(Image(np.zeros((*DEEP.shape, 3), np.uint8))))
    made.layers.add()
    plane = DEEP if depth == 16 else (DEEP >> 8).astype(np.uint16) * 257
    incoming = decode_incoming(plain_png(0, plane), "m.png")
    made.importing.take_mask(incoming, "m", MaskInParams(), "exact", join)
    assert told == (["Joined to a mask it has 8 bits; as a layer of its own it would keep its 16."] if says else [])
