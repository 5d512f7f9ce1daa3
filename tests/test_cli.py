"""The command line end to end on real photos and models; and one sentence for everything that goes wrong."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest
from scipy.ndimage import distance_transform_edt

from maskstudio.cli import app

SAMPLE = Path(__file__).resolve().parents[1] / "resources" / "samples" / "grace_hopper.jpg"


def decoded(path):
    return cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)


def test_detect_finds_the_face_and_writes_its_padded_mask(maskstudio, tmp_path):
    words = ("detect", SAMPLE, "-o", tmp_path / "m.png", "--mask-padding", "0", "--mask-blur", "0", "--json")
    status, out, err = maskstudio(*words)
    assert (status, err) == (0, "Saved m.png.\n")
    report = json.loads(out)
    (face,) = report["detections"]
    left, top, right, bottom = face["box"]
    assert face["label"] == "face"
    # Marked by hand in the photo of 512 x 600: eyes at (213, 187) and (305, 183), mouth at (260, 272), hat above 95.
    assert 120 < left < 213 < 305 < right < 400
    assert 95 < top < 183 < 272 < bottom < 360
    raw = decoded(tmp_path / "m.png")
    assert raw.shape == (600, 512)
    status, _, _ = maskstudio("detect", SAMPLE, "-o", tmp_path / "p.png", "--mask-padding", "9", "--mask-blur", "0")
    assert status == 0
    grown = decoded(tmp_path / "p.png")
    outside = distance_transform_edt(raw < 128)
    assert (grown[outside <= 7.5] == 255).mean() > 0.999
    assert (grown[outside >= 10.5] == 0).all()


def test_cutout_keeps_the_subject_bit_for_bit(maskstudio, tmp_path):
    status, _, _ = maskstudio("cutout", SAMPLE, "-o", tmp_path / "c.png", "--json")
    assert status == 0
    written = decoded(tmp_path / "c.png")
    source = decoded(SAMPLE)
    solid = written[..., 3] == 255
    assert 0.2 < solid.mean() < 0.9
    np.testing.assert_array_equal(written[..., :3][solid], source[solid])
    assert written[300, 260, 3] == 255
    assert written[20, 20, 3] == 0


def test_refine_sharpens_what_cutout_found(maskstudio, tmp_path):
    maskstudio("cutout", SAMPLE, "-o", tmp_path / "m.png", "--return-only-mask")
    words = ("refine", SAMPLE, tmp_path / "m.png", "-o", tmp_path / "r.png", "--band-width", "10", "--json")
    status, out, _ = maskstudio(*words)
    assert status == 0
    assert json.loads(out)["parameters"]["bandWidth"] == 10
    mask, refined, source = decoded(tmp_path / "m.png"), decoded(tmp_path / "r.png"), decoded(SAMPLE)
    assert np.abs(refined[..., 3].astype(int) - mask).mean() < 25
    assert (np.abs(refined[..., 3].astype(int) - mask) > 20).any()
    solid = refined[..., 3] == 255
    np.testing.assert_array_equal(refined[..., :3][solid], source[solid])
    maskstudio("refine", SAMPLE, tmp_path / "m.png", "-o", tmp_path / "k.png", "--no-color-decontamination")
    np.testing.assert_array_equal(decoded(tmp_path / "k.png")[..., :3], source)
    maskstudio("refine", SAMPLE, tmp_path / "m.png", "-o", tmp_path / "a.png", "--mask-only", "--band-width", "10")
    np.testing.assert_array_equal(decoded(tmp_path / "a.png"), refined[..., 3])


def test_a_backdrop_fills_what_was_behind(maskstudio, tmp_path):
    status, _, _ = maskstudio("cutout", SAMPLE, "-o", tmp_path / "c.png", "--rgba", "0,128,255,255")
    assert status == 0
    written = decoded(tmp_path / "c.png")
    assert (written[..., 3] == 255).all()
    assert written[10, 10].tolist() == [255, 128, 0, 255]


def test_objects_writes_one_mask_each_and_the_rest(maskstudio, tmp_path):
    status, out, _ = maskstudio("objects", SAMPLE, "-o", tmp_path / "o", "--json")
    assert status == 0
    files = [Path(one["file"]) for one in json.loads(out)["objects"]]
    assert [file.name for file in files] == ["01-face.png", "background.png"]
    np.testing.assert_array_equal(decoded(files[0]), 255 - decoded(files[1]))


def test_bus_with_yolo(maskstudio, shared_data, shared_models, monkeypatch):
    monkeypatch.setenv("MASKSTUDIO_MODELS", str(shared_models))
    status, out, _ = maskstudio(
        "detect", shared_data / "photos/ultralytics_assets/bus.jpg", "--model", "yolov8n-seg", "--json"
    )
    assert status == 0
    labels = [found["label"] for found in json.loads(out)["detections"]]
    assert labels.count("person") == 4
    assert labels.count("bus") == 1


def test_models_and_doctor_answer_in_json(maskstudio):
    status, out, _ = maskstudio("models", "list", "--json")
    states = {model["name"]: model for model in json.loads(out)["models"]}
    assert status == 0
    assert states["mediapipe_face_full"]["state"] == "ready"
    assert states["face_yolov8n"]["state"] == "download"
    status, out, _ = maskstudio("doctor", "--json")
    findings = json.loads(out)["findings"]
    assert status == 0, [finding for finding in findings if finding["state"] == "broken"]
    assert any(finding["check"] == "mediapipe_selfie" and finding["state"] == "ok" for finding in findings)


def bad_files(folder):
    truncated = folder / "truncated.jpg"
    truncated.write_bytes(SAMPLE.read_bytes()[:30_000])
    empty = folder / "empty.jpg"
    empty.touch()
    text = folder / "text.png"
    text.write_text("not a picture at all")
    bomb = folder / "bomb.png"
    bomb.write_bytes(_png_header(65535, 65535))
    return [truncated, empty, text, bomb, folder, folder / "missing.png", folder / "no" / "such" / "folder.png"]


def _png_header(width, height):
    import struct
    import zlib

    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(1000))

    def chunk(body):
        return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))

    return b"\x89PNG\r\n\x1a\n" + chunk(header) + chunk(data) + chunk(b"IEND")


@pytest.mark.parametrize("number", range(7))
def test_a_bad_file_gets_one_sentence_and_leaves_nothing(maskstudio, tmp_path, number):
    inputs = tmp_path / "in"
    inputs.mkdir()
    bad = bad_files(inputs)[number]
    output = tmp_path / "out"
    output.mkdir()
    status, out, err = maskstudio("cutout", bad, "-o", output / "c.png")
    assert status == 2
    assert out == ""
    assert is_one_sentence(err), err
    assert list(output.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("cutout", SAMPLE, "-o", "c.png", "--rgba", "red"),
        ("cutout", SAMPLE, "-o", "c.png", "--model", "nobody_knows_this"),
        ("cutout", SAMPLE, "-o", "c.png", "--provider", "moon"),
        ("detect", SAMPLE, "--confidence", "1.5"),
        ("detect", SAMPLE, "--max-detections", "0"),
        ("detect", SAMPLE, "--max-detections", "many"),
        ("detect", SAMPLE, "--nonsense"),
        ("detect",),
        ("refine", SAMPLE, SAMPLE.with_name("README.md"), "-o", "c.png"),
    ],
)
def test_a_wrong_option_gets_one_sentence_and_status_2(maskstudio, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    status, out, err = maskstudio(*words)
    assert status == 2, err
    assert out == ""
    assert is_one_sentence(err), err
    assert [path for path in tmp_path.iterdir() if path.name != "home"] == []


def is_one_sentence(text):
    return text.endswith(".\n") and text.count("\n") == 1 and "Traceback" not in text


def test_a_mask_of_another_size_is_refused_unless_fitted(maskstudio, tmp_path):
    mask = tmp_path / "m.png"
    mask.write_bytes(cv2.imencode(".png", np.full((60, 51), 255, np.uint8))[1].tobytes())
    status, _, err = maskstudio("refine", SAMPLE, mask, "-o", tmp_path / "c.png")
    assert status == 2
    assert is_one_sentence(err)
    status, _, _ = maskstudio("refine", SAMPLE, mask, "-o", tmp_path / "c.png", "--resize-mask")
    assert status == 0


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from maskstudio.cli.app import run
run()
"""


