"""Selecting by pointing: who answers while a photo is encoded, which question counts, and what becomes of answers."""

import numpy as np
import PIL.Image
import pytest

from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from maskstudio.core.ops import apply_mask_params
from maskstudio.errors import ModelUnavailable
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.params.local import BrushParams, MaskParams, RefineParams
from maskstudio.providers.local.local import Local
from maskstudio.selection.prompt import Prompt
from maskstudio.session.selectors import SelectorQuestion
from maskstudio.session.session import Session
from tests.core.documents import combined, disc, document
from tests.pointer import HOVER, MENDED, RADII, SCORES, SLOWER

SIZE = (300, 280)
HERE, THERE = (100.0, 90.0), (200.0, 150.0)


class Bench:
    """A session, and what came of its questions."""

    def __init__(self, *planes, runner=None):
        self.session = Session(runner or Runner(immediate, Inline()))
        self.session.provider = Local()
        self.session.history = History(document(*planes))
        self.answers, self.missed, self.told = [], [], []
        self.session.told = self.told.append
        self.selectors = self.session.selecting.selectors

    def ask(self, prompt, model="none"):
        question = SelectorQuestion(
            prompt, model, lambda found: len(found), self.answers.append, lambda: self.missed.append(1)
        )
        return self.selectors.ask(question)

    def take(self, how="layer", which=0, layer=None, answer=-1):
        self.session.selecting.take(self.answers[answer], which, how, layer)

    @property
    def alpha(self):
        return self.session.document.alpha.array()

    @property
    def steps(self):
        return [step.label for step in self.session.history.steps][1:]


@pytest.fixture
def bench(pointer):
    return Bench()


class Slowly:
    """A pool and a home thread that go on when told to, lane by lane."""

    def __init__(self):
        self.work, self.home = [], []

    def submit(self, work, job, *rest):
        self.work.append((job.lane, lambda: work(job, *rest)))

    def run(self, lane=""):
        """Do the oldest work whose lane begins so, and all that comes home of it."""
        at = next(number for number, (each, _) in enumerate(self.work) if each.startswith(lane))
        self.work.pop(at)[1]()
        while self.home:
            self.home.pop(0)()

    @property
    def lanes(self):
        return [lane for lane, _ in self.work]


@pytest.fixture
def slowly():
    return Slowly()


@pytest.fixture
def late(pointer, slowly):
    return Bench(runner=Runner(slowly.home.append, slowly))


# Opening and asking


def test_a_photo_is_opened_once_for_all_questions(bench, pointer):
    for at in (HERE, THERE):
        bench.ask(Prompt(include=(at,)))
    assert pointer.opened == [(bench.session.document.image, "none")]
    assert [each.prompt.include for each in bench.answers] == [(HERE,), (THERE,)]
    assert [each.score for each in bench.answers[0].candidates] == list(SCORES)
    assert bench.answers[0].made == len(RADII)
    assert bench.selectors.encoding("none") == "ready"


def test_ready_models_are_listed_those_with_weights_first(bench):
    names = [each.name for each in bench.session.selecting.models()]
    assert names[:1] == ["slow"]
    assert names[-1] == "none"


def test_a_first_click_is_answered_without_weights_and_again_when_the_photo_is_encoded(late, slowly):
    told = []
    late.selectors.changed.connect(lambda: told.append(late.selectors.encoding("slow")))
    late.ask(Prompt(include=(HERE,)), "slow")
    assert late.selectors.encoding("slow") == "encoding"
    assert slowly.lanes == ["select open slow", "select open none"]
    slowly.run("select open none")
    slowly.run("select answer")
    assert [each.model for each in late.answers] == ["none"]
    slowly.run("select open slow")
    assert late.selectors.encoding("slow") == "ready"
    slowly.run("select answer")
    assert [each.model for each in late.answers] == ["none", "slow"]
    assert late.answers[1].prompt is late.answers[0].prompt
    np.testing.assert_array_equal(late.answers[1].candidates[0].mask.array(), disc(*SIZE, RADII[0] + SLOWER, HERE))
    late.ask(Prompt(include=(THERE,)), "slow")
    slowly.run("select answer")
    assert late.answers[2].model == "slow"
    assert slowly.work == []
    assert told[0] == "encoding"
    assert told[-1] == "ready"


