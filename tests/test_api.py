"""The functions for scripts: against ground truth, against definitions computed here, and with anything as input."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path
from typing import get_args

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from scipy.ndimage import distance_transform_edt

from maskstudio import api
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.matting.refine import Quality
from maskstudio.providers.local import families
from maskstudio.providers.provider import Model, ModelState
from maskstudio.selection.mend import mend
from maskstudio.selection.prompt import Candidate, Prompt
from tests.matting.truth import Triple, closed_form, composites, errors, rim_error

ROOT = Path(__file__).resolve().parents[1]
SIDE = 12


def triple(kind=np.uint8, size=(SIDE, SIDE + 3)):
    """A bright subject on a dark wall with a mixed column of the middle; its trimap; and its true alpha."""
    alpha = np.zeros(size, np.float32)
    alpha[:, size[1] // 2 :] = 1
    alpha[:, size[1] // 2] = 0.5
    bright, dark = (np.array(colour) / 255 for colour in ((220, 200, 40), (20, 40, 90)))
    image = np.rint((alpha[..., None] * bright + (1 - alpha[..., None]) * dark) * np.iinfo(kind).max).astype(kind)
    trimap = np.where(alpha == 1, 255, 0).astype(np.uint8)
    trimap[:, size[1] // 2 - 1 : size[1] // 2 + 2] = 128
    return image, trimap, alpha


@pytest.mark.parametrize("name", ["GT01", "GT21"])
def test_alpha_is_at_least_as_near_to_the_truth_as_closed_form(shared_data, name):
    real = Triple.read(shared_data, name, "trimap")
    peer = errors(closed_form(real), real).squared
    assert errors(api.solve_alpha(real.image, real.trimap), real).squared <= peer
    assert errors(api.solve_alpha(real.image, real.trimap, quality="best"), real).squared <= peer


def test_foreground_colours_are_near_to_the_true_ones(shared_data):
    image, alpha, truth = next(iter(composites(shared_data)))
    clean = api.estimate_foreground(image, alpha)
    assert rim_error(clean / 255, truth, alpha) < 0.6 * rim_error(image / 255, truth, alpha)
    certain = (alpha == 0) | (alpha == 1)
    assert np.array_equal(clean[certain], image[certain])


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_two_plain_colours_come_apart(kind):
    image, trimap, alpha = triple(kind)
    solved = api.solve_alpha(image, trimap)
    assert (solved.dtype, solved.shape) == (np.float32, trimap.shape)
    assert np.abs(solved - alpha).max() < 0.02
    clean = api.estimate_foreground(image, alpha)
    assert (clean.dtype, clean.shape) == (image.dtype, image.shape)
    bright = np.array((220, 200, 40)) / 255
    assert np.abs(clean[alpha > 0] / np.iinfo(kind).max - bright).max() < 0.02


@settings(max_examples=60)
@given(arrays(np.bool_, st.tuples(st.integers(1, 30), st.integers(1, 30))), st.integers(-40, 40), st.integers(0, 40))
def test_padding_and_blur_are_distances(inside, padding, blur):
    mask = np.where(inside, 255, 0).astype(np.uint8)

    def away(there):
        return distance_transform_edt(~there) if there.any() else np.full(there.shape, np.inf)

    padded = away(inside) <= padding if padding >= 0 else away(~inside) > -padding
    wanted = np.where(padded, 255.0, 0.0) if not blur else np.clip(255 * (1 - away(padded) / blur), 0, 255)
    shaped = api.apply_mask_params(mask, np.int64(padding), blur)
    assert (shaped.dtype, shaped.shape) == (np.uint8, mask.shape)
    assert np.abs(shaped - wanted).max() <= 0.51


CALLS = {
    "solve_alpha": lambda image, trimap, alpha: api.solve_alpha(image, trimap),
    "estimate_foreground": lambda image, trimap, alpha: api.estimate_foreground(image, alpha),
    "apply_mask_params": lambda image, trimap, alpha: api.apply_mask_params(trimap, 2, 3),
    "no params": lambda image, trimap, alpha: api.apply_mask_params(trimap, 0, 0),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_views_and_read_only_arrays_give_the_same_and_stay_as_they_are(call, kind):
    given_ = triple(kind)
    usual = call(*given_)
    for array in given_:
        array.setflags(write=False)
    assert np.array_equal(call(*given_), usual)
    strided = [np.repeat(array, 2, axis=1)[:, ::2] for array in given_]
    turned = [np.asfortranarray(array) for array in given_]
    mirrored = [array[::-1, ::-1].copy()[::-1, ::-1] for array in given_]
    for arrays_ in (strided, turned, mirrored):
        before = [array.copy() for array in arrays_]
        result = call(*arrays_)
        assert np.array_equal(result, usual)
        assert result.flags.writeable
        assert result.flags.c_contiguous
        assert not any(np.shares_memory(result, array) for array in arrays_)
        assert all(np.array_equal(array, earlier) for array, earlier in zip(arrays_, before, strict=True))


def test_colours_in_another_order_of_channels_are_views_too():
    image, trimap, _ = triple()
    turned = image[..., ::-1]
    assert np.array_equal(api.solve_alpha(turned, trimap), api.solve_alpha(turned.copy(), trimap))


# Arrays of every kind and number of dimensions, and things that are no arrays.
KINDS = [np.uint8, np.uint16, np.int8, np.int32, np.float16, np.float32, np.float64, np.bool_, np.complex64, ">u2"]
anything = st.one_of(
    st.none(),
    st.integers(-3, 300),
    st.text(max_size=3),
    st.lists(st.integers(0, 255), max_size=3),
    st.sampled_from(KINDS).flatmap(
        lambda kind: arrays(kind, st.lists(st.integers(0, 4), max_size=4).map(tuple)),
    ),
)
IMAGE, TRIMAP, ALPHA = triple()


def sentence(error):
    text = str(error.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert len(text) < 300


@settings(max_examples=150)
@given(anything)
def test_what_is_no_image_of_this_size_is_refused_in_a_sentence(image):
    with pytest.raises(api.MaskStudioError) as error:
        api.solve_alpha(image, TRIMAP)
    sentence(error)
    with pytest.raises(api.MaskStudioError) as error:
        api.estimate_foreground(image, ALPHA)
    sentence(error)


@settings(max_examples=150)
@given(anything)
def test_what_is_no_plane_of_this_size_is_refused_in_a_sentence(plane):
    with pytest.raises(api.MaskStudioError) as error:
        api.solve_alpha(IMAGE, plane)
    sentence(error)
    with pytest.raises(api.MaskStudioError) as error:
        api.estimate_foreground(IMAGE, plane)
    sentence(error)
    if not (isinstance(plane, np.ndarray) and plane.dtype == np.uint8 and plane.ndim == 2 and plane.size):
        with pytest.raises(api.MaskStudioError) as error:
            api.apply_mask_params(plane, 1, 1)
        sentence(error)


@pytest.mark.parametrize("value", [np.nan, -0.01, 1.01, np.inf, -np.inf])
def test_an_alpha_beyond_its_range_is_refused(value):
    alpha = ALPHA.copy()
    alpha[3, 4] = value
    with pytest.raises(api.MaskStudioError) as error:
        api.estimate_foreground(IMAGE, alpha)
    sentence(error)


@pytest.mark.parametrize(
    ("padding", "blur"),
    [(501, 0), (-501, 0), (0, -1), (0, 501), (1.5, 0), (0, "3"), (None, 0), (True, 0), (0, float("nan")), ([1], 0)],
)
def test_numbers_beyond_their_range_are_refused(padding, blur):
    with pytest.raises(api.MaskStudioError, match=r"mask(Padding|Blur) must be") as error:
        api.apply_mask_params(TRIMAP, padding, blur)
    sentence(error)


@pytest.mark.parametrize("quality", ["", "FAST", "slow", None, 1, ["fast"]])
def test_an_unknown_quality_is_refused(quality):
    with pytest.raises(api.MaskStudioError, match="quality must be one of fast, balanced, best") as error:
        api.solve_alpha(IMAGE, TRIMAP, quality=quality)
    sentence(error)


def test_the_token_reports_and_cancels():
    heard = []
    image, trimap, _ = triple(size=(200, 300))
    api.solve_alpha(image, trimap, token=api.Token(lambda fraction, text: heard.append(fraction)))
    assert heard == sorted(heard)
    token = api.Token()
    token.cancel()
    with pytest.raises(api.MaskStudioError, match="Cancelled"):
        api.solve_alpha(image, trimap, token=token)


def test_the_contract_stands_as_it_was_promised():
    """The names, parameters and defaults that scripts rely on."""

    def form(function):
        return str(inspect.signature(function).replace(return_annotation=inspect.Signature.empty))

    bare = {name: inspect.signature(getattr(api, name)) for name in ("solve_alpha", "estimate_foreground")}
    assert [*bare["solve_alpha"].parameters] == ["image", "trimap", "quality", "token"]
    kinds = {name: each.kind.name for name, each in bare["solve_alpha"].parameters.items()}
    assert kinds["quality"] == kinds["token"] == "KEYWORD_ONLY"
    assert bare["solve_alpha"].parameters["quality"].default == "balanced"
    assert bare["solve_alpha"].parameters["token"].default is None
    assert [*bare["estimate_foreground"].parameters] == ["image", "alpha"]
    assert form(api.apply_mask_params).count(":") == 3
    assert [*inspect.signature(api.apply_mask_params).parameters] == ["mask", "padding", "blur"]
    assert get_args(api._Quality) == get_args(Quality)


def test_the_earlier_places_can_still_be_imported():
    from maskstudio.core.ops import apply_mask_params
    from maskstudio.matting.foreground import estimate
    from maskstudio.matting.refine import solve_alpha

    image, trimap, alpha = triple()
    assert np.array_equal(solve_alpha(image, trimap), api.solve_alpha(image, trimap))
    assert np.array_equal(estimate(image, alpha), api.estimate_foreground(image, alpha))
    assert np.array_equal(apply_mask_params(trimap, 2, 3), api.apply_mask_params(trimap, 2, 3))
    # Qt is out of reach here: the window's own is read as text.
    tree = ast.parse((ROOT / "maskstudio" / "ui" / "app.py").read_text("utf-8"))
    (made,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "create_window"]
    assert ast.unparse(made.args) == "files: list[str]"
    assert ast.unparse(made.returns) == "QMainWindow"


SCRIPT = """
import numpy as np
import numpy.typing as npt

