"""Models that are asked in words: untrained YOLOE and YOLO-World, made text encoders, and no connection anywhere.

No published weights of these models were ever at hand, so that only the plumbing is tested, not what they find.
"""

import socket

import numpy as np
import pytest

from maskstudio.core.image import Image
from maskstudio.errors import BadInput, BadParameter, CannotRead, ModelUnavailable, Untrusted
from maskstudio.jobs import Token
from maskstudio.params.local import DetectParams
from maskstudio.providers.local import families, incoming, modelshelf, wording
from maskstudio.providers.local.local import Local
from maskstudio.providers.local.networks import network, word_files, wordencoder, yolo_files
from maskstudio.providers.local.networks.clipwords import numbers
from maskstudio.providers.local.warm import WARM
from maskstudio.providers.weights import trust

torch = pytest.importorskip("torch")
from tests import madeopen

ENCODERS = {"yolov8n-worldv2": "ViT-B-32.pt", "yoloe-v8n-seg": "mobileclip_blt.ts", "yoloe-26n-seg": "mobileclip2_b.ts"}


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    def refused(*_args, **_kwargs):
        raise AssertionError("a connection was opened")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    yield
    for name in (*madeopen.KINDS, *word_files.BY_NAME, "asked"):
        WARM.drop(name)


def model(folder, name, made=None):
    path = madeopen.saved(folder / f"{name}.pt", made if made is not None else madeopen.network(name))
    trust.trust(path)
    return path


def encoder(folder, name):
    torch.manual_seed(5)
    made = madeopen.ClipText() if name.startswith("ViT") else madeopen.Directions()
    path = madeopen.saved_encoder(folder / name, made)
    trust.trust(path)
    return made


def photo():
    return Image(np.random.default_rng(1).integers(0, 255, (90, 120, 3)).astype(np.uint8))


def ask(name, prompt, **params):
    return Local().detect(photo(), DetectParams(model=name, prompt=prompt, confidence=0.0, **params), Token())


def test_words_are_read_as_clip_reads_them():
    """Against numbers that CLIP's own program and others that read its vocabulary give."""
    assert numbers(["a photo of a cat"])[0, :8].tolist() == [49406, 320, 1125, 539, 320, 2368, 49407, 0]
    assert numbers(["A  PHOTO of a Cat"]).tolist() == numbers(["a photo of a cat"]).tolist()
    long = numbers(["dog " * 200])
    assert (long.shape, long[0, 0], long[0, -1], set(long[0, 1:-1].tolist())) == ((1, 77), 49406, 49407, {1929})
    for strange in ("naïve café", "日本語", "😀", "", "_", "&amp;", "it's 3 o'clock"):
        row = numbers([strange])[0]
        assert row[0] == 49406
        assert row[row.argmax()] == 49407


def test_words_are_what_stands_between_commas():
    assert wording.words_of(" red  car, dog ,,dog,  ") == ("red car", "dog")
    assert wording.words_of(" , ") == ()


def test_the_text_half_of_clip_is_computed_as_torch_does(folder):
    made = encoder(folder, "ViT-B-32.pt")
    loaded = wordencoder.load(folder / "ViT-B-32.pt")
    words = ["red car", "a dog that sleeps in the sun", "x"]
    with torch.no_grad():
        wanted = torch.nn.functional.normalize(made(torch.from_numpy(numbers(words))), dim=-1)
    np.testing.assert_allclose(loaded.directions(words), wanted.numpy(), atol=2e-5)
    np.testing.assert_allclose(loaded.directions(words[::-1]), wanted.numpy()[::-1], atol=2e-5)


