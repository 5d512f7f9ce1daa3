"""Record and shelf: random documents there and back, what is written once, and values nobody should believe."""

import copy
import json
import zlib
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings

from maskstudio.core import record as recording
from maskstudio.core.checked import Fields, parsed
from maskstudio.core.fileframes import FileFrame, framed, whole_frames
from maskstudio.core.mask import Mask
from maskstudio.core.ops import CombineMode
from maskstudio.core.record import Reader, document_record
from maskstudio.core.shelf import ShelfWriter
from maskstudio.core.shelved import Limits, ShelfReader
from maskstudio.errors import BadProject
from maskstudio.subject.subject import judged
from tests.core.documents import disc, document, image
from tests.core.records import assert_same, documents


def written(*made, **options):
    """Records of documents and the frames of their planes."""
    pieces = []
    shelf = ShelfWriter(pieces.append, **options)
    return [json.loads(json.dumps(document_record(each, shelf))) for each in made], b"".join(pieces)


def read(record, planes, photo, limits=None):
    shelf = ShelfReader(photo.size, photo.depth, limits)
    for frame in whole_frames(planes):
        shelf.take(frame)
    return Reader(photo, shelf).document(Fields(record, "it"))


@settings(max_examples=40)
@given(documents())
def test_a_document_comes_back_as_it_was(made):
    (record,), planes = written(made)
    assert_same(made, read(record, planes, made.image, Limits.for_size(*made.size)))


def test_a_second_document_costs_what_it_changed():
    made = document(np.random.default_rng(0).integers(0, 255, (1000, 1000), np.uint8), width=1000, height=1000)
    layer = made.layers[0]
    edited = made.put(layer.changed(mask=layer.mask.put(disc(20, 20, 5), 600, 600)))
    _, one = written(made)
    (_, second), both = written(made, edited)
    assert len(both) - len(one) < len(one) / 8
    back = read(second, both, made.image)
    assert back.layers[0].mask == edited.layers[0].mask
    assert back.layers[0].mask.changed(back.layers[0].shaped) == [(2, 2)]


def test_planes_stay_packed_though_somebody_looks():
    made = document(np.random.default_rng(0).integers(0, 2, (1024, 1024), np.uint8) * 255, width=1024, height=1024)
    (record,), planes = written(made)
    back = read(record, planes, made.image)
    assert back.layers[0].mask.nbytes < made.layers[0].mask.array().nbytes / 4
    np.testing.assert_array_equal(back.layers[0].mask.array(), made.layers[0].mask.array())
    assert back.layers[0].mask.nbytes < made.layers[0].mask.array().nbytes / 4


def test_a_long_chain_of_planes_does_not_lean_on_its_beginning_for_ever():
    pieces = []
    shelf = ShelfWriter(pieces.append)
    mask = Mask(300, 280)
    for value in range(1, 200):
        mask = mask.put(np.full((4, 4), value, np.uint8), 0, 0)
        shelf.mask(mask, "one")
    late = ShelfReader((300, 280), 8)
    for piece in pieces[200:]:
        for frame in whole_frames(piece):
            late.take(frame)
    assert late.mask(198) == mask


# What nobody should believe


def changes():
    """Ways to spoil a record: a path into it and what to put there."""
    layer = ("layers", 0)
    return [
        (("format",), -1),
        (("format",), "1"),
        (("format",), True),
        (("active",), 7),
        (("solo",), 7),
        (("nextId",), 1),
        (("nextId",), 10**30),
        (("layers",), {}),
        (("layers",), [None]),
        ((*layer, "id"), 0),
        ((*layer, "id"), 1.5),
        ((*layer, "name"), 5),
        ((*layer, "mask"), 99),
        ((*layer, "mask"), -1),
        ((*layer, "shaped"), None),
        ((*layer, "params"), {"maskPadding": 501}),
        ((*layer, "params"), {"nonsense": 1}),
        ((*layer, "params"), []),
        ((*layer, "refine"), {"bandWidth": 0}),
        ((*layer, "refinement"), {"alpha": 0}),
        ((*layer, "refinement"), {"alpha": 0, "colours": 0, "finished": 1}),
        ((*layer, "refinement"), {"alpha": 0, "colours": 0, "pending": [0, 0, 5]}),
        ((*layer, "measured"), {"alpha": 0, "solved": 0}),
        ((*layer, "edge"), {"smooth": -1}),
        ((*layer, "edge"), None),
        ((*layer, "hints"), 99),
        ((*layer, "hints"), 0),
        ((*layer, "regions"), {}),
        ((*layer, "regions"), [{"id": 1}]),
        ((*layer, "regions"), [None]),
        ((*layer, "visible"), 1),
        ((*layer, "mode"), "multiply"),
        ((*layer, "mode"), []),
        ((*layer, "colour"), [0, 0]),
        ((*layer, "colour"), [0, 0, 256]),
        ((*layer, "colour"), "#000000"),
        ((*layer, "paint"), {"value": 0}),
        ((*layer, "source"), {"label": "x"}),
        ((*layer, "origin"), {"how": []}),
        ((*layer, "origin"), {"how": "x", "params": {"a": {"b": 1}}}),
    ]