def test_only_the_newest_question_is_answered(late, slowly, pointer):
    late.ask(Prompt(include=(HERE,)))
    slowly.run("select open")
    for x in (10.0, 20.0, 30.0):
        late.ask(Prompt(include=((x, 50.0),)))
    assert slowly.lanes == ["select answer"], "one thread at a time"
    slowly.run()
    slowly.run()
    assert slowly.work == []
    assert [each.prompt.include for each in late.answers] == [((30.0, 50.0),)]
    assert len(late.missed) == 3
    assert len(pointer.asked) == 1, "those that were replaced before they began cost nothing"


def test_a_question_that_is_kept_is_answered_whatever_comes(late, slowly):
    first = late.ask(Prompt(include=(HERE,)))
    first.kept = True
    late.ask(Prompt(include=(THERE,)))
    while slowly.work:
        slowly.run()
    assert [each.prompt.include for each in late.answers] == [(HERE,), (THERE,)]
    assert late.missed == []
    late.ask(Prompt(include=(HERE,))).kept = True
    late.selectors.drop(late.ask(Prompt(include=(THERE,))))
    while slowly.work:
        slowly.run()
    assert len(late.answers) == 3
    assert late.missed == [1]


def test_what_fails_is_said_and_the_model_without_weights_answers(bench, pointer):
    said = []
    bench.session.failed = said.append
    pointer.fails = ModelUnavailable("It is broken.")
    bench.ask(Prompt(include=(HERE,)), "slow")
    assert [each.model for each in bench.answers] == ["none"]
    assert said == [pointer.fails]
    assert bench.selectors.encoding("slow") == "failed"
    bench.ask(Prompt(include=(THERE,)), "slow")
    assert len(said) == 1, "it is not tried again at every click"
    pointer.fails = None
    bench.selectors.open("slow")
    assert bench.selectors.encoding("slow") == "ready"


def test_a_prompt_that_cannot_be_answered_is_an_error_and_no_answer(bench):
    said = []
    bench.session.failed = said.append
    bench.ask(Prompt(include=((-5.0, 5.0),)))
    assert "lies outside" in str(said[0])
    assert (bench.answers, bench.missed) == ([], [1])
    bench.ask(Prompt(include=(HERE,)))
    assert len(bench.answers) == 1


def test_cancelling_the_encoding_leaves_the_model_without_weights(late, slowly):
    late.ask(Prompt(include=(HERE,)), "slow")
    late.session.runner.cancel("select open slow")
    while slowly.work:
        slowly.run()
    assert [each.model for each in late.answers] == ["none"]
    assert late.selectors.encoding("slow") == "failed"


def test_another_photo_lets_go_of_selectors_and_questions(late, slowly, pointer):
    late.ask(Prompt(include=(HERE,)), "slow")
    late.session.close()
    assert late.missed == [1]
    while slowly.work:
        slowly.run()
    assert late.answers == []
    assert late.selectors.encoding("slow") == late.selectors.encoding("none") == "closed"
    late.session.take_up(History(document(seed=5)), late.session.kept)
    late.ask(Prompt(include=(THERE,)))
    while slowly.work:
        slowly.run()
    assert pointer.opened[-1][0] is late.session.document.image
    assert len(late.answers) == 1


def test_one_encoding_beside_the_model_without_weights_is_kept(bench, pointer):
    for model in ("none", "slow"):
        bench.selectors.open(model)
    bench.selectors._opened["other"] = bench.selectors._opened["slow"]
    del bench.selectors._opened["slow"]
    bench.selectors.open("slow")
    assert set(bench.selectors._opened) == {"none", "slow"}