@pytest.mark.parametrize("name", list(ENCODERS))
def test_a_network_finds_what_it_is_asked_for(folder, name):
    """The answer equals what the network says when Ultralytics' own functions tell it the words."""
    made = encoder(folder, ENCODERS[name])
    path = model(folder, name)
    words = ("red car", "dog", "cup")
    found = ask(name, "red car, dog,cup", max_detections=40)
    assert found
    assert {each.label for each in found} <= {*words}
    state = families.family_of(name).state(name)
    assert (state.state, state.note, state.words, state.operations) == ("ready", "", True, {"detect"})
    inside = torch.load(path, weights_only=False)["model"]
    with torch.no_grad():
        directions = torch.nn.functional.normalize(made(torch.from_numpy(numbers(words)).int()), dim=-1)[None]
        if "world" in name:
            inside.txt_feats, inside.model[-1].nc = directions, 3
        else:
            inside.set_classes([*words], inside.model[-1].get_tpe(directions))
        picture, _ = network.fitted(photo().rgb8(), (640, 640), 32)
        raw = inside.fuse(verbose=False)(torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255)
    rows = raw[0][0] if isinstance(raw[0], tuple) else raw[0]
    best = rows[0, 4:7].max(dim=0).values.max()
    assert found[0].score == pytest.approx(float(best), abs=1e-4)
    label = words[int(rows[0, 4:7].max(dim=1).values.argmax())]
    assert found[0].label == label


def test_words_do_not_stay_in_the_network(folder):
    encoder(folder, "ViT-B-32.pt")
    model(folder, "yolov8n-worldv2")
    before = [(each.label, each.score) for each in ask("yolov8n-worldv2", "")]
    assert all(label.startswith("thing ") for label, _ in before)
    assert {each.label for each in ask("yolov8n-worldv2", "dog")} == {"dog"}
    assert [(each.label, each.score) for each in ask("yolov8n-worldv2", "")] == before


def test_without_words_or_without_an_encoder_there_is_one_sentence(folder):
    name = "yoloe-11n-seg"
    model(folder, name)
    with pytest.raises(BadParameter, match=r"finds what it is asked for in words, such as: red car, dog; say what\.$"):
        ask(name, " , ")
    with pytest.raises(ModelUnavailable, match=r"^yoloe-11n-seg understands words only with the text encoder mob"):
        ask(name, "dog")
    assert "mobileclip_blt.ts, which was not found" in families.family_of(name).state(name).note
    madeopen.saved_encoder(folder / "mobileclip_blt.ts", madeopen.Directions())
    with pytest.raises(Untrusted, match="--trust"):
        ask(name, "dog")
    (folder / "mobileclip_blt.ts").write_bytes(b"PK\x03\x04 and nothing else")
    trust.trust(folder / "mobileclip_blt.ts")
    with pytest.raises(ModelUnavailable, match=r"^mobileclip_blt\.ts is not a text encoder"):
        ask(name, "dog")
    model(folder, "yolov8n-worldv2")
    with pytest.raises(ModelUnavailable, match=r"run: maskstudio models pull ViT-B-32$"):
        ask("yolov8n-worldv2", "dog")


def test_an_encoder_that_cannot_be_read_is_said_in_the_list(folder, monkeypatch):
    """It once ended the list of all models with an error."""
    model(folder, "yoloe-11n-seg")
    encoder(folder, "mobileclip_blt.ts")
    digest = trust.digest

    def unread(path):
        if path.suffix == ".ts":
            raise CannotRead(f"{path} cannot be read.")
        return digest(path)

    monkeypatch.setattr(trust, "digest", unread)
    found = {each.name: each for each in families.states()}
    sentence = f"{folder / 'mobileclip_blt.ts'} cannot be read."
    assert (found["yoloe-11n-seg"].state, found["yoloe-11n-seg"].note) == ("ready", sentence)
    assert (found["mobileclip_blt"].state, found["mobileclip_blt"].note) == ("unavailable", sentence)


