"""A second opinion on the subject: where two models differ is doubt, which is kept, reported and solved anew."""

import json
import sys
from dataclasses import replace

import numpy as np
import PIL.Image
import pytest

from maskstudio.cli import app
from maskstudio.core.document import Detection, Document, Layer
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.errors import BadParameter, UnknownModel
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams
from maskstudio.providers.local import families
from maskstudio.providers.local.local import Local
from maskstudio.providers.local.opinions import doubted, share_in_doubt
from maskstudio.providers.provider import Model
from maskstudio.session import operations
from maskstudio.subject.subject import judged
from tests.madenets import bright, saved

SIZE = (300, 400)


def plane(left, right, value=255):
    found = np.zeros(SIZE, np.uint8)
    found[50:250, left:right] = value
    return found


def found(values, model="one"):
    return Detection("subject", 0.9, (0, 0, 400, 300), Mask.from_array(values), model)


def test_doubt_is_the_difference_and_the_mask_the_mean():
    random = np.random.default_rng(5)
    one, two = (random.integers(0, 256, SIZE, np.uint8) for _ in range(2))
    one[:250], two[:250] = 255, 255  # most of it they agree on
    both = doubted(found(one), found(two, "two"))
    np.testing.assert_array_equal(both.mask.array(), (one.astype(int) + two) // 2)
    np.testing.assert_array_equal(both.doubt.array(), np.abs(one.astype(int) - two))
    assert (both.model, both.box) == ("one", (0, 0, 400, 300))
    same = doubted(found(one), found(one))
    assert not same.doubt.tiles
    assert share_in_doubt(same) == 0
    np.testing.assert_array_equal(same.mask.array(), one)


def test_two_that_see_different_things_do_not_mix():
    for two in (plane(250, 390), plane(0, 0), plane(0, 400) // 255 * 255 - plane(100, 300)):
        both = doubted(found(plane(100, 300)), found(two))
        np.testing.assert_array_equal(both.mask.array(), plane(100, 300))
        np.testing.assert_array_equal(both.doubt.array(), plane(100, 300) ^ two)


def test_the_share_in_doubt_is_what_the_overlap_lacks():
    one, two = plane(100, 300), plane(150, 340)
    both = doubted(found(one), found(two))
    overlap = np.logical_and(one, two).sum() / np.logical_or(one, two).sum()
    assert share_in_doubt(both) == pytest.approx(1 - overlap)
    assert share_in_doubt(found(one)) is None
    assert share_in_doubt(doubted(found(plane(0, 0)), found(plane(0, 0)))) == 0
    assert share_in_doubt(doubted(found(plane(0, 0)), found(two))) == 1


class Two:
    """A provider of two opinions, one of which misses a part beside the edge."""

    name = "local"

    def cutout(self, image, params, token):
        first, second = found(plane(100, 280)), found(plane(100, 300))
        return doubted(first, second) if params.second_model else first


def test_what_is_in_doubt_is_solved_from_the_photo():
    colours = np.zeros((*SIZE, 3), np.uint8)
    colours[...] = (20, 60, 200)
    colours[plane(100, 300) > 0] = (220, 160, 30)  # the second is right
    photo = Image(colours)
    alone = operations.remove_background(photo, Two(), CutoutParams(alpha_matting_erode_size=4), Token())
    asked = CutoutParams(alpha_matting_erode_size=4, second_model="two")
    both = operations.remove_background(photo, Two(), asked, Token())
    truth = plane(100, 300)

    def wrong(layer):
        return np.abs(layer.alpha.array().astype(int) - truth).sum() / 255

    assert both.source.doubt is not None
    assert wrong(both) < wrong(alone) / 8


def test_it_is_kept_in_the_history_and_counts_there():
    doubtful = doubted(found(plane(100, 300)), found(plane(110, 310, 200)))
    layer = Layer(id=0, name="a", mask=doubtful.mask, shaped=doubtful.mask, source=doubtful)
    photo = Image(np.zeros((*SIZE, 3), np.uint8))
    plainly = Layer(id=0, name="a", mask=doubtful.mask, shaped=doubtful.mask, source=replace(doubtful, doubt=None))
    weights = [History(Document(photo).add([each])).nbytes for each in (layer, plainly)]
    assert weights[0] > weights[1]


def test_the_command_line_asks_both(home, tmp_path, monkeypatch, capsys):
    saved(home / "models", "lamp", bright(), "mean = 0.5\nstd = 1\n")
    saved(home / "models", "dim", bright(), "mean = 0.3\nstd = 1\n")
    grey = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (64, 1))
    PIL.Image.fromarray(np.dstack([grey] * 3)).save(tmp_path / "p.png")
    line = ["maskstudio", "cutout", tmp_path / "p.png", "-o", tmp_path / "o.png", "--model", "lamp", "--json"]
    monkeypatch.setattr(sys, "argv", [*map(str, line), "--second-model", "dim", "--no-alpha-matting"])
    with pytest.raises(SystemExit):
        app.run()
    report = json.loads(capsys.readouterr().out)
    one, two = (grey / 255 > middle for middle in (0.5, 0.3))
    assert report["parameters"]["secondModel"] == "dim"
    assert report["doubt"] == pytest.approx(1 - (one & two).sum() / (one | two).sum(), abs=0.03)


def test_a_second_one_that_cannot_is_refused_before_the_first_runs(home):
    photo = Image(np.zeros((64, 64, 3), np.uint8))
    saved(home / "models", "lamp", bright())
    seen = []
    token = Token(lambda fraction, text: seen.append(text))
    with pytest.raises(UnknownModel, match="nobody"):
        Local().cutout(photo, CutoutParams(model="lamp", second_model="nobody"), token)
    with pytest.raises(BadParameter, match="mediapipe_hands cannot cut out"):
        Local().cutout(photo, CutoutParams(model="lamp", second_model="mediapipe_hands"), token)
    assert set(seen) == {"Getting ready"}


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ("lamp", "lamp", "The second opinion must come from another model than lamp."),
        ("auto", "auto", "The second opinion must come from another model than auto."),
        ("lamp", "auto", "auto chooses by the photo, so it is no second opinion; name one model for that."),
    ],
)
def test_a_second_one_that_is_no_other_is_refused_before_anything_runs(
    home, tmp_path, monkeypatch, capsys, first, second, says
):
    saved(home / "models", "lamp", bright())
    PIL.Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(tmp_path / "p.png")
    monkeypatch.setattr(families, "able", lambda *_: pytest.fail("a model was asked"))
    line = ["maskstudio", "cutout", tmp_path / "p.png", "-o", tmp_path / "o.png", "--model", first]
    monkeypatch.setattr(sys, "argv", [*map(str, line), "--second-model", second])
    with pytest.raises(SystemExit) as stop:
        app.run()
    assert (stop.value.code, capsys.readouterr().err) == (2, f"{says}\n")
    assert not (tmp_path / "o.png").exists()


def test_what_the_choice_by_the_photo_took_is_not_asked_again(monkeypatch):
    """It would be compared with itself: no doubt is found, and no second run is made."""

    class Chooser:
        """Two models: a choice, which takes "taken", and that one."""

        def __init__(self):
            self.ran = []

        def models(self):
            return {name: Model(name, name.title(), frozenset({"cutout"})) for name in ("auto", "taken", "other")}

        def cutout(self, image, params, token):
            self.ran.append(params.model)
            return judged(Mask.from_array(plane(100, 280)), 0.9, params.model, way="Thing", by="taken")

    chooser = Chooser()
    monkeypatch.setattr(families, "FAMILIES", (chooser,))
    photo = Image(np.zeros((*SIZE, 3), np.uint8))
    assert Local().cutout(photo, CutoutParams(second_model="taken"), Token()).doubt is None
    assert chooser.ran == ["auto"]
    assert Local().cutout(photo, CutoutParams(second_model="other"), Token()).doubt is not None
    assert chooser.ran == ["auto", "auto", "other"]
