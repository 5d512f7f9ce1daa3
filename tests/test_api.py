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
from maskstudio.matting.refine import Quality
from tests.matting.truth import Triple, closed_form, composites, errors, rim_error
from tests.scriptarrays import ALPHA, IMAGE, TRIMAP, anything, sentence, triple

ROOT = Path(__file__).resolve().parents[1]


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