def test_a_full_disk_leaves_no_partial_file_and_keeps_the_old_one(tmp_path):
    output = tmp_path / "out" / "c.png"
    output.parent.mkdir()
    output.write_bytes(b"the old one")
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, "cutout", str(SAMPLE), "-o", str(output)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert run.returncode == 1
    assert is_one_sentence(run.stderr), run.stderr
    assert [path.name for path in output.parent.iterdir()] == ["c.png"]
    assert output.read_bytes() == b"the old one"


@pytest.mark.parametrize(
    ("output", "status"),
    [("c.jpg", 2), ("photo.png", 2), ("photo.JPG", 2), ("missing/c.png", 1), ("photo.png/c.png", 1)],
)
@pytest.mark.parametrize("command", ["detect", "cutout"])
def test_an_output_that_cannot_be_is_refused_before_any_work(
    maskstudio, tmp_path, monkeypatch, command, output, status
):
    photo = tmp_path / "photo.png"
    photo.write_bytes(SAMPLE.read_bytes())
    monkeypatch.setattr("maskstudio.cli.app._opened", lambda *_: pytest.fail("work was begun"))
    got, out, err = maskstudio(command, photo, "-o", tmp_path / output)
    assert (got, out) == (status, "")
    assert is_one_sentence(err), err
    assert photo.read_bytes() == SAMPLE.read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that even root cannot read")