def test_a_vocabulary_that_was_fixed_needs_no_encoder(folder):
    """YOLOE with its words made a part of its weights, as an export does, by Ultralytics' own function."""
    made = madeopen.network("yoloe-11n-seg")
    direction = torch.nn.functional.normalize(torch.randn(1, 1, madeopen.WIDE), dim=-1)
    made.set_classes(["red car", "dog"], torch.cat([direction, -direction], dim=1))
    made.model[-1].fuse(made.pe)
    model(folder, "asked", made)
    found = {each.label for each in ask("asked", "")}
    assert found <= {"red car", "dog"}
    label = found.pop()
    assert {each.label for each in ask("asked", label.title())} == {label}
    with pytest.raises(BadParameter, match=r"^asked cannot look for cat: it knows only red car, dog\.$"):
        ask("asked", "dog, cat")


def test_words_that_were_set_and_kept_in_the_file_are_found_without_an_encoder(folder):
    made = madeopen.network("yoloe-v8n-seg")
    directions = torch.nn.functional.normalize(torch.randn(1, 2, madeopen.WIDE), dim=-1)
    made.set_classes(["red car", "dog"], made.model[-1].get_tpe(directions).detach())
    model(folder, "yoloe-v8n-seg", made)
    assert {each.label for each in ask("yoloe-v8n-seg", "")} <= {"red car", "dog"}


def test_models_with_classes_of_their_own_keep_to_them(local):
    name = "yolov8n-seg"
    with pytest.raises(BadParameter, match="cannot look for unicorn: it knows 80 words, the first of which are pers"):
        local.detect(photo(), DetectParams(model=name, prompt="dog, unicorn"), Token())
    with pytest.raises(BadParameter, match=r"^mediapipe_face_full cannot be asked in words"):
        local.detect(photo(), DetectParams(prompt="dog"), Token())


def test_asking_narrows_what_is_looked_for(local, shared_data):
    from maskstudio.core.files import read_image

    path = shared_data / "photos/ultralytics_assets/bus.jpg"
    if not path.is_file():
        pytest.skip("bus.jpg is not among the shared photos")
    bus = read_image(path).image
    found = local.detect(bus, DetectParams(model="yolov8n-seg", prompt="bus", max_detections=6), Token())
    assert [each.label for each in found] == ["bus"]


def test_encoders_stand_on_the_shelf_and_do_nothing_themselves(folder, tmp_path):
    found = {entry.name: entry for entry in modelshelf.entries() if entry.family == "Text encoders"}
    assert {name: entry.standing for name, entry in found.items()} == {
        "mobileclip_blt": "unavailable", "mobileclip2_b": "unavailable", "ViT-B-32": "download",
    }  # fmt: skip
    assert all(entry.model.about.purpose and entry.weights_licence for entry in found.values())
    path = madeopen.saved_encoder(tmp_path / "mobileclip_blt.ts", madeopen.Directions())
    with pytest.raises(Untrusted):
        incoming.add(path, Token())
    assert incoming.add(path, Token(), trusted=True) == "mobileclip_blt"
    entry = modelshelf.one("mobileclip_blt")
    assert (entry.standing, entry.measurable, entry.convertible, entry.own) == ("ready", False, False, True)
    assert entry.disk == path.stat().st_size
    with pytest.raises(BadInput, match=r"^other\.ts is no text encoder that we know; those are mobileclip_blt,"):
        incoming.add(path.rename(tmp_path / "other.ts"), Token(), trusted=True)
    modelshelf.remove("mobileclip_blt")
    assert not (folder / "mobileclip_blt.ts").exists()
    with pytest.raises(BadParameter, match="mobileclip_blt cannot detect objects"):
        ask("mobileclip_blt", "dog")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("yolov8s-worldv2", "clip:ViT-B/32"), ("yoloe-11s-seg", "mobileclip:blt"), ("yoloe-26l-seg", "mobileclip2:b"),
        ("yoloe-11s-seg-pf", ""), ("yolov8n-seg", ""),
    ],
)  # fmt: skip
def test_names_say_who_can_be_asked(name, wanted):
    assert yolo_files.opened(name) == wanted
    assert not wanted or wanted in word_files.ENCODERS