from maskstudio import api


def cut(image: npt.NDArray[np.uint8], trimap: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    alpha: npt.NDArray[np.float32] = api.solve_alpha(image, trimap, quality="best", token=api.Token())
    clean: npt.NDArray[np.uint8] = api.estimate_foreground(image, alpha)
    mask: npt.NDArray[np.uint8] = api.apply_mask_params(trimap, padding=2, blur=1)
    return np.dstack([clean, mask])


def deep(image: npt.NDArray[np.uint16], alpha: npt.NDArray[np.float32]) -> npt.NDArray[np.uint16]:
    try:
        return api.estimate_foreground(image, alpha)
    except api.MaskStudioError as error:
        raise SystemExit(str(error)) from error
"""


# A wrong word and a wrong array, each in a line of its own.
WRONG = """
def wrong(image: npt.NDArray[np.uint8], trimap: npt.NDArray[np.uint8]) -> None:
    api.solve_alpha(image, trimap, quality="slow")
    api.estimate_foreground(image, trimap)
"""


def test_scripts_are_checked_by_types(tmp_path):
    pytest.importorskip("mypy")
    (tmp_path / "script.py").write_text(SCRIPT + WRONG)
    words = ["--no-error-summary", "--config-file", ROOT / "pyproject.toml", tmp_path / "script.py"]
    run = subprocess.run([sys.executable, "-m", "mypy", *words], check=False, cwd=ROOT, capture_output=True, text=True)
    places = [line.split("script.py:")[-1].split(":")[0] for line in run.stdout.splitlines()]
    last = (SCRIPT + WRONG).count("\n")
    assert places == [str(last - 1), str(last)], run.stdout + run.stderr


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