# Hovering


def test_a_guess_waits_until_nothing_is_asked_and_only_the_newest_place_counts(late, slowly, pointer):
    guesses = []
    late.ask(Prompt(include=(HERE,)))
    slowly.run("select open")
    for x in (50.0, 60.0, 70.0):
        late.selectors.hover(x, 80.0, "slow", lambda mask: mask.array(), guesses.append)
    assert slowly.lanes == ["select answer"]
    slowly.run()
    assert slowly.lanes == ["select guess"]
    slowly.run()
    assert pointer.hovered == [("none", 70.0, 80.0)]
    np.testing.assert_array_equal(guesses[0], disc(*SIZE, HOVER, (70, 80)))
    late.selectors.hover(1.0, 1.0, "none", lambda mask: mask, guesses.append)
    late.selectors.stop_hovering()
    slowly.run()
    assert len(guesses) == 2, "the one that had begun"
    assert slowly.work == []


def test_a_quiet_moment_is_told(bench):
    idle = []
    bench.selectors.idle = lambda image, model: idle.append((image, model))
    bench.selectors.open("slow")
    assert idle == [(bench.session.document.image, "slow")]
    bench.ask(Prompt(include=(HERE,)), "slow")
    assert idle == [(bench.session.document.image, "slow")] * 2


# What becomes of answers


def test_the_answer_becomes_a_layer_whose_parameters_act_on_it(bench):
    bench.ask(Prompt(include=(HERE,)))
    bench.take(which=1)
    layer = bench.session.active
    np.testing.assert_array_equal(layer.mask.array(), disc(*SIZE, RADII[1], HERE))
    assert layer.shaped is layer.mask
    assert layer.worked_on
    assert (layer.origin.how, layer.origin.model) == ("select", "none")
    assert layer.origin.params["include"] == [list(HERE)]
    assert layer.origin.params["score"] == SCORES[1]
    bench.session.shaping.set_mask_params(layer.id, MaskParams(mask_padding=5, mask_blur=0))
    np.testing.assert_array_equal(bench.alpha, apply_mask_params(disc(*SIZE, RADII[1], HERE), 5, 0))
    assert bench.steps == ["Select", "Shape mask"]
    for _ in bench.steps:
        bench.session.undo()
    assert bench.session.document.layers == ()


@pytest.mark.parametrize("how", ["replace", "add", "subtract", "intersect", "xor"])
def test_the_answer_joins_the_active_layer(pointer, how):
    before, found = disc(*SIZE, 50, HERE), disc(*SIZE, RADII[0], (120, 100))
    bench = Bench(before)
    bench.ask(Prompt(include=((120.0, 100.0),)))
    bench.take(how)
    wanted = combined(before, found, how)
    np.testing.assert_array_equal(bench.alpha, wanted)
    assert len(bench.session.document.layers) == 1
    assert bench.session.active.mask == Mask.from_array(before)


def test_a_correction_changes_nothing_outside_the_part_it_mends(pointer):
    soft = np.random.default_rng(3).integers(0, 256, SIZE[::-1], np.uint8)
    bench = Bench(soft)
    layer = bench.session.active
    bench.ask(Prompt(include=(HERE,), exclude=(THERE,), earlier=layer.alpha))
    bench.take("mend", layer=layer)
    wanted = soft.copy()
    wanted[disc(*SIZE, MENDED, HERE) > 0] = 255
    wanted[disc(*SIZE, MENDED, THERE) > 0] = 0
    np.testing.assert_array_equal(bench.alpha, wanted)
    now = bench.session.active
    assert now.mask is layer.mask
    assert bench.steps == ["Mend mask"]
    cover = now.paint.cover.array()
    assert set(np.unique(cover)) <= {0, 255}
    np.testing.assert_array_equal(cover > 0, wanted != soft)


