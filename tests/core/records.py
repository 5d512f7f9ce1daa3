"""Random documents, and what must be the same after they have been to the disk and back."""

import json
import zipfile
from dataclasses import replace

import hypothesis.strategies as st
import numpy as np

from maskstudio.core.document import Detection, Document, Layer, Origin, Refinement, Region
from maskstudio.core.layer import Found, Subject
from maskstudio.core.mask import Mask, grid
from maskstudio.core.paint import Paint
from maskstudio.params.local import UNADJUSTED, AdjustParams, MaskParams, RefineParams
from maskstudio.subject.subject import UNSURE
from tests.core.documents import image

WIDTH, HEIGHT = 300, 280
texts = st.text(max_size=30)


def plane(seed, kind):
    """Flat, hard, soft or mixed coverage."""
    random = np.random.default_rng(seed)
    out = np.zeros((HEIGHT, WIDTH), np.uint8)
    if kind == "flat":
        out[:] = seed % 256
    elif kind == "hard":
        out[seed % 200 : seed % 200 + 60, 20:290] = 255
    elif kind == "soft":
        out[:] = random.integers(0, 256, (HEIGHT, WIDTH))
    elif kind == "mixed":
        out[:256, :256] = 255
        out[100:, 200:] = random.integers(0, 256, (HEIGHT - 100, WIDTH - 200))
    return out


planes = st.builds(plane, st.integers(0, 10_000), st.sampled_from(["none", "flat", "hard", "soft", "mixed"]))
masks = planes.map(Mask.from_array)


@st.composite
def paints(draw):
    value, cover = draw(planes), draw(planes)
    return Paint(Mask.from_array(np.minimum(value, cover)), Mask.from_array(cover))


@st.composite
def refinements(draw, dtype):
    alpha = draw(masks)
    random = np.random.default_rng(draw(st.integers(0, 100)))
    top = np.iinfo(dtype).max
    colours = {
        index: random.integers(0, top, (box.height, box.width, 3), dtype, endpoint=True)
        for index, box in grid(WIDTH, HEIGHT, alpha.frame)
        if draw(st.booleans())
    }
    solved = draw(st.one_of(st.just(alpha), masks))
    awaited = draw(st.one_of(st.none(), masks.filter(lambda mask: bool(mask.bounds))))
    edges = draw(st.sampled_from([(), (UNADJUSTED,)]))
    return Refinement(solved, colours, alpha, edges, draw(st.integers(0, 200)), awaited)


@st.composite
def regions(draw, number):
    return Region(number, draw(texts), draw(masks), draw(refines), draw(edges))


refines = st.builds(RefineParams, st.integers(1, 300), st.booleans(), st.sampled_from(["fast", "balanced", "best"]))
edges = st.builds(
    AdjustParams, st.integers(0, 100), st.integers(0, 250), st.booleans(), shift_edge=st.integers(-100, 100)
)
shapes = st.builds(MaskParams, st.integers(-500, 500), st.integers(0, 500))
hints = planes.map(lambda plane: Mask.from_array(plane % 5))

finds = st.builds(Found, texts, shapes, st.one_of(st.none(), refines), st.one_of(st.just(UNADJUSTED), edges))


@st.composite
def layers(draw, dtype):
    mask = draw(masks)
    return Layer(
        id=0,
        name=draw(texts),
        mask=mask,
        shaped=draw(st.one_of(st.just(mask), masks)),
        params=draw(shapes),
        source=draw(st.one_of(st.none(), detections())),
        refine=draw(st.one_of(st.none(), refines)),
        edge=draw(st.one_of(st.just(UNADJUSTED), edges)),
        hints=draw(st.one_of(st.none(), hints)),
        regions=tuple(draw(regions(number)) for number in range(1, 1 + draw(st.integers(0, 2)))),
        measured=draw(st.one_of(st.none(), refinements(dtype))),
        refinement=draw(st.one_of(st.none(), refinements(dtype))),
        visible=draw(st.booleans()),
        mode=draw(st.sampled_from(["add", "subtract", "intersect", "xor"])),
        inverted=draw(st.booleans()),
        paint=draw(st.one_of(st.none(), paints())),
        retouch=draw(st.one_of(st.none(), paints())),
        origin=draw(st.one_of(st.none(), origins())),
        found=draw(st.one_of(st.none(), finds)),
    )


def detections():
    edge = st.floats(-1e6, 1e6)
    facts = texts, st.one_of(st.none(), st.floats(0, 1)), st.tuples(edge, edge, edge, edge), masks, texts
    doubt = st.one_of(st.none(), masks)
    helps = st.lists(st.sampled_from(UNSURE), unique=True).map(tuple)
    subject = st.builds(Subject, *facts, doubt=doubt, way=texts, sure=st.booleans(), helps=helps)
    return st.one_of(st.builds(Detection, *facts, doubt=doubt), subject)


