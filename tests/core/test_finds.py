"""What is kept of finds and what is made of it, against plain numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskstudio.core.finds import asked, displaced, kept, made
from maskstudio.core.layer import Detection, box_around
from maskstudio.core.mask import Mask
from maskstudio.core.ops import apply_mask_params
from maskstudio.params.kept import EVERYTHING, KeepParams
from maskstudio.params.local import UNSHAPED, DetectParams
from maskstudio.params.local import MaskParams as Shape

SIZE = (300, 270)  # more than one tile either way
ALL = DetectParams(confidence=0.0, max_detections=1000)
LABELS = ("person", "dog", "Cat")


def plane_of(box):
    plane = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    plane[box[1] : box[3], box[0] : box[2]] = 255
    return plane


def find_of(box, label="person", score=0.5):
    return Detection(label, score, tuple(map(float, box)), Mask.from_array(plane_of(box)))


@st.composite
def boxes(draw):
    left, top = draw(st.integers(0, SIZE[0] - 1)), draw(st.integers(0, SIZE[1] - 1))
    return left, top, draw(st.integers(left + 1, SIZE[0])), draw(st.integers(top + 1, SIZE[1]))


finds = st.lists(
    st.builds(find_of, boxes(), st.sampled_from(LABELS), st.none() | st.sampled_from((0.1, 0.3, 0.5, 0.9))), max_size=7
)
filters = st.builds(
    KeepParams,
    labels=st.sampled_from(("", "person", " dog , CAT", "bird")),
    min_area=st.sampled_from((0.0, 1.0, 10.0)),
    max_area=st.sampled_from((100.0, 40.0, 5.0)),
    keep_by=st.sampled_from(("confidence", "area")),
)
wishes = st.builds(DetectParams, confidence=st.sampled_from((0.0, 0.3, 0.6)), max_detections=st.integers(1, 8))


def area(find):
    return 100 * (find.mask.array() / 255).sum() / (SIZE[0] * SIZE[1])


def passes(find, params, keep):
    """The filter in plain words."""
    sure = find.score is None or find.score > params.confidence
    named = not keep.labels or find.label.lower() in [label.strip().lower() for label in keep.labels.split(",")]
    return sure and named and keep.min_area <= area(find) <= keep.max_area


def about(chosen):
    return [(find.label, find.score, find.box) for find in chosen]


@given(finds, wishes, filters)
def test_what_passes_and_the_first_of_it_are_kept(found, params, keep):
    chosen = kept(found, params, keep)
    passed = [find for find in found if passes(find, params, keep)]
    assert all(find in passed for find in chosen)
    assert len(chosen) == min(len(passed), params.max_detections)
    worth = area if keep.keep_by == "area" else lambda find: -1 if find.score is None else find.score
    left = [find for find in passed if find not in chosen]
    assert [worth(find) for find in chosen] == sorted(map(worth, chosen), reverse=True)
    assert not left or not chosen or max(map(worth, left)) <= min(map(worth, chosen))


@given(finds, wishes, filters, st.randoms(use_true_random=False))
def test_the_order_of_finds_does_not_matter(found, params, keep, random):
    mixed = random.sample(found, len(found))
    assert about(kept(found, params, keep)) == about(kept(mixed, params, keep))


@given(finds, wishes, filters)
def test_the_least_that_is_asked_for_gives_the_same(found, params, keep):
    """As if a model had been asked that keeps its own thresholds, which are only about confidence and number."""
    ranked = sorted(found, key=lambda find: -1 if find.score is None else find.score, reverse=True)

    def answer(question):
        sure = [find for find in ranked if find.score is None or find.score > question.confidence]
        return sure[: question.max_detections]

    whole = about(kept(found, params, keep))
    assert about(kept(answer(asked(params, keep, live=True)), params, keep)) == whole
    scores = [find.score for find in found]
    if len(set(scores)) == len(scores):  # a model that has equal scores in another order may keep another of them
        assert about(kept(answer(asked(params, keep)), params, keep)) == whole


def test_what_the_user_leaves_out_makes_no_room_for_others():
    found = [find_of((0, 0, 10, 10), score=score) for score in (0.9, 0.8, 0.7)]
    assert kept(found, DetectParams(max_detections=2), EVERYTHING, {0}) == [found[1]]


@given(boxes(), st.tuples(st.integers(-320, 320), st.integers(-320, 320)))
def test_an_offset_loses_no_pixel_inside_the_frame(box, offset):
    there = displaced(find_of(box), offset)
    rows, columns = np.nonzero(plane_of(box))
    rows, columns = rows + offset[1], columns + offset[0]
    inside = (rows >= 0) & (rows < SIZE[1]) & (columns >= 0) & (columns < SIZE[0])
    expected = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    expected[rows[inside], columns[inside]] = 255
    assert np.array_equal(there.mask.array(), expected)
    if expected.any():
        assert there.box == box_around(there.mask)


@given(finds.filter(bool), st.integers(-6, 6), st.tuples(st.integers(-30, 30), st.integers(-30, 30)))
def test_merging_is_the_union_of_padded_masks_and_inverting_its_complement(found, padding, offset):
    shape = Shape(mask_padding=padding, mask_blur=3)
    expected = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    for find in found:
        expected = np.maximum(expected, apply_mask_params(displaced(find, offset).mask.array(), padding, 0))
    for how in ("merge", "mergeInvert"):
        parts = made(found, KeepParams(mask_offset=offset, merge_masks=how), shape)
        if not any(displaced(find, offset).mask.tiles for find in found):
            assert parts == []
            continue
        (one,) = parts
        assert np.array_equal(one.found.mask.array(), expected if how == "merge" else 255 - expected)
        assert one.shape == Shape(mask_padding=0, mask_blur=3)


@given(finds)
def test_without_merging_each_find_stays_itself(found):
    parts = made(found, EVERYTHING, UNSHAPED)
    assert [part.found for part in parts] == found
    assert [part.of for part in parts] == found


def test_nothing_comes_of_nothing_also_inverted():
    assert made([], KeepParams(merge_masks="mergeInvert"), UNSHAPED) == []


@pytest.mark.parametrize(
    ("labels", "scores", "name", "score"),
    [
        (("dog", "dog"), (0.9, 0.4), "dog", 0.4),
        (("dog", "cat"), (0.9, None), "2 objects", None),
    ],
)
def test_a_merged_find_says_what_it_is(labels, scores, name, score):
    found = [
        find_of((10 * n, 0, 10 * n + 9, 9), label, sure)
        for n, (label, sure) in enumerate(zip(labels, scores, strict=True))
    ]
    one = made(found, KeepParams(merge_masks="merge"), UNSHAPED)[0].found
    assert (one.label, one.score, one.box) == (name, score, (0, 0, 19, 9))
    assert made(found, KeepParams(merge_masks="mergeInvert"), UNSHAPED)[0].found.label == "background"