def test_parameters_stay_live_under_a_correction(pointer):
    bench = Bench(disc(*SIZE, 40, (150, 140)))
    layer = bench.session.active
    bench.ask(Prompt(exclude=((150.0, 140.0),), earlier=layer.alpha))
    bench.take("mend", layer=layer)
    bench.session.shaping.set_mask_params(layer.id, MaskParams(mask_padding=6, mask_blur=0))
    wanted = apply_mask_params(disc(*SIZE, 40, (150, 140)), 6, 0) & ~disc(*SIZE, MENDED, (150, 140))
    np.testing.assert_array_equal(bench.alpha, wanted)


def test_strokes_made_since_stay_on_top(pointer):
    bench = Bench(disc(*SIZE, 60, (150, 140)))
    for how, stroke_at, value in (("mend", HERE, 0), ("replace", THERE, 255), ("subtract", (150.0, 140.0), 255)):
        before = bench.session.active
        prompt = Prompt(include=(stroke_at,), earlier=before.alpha if how == "mend" else None)
        bench.ask(prompt)
        bench.session.painting.begin_stroke(BrushParams(size=16, hardness=1.0), value)
        bench.session.painting.stroke_to(*stroke_at)
        bench.session.end_stroke()
        bench.take(how, layer=before)
        x, y = (round(part) for part in stroke_at)
        patch = bench.alpha[y - 4 : y + 4, x - 4 : x + 4]
        assert (patch == value).all(), how


def test_a_late_correction_lies_over_an_edge_solved_in_the_meantime(pointer):
    bench = Bench(disc(*SIZE, 60, (150, 140)))
    before = bench.session.active
    bench.ask(Prompt(include=((40.0, 40.0),), earlier=before.alpha))
    bench.session.shaping.refine(before.id, RefineParams(band_width=3))
    bench.take("mend", layer=before)
    assert (bench.alpha[disc(*SIZE, MENDED, (40, 40)) > 0] == 255).all()
    assert bench.session.active.retouch is not None
    assert bench.session.active.refinement is not None


@pytest.mark.parametrize("how", ["layer", "add", "replace", "mend"])
def test_what_was_selected_in_another_photo_is_not_laid(pointer, how):
    bench = Bench(disc(*SIZE, 60, (150, 140)))
    before = bench.session.active
    bench.ask(Prompt(include=(HERE,), earlier=before.alpha))
    bench.session.history = History(document(width=50, height=40, seed=5))
    opened = bench.session.document
    bench.take(how, layer=before)
    assert bench.session.document is opened
    assert bench.told == ["What was selected is of another photo than the one that is open."]


def test_what_cannot_be_mended_is_said(pointer):
    bench = Bench(disc(*SIZE, 60, (150, 140)))
    before = bench.session.active
    bench.ask(Prompt(include=(HERE,), earlier=before.alpha))
    bench.session.layers.set_visible(before.id, False)
    document_before = bench.session.document
    bench.take("mend", layer=before)
    assert bench.session.document is document_before
    assert bench.told == ["disc is hidden; show it to paint on it."]
    bench.session.layers.delete(before.id)
    bench.take("mend", layer=before)
    assert bench.told[-1] == "The layer that was being mended is gone."


def test_the_photos_beside_this_one_are_encoded_once_it_is_ready(pointer, tmp_path):
    encoded = []
    pointer.encode_ahead = lambda image, model, token: encoded.append((image.path.name, model))
    for name in ("a.png", "b.png", "c.png", "d.png"):
        PIL.Image.fromarray(np.zeros((30, 40, 3), np.uint8)).save(tmp_path / name)
    bench = Bench()
    bench.session.opening.open(tmp_path / "b.png")
    bench.ask(Prompt(include=((20, 15),)), "slow")
    bench.ask(Prompt(include=((25, 15),)), "slow")
    assert encoded == [("c.png", "slow"), ("a.png", "slow")]
    bench.ask(Prompt(include=((20, 15),)), "none")
    assert len(encoded) == 2