@pytest.mark.parametrize(("path", "value"), changes(), ids=str)
def test_a_spoilt_value_is_refused(path, value):
    made = document(disc())
    (record,), planes = written(made)
    spoilt = copy.deepcopy(record)
    place = spoilt
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(BadProject):
        read(spoilt, planes, made.image)


@pytest.mark.parametrize(
    ("name", "value"),
    [("way", 5), ("sure", "yes"), ("sure", None), ("helps", "click"), ("helps", ["click"] * 9), ("doubt", 99)],
)
def test_a_subject_that_says_nonsense_of_itself_is_refused(name, value):
    mask = Mask.from_array(disc())
    made = document(disc())
    made = made.put(made.layers[0].changed(source=judged(mask, 0.5, "auto", way="Main object, without a model")))
    (record,), planes = written(made)
    record["layers"][0]["source"][name] = value
    with pytest.raises(BadProject):
        read(record, planes, made.image)


def test_what_would_help_and_is_not_known_here_is_left_out():
    made = document(disc())
    made = made.put(made.layers[0].changed(source=judged(Mask.from_array(disc()), 0.5, "auto", way="Dog")))
    (record,), planes = written(made)
    record["layers"][0]["source"]["helps"] = ["click", "sing"]
    assert read(record, planes, made.image).layers[0].source.helps == ("click",)


@pytest.mark.parametrize("mode", get_args(CombineMode))
def test_a_record_has_the_lowest_version_that_can_say_it(mode, monkeypatch):
    made = document(disc(), disc())
    made = made.put(made.layers[1].changed(mode=mode))
    (record,), planes = written(made)
    assert read({**record, "format": 3}, planes, made.image).layers[1].mode == mode  # as a first xor was written
    monkeypatch.setattr(recording, "FORMAT", 3)  # a program that knows no xor
    if mode == "xor":
        with pytest.raises(BadProject, match=r"^it was saved by a newer version of maskstudio"):
            read(record, planes, made.image)
    else:
        assert_same(made, read(record, planes, made.image))


@pytest.mark.parametrize("box", [[0, 0, 1], [0, 0, 1, "1"], [0, 0, 1, 1e300], [0, 0, 1, 10**400], 5])
def test_a_box_that_is_none_is_refused(box):
    made = document(disc())
    (record,), planes = written(made)
    source = {"label": "", "score": None, "box": box, "mask": 0, "model": "", "provider": "", "done": [], "standIn": ""}
    record["layers"][0]["source"] = source
    with pytest.raises(BadProject):
        read(record, planes, made.image)


def test_two_layers_of_one_number_are_refused():
    made = document(disc())
    (record,), planes = written(made)
    record["layers"] *= 2
    with pytest.raises(BadProject):
        read(record, planes, made.image)


def test_paint_that_puts_down_more_than_it_covers_is_refused():
    made = document(disc())
    (record, _), planes = written(made, made.put(made.layers[0].changed(mask=Mask(300, 280))))
    record["layers"][0]["paint"] = {"value": 0, "cover": 1}
    with pytest.raises(BadProject, match="paint"):
        read(record, planes, made.image)


@pytest.mark.parametrize("data", [b"[]", b"{", b'{"a": NaN}', b"\xff", b"[" * 100_000, b'{"a": 1' + b"0" * 9999 + b"}"])
def test_what_is_no_json_object_is_refused(data):
    with pytest.raises(BadProject):
        parsed(data, "it")


def test_planes_of_another_size_or_without_their_base_are_refused():
    made = document(disc())
    (record,), planes = written(made)
    with pytest.raises(BadProject):
        read(record, planes, image(299, 280))
    with pytest.raises(BadProject):
        read(record, b"", made.image)


def test_a_tile_that_inflates_beyond_its_size_is_refused_before_it_does():
    bomb = zlib.compress(bytes(200 << 20))
    shelf = ShelfReader((256, 256), 8)
    shelf.take(FileFrame(b"T", (0).to_bytes(4, "little") + b"\x00\x01\x00\x01" + bomb))
    shelf.take(FileFrame(b"P", b"\0\0\0\0\xff\xff\xff\xff\0\1\0\0\0\1\0\0" + bytes(8)))
    with pytest.raises(BadProject):
        shelf.mask(0)


def test_more_planes_than_anybody_has_are_refused():
    shelf = ShelfReader((25600, 25600), 8, Limits(100_000, 0))
    everywhere = b"".join(
        column.to_bytes(2, "little") + row.to_bytes(2, "little") + (0xFFFF0001).to_bytes(4, "little")
        for column in range(100)
        for row in range(100)
    )
    for number in range(20):
        base = (0xFFFFFFFF if number == 0 else number - 1).to_bytes(4, "little")
        head = number.to_bytes(4, "little") + base + (25600).to_bytes(4, "little") * 2
        shelf.take(FileFrame(b"P", head + (everywhere if number == 0 else b"")))
    with pytest.raises(BadProject, match="more masks"):
        shelf.mask(19)


def test_frames_know_damage():
    data = framed(b"A", b"one") + framed(b"B", b"two")
    assert [frame.payload for frame in whole_frames(data)] == [b"one", b"two"]
    for at in range(len(data)):
        spoilt = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(ValueError, match="frame"):
            list(whole_frames(spoilt))
