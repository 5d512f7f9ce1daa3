"""The steps of a recipe without the command line: the same bytes as its command writes."""

import json
import subprocess
import sys

import numpy as np
import PIL.Image
import pytest

from maskstudio.errors import BadMask, BadParameter
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.params.local import AdjustParams, ExportParams, MaskInParams, RefineParams
from maskstudio.session import steps
from maskstudio.session.recipe import Recipe
from maskstudio.session.session import Session
from tests.matting.softdisc import soft_disc

SETS = (
    RefineParams(band_width=18, adaptive=False, decontamination_amount=0.8),
    AdjustParams(contrast=0.4, shift_edge=-3),
    ExportParams(depth="16"),
)
HARDER = (RefineParams(band_width=9), AdjustParams(contrast=1.0), ExportParams())

ALONE = """
import sys
sys.modules["typer"] = sys.modules["maskstudio.cli"] = sys.modules["PySide6"] = None
from pathlib import Path
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.params.local import ExportParams, MaskInParams
from maskstudio.session import steps
from maskstudio.session.recipe import Recipe
from maskstudio.session.session import Session
session, recipe = Session(Runner(immediate, Inline())), Recipe.read(Path("recipe.json"))
region = steps.RegionFile(Path("area.png"), Path("harder.json"))
more = steps.Given(here=Path("here.png"), keep=Path("keep.png"), regions=(region,))
steps.open_photo(session, Path("photo.png"))
steps.take_mask(session, Path("mask.png"), MaskInParams(), more)
steps.refine(session, recipe, more)
report = steps.check_fringe(session, fix=True)
steps.write_trimap(session, Path("trimap.png"))
steps.write(session, Path("out.png"), recipe.params(ExportParams))
steps.write(session, Path("only.png"), recipe.params(ExportParams), mask_only=True)
print(round(report.fringe.amount, 2), round(report.before.amount, 2))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A photo, its rough mask, and everything else that an edge can be given."""
    scene = soft_disc(300, 260, 80, 10)
    folder = tmp_path_factory.mktemp("steps")
    here, keep, area = (np.zeros(scene.alpha.shape, np.uint8) for _ in range(3))
    here[100:160, 60:90], keep[30:60, 130:170], area[:, 200:] = 255, 255, 255
    planes = {"mask": scene.layer.mask.array(), "here": here, "keep": keep, "area": area, "empty": keep * 0}
    PIL.Image.fromarray(scene.image.pixels).save(folder / "photo.png")
    for name, plane in planes.items():
        PIL.Image.fromarray(plane).save(folder / f"{name}.png")
    Recipe.of(*SETS).write(folder / "recipe.json")
    Recipe.of(*HARDER).write(folder / "harder.json")
    return folder


def run(folder, *command):
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_without_the_command_line_every_byte_is_the_same(folder):
    words = ("-m", "maskstudio", "refine", "photo.png", "mask.png", "--recipe", "recipe.json", "--fix-fringe",
             "--refine-here", "here.png", "--keep-here", "keep.png", "--region", "area.png=harder.json")  # fmt: skip
    told = json.loads(run(folder, *words, "--json", "-o", "cli.png", "--trimap-output", "cli_trimap.png"))["fringe"]
    run(folder, *words, "-o", "cli_only.png", "--mask-only")
    after, before = map(float, run(folder, "-c", ALONE).split())
    for ours, theirs in (("out", "cli"), ("trimap", "cli_trimap"), ("only", "cli_only")):
        assert (folder / f"{ours}.png").read_bytes() == (folder / f"{theirs}.png").read_bytes()
    assert (after, before) == (told["amount"], told["before"]["amount"])
    trimap, mask = (np.array(PIL.Image.open(folder / f"{name}.png")) for name in ("trimap", "mask"))
    assert (trimap[100:160, 60:90] == 128).all()
    np.testing.assert_array_equal(trimap[30:60, 130:170], mask[30:60, 130:170])


@pytest.fixture
def session(folder):
    made = Session(Runner(immediate, Inline()))
    steps.open_photo(made, folder / "photo.png")
    return made


def test_the_mask_of_the_file_itself_is_left_out(tmp_path):
    PIL.Image.fromarray(np.full((20, 30, 4), 90, np.uint8)).save(tmp_path / "see-through.png")
    session = Session(Runner(immediate, Inline()))
    steps.open_photo(session, tmp_path / "see-through.png")
    assert session.document.layers == ()
    assert session.active is None


def test_an_empty_mask_is_refused_unless_something_else_says_where_the_object_is(session, folder):
    with pytest.raises(BadMask, match="nothing is selected"):
        steps.take_mask(session, folder / "empty.png", MaskInParams())
    steps.take_mask(session, folder / "empty.png", MaskInParams(), steps.Given(here=folder / "here.png"))


def test_one_second_photo_is_enough(session, folder):
    both = steps.Given(clean_plate=folder / "photo.png", second_shot=folder / "photo.png")
    steps.take_mask(session, folder / "mask.png", MaskInParams())
    with pytest.raises(BadParameter, match="not both"):
        steps.refine(session, Recipe({}), both)


def test_everything_that_is_read_is_named(folder):
    region = steps.RegionFile(folder / "area.png", folder / "harder.json")
    more = steps.Given(trimap=folder / "t.png", regions=(region,), second_shot=folder / "s.png")
    assert [path for path in more.files if path] == [folder / name for name in ("t.png", "area.png", "s.png")]