def test_a_file_that_cannot_be_read_gets_one_sentence(maskstudio, tmp_path):
    (tmp_path / "a.png").symlink_to("/proc/self/mem")
    status, out, err = maskstudio("detect", tmp_path / "a.png")
    assert (status, out) == (2, "")
    assert is_one_sentence(err), err


def test_alpha_of_the_file_is_no_detection_and_a_model_sees_what_anybody_sees(maskstudio, tmp_path):
    bgr = decoded(SAMPLE)
    alpha = np.full(bgr.shape[:2], 255, np.uint8)
    alpha[:40], alpha[400:] = 0, 200
    shown = np.rint((bgr * (share := alpha[..., None] / 255)) + 255 * (1 - share)).astype(np.uint8)
    for name, planes in {"rgb": shown, "rgba": np.dstack([bgr, alpha])}.items():
        (tmp_path / f"{name}.png").write_bytes(cv2.imencode(".png", planes)[1].tobytes())
        assert maskstudio("detect", tmp_path / f"{name}.png", "-o", tmp_path / f"{name}-mask.png")[0] == 0
    assert decoded(tmp_path / "rgb-mask.png").any()
    np.testing.assert_array_equal(decoded(tmp_path / "rgba-mask.png"), decoded(tmp_path / "rgb-mask.png"))


@pytest.mark.parametrize("tag", [3, 6])
def test_boxes_and_masks_of_a_turned_photo_are_upright(maskstudio, tmp_path, tag):
    stored = np.rot90(decoded(SAMPLE)[..., ::-1], {3: 2, 6: 1}[tag])  # what the camera wrote, lying on its side
    exif = PIL.Image.Exif()
    exif[0x0112] = tag
    PIL.Image.fromarray(stored).save(tmp_path / "turned.png", exif=exif)
    _, out, _ = maskstudio("detect", tmp_path / "turned.png", "-o", tmp_path / "m.png", "--json")
    report = json.loads(out)
    (face,) = report["detections"]
    assert (report["width"], report["height"]) == (512, 600)
    left, top, right, bottom = face["box"]
    assert left < 213 < 305 < right
    assert top < 183 < 272 < bottom
    mask = decoded(tmp_path / "m.png")
    assert mask.shape == (600, 512)
    assert mask[230, 260] == 255


