"""Selecting and cutting out by scripts: what is answered, and what is refused in a sentence."""

import inspect

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from maskstudio import api
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.providers.local import families
from maskstudio.providers.provider import Model, ModelState
from maskstudio.selection.mend import mend
from maskstudio.selection.prompt import Candidate, Prompt
from tests.scriptarrays import ALPHA, IMAGE, SIDE, TRIMAP, anything, sentence, triple


class Pointing:
    """A family of one model whose selector says all that is brighter than where it is pointed at, then everything."""

    name = "Pointing"
    libraries = ("numpy",)
    weights = {}  # noqa: RUF012

    def models(self):
        return {"pointing": Model("pointing", "?", frozenset({"select"}))}

    def state(self, name):
        return ModelState(name, "?", frozenset({"select"}), "ready")

    def open_selector(self, image, model, token):
        token.step(0.5, "Encoding")
        self.grey = image.rgb8()[..., 0]
        return self

    def predict(self, prompt, token):
        self.asked = prompt
        x, y = prompt.include[0] if prompt.include else (0, 0)
        found = np.where(self.grey >= self.grey[int(y), int(x)], 255, 0).astype(np.uint8)
        return [Candidate(Mask.from_array(each), score) for each, score in ((found, 1), (found | 255, 0.5))]

    def preview(self, x, y):
        return None


@pytest.fixture
def pointing(monkeypatch):
    family = Pointing()
    monkeypatch.setattr(families, "FAMILIES", (family, *families.FAMILIES))
    return family


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_selector_answers_with_arrays_best_first(pointing, kind):
    image, _, alpha = triple(kind)
    image.setflags(write=False)
    selector = api.open_selector(image)
    first, second = selector.predict([(SIDE, 2.5)], [(0, 0)], box=(0, 0, 9, 9))
    assert np.array_equal(first.mask, np.where(alpha == 1, 255, 0))
    assert (first.mask.dtype, first.score, type(first.score), second.score) == (np.uint8, 1.0, float, 0.5)
    assert first.mask.flags.writeable
    assert (second.mask == 255).all()
    asked = pointing.asked
    assert (asked.include, asked.exclude, asked.box, asked.earlier) == (((SIDE, 2.5),), ((0, 0),), (0, 0, 9, 9), None)


def test_points_may_be_arrays_and_an_earlier_mask_a_view(pointing):
    image, _, _ = triple()
    earlier = np.arange(image.shape[0] * image.shape[1] * 2, dtype=np.uint8).reshape(image.shape[0], -1)[:, ::2]
    selector = api.open_selector(image, model="pointing")
    selector.predict(np.array([[2, 3], [4, 5]]))
    assert pointing.asked.include == ((2, 3), (4, 5))
    (mended,) = selector.predict(np.array([[2, 3], [4, 5]]), mask=earlier)
    wanted = mend(image, np.ascontiguousarray(earlier), Prompt(((2, 3), (4, 5))), Token())
    assert np.array_equal(mended.mask, wanted)
    assert mended.score == 1


@settings(deadline=None, max_examples=100)
@given(st.one_of(anything, st.lists(anything, max_size=3), st.lists(st.tuples(st.floats(), st.floats()), max_size=2)))
def test_what_is_no_point_box_or_mask_is_refused_in_a_sentence(value):
    selector = api.Selector(TRIMAP.shape, lambda prompt: [])
    for asked in (lambda: selector.predict(value), lambda: selector.predict([(1, 1)], box=value)):
        said = "."
        try:
            assert asked() == []
        except api.MaskStudioError as error:
            said = str(error)
        assert said.endswith(".")
    if value is not None and not (
        isinstance(value, np.ndarray) and (value.shape, value.dtype) == (TRIMAP.shape, np.uint8)
    ):
        with pytest.raises(api.MaskStudioError) as error:
            selector.predict([(1, 1)], mask=value)
        sentence(error)


