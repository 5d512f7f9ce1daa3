"""Why finds are left out, against the filter in plain words."""

from hypothesis import given

from maskstudio.core.finds import kept
from maskstudio.core.leftout import left_out
from maskstudio.params.kept import KeepParams
from maskstudio.params.local import DetectParams
from tests.core.test_finds import area, filters, find_of, finds, wishes


@given(finds, wishes, filters)
def test_what_is_kept_has_no_reason_and_all_else_has_the_first_that_holds(found, params, keep):
    reasons = left_out(found, params, keep)
    staying = kept(found, params, keep)
    assert [find for find, why in zip(found, reasons, strict=True) if why is None] == [
        find for find in found if find in staying
    ]
    for find, why in zip(found, reasons, strict=True):
        unsure = params.confidence > 0 and find.score is not None and find.score <= params.confidence
        named = not keep.labels or find.label.lower() in [label.strip().lower() for label in keep.labels.split(",")]
        assert (why == "unsure") == unsure
        assert (why == "label") == (not unsure and not named)
        assert (why == "small") == (not unsure and named and area(find) < keep.min_area)
        assert (why == "large") == (not unsure and named and area(find) >= keep.min_area and area(find) > keep.max_area)


def test_what_is_beyond_the_first_few_says_so():
    found = [find_of((0, 0, 10 + at, 10), score=0.9 - at / 10) for at in range(4)]
    few = DetectParams(confidence=0.25, max_detections=2)
    assert left_out(found, few, KeepParams()) == [None, None, "beyond", "beyond"]
    assert left_out(found, few, KeepParams(keep_by="area")) == ["beyond", "beyond", None, None]
