"""`maskstudio select`: what is pointed at is written, reported, and what is wrong is said in one sentence."""

import io
import json
import subprocess
import sys

import numpy as np
import PIL.Image
import pytest

from maskstudio.cli import app
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.providers.local import families
from maskstudio.providers.provider import Model, ModelState
from maskstudio.selection.mend import mend
from maskstudio.selection.prompt import Candidate, Prompt
from tests.selection.test_mend import WHOLE, disc, photo

HOLE = WHOLE & ~disc(65, 80, 14)


class Pointer:
    """A family whose selector gives all that is red, less surely everything."""

    name = "Pointer"
    libraries = ("numpy",)
    weights = {}  # noqa: RUF012
    asked = None

    def models(self):
        return {"pointer": Model("pointer", "Pointer", frozenset({"select"}))}

    def state(self, name):
        return ModelState(name, "Pointer", frozenset({"select"}), "ready")

    def open_selector(self, image, model, token):
        self.image = image
        return self

    def predict(self, prompt, token):
        self.asked = prompt
        pixels = self.image.rgb8()
        red = np.where(pixels[..., 0].astype(int) > pixels[..., 1], 255, 0).astype(np.uint8)
        if not red[int(prompt.include[0][1]), int(prompt.include[0][0])]:
            return []
        return [
            Candidate(Mask.from_array(each), score) for each, score in ((red, 0.875), (np.full_like(red, 255), 0.25))
        ]

    def preview(self, x, y):
        return None


@pytest.fixture
def pointer(monkeypatch):
    family = Pointer()
    monkeypatch.setattr(families, "FAMILIES", (family, *families.FAMILIES))
    return family


@pytest.fixture
def folder(tmp_path):
    PIL.Image.fromarray(photo(WHOLE)).save(tmp_path / "photo.png")
    PIL.Image.fromarray(np.where(HOLE, 255, 0).astype(np.uint8)).save(tmp_path / "earlier.png")
    return tmp_path


@pytest.fixture
def select(monkeypatch, capsys, folder):
    def run(*words, output="out.png"):
        line = ["maskstudio", "select", str(folder / "photo.png"), "-o", str(folder / output), *map(str, words)]
        monkeypatch.setattr(sys, "argv", line)
        with pytest.raises(SystemExit) as stop:
            app.run()
        out, err = capsys.readouterr()
        return stop.value.code or 0, out, err

    return run


def test_the_best_answer_is_written_and_all_are_reported(pointer, select, folder):
    status, out, err = select("--include", "70,80.5", "--exclude", "5,5", "--box", "10,20,150,140", "--json")
    assert (status, err) == (0, "Saved out.png.\n")
    written = np.array(PIL.Image.open(folder / "out.png"))
    assert np.array_equal(written == 255, WHOLE)
    report = json.loads(out)
    assert (report["model"], report["provider"], report["width"], report["height"]) == ("pointer", "local", 160, 160)
    assert report["parameters"] == {
        "include": [[70, 80.5]], "exclude": [[5, 5]], "box": [10, 20, 150, 140], "mask": None,
    }  # fmt: skip
    columns, rows = np.flatnonzero(WHOLE.any(axis=0)), np.flatnonzero(WHOLE.any(axis=1))
    box = [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]
    assert report["candidates"] == [
        {"score": 0.875, "area": int(WHOLE.sum()), "box": box},
        {"score": 0.25, "area": WHOLE.size, "box": [0, 0, 160, 160]},
    ]
    assert report["output"] == str(folder / "out.png")
    asked = pointer.asked
    assert (asked.include, asked.exclude, asked.box) == (((70, 80.5),), ((5, 5),), (10, 20, 150, 140))


def test_a_line_for_each_candidate_is_printed(pointer, select):
    assert select("--include", "70,80")[1] == f"1  0.88  {int(WHOLE.sum())} px\n2  0.25  25600 px\n"


@pytest.mark.parametrize("depth", [8, 16])
def test_an_earlier_mask_is_corrected(pointer, select, folder, depth):
    if depth == 16:
        PIL.Image.fromarray(np.where(HOLE, 65535, 0).astype(np.uint16)).save(folder / "earlier.png")
    status, out, _ = select("--mask", folder / "earlier.png", "--include", "65,80", "--json")
    assert status == 0
    earlier = np.where(HOLE, 255, 0).astype(np.uint8)
    wanted = mend(photo(WHOLE), earlier, Prompt(((65, 80),)), Token())
    assert np.array_equal(np.array(PIL.Image.open(folder / "out.png")), wanted)
    assert json.loads(out)["parameters"]["mask"] == str(folder / "earlier.png")


