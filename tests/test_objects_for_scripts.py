"""Objects for scripts, against what the model finds and plain numpy."""

import inspect

import numpy as np
import pytest

from maskstudio import api
from maskstudio.core.ops import apply_mask_params
from maskstudio.params.kept import KeepParams
from maskstudio.providers.local import families
from maskstudio.providers.provider import Model, ModelState
from tests.test_sifting import FINDS

IMAGE = np.zeros((280, 300, 3), np.uint8)


class Known:
    """A family of one model that finds these, whatever it is asked."""

    name = "Known"
    libraries = ("numpy",)
    weights = {}  # noqa: RUF012

    def models(self):
        return {"known": Model("known", "?", frozenset({"detect"}))}

    def state(self, name):
        return ModelState(name, "?", frozenset({"detect"}), "ready")

    def detect(self, image, params, token):
        return list(FINDS)


@pytest.fixture(autouse=True)
def _known(monkeypatch):
    monkeypatch.setattr(families, "FAMILIES", (Known(), *families.FAMILIES))


def test_objects_are_filtered_then_moved_then_padded():
    found = api.find_objects(IMAGE, model="known", confidence=0.5, labels=["Person"], offset=(9, -4), padding=3, blur=2)
    assert [(each.label, each.score) for each in found] == [("person", 0.9)]
    there = np.roll(FINDS[0].mask.array(), (-4, 9), (0, 1))
    assert np.array_equal(found[0].mask, apply_mask_params(there, 3, 2))
    assert found[0].box == (189, 26, 229, 66)
    both = api.find_objects(IMAGE, model="known", labels=iter(["person"]), confidence=0.1, keep_by="area")
    assert [each.score for each in both] == [0.4, 0.9]


@pytest.mark.parametrize("padding", [-5, 0, 5])
def test_merged_objects_are_padded_each_by_itself(padding):
    (one,) = api.find_objects(IMAGE, model="known", confidence=0, padding=padding, merge="merge")
    (rest,) = api.find_objects(IMAGE, model="known", confidence=0, padding=padding, merge="mergeInvert")
    union = np.maximum.reduce([apply_mask_params(each.mask.array(), padding, 0) for each in FINDS])
    assert np.array_equal(one.mask, union)
    assert np.array_equal(rest.mask, 255 - union)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"labels": "person"}, "Labels are given as a list of texts"),
        ({"labels": 3}, "Labels are given as a list of texts, not as a int"),
        ({"labels": b"person"}, "Labels are given as a list of texts, not as a bytes"),
        ({"labels": ["person", None]}, "Every label must be a text, not nothing"),
        ({"labels": ["person, dog"]}, "A label has no comma in it, as 'person, dog' has"),
        ({"token": 5}, "The token must be a Token of maskstudio.api, not a int"),
        ({"token": 0}, "The token must be a Token of maskstudio.api, not a int"),
        ({"offset": np.array([0.5, 1])}, "maskOffset must be two whole numbers"),
        ({"confidence": np.float32("nan")}, "confidence must be from 0 to 1"),
        ({"min_area": 101.0}, "minArea must be from 0 to 100"),
        ({"most": 0}, "maxDetections must be from 1"),
        ({"merge": "both"}, "mergeMasks must be one of"),
        ({"offset": (1, 2, 3)}, "maskOffset must be two whole numbers"),
        ({"model": "moon"}, "There is no model called 'moon'"),
    ],
)
def test_what_cannot_be_is_one_sentence(values, says):
    with pytest.raises(api.MaskStudioError, match=says):
        api.find_objects(IMAGE, **{"model": "known", **values})


def test_numbers_of_numpy_are_numbers():
    plain = api.find_objects(IMAGE, model="known", confidence=0.5, min_area=0.5, offset=(9, -4))
    offset, half = np.array([9, -4]), np.float32(0.5)
    for numbers in ({"offset": offset}, {"offset": tuple(offset)}, {"confidence": half}, {"min_area": half}):
        found = api.find_objects(
            IMAGE, model="known", **{"confidence": 0.5, "min_area": 0.5, "offset": (9, -4), **numbers}
        )
        assert [each.box for each in found] == [each.box for each in plain]
        assert all(np.array_equal(one.mask, other.mask) for one, other in zip(found, plain, strict=True))
    assert plain


def test_the_contract_stands_as_it_was_promised():
    signature = inspect.signature(api.find_objects)
    filters = ["labels", "min_area", "max_area", "keep_by", "offset", "padding", "blur", "merge"]
    assert [*signature.parameters] == ["image", "model", "confidence", "most", *filters, "token"]
    assert {"labels", "min_area", "max_area", "keep_by"} <= {spec.name for spec in KeepParams.specs()}
    assert [*api.Object.__dataclass_fields__] == ["label", "score", "box", "mask"]
