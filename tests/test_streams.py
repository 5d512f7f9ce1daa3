"""``-`` on the command line, decimal commas, names of PNG files and masks with nothing in them."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from maskstudio.core.history import History
from maskstudio.errors import BadParameter
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.params.local import ExportParams
from maskstudio.session.session import Session
from tests.core.documents import disc, document

RNG = np.random.default_rng(0)
PHOTO = RNG.integers(0, 256, (40, 60, 3), np.uint8)
MASK = np.zeros((40, 60), np.uint8)
MASK[10:30, 15:45] = 255


def png(array):
    held = io.BytesIO()
    PIL.Image.fromarray(array).save(held, "PNG")
    return held.getvalue()


@pytest.fixture
def files(tmp_path):
    for name, array in {"photo": PHOTO, "mask": MASK, "empty": np.zeros_like(MASK)}.items():
        (tmp_path / f"{name}.png").write_bytes(png(array))
    return tmp_path


def piped(*words, data=b""):
    """Status, bytes of the output and text of the errors of the program, with ``data`` piped in."""
    command = [sys.executable, "-m", "maskstudio", *map(str, words)]
    done = subprocess.run(command, input=data, capture_output=True, check=False, env={**os.environ})
    return done.returncode, done.stdout, done.stderr.decode()


def test_a_picture_is_piped_through(files):
    words = ("refine", files / "photo.png", "-", "-o", files / "file.png", "--mask-only")
    assert piped(*words, data=png(MASK))[0] == 0
    status, out, err = piped("refine", "-", files / "mask.png", "-o", "-", "--mask-only", data=png(PHOTO))
    assert (status, err) == (0, "Saved standard output.\n")
    assert out == (files / "file.png").read_bytes()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("refine", "-", "-", "-o", "x.png"), "The standard input (-) can only be given once."),
        (
            ("refine", "-", "mask.png", "-o", "-", "--trimap-output", "-"),
            "The standard output (-) can only be given once.",
        ),
        (("refine", "-", "mask.png", "-o", "-", "--json"), "The report of --json and a file (-) cannot both go"),
        (("objects", "photo.png", "-o", "-"), "name a folder for them"),
        (("detect", "-"), "Standard input is not an image"),
    ],
)
def test_what_cannot_be_piped_is_one_sentence(maskstudio, files, monkeypatch, words, says):
    monkeypatch.chdir(files)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"no picture")))
    status, out, err = maskstudio(*words)
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_nothing_piped_in_is_said(maskstudio, files, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    status, _, err = maskstudio("refine", "-", files / "mask.png", "-o", files / "x.png")
    assert (status, err) == (2, "There is nothing on the standard input (-); pipe a file into this command.\n")


def test_a_recipe_is_piped_in(maskstudio, files, monkeypatch):
    recipe = b'{"recipe": 1, "refine": {"bandWidth": 3}}'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(recipe)))
    words = ("refine", files / "photo.png", files / "mask.png", "-o", files / "c.png", "--recipe", "-", "--json")
    status, out, _ = maskstudio(*words)
    assert status == 0
    assert json.loads(out)["parameters"]["bandWidth"] == 3


def test_a_closed_output_is_said(maskstudio, files, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    status, _, err = maskstudio("refine", files / "photo.png", files / "mask.png", "-o", "-")
    assert (status, err) == (1, "The standard output (-) is closed.\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_nothing_is_called_saved_that_the_output_did_not_take(files):
    command = [sys.executable, "-m", "maskstudio", "refine", "photo.png", "mask.png", "-o", "-"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, cwd=files, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"The output cannot be written: No space left on device.\n")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("-o", "mask.png"), "mask.png is what this is made from; choose another name for the output."),
        (("-o", "./link.png"), "link.png is what this is made from; choose another name for the output."),
        (("-o", "x.png", "--trimap-output", "mask.png"), "mask.png is what this is made from"),
        (("-o", "x.png", "--save-recipe", "photo.png"), "photo.png is the photo itself"),
        (("-o", "empty.png", "--keep-here", "empty.png"), "empty.png is what this is made from"),
        (("-o", "empty.png", "--region", "empty.png=r.json"), "empty.png is what this is made from"),
        (("-o", "x.png", "--trimap-output", "./x.png"), "x.png would be written twice; choose another name for one"),
        (("-o", "x.png", "--save-recipe", "x.png"), "x.png would be written twice; choose another name for one"),
    ],
)
def test_nothing_is_written_over_what_is_read_and_nothing_twice(maskstudio, files, monkeypatch, options, says):
    monkeypatch.chdir(files)
    (files / "link.png").symlink_to(files / "mask.png")
    before = {path: path.read_bytes() for path in files.iterdir()}
    status, _, err = maskstudio("refine", "photo.png", "mask.png", *options)
    assert status == 2
    assert says in err
    assert {path: path.read_bytes() for path in files.iterdir()} == before


@pytest.mark.parametrize(("text", "number"), [("0,5", 0.5), ("0.5", 0.5), (" 1 ", 1.0)])
def test_a_decimal_comma_is_a_number(maskstudio, files, text, number):
    words = (
        "refine",
        files / "photo.png",
        files / "mask.png",
        "-o",
        files / "c.png",
        "--decontamination-amount",
        text,
        "--json",
    )
    status, out, err = maskstudio(*words)
    assert status == 0, err
    assert json.loads(out)["parameters"]["decontaminationAmount"] == number


def test_what_is_no_number_is_one_sentence(maskstudio, files):
    status, _, err = maskstudio("detect", files / "photo.png", "--confidence", "0,5,1")
    assert status == 2
    assert err == "Invalid value for '--confidence': '0,5,1' is not a number.\n"


def test_a_decimal_comma_for_a_service(maskstudio):
    status, out, err = maskstudio("providers", "set", "runware", "monthlyCap=2,5", "--json")
    assert status == 0, err
    assert json.loads(out)["monthlyCap"] == 2.5


@pytest.mark.parametrize("name", ["o.jpg", "o.webp", "o.png.tiff"])
@pytest.mark.parametrize("way", ["export", "export_mask"])
def test_a_png_is_called_png_at_every_way_out(tmp_path, name, way):
    session = Session(Runner(immediate, Inline()))
    session.history = History(document(disc()))
    with pytest.raises(BadParameter, match=rf"the name of {name} must end in \.png\."):
        getattr(session.exporting, way)(tmp_path / name, ExportParams())
    assert list(tmp_path.glob("o*")) == []
    for right in ("o.PNG", "o"):
        getattr(session.exporting, way)(tmp_path / right, ExportParams())
        assert (tmp_path / right).read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("way", ["export", "export_mask"])
def test_an_empty_mask_is_said_to_be_one(tmp_path, way):
    session, said = Session(Runner(immediate, Inline())), []
    session.told = said.append
    for plane, words in ((np.zeros_like(disc()), "the mask is empty"), (disc(), "Saved o.png.")):
        session.history = History(document(plane))
        getattr(session.exporting, way)(tmp_path / "o.png", ExportParams())
        assert words in said[-1]
        assert (tmp_path / "o.png").exists()


def test_refining_an_empty_mask_is_refused(maskstudio, files):
    status, out, err = maskstudio("refine", files / "photo.png", files / "empty.png", "-o", files / "c.png")
    assert (status, out) == (2, "")
    assert err == "empty.png is empty: nothing is selected in this mask, so there is nothing to refine.\n"
    assert not (files / "c.png").exists()
    trimap = np.where(MASK > 0, 255, 0).astype(np.uint8)
    (files / "trimap.png").write_bytes(png(trimap))
    words = (
        "refine",
        files / "photo.png",
        files / "empty.png",
        "-o",
        files / "c.png",
        "--trimap",
        files / "trimap.png",
    )
    assert maskstudio(*words)[0] == 0


def test_a_recipe_is_not_written_over_the_photo(maskstudio, files):
    photo = files / "photo.png"
    status, _, err = maskstudio("refine", photo, files / "mask.png", "-o", files / "c.png", "--save-recipe", photo)
    assert (status, err) == (2, "photo.png is the photo itself; choose another name for the output.\n")
    assert photo.read_bytes() == png(PHOTO)


def test_a_long_name_is_a_name(maskstudio, tmp_path):
    photo = tmp_path / f"{'p' * 250}.png"
    photo.write_bytes(png(PHOTO))
    out = photo.with_name(f"{'o' * 251}.png")
    assert maskstudio("refine", photo, _mask(tmp_path), "-o", out)[0] == 0
    assert out.exists()
    status, _, err = maskstudio("refine", photo, _mask(tmp_path), "-o", Path(f"{out}.png"))
    assert (status, err.endswith("the name is too long.\n")) == (1, True)


def _mask(folder):
    (folder / "mask.png").write_bytes(png(MASK))
    return folder / "mask.png"