def test_the_way_without_a_model_can_be_asked_for_by_name(select, folder):
    able = [
        name for family in families.FAMILIES for name, each in family.models().items() if "select" in each.operations
    ]
    if "none" not in able:
        pytest.skip("the way without a model cannot select yet")
    status, out, _ = select("--include", "70,80", "--model", "none", "--json")
    assert status == 0
    assert json.loads(out)["model"] == "none"
    written = np.array(PIL.Image.open(folder / "out.png")) >= 128
    assert (written & WHOLE).sum() / (written | WHOLE).sum() > 0.9


@pytest.mark.parametrize(
    ("words", "says", "code"),
    [
        ((), "A selection needs a point", 2),
        (("--exclude", "3,3"), "A selection needs a point", 2),
        (("--include", "3"), "A point is given as X,Y in pixels", 2),
        (("--include", "3,x"), "not '3,x'", 2),
        (("--include", "3,nan"), "not '3,nan'", 2),
        (("--include", "300,3"), "lies outside the image of 160 x 160 px", 2),
        (("--box", "3,4,5"), "A box is given as L,T,R,B", 2),
        (("--box", "200,0,300,10"), "holds nothing of the image", 2),
        (("--box", "90,20,10,80"), "A box is given as left, top, right, bottom", 2),
        (("--box", "10,80,90,20"), "and the fourth than the second, not 10, 80, 90, 20", 2),
        (("--box", "10,20,10,80", "--include", "70,80"), "the third number must be greater than the first", 2),
        (("--include", "70,80", "--model", "no_such"), "There is no model called 'no_such'", 2),
        (("--include", "70,80", "--model", "mediapipe_face_full"), "cannot select what is pointed at", 2),
        (("--include", "70,80", "--mask", "missing.png"), "missing.png", 2),
        (("--include", "5,5"), "Nothing was found where it was pointed at", 1),
    ],
)
def test_what_goes_wrong_is_one_sentence(pointer, select, folder, words, says, code):
    status, out, err = select(*words)
    assert (status, out) == (code, "")
    assert says in err
    assert err.count("\n") == 1
    assert not (folder / "out.png").exists()


def test_a_mask_of_another_size_and_files_in_each_others_way_are_refused(pointer, select, folder):
    PIL.Image.fromarray(np.zeros((9, 9), np.uint8)).save(folder / "small.png")
    status, _, err = select("--mask", folder / "small.png", "--include", "70,80")
    assert (status, err.count("\n")) == (2, 1)
    assert "9" in err
    status, _, err = select("--mask", folder / "earlier.png", "--include", "70,80", output="earlier.png")
    assert status == 2
    assert "what this is made from" in err
    assert select("--include", "70,80", output="photo.png")[0] == 2
    assert select("--include", "70,80", output="out.jpg")[0] == 2


@pytest.mark.parametrize("words", [(), ("--box", "10,20,150,140")])
def test_a_mask_with_nothing_that_says_what_is_wrong_is_refused(pointer, select, folder, words):
    status, out, err = select("--mask", folder / "earlier.png", *words)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "An earlier mask is corrected by points" in err
    assert not (folder / "out.png").exists()
    assert not hasattr(pointer, "image")  # the photo was not prepared for nothing


def test_a_click_outside_alone_takes_from_a_mask(pointer, select, folder):
    spot = np.where(disc(20, 20, 9), 255, 0).astype(np.uint8)
    PIL.Image.fromarray(np.where(WHOLE, 255, spot).astype(np.uint8)).save(folder / "spotted.png")
    assert select("--mask", folder / "spotted.png", "--exclude", "20,20")[0] == 0
    written = np.array(PIL.Image.open(folder / "out.png"))
    assert np.array_equal(written[WHOLE], np.full(WHOLE.sum(), 255))
    assert not written[disc(20, 20, 7)].any()


def test_photo_and_mask_can_be_piped(folder):
    able = [
        name for family in families.FAMILIES for name, each in family.models().items() if "select" in each.operations
    ]
    if "none" not in able:
        pytest.skip("the way without a model cannot select yet")
    command = [sys.executable, "-m", "maskstudio", "select", "-", "-o", "-", "--include", "70,80", "--model", "none"]
    done = subprocess.run(command, input=(folder / "photo.png").read_bytes(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert PIL.Image.open(io.BytesIO(done.stdout)).size == (160, 160)