def test_16_bits_and_one_channel_go_through(maskstudio, tmp_path):
    grey = cv2.cvtColor(decoded(SAMPLE), cv2.COLOR_BGR2GRAY).astype(np.uint16) * 257
    (tmp_path / "grey.png").write_bytes(cv2.imencode(".png", grey)[1].tobytes())
    mask = np.zeros((600, 512, 4), np.uint16)  # an inverted-looking colour plane; its alpha is what counts
    mask[..., :3] = 65535
    mask[150:350, 150:380, 3] = 65535
    (tmp_path / "mask.png").write_bytes(cv2.imencode(".png", mask)[1].tobytes())
    status, _, err = maskstudio("refine", tmp_path / "grey.png", tmp_path / "mask.png", "-o", tmp_path / "c.png")
    assert status == 0, err
    written = decoded(tmp_path / "c.png")
    assert (written.dtype, written.shape) == (np.uint16, (600, 512, 4))
    solid = written[..., 3] == 65535
    assert solid[200:300, 200:330].all()
    np.testing.assert_array_equal(written[..., 0][solid], grey[solid])


def test_a_cutout_of_nothing_says_so(maskstudio, tmp_path):
    (tmp_path / "blank.png").write_bytes(cv2.imencode(".png", np.full((50, 40, 3), 90, np.uint8))[1].tobytes())
    status, out, err = maskstudio("cutout", tmp_path / "blank.png", "-o", tmp_path / "c.png", "--json")
    assert status == 0
    assert json.loads(out)["output"] == str(tmp_path / "c.png")
    assert err.startswith("No subject was found.\n")
    assert (decoded(tmp_path / "c.png")[..., 3] == 0).all()


@pytest.mark.parametrize("place", ["maskstudio.matting.edge.estimate", "maskstudio.core.files.cutout_raster"])
def test_an_interrupt_leaves_nothing_and_is_one_sentence(maskstudio, tmp_path, monkeypatch, place):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(place, interrupt)
    status, out, err = maskstudio("cutout", SAMPLE, "-o", tmp_path / "c.png")
    assert (status, out, err) == (130, "", "Stopped.\n")
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == []


def test_an_interrupt_while_the_program_starts_is_one_sentence_too(monkeypatch):
    from maskstudio import __main__ as program

    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "run", interrupt)
    monkeypatch.setattr(sys, "argv", ["maskstudio", "doctor"])
    try:
        with pytest.raises(SystemExit) as stop:
            program.main()
    finally:
        gc.enable()
    assert stop.value.code == 130


def program(words, shell=""):
    """The program in a process of its own; ``shell`` is what a shell adds after the command."""
    command = 'exec "$0" -m maskstudio "$@" ' + shell
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    run = subprocess.run(
        ["sh", "-c", command, sys.executable, *words], capture_output=True, check=False, env=environment
    )
    return run.returncode, run.stdout, run.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", [["models", "list"], ["models", "list", "--json"]])
def test_an_output_that_is_full_gets_one_sentence(words):
    status, _, err = program(words, "> /dev/full")
    assert status == 1
    assert is_one_sentence(err.decode()), err


def test_without_an_error_output_it_works_all_the_same(tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    assert program(["detect", str(tmp_path / "text.png")], "2>&-")[0] == 2
    status, out, _ = program(["detect", str(SAMPLE), "--json"], "2>&-")
    assert status == 0
    assert len(json.loads(out)["detections"]) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only there are names any bytes")
def test_names_of_any_bytes(tmp_path):
    for name in (b"caf\xe9 \xff.png", "a\nb 🦋.png".encode()):
        photo = tmp_path / os.fsdecode(name)
        photo.write_bytes(cv2.imencode(".png", np.full((30, 40, 3), 90, np.uint8))[1].tobytes())
        folder = photo.with_suffix(".d")
        status, _, err = program(["objects", str(photo), "-o", str(folder)])
        assert (status, b"Traceback" in err) == (0, False)
        assert [path.name for path in folder.iterdir()] == ["background.png"]
        assert program(["detect", str(photo.with_suffix(".missing"))])[0] == 2