def test_what_cannot_be_selected_is_refused_in_a_sentence(pointing):
    selector = api.open_selector(IMAGE)
    for wrong in (
        lambda: selector.predict([]),
        lambda: selector.predict([], [(1, 1)]),
        lambda: selector.predict([(-1, 2)]),
        lambda: selector.predict([np.array([1j, 2])]),
        lambda: selector.predict([("1", "2")]),
        lambda: selector.predict(np.array([["1", "2"]])),
        lambda: selector.predict([b"12"]),
        lambda: selector.predict([(True, False)]),
        lambda: selector.predict([(float("nan"), 2)]),
        lambda: selector.predict([(1, float("inf"))]),
        lambda: selector.predict([(10**400, 1)]),
        lambda: selector.predict([(1, 2, 3)]),
        lambda: selector.predict([1, 2]),
        lambda: selector.predict(np.zeros((2, 2, 2))),
        lambda: selector.predict(None),
        lambda: selector.predict([None]),
        lambda: selector.predict([(1, 1)], [(SIDE + 4, 0)]),
        lambda: selector.predict([(1, 1)], box=(9, 0, 2, 9)),
        lambda: selector.predict([(1, 1)], box=(0, 9, 9, 9)),
        lambda: selector.predict([(1, 1)], box=(1, 2, 3, "4")),
        lambda: selector.predict([], mask=TRIMAP),
        lambda: selector.predict([], box=(0, 0, 9, 9), mask=TRIMAP),
        lambda: selector.predict([(1, 1)], mask=TRIMAP[1:]),
        lambda: selector.predict([(1, 1)], mask=ALPHA),
        lambda: selector.predict([(1, 1)], mask=TRIMAP > 0),
        lambda: selector.predict([(1, 1)], mask=[[0]]),
        lambda: api.cut_out_subject(IMAGE, model=3),
        lambda: api.cut_out_subject(IMAGE, model="no_such_model"),
        lambda: api.cut_out_subject(ALPHA),
        lambda: selector.predict(3),
        lambda: selector.predict(["12"]),
        lambda: selector.predict([(1, 1)], box=(50, 50, 60, 60)),
        lambda: api.open_selector(IMAGE, model="no_such_model"),
        lambda: api.open_selector(IMAGE, model="mediapipe_face_full"),
        lambda: api.open_selector(IMAGE, model=3),
        lambda: api.open_selector(TRIMAP),
    ):
        with pytest.raises(api.MaskStudioError) as error:
            wrong()
        sentence(error)
    token = api.Token()
    token.cancel()
    with pytest.raises(api.MaskStudioError, match="Cancelled"):
        api.open_selector(IMAGE, token=token)


@pytest.mark.parametrize("token", ["x", 3, False, object(), api.Token])
def test_what_is_no_token_is_refused_in_a_sentence(pointing, token):
    for wrong in (
        lambda: api.open_selector(IMAGE, token=token),
        lambda: api.cut_out_subject(IMAGE, model="none", token=token),
        lambda: api.solve_alpha(IMAGE, TRIMAP, token=token),
    ):
        with pytest.raises(api.MaskStudioError, match="must be a Token") as error:
            wrong()
        sentence(error)


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1), (1, 40), (40, 1), (2, 2), (5, 5)])
def test_the_smallest_images_are_answered(size):
    for image in (np.full((*size, 3), 7, np.uint8), np.random.default_rng(3).integers(0, 255, (*size, 3), np.uint8)):
        selector = api.open_selector(image, model="none")
        for found in (selector.predict([(0, 0)]), selector.predict([(size[1], size[0])], [(0, 0)])):
            assert all(each.mask.shape == size for each in found)
        (mended,) = selector.predict([(0, 0)], mask=np.zeros(size, np.uint8))
        assert mended.mask[0, 0] >= 128
        assert api.cut_out_subject(image, model="none").alpha.shape == size


def test_selecting_stands_as_it_was_promised():
    opened, asked = inspect.signature(api.open_selector), inspect.signature(api.Selector.predict)
    assert [*opened.parameters] == ["image", "model", "token"]
    assert [*asked.parameters] == ["self", "include", "exclude", "box", "mask"]
    assert {name for name, each in asked.parameters.items() if each.kind.name == "KEYWORD_ONLY"} == {"box", "mask"}
    assert asked.parameters["exclude"].default == ()
    assert [*api.Candidate.__dataclass_fields__] == ["mask", "score"]
