"""The vocabulary: declared once, checked, and the same in code, on the wire and on the command line."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from maskstudio.errors import BadParameter
from maskstudio.params.local import CutoutParams, DetectParams, ExportParams, MaskParams, RefineParams

SETS = (DetectParams, MaskParams, RefineParams, CutoutParams, ExportParams)


@pytest.mark.parametrize("params", SETS)
def test_every_parameter_can_be_shown(params):
    for spec in params.specs():
        assert spec.label
        assert spec.help.endswith(".")
        assert spec.check(spec.default) == spec.default


@pytest.mark.parametrize("params", SETS)
def test_the_wire_carries_everything_both_ways(params):
    assert params.from_wire(params().to_wire()) == params()


def test_wire_names_and_defaults_are_the_services():
    assert DetectParams().to_wire() | MaskParams().to_wire() == {
        "model": "mediapipe_face_full",
        "prompt": "",
        "confidence": 0.25,
        "maxDetections": 6,
        "boxShape": "ellipse",
        "maskPadding": 4,
        "maskBlur": 4,
    }
    assert CutoutParams().to_wire() == {
        "model": "auto",
        "secondModel": "",
        "rgba": [255, 255, 255, 0],
        "postProcessMask": False,
        "returnOnlyMask": False,
        "alphaMatting": True,
        "alphaMattingForegroundThreshold": 240,
        "alphaMattingBackgroundThreshold": 10,
        "alphaMattingErodeSize": 10,
    }


@pytest.mark.parametrize(
    ("params", "wire", "value"),
    [
        (DetectParams, "confidence", 1.01),
        (DetectParams, "confidence", float("nan")),
        (DetectParams, "maxDetections", 0),
        (DetectParams, "maxDetections", 2.5),
        (DetectParams, "maxDetections", True),
        (DetectParams, "boxShape", "star"),
        (MaskParams, "maskPadding", 501),
        (MaskParams, "maskBlur", -1),
        (MaskParams, "maskBlur", "4"),
        (CutoutParams, "rgba", [1, 2, 3]),
        (CutoutParams, "rgba", [1, 2, 3, 256]),
        (ExportParams, "depth", "32"),
    ],
)
def test_a_wrong_value_gets_one_sentence_that_names_it(params, wire, value):
    with pytest.raises(BadParameter, match=rf"^{wire} must be .*\.$"):
        params.from_wire({wire: value})


def test_an_unknown_name_is_refused():
    with pytest.raises(BadParameter, match="maskpadding"):
        MaskParams.from_wire({"maskpadding": 4})


@given(st.integers(-500, 500), st.integers(0, 500))
def test_everything_within_the_range_is_taken(padding, blur):
    assert MaskParams(mask_padding=padding, mask_blur=blur).to_wire() == {"maskPadding": padding, "maskBlur": blur}


def test_whole_numbers_serve_as_fractions():
    assert DetectParams(confidence=1).confidence == 1.0
