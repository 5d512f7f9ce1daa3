"""`maskstudio refine` with everything an edge can be given: in processes of its own, results read by Pillow."""

import json
import subprocess
import sys

import numpy as np
import PIL.Image
import pytest

from maskstudio.errors import BadParameter, CannotRead
from maskstudio.params.local import AdjustParams, ExportParams, RefineParams
from maskstudio.session.recipe import Recipe
from tests.matting.softdisc import soft_disc


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A photo and its rough mask, and the scene they were made from."""
    scene = soft_disc()
    folder = tmp_path_factory.mktemp("refine")
    PIL.Image.fromarray(scene.image.pixels).save(folder / "photo.png")
    PIL.Image.fromarray(scene.layer.mask.array()).save(folder / "mask.png")
    return folder, scene


def refine(folder, *options, status=0):
    command = [sys.executable, "-m", "maskstudio", "refine", "photo.png", "mask.png", "-o", "out.png", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    return done


def alpha(folder):
    return np.array(PIL.Image.open(folder / "out.png"))[..., 3]


def miss(plane, scene):
    soft = (scene.alpha > 0.02) & (scene.alpha < 0.98)
    return np.abs(plane / 255 - scene.alpha)[soft].mean() * 255


def saved(folder, name, plane):
    PIL.Image.fromarray(plane.astype(np.uint8)).save(folder / name)
    return name


def test_a_recipe_is_saved_and_gives_the_same_pixels_and_options_win_over_it(folder):
    folder, _ = folder
    refine(folder, "--band-width", "18", "--no-adaptive", "--contrast", "0.4", "--shift-edge", "-3",
           "--save-recipe", "recipe.json")  # fmt: skip
    first = alpha(folder)
    recipe = json.loads((folder / "recipe.json").read_text())
    assert recipe["refine"]["bandWidth"] == 18
    assert recipe["adjust"]["shiftEdge"] == -3
    refine(folder, "--recipe", "recipe.json")
    np.testing.assert_array_equal(alpha(folder), first)
    report = json.loads(refine(folder, "--recipe", "recipe.json", "--shift-edge", "0", "--json").stdout)
    assert report["parameters"]["shiftEdge"] == 0
    assert report["parameters"]["bandWidth"] == 18
    assert alpha(folder).sum(dtype=int) > first.sum(dtype=int)


def test_a_trimap_brushes_and_a_region_from_files(folder):
    folder, scene = folder
    trimap = np.where(scene.alpha >= 1, 255, np.where(scene.alpha <= 0, 0, 128))
    keep, area = np.zeros(trimap.shape), np.zeros(trimap.shape)
    keep[280:320, 520:560], area[:, :350] = 255, 255
    (folder / "harder.json").write_text(json.dumps({"recipe": 1, "adjust": {"contrast": 1.0}}))
    refine(
        folder, "--trimap", saved(folder, "trimap.png", trimap), "--keep-here", saved(folder, "keep.png", keep),
        "--region", saved(folder, "area.png", area) + "=harder.json", "--trimap-output", "solved.png",
    )  # fmt: skip
    out, mask = alpha(folder), scene.layer.mask.array()
    np.testing.assert_array_equal(out[280:320, 520:560], mask[280:320, 520:560])
    right = np.s_[:270, 360:]
    assert np.abs(out[right] / 255 - scene.alpha[right]).mean() < 0.002
    assert set(np.unique(out[:, :345])) == {0, 255}
    solved = np.array(PIL.Image.open(folder / "solved.png"))
    assert (solved[280:320, 520:560] == mask[280:320, 520:560]).all()
    assert (solved[:270] == trimap[:270]).all()


def test_solving_only_where_a_brush_says(folder):
    folder, scene = folder
    here = np.zeros(scene.alpha.shape)
    here[:, 450:] = 255
    refine(folder, "--band-width", "1", "--no-adaptive", "--refine-here", saved(folder, "here.png", here))
    left, right = np.s_[:, :300], np.s_[:, 450:]
    out, mask = alpha(folder), scene.layer.mask.array()
    assert np.abs(out.astype(int) - mask)[left].mean() < 0.3 * np.abs(out.astype(int) - mask)[right].mean()
    assert np.abs(out[right] / 255 - scene.alpha[right]).mean() < 0.01


def test_the_fringe_is_told_and_fixed(folder):
    folder, _ = folder
    told = json.loads(refine(folder, "--no-color-decontamination", "--fringe", "--json").stdout)["fringe"]
    assert told["amount"] > 2
    assert len(told["backdrop"]) == 3
    fixed = json.loads(refine(folder, "--no-color-decontamination", "--fix-fringe", "--json").stdout)["fringe"]
    assert fixed["amount"] < 0.5 * fixed["before"]["amount"]
    assert fixed["before"] == told
    assert refine(folder, "--fringe").stdout.startswith("The edge shows a fringe of ")


def test_a_clean_plate_measures_alpha(folder):
    folder, scene = folder
    random = np.random.default_rng(9)
    plate = np.array([40, 120, 170.0]) + random.normal(0, 2, (*scene.alpha.shape, 3))
    PIL.Image.fromarray(np.rint(plate).astype(np.uint8)).save(folder / "plate.png")
    refine(folder, "--clean-plate", "plate.png")
    assert miss(alpha(folder), scene) < 12


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--region", "mask.png"], "MASK=RECIPE"),
        (["--region", "=recipe.json"], "MASK=RECIPE"),
        (["--region", "mask.png="], "MASK=RECIPE"),
        (["--region", "mask.png=none.json"], "none.json"),
        (["--recipe", "photo.png"], "not a recipe"),
        (["--trimap", "none.png"], "none.png"),
        (["--clean-plate", "a.png", "--second-shot", "b.png"], "not both"),
        (["--solver", "magic"], "magic"),
        (["--spill", "1,2"], "spillColor"),
    ],
)
def test_bad_input_is_one_sentence(folder, options, words):
    folder, _ = folder
    said = refine(folder, *options, status=2).stderr.strip()
    assert words in said
    assert said.count("\n") == 0
    assert said.endswith(".")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"recipe": "1"}', '{"recipe": 99}', '{"recipe": 1, "refine": 5}', '{"recipe": 1, "x": {}}',
     '{"recipe": 1, "refine": {"bandWidth": 0}}', '{"recipe": 1, "refine": {"x": 1}}', "[" * 100_000, " " * (2 << 20)],
)  # fmt: skip
def test_what_is_no_recipe_is_refused(tmp_path, text):
    (tmp_path / "recipe.json").write_text(text)
    with pytest.raises(BadParameter, match=r"recipe\.json"):
        Recipe.read(tmp_path / "recipe.json")
    with pytest.raises(CannotRead):
        Recipe.read(tmp_path / "missing.json")


def test_a_recipe_comes_back_as_it_was(tmp_path):
    sets = RefineParams(band_width=33, spill=(1, 2, 3, 255)), AdjustParams(solid_core=9), ExportParams(depth="16")
    Recipe.of(*sets).write(tmp_path / "a.json")
    read = Recipe.read(tmp_path / "a.json")
    assert tuple(read.params(type(each)) for each in sets) == sets


def test_metadata_goes_along_as_it_is_asked_for(shared_data, tmp_path):
    faults = shared_data / "faults"
    files = [faults / "meta.jpg", faults / "disc_mask.png", "-o", "out.png"]
    command = [sys.executable, "-m", "maskstudio", "refine", *files]
    for keep in ("copyright", "all"):
        subprocess.run([*command, *([] if keep == "copyright" else ["--metadata", keep])], cwd=tmp_path, check=True)
        with PIL.Image.open(tmp_path / "out.png") as written:
            exif = written.getexif()
            assert written.info["dpi"] == pytest.approx((240, 240), abs=0.01)
            assert exif[0x8298] == "(c) Test Person"
            assert bool(exif.get_ifd(0x8825)) == (keep == "all")


def test_a_mask_in_one_channel_inverted_and_cropped_comes_in(folder):
    """``--mask-offset`` says where a mask lies that is smaller than the photo."""
    folder, scene = folder
    box = np.s_[100:500, 150:560]
    cropped = np.full((*scene.layer.mask.array()[box].shape, 3), 130, np.uint8)
    cropped[..., 1] = 255 - scene.layer.mask.array()[box]
    PIL.Image.fromarray(cropped).save(folder / "part.png")
    command = [sys.executable, "-m", "maskstudio", "refine", "photo.png", "part.png", "-o", "out.png", "--mask-only",
               "--band-width", "1"]  # fmt: skip
    options = ("--mask-channel", "green", "--mask-invert", "--mask-offset", "150,100")
    done = subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    plane, rough = np.array(PIL.Image.open(folder / "out.png")), scene.layer.mask.array()
    assert (plane[box][rough[box] == 255] > 128).mean() > 0.95
    assert (plane[rough == 0] < 128).mean() > 0.95
    for wrong in (("--mask-offset", "1"), ("--mask-offset", "a,b"), ("--mask-channel", "purple")):
        refused = subprocess.run([*command, *wrong], cwd=folder, capture_output=True, text=True, check=False)
        assert refused.returncode == 2
        assert len(refused.stderr.strip().splitlines()) == 1
