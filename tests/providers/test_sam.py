"""Segment Anything: made networks with a known arithmetic."""

import importlib.util

import numpy as np
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.formats import PICTURES
from maskstudio.core.image import Image
from maskstudio.errors import Cancelled, ModelUnavailable, UnknownModel
from maskstudio.jobs import Token
from maskstudio.providers.local import encodings, families, sam
from maskstudio.providers.local.ahead import ahead, neighbours
from maskstudio.providers.local.local import Local
from maskstudio.providers.local.networks import samonnx
from maskstudio.providers.local.networks.aiming import aim_of
from maskstudio.providers.local.networks.onnxsession import OnnxNetwork
from maskstudio.providers.local.networks.pointnetwork import Lie
from maskstudio.providers.local.samselector import SamSelector
from maskstudio.selection.prompt import Prompt, Scribble
from maskstudio.selection.selector import RegionSelector
from tests.madenets import bright, outside
from tests.madesam import decoder, opened, overlap, raw_encoder, saved_pair, scene, square_encoder

SIZES = [(600, 400), (300, 700), (2200, 1400), (64, 48)]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("kind", ["raw", "square"])
def test_a_click_selects_what_is_under_it_at_full_size(folder, width, height, kind):
    if kind == "raw":
        saved_pair(folder, "tiny", raw_encoder(), decoder())
    else:
        saved_pair(folder, "tiny", square_encoder(256), decoder(256, 256, finer=True, scale=57))
    pixels, truth = scene(width, height)
    red = Prompt(include=((width * 0.3, height * 0.5),))
    found = opened(pixels).predict(red, Token())
    assert found[0].mask.size == (width, height)
    assert overlap(found[0].mask, truth) > 0.93
    assert [round(each.score, 3) for each in found] == sorted((round(each.score, 3) for each in found), reverse=True)
    assert found[0].score == pytest.approx(0.9 if len(found) == 1 or found[0].score > 0.8 else 0.7)
    blue = opened(pixels).predict(Prompt(include=((width * 0.75, height * 0.5),)), Token())
    assert blue[0].mask[round(width * 0.75), height // 2] == 255
    assert blue[0].mask[round(width * 0.3), height // 2] == 0


def test_sixteen_bits_and_see_through_pixels_are_seen_as_they_are_shown(folder):
    saved_pair(folder, "tiny", raw_encoder(), decoder())
    pixels, truth = scene(400, 300)
    deep = opened(pixels.astype(np.uint16) * 257).predict(Prompt(include=((100, 150),)), Token())
    assert overlap(deep[0].mask, truth) > 0.93
    alpha = np.full((300, 400), 255, np.uint8)
    alpha[truth] = 0
    clear = Local().open_selector(Image(np.full((300, 400, 3), 9, np.uint8), alpha=alpha), "tiny", Token())
    assert overlap(clear.predict(Prompt(include=((100, 150),)), Token())[0].mask, truth) > 0.93


@pytest.mark.parametrize("place", [(0, 0), (400, 300), (0, 300), (400, 0), (399.9, 0.1), (200, 300)])
def test_clicks_on_the_border_are_answered(folder, place):
    saved_pair(folder, "tiny", raw_encoder(), decoder())
    pixels, truth = scene(400, 300)
    found = opened(pixels).predict(Prompt(include=(place,)), Token())
    assert overlap(found[0].mask, np.ones_like(truth)) > 0.3
    assert found[0].mask[min(int(place[0]), 399), min(int(place[1]), 299)] == 255


def test_what_is_clicked_is_in_or_out_whatever_the_network_says(folder):
    saved_pair(folder, "tiny", raw_encoder(), decoder())
    pixels, _ = scene(400, 300)
    prompt = Prompt(include=((100, 150), (390, 10)), exclude=((80, 140), (5, 290)))
    for each in opened(pixels).predict(prompt, Token()):
        assert [each.mask[x, y] for x, y in ((100, 150), (390, 10), (80, 140), (5, 290))] == [255, 255, 0, 0]


@pytest.mark.parametrize("lie", [Lie((900, 600), 1024, False), Lie((600, 900), 1024, False), Lie((900, 600), 64, True)])
def test_places_in_the_photo_and_in_the_square_are_the_same(lie):
    width, height = lie.photo
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[height // 3, width // 4] = 255
    rgb[height // 3 - 8 : height // 3 + 9, width // 4 - 8 : width // 4 + 9] = 255
    picture = lie.picture(rgb)
    assert picture.shape[1::-1] == lie.size
    rows, columns = np.indices(picture.shape[:2])
    weight = picture[..., 0].astype(float)
    centre = (columns * weight).sum() / weight.sum(), (rows * weight).sum() / weight.sum()
    aim = aim_of(Prompt(include=((width // 4 + 0.5, height // 3 + 0.5),)))
    np.testing.assert_allclose(lie.places(aim)[0], centre, atol=0.05)
    square = np.zeros((lie.side, lie.side), np.float32)
    square[: picture.shape[0], : picture.shape[1]] = picture[..., 0]
    back = lie.seen(square, lie.photo)
    rows, columns = np.indices(back.shape)
    found = (rows * back).sum() / back.sum(), (columns * back).sum() / back.sum()
    np.testing.assert_allclose(found, (height // 3, width // 4), atol=0.1)


def test_a_prompt_is_said_in_the_networks_words():
    one = aim_of(Prompt(include=((3, 4),)))
    assert (one.points.tolist(), one.labels.tolist(), one.unclear) == ([[3, 4]], [1], True)
    some = aim_of(Prompt(include=((3, 4), (5, 6)), exclude=((7, 8),), box=(1, 2, 30, 40)))
    assert some.points.tolist() == [[1, 2], [30, 40], [3, 4], [5, 6], [7, 8]]
    assert (some.labels.tolist(), some.unclear) == ([2, 3, 1, 1, 0], False)
    stroke = Scribble(tuple((float(x), 50.0) for x in range(10, 200)), 2)
    drawn = aim_of(Prompt(scribbles=(stroke,), erasures=(Scribble(((5, 5),)),)))
    assert drawn.labels.tolist() == [1] * 8 + [0]
    assert drawn.points[[0, 7]].tolist() == [[10, 50], [199, 50]]
    ring = ((0, 0), (300, 0), (300, 100), (100, 100), (100, 300), (0, 300))
    rough = aim_of(Prompt(outline=ring))
    assert rough.labels.tolist() == [2, 3, *[1] * (len(rough.labels) - 2)]
    assert rough.points[:2].tolist() == [[0, 0], [300, 300]]
    assert len(rough.labels) > 2
    plane = np.zeros((301, 301), np.uint8)
    cv2.fillPoly(plane, [np.array(ring, np.int32)], 1)
    depth = cv2.distanceTransform(plane, cv2.DIST_L2, 5)
    assert all(depth[round(y), round(x)] > 25 for x, y in rough.points[2:])
    assert aim_of(Prompt(outline=((5, 5), (5, 5), (5, 5)))).labels.tolist()[:2] == [2, 3]


def test_a_decoder_is_fed_what_its_layout_expects(folder, monkeypatch):
    saved_pair(folder, "tiny", raw_encoder(), decoder())
    pixels, _ = scene(512, 256)
    selector, fed = opened(pixels), []
    run = OnnxNetwork.run
    monkeypatch.setattr(OnnxNetwork, "run", lambda self, values, token: fed.append(values) or run(self, values, token))
    selector.predict(Prompt(include=((101, 51),)), Token())
    selector.predict(Prompt(include=((101, 51),), box=(50, 25, 200, 100)), Token())
    assert [each["point_labels"].tolist() for each in fed] == [[[1, -1]], [[2, 3, 1]]]
    assert fed[0]["point_coords"].tolist() == [[[201.5, 101.5], [0, 0]]]
    assert fed[1]["point_coords"].tolist() == [[[99.5, 49.5], [399.5, 199.5], [201.5, 101.5]]]
    assert (fed[0]["has_mask_input"].tolist(), fed[0]["mask_input"].shape) == ([0], (1, 1, 256, 256))


class Masks:
    """A network whose four masks are discs around the first point."""

    name = "discs"

    def __init__(self, scores, radii=(10, 20, 40, 80)):
        self.scores, self.radii = scores, radii

    def decode(self, encoding, photo, aim, token):
        lie = Lie(photo, 256, squashed=False)
        x, y = lie.places(aim)[0]
        rows, columns = np.indices((256, 256))
        far = np.hypot(columns - x, rows - y)
        return np.stack([radius - far for radius in self.radii]).astype(np.float32), np.array(self.scores), lie


def test_candidates_are_the_best_three_and_none_twice():
    photo = np.random.default_rng(3).integers(100, 120, (256, 256, 3), np.uint8)
    one = Prompt(include=((128, 128),))
    two = Prompt(include=((128, 128), (130, 130)))

    def asked(prompt, scores, radii=(10, 20, 40, 80)):
        found = SamSelector(photo, Masks(scores, radii), {}).predict(prompt, Token())
        areas = [np.count_nonzero(each.mask.array() > 127) for each in found]
        return [round(np.sqrt(area / np.pi), -1) for area in areas], [each.score for each in found]

    assert asked(one, [0.99, 0.2, 0.8, 0.5]) == ([40, 80, 20], [0.8, 0.5, 0.2])
    assert asked(two, [0.99, 0.2, 0.8, 0.5]) == ([10, 40, 80], [0.99, 0.8, 0.5])
    assert asked(one, [0.5, 1.7, 0.9, -1], (10, 20, 20.1, 60)) == ([20, 60], [1, 0])
    # The network finds nothing, so the photo alone is asked.
    weightless = RegionSelector(photo, Token()).predict(one, Token())
    found = SamSelector(photo, Masks([0.5] * 4, (-1, -1, -1, -1)), {}).predict(one, Token())
    assert [each.score for each in found] == [each.score for each in weightless]
    assert all(np.array_equal(a.mask.array(), b.mask.array()) for a, b in zip(found, weightless, strict=True))


def test_the_pointer_gets_a_guess_only_from_a_quick_network():
    photo = np.zeros((200, 300, 3), np.uint8)
    selector = SamSelector(photo, Masks([0.1, 0.2, 0.9, 0.3]), {})
    guess = selector.preview(150, 100)
    assert guess[150, 100] == 255
    selector._took = 9.0
    assert selector.preview(150, 100) is None


def test_a_photo_is_encoded_once_and_its_encoding_kept(folder, monkeypatch):
    saved_pair(folder, "tiny", raw_encoder(), decoder())
    pixels, truth = scene(400, 300)
    calls = []
    encode = samonnx.SamPair.encode
    monkeypatch.setattr(samonnx.SamPair, "encode", lambda *words: calls.append(1) or encode(*words))
    first, again = opened(pixels), opened(pixels)
    assert len(calls) == 1
    prompt = Prompt(include=((100, 150),))
    one, other = (each.predict(prompt, Token()) for each in (first, again))
    assert overlap(other[0].mask, one[0].mask.array() > 127) > 0.99
    (file,) = encodings.folder().iterdir()
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert overlap(opened(pixels).predict(prompt, Token())[0].mask, truth) > 0.93
    assert len(calls) == 2
    saved_pair(folder, "tiny", raw_encoder(cell=32), decoder(count=32))
    opened(pixels)
    assert len(calls) == 3


def test_neighbours_are_encoded_ahead(folder, tmp_path, monkeypatch):
    saved_pair(folder, "tiny", raw_encoder(), decoder())
    files = [tmp_path / name for name in ("a.png", "b.png", "c.JPG", "d.png")]
    for level, file in enumerate(files):
        assert cv2.imwrite(str(file), np.full((40, 60, 3), 50 * level, np.uint8))
    (tmp_path / "bad.png").write_bytes(b"no photo")
    (tmp_path / "notes.txt").write_text("no photo")
    assert [each.name for each in neighbours(files[1])] == ["bad.png", "a.png"]
    assert [each.name for each in neighbours(files[3])] == ["c.JPG"]
    for ending in PICTURES:  # whatever can be opened is a neighbour, and nothing else
        here = tmp_path / f"of {ending}"
        here.mkdir()
        for name in ("a.png", f"b.{ending.upper()}", "b.txt", f"{ending}"):
            (here / name).touch()
        assert [each.name for each in neighbours(here / "a.png")] == [f"b.{ending.upper()}"]
    assert neighbours(tmp_path / "gone" / "x.png") == neighbours(tmp_path / "x.png") == []
    assert ahead([*files[:2], tmp_path / "bad.png"], "none", Token()) == 0
    assert not encodings.folder().exists()
    assert ahead([*files[:2], tmp_path / "bad.png", tmp_path / "gone.png"], "tiny", Token()) == 2
    assert len(list(encodings.folder().iterdir())) == 2
    monkeypatch.setattr(samonnx.SamPair, "encode", None)
    opened(np.full((40, 60, 3), 50, np.uint8))
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        ahead(files, "tiny", token)


@pytest.mark.parametrize(
    ("encoder", "its_decoder", "says"),
    [
        (raw_encoder(), bright(), "tiny.decoder.onnx has not the inputs and outputs"),
        (bright(), decoder(), "tiny.encoder.onnx has not the inputs and outputs"),
        (square_encoder(), decoder(), "tiny.encoder.onnx has not the inputs and outputs"),
        (raw_encoder(cell=32), decoder(), "something else than its decoder takes"),
        (raw_encoder(), bright(weights=[outside("/etc/passwd")]), "outside its folder"),
        (bright(opsets=("evil.example",)), decoder(), None),
    ],
    ids=["a decoder", "an encoder", "of another", "another size", "a file outside", "strange"],
)
def test_files_that_do_not_go_together_are_refused_with_a_sentence(folder, encoder, its_decoder, says):
    saved_pair(folder, "tiny", encoder, its_decoder)
    pixels, _ = scene(80, 60)
    with pytest.raises(ModelUnavailable, match=says) as raised:
        opened(pixels)
    assert str(raised.value).endswith(".")
    assert not encodings.folder().exists()


def test_a_torn_file_is_refused_with_a_sentence(folder):
    saved_pair(folder, "tiny", raw_encoder(), decoder())
    for part in ("encoder", "decoder"):
        path = folder / f"tiny.{part}.onnx"
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(ModelUnavailable, match="damaged"):
            opened(scene(80, 60)[0])
        path.write_bytes(whole)


def test_states_are_honest(folder, monkeypatch):
    def state(name):
        return families.family_of(name).state(name)

    assert (state("mobile_sam").state, "mobile_sam.pt was not found" in state("mobile_sam").note) == ("download", True)
    assert (state("FastSAM-s").state, state("mobile_sam").size) == ("unavailable", 40728226)
    saved_pair(folder, "tiny", raw_encoder(), decoder())
    assert (state("tiny").state, state("tiny").operations, state("tiny").note) == ("ready", {"select"}, "")
    names = [each.name for each in families.states()]
    assert not {"tiny.encoder", "tiny.decoder"} & {*names}
    assert families.ready("select") == ["tiny", "none"]
    (folder / "lone.decoder.onnx").write_bytes(decoder().SerializeToString())
    assert state("lone").note == "lone.decoder.onnx needs lone.encoder.onnx beside it, which was not found."
    (folder / "half.encoder.onnx").write_bytes(raw_encoder().SerializeToString())
    assert state("half").note == "half.encoder.onnx needs half.decoder.onnx beside it, which was not found."
    with pytest.raises(ModelUnavailable, match="which was not found"):
        opened(scene(80, 60)[0], "half")
    with pytest.raises(UnknownModel):
        sam.Sam().open_selector(Image(scene(80, 60)[0]), "nobody", Token())
    saved_pair(folder, "mobile_sam", raw_encoder(), decoder())
    assert state("mobile_sam").state == "ready"
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "onnxruntime" else find(name))
    assert (state("tiny").state, "needs onnxruntime" in state("tiny").note) == ("unavailable", True)


def test_encoding_stops_when_it_is_cancelled_and_nothing_is_kept(folder):
    saved_pair(folder, "tiny", raw_encoder(), decoder())
    token = Token(lambda _, text: token.cancel() if "Encoding" in text else None)
    with pytest.raises(Cancelled):
        opened(scene(400, 300)[0], token=token)
    assert not encodings.folder().exists()
    selector, token = opened(scene(400, 300)[0]), Token()
    token.cancel()
    with pytest.raises(Cancelled):
        selector.predict(Prompt(include=((9, 9),)), token)