def origins():
    values = st.one_of(st.integers(-9, 9), st.floats(-1, 1), st.booleans(), texts, st.lists(texts, max_size=3))
    return st.builds(Origin, texts, texts, texts, st.dictionaries(texts, values, max_size=3), texts, texts)


@st.composite
def documents(draw, most=3):
    dtype = draw(st.sampled_from([np.uint8, np.uint16]))
    made = Document(image(WIDTH, HEIGHT, dtype=dtype)).add(draw(st.lists(layers(dtype), max_size=most)))
    colour = st.tuples(*[st.integers(0, 255)] * 3)
    for layer in made.layers:
        made = made.put(layer.changed(colour=draw(colour)))
    ids = [None, *(layer.id for layer in made.layers)]
    return made.changed(active=draw(st.sampled_from(ids)), solo=draw(st.sampled_from(ids)))


def said(text):
    """A text as it comes back: without null bytes."""
    return text.replace("\0", "\ufffd")


def assert_same(one, other):
    """Every field of two documents, pixel by pixel."""
    assert (one.active, one.solo, one.next_id) == (other.active, other.solo, other.next_id)
    assert len(one.layers) == len(other.layers)
    for mine, theirs in zip(one.layers, other.layers, strict=True):
        _assert_same_layer(mine, theirs)


def _assert_same_layer(one, other):
    plain = ("id", "params", "refine", "edge", "visible", "mode", "inverted", "colour")
    assert [getattr(one, name) for name in plain] == [getattr(other, name) for name in plain]
    assert said(one.name) == other.name
    assert _planes(one).keys() == _planes(other).keys()
    for name, mask in _planes(one).items():
        np.testing.assert_array_equal(mask.array(), _planes(other)[name].array(), err_msg=name)
    if one.source is not None:
        fields = ("score", "box", "provider", "done")
        assert [getattr(one.source, name) for name in fields] == [getattr(other.source, name) for name in fields]
        assert said(one.source.label) == other.source.label
        assert type(one.source) is type(other.source)
    if isinstance(one.source, Subject):
        mine, theirs = one.source, other.source
        assert (said(mine.way), mine.sure, mine.helps) == (theirs.way, theirs.sure, theirs.helps)
    if one.origin is not None:
        assert said(one.origin.how) == other.origin.how
        assert {said(key) for key in one.origin.params} == set(other.origin.params)
    if one.found is not None:
        assert replace(one.found, name=said(one.found.name)) == other.found
    assert (one.found is None) == (other.found is None)
    for mine, theirs in zip(one.regions, other.regions, strict=True):
        assert (mine.id, said(mine.name)) == (theirs.id, theirs.name)
        assert (mine.refine, mine.edge) == (theirs.refine, theirs.edge)
    for name in ("refinement", "measured"):
        _assert_same_refinement(getattr(one, name), getattr(other, name), one, other)


def _assert_same_refinement(mine, theirs, one, other):
    assert (mine is None) == (theirs is None)
    if mine is None:
        return
    assert (mine.reach, mine.awaited) == (theirs.reach, theirs.awaited)
    assert (mine.edges == one.edges) == (theirs.edges == other.edges)
    assert mine.colours.keys() == theirs.colours.keys()
    for index, tile in mine.colours.items():
        assert tile.dtype == theirs.colours[index].dtype
        np.testing.assert_array_equal(tile, theirs.colours[index])


def _planes(layer):
    found = {"mask": layer.mask, "shaped": layer.shaped}
    for name in ("paint", "retouch"):
        if (paint := getattr(layer, name)) is not None:
            found[f"{name} value"], found[f"{name} cover"] = paint.value, paint.cover
    if layer.source is not None:
        found["source"] = layer.source.mask
        found |= {} if layer.source.doubt is None else {"doubt": layer.source.doubt}
    for name in ("refinement", "measured"):
        if (solved := getattr(layer, name)) is not None:
            found[f"{name} alpha"], found[f"{name} solved"] = solved.alpha, solved.solved
    if layer.hints is not None:
        found["hints"] = layer.hints
    found |= {f"region {region.id}": region.area for region in layer.regions}
    return found


def rewritten(path, change):
    """The project file with its record changed."""
    archive = zipfile.ZipFile(path)
    members = {info.filename: archive.read(info) for info in archive.infolist()}
    record = json.loads(members["maskstudio/document.json"])
    change(record)
    members["maskstudio/document.json"] = json.dumps(record).encode()
    with zipfile.ZipFile(path, "w") as target:
        for name, data in members.items():
            target.writestr(name, data)
    return path
