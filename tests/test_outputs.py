"""Every output takes what has been entered, also where it is still being computed: what is written, copied or sent at
once after a change is what the screen shows once all has settled, bit for bit.

``MASKSTUDIO_TEST_LARGE=1`` does so with a photo of 24 megapixels and real threads.
"""

import io
import os
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from operator import attrgetter
from queue import SimpleQueue

import numpy as np
import PIL.Image
import pytest

from maskstudio.core.document import Document, Layer
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.project import read_project
from maskstudio.jobs import Runner, immediate
from maskstudio.matting.hints import HINT_UNKNOWN
from maskstudio.params.alibaba import AlibabaRefineParams
from maskstudio.params.local import AdjustParams, BrushParams, CleanParams, ExportParams, MaskParams, RefineParams
from maskstudio.providers.remote.base import Answer
from maskstudio.session import errands
from maskstudio.session.session import Session
from tests.held import Gate
from tests.patience import until

W, H = 112, 96
EXPORT = ExportParams(compression="fast")


def photo(width=W, height=H):
    """Smooth noise in two colours: an edge to solve everywhere."""
    rng = np.random.default_rng(3)
    rows, columns = np.mgrid[:height, :width]
    disc = np.hypot(columns - width / 2, rows - height / 2) < 0.3 * height
    pixels = np.where(disc[..., None], (190, 120, 70), (40, 80, 130)) + rng.integers(-30, 30, (height, width, 3))
    return Image(pixels.astype(np.uint8))


def shape(width=W, height=H):
    """A disc with a hole, and an island beside it."""
    rows, columns = np.mgrid[:height, :width]
    from_middle = np.hypot(columns - width / 2, rows - height / 2) / height
    island = np.hypot(columns - width * 0.1, rows - height * 0.1) < height * 0.06
    return np.where((from_middle < 0.3) & (from_middle > 0.02) | island, 255, 0).astype(np.uint8)


def opened(pool, post=immediate):
    session = Session(Runner(post, pool))
    mask = Mask.from_array(shape())
    session.history = History(Document(photo()).add([Layer(0, "disc", mask, mask)]))
    return session


def on_layer(verb, *params):
    return lambda session: attrgetter(verb)(session)(session.active.id, *params)


def painted_hints(session):
    session.edging.begin_stroke(BrushParams(size=14), HINT_UNKNOWN)
    session.edging.stroke_to(W / 2, H * 0.2)
    session.edging.stroke_to(W / 2 + 20, H * 0.25)


def painted(session):
    session.painting.begin_stroke(BrushParams(size=14), 255)
    session.painting.stroke_to(10, 80)
    session.painting.stroke_to(60, 90)


def region(**params):
    def change(session):
        session.edging.set_region(session.active.id, session.active.regions[0].id, **params)

    return change


def several(*changes):
    def change(session):
        for each in changes:
            each(session)

    return change


def turned(values, **fields):
    """One change for each field, and its name."""
    return {name: replace(values, **{name: value}) for name, value in fields.items()}


SMALL = RefineParams(band_width=6, solver="fast")
SHAPES = turned(MaskParams(2, 0), mask_padding=7, mask_blur=5)
SOLVES = turned(SMALL, band_width=9, adaptive=False, solver="balanced", color_decontamination=False,
                decontamination_amount=0.4, spill=(30, 90, 140, 255))  # fmt: skip
EDGES = turned(AdjustParams(feather=4), smooth=6, feather=80, outer_only=True, contrast=0.6, shift_edge=-5,
               solid_core=9)  # fmt: skip
CLEANS = turned(CleanParams(), min_island=400, min_hole=40)
CHANGES = {
    **{f"mask {name}": on_layer("shaping.set_mask_params", params) for name, params in SHAPES.items()},
    **{f"refine {name}": on_layer("shaping.refine", params) for name, params in SOLVES.items()},
    **{f"edge {name}": lambda session, p=params: session.adjusting.adjust_edge(p) for name, params in EDGES.items()},
    **{f"clean {name}": lambda session, p=params: session.adjusting.clean(p) for name, params in CLEANS.items()},
    **{f"region {name}": region(edge=params) for name, params in EDGES.items()},
    "region solved otherwise": region(refine=replace(SMALL, band_width=12)),
    "feather": lambda session: session.adjusting.feather(6),
    "transform": lambda session: session.adjusting.transform(np.array([[1.1, 0, 3], [0, 0.9, -2]])),
    "stroke": painted,
    "refine stroke": painted_hints,
    "invert": lambda session: session.painting.invert(),
    "shape and edge": several(
        on_layer("shaping.set_mask_params", MaskParams(3, 0)),
        lambda session: session.adjusting.adjust_edge(AdjustParams(feather=5)),
    ),
    "edge and solver": several(
        lambda session: session.adjusting.adjust_edge(AdjustParams(smooth=4)),
        on_layer("shaping.refine", replace(SMALL, band_width=10)),
    ),
    "one value after the other": several(
        lambda session: session.adjusting.adjust_edge(AdjustParams(feather=30)),
        lambda session: session.adjusting.adjust_edge(AdjustParams(feather=12)),
    ),
    "two layers": several(
        lambda session: session.adjusting.adjust_edge(AdjustParams(feather=10)),
        lambda session: session.layers.activate(1),
        lambda session: session.adjusting.adjust_edge(AdjustParams(feather=3)),
        lambda session: session.adjusting.adjust_edge(AdjustParams(feather=20)),
        lambda session: session.layers.activate(2),
        lambda session: session.adjusting.adjust_edge(AdjustParams(smooth=5)),
    ),
}  # fmt: skip


@pytest.fixture
def gate():
    return Gate()


@pytest.fixture
def session(gate):
    """A layer that has been refined, with a region, over a plain one; nothing is under way."""
    made = opened(gate)
    mask = Mask.from_array(np.roll(shape(), 30, axis=1))
    made.commit(made.document.add([Layer(0, "another", mask, mask)]), "Another")
    made.shaping.refine(2, SMALL)
    area = Mask(W, H).put(np.full((40, 40), 255, np.uint8), 50, 20)
    made.edging.add_region(2, "part", area)
    made.history.seal()
    return made


def shown(session):
    """Colours with alpha (H, W, 4) as the screen shows them."""
    return picture(session.document)


def picture(document):
    return np.dstack([document.colours(document.frame), document.alpha.array()])


def rgba(data):
    return np.array(PIL.Image.open(data).convert("RGBA"))


def exported(session, folder):
    session.exporting.export(folder / "out.png", EXPORT)
    return lambda: rgba(folder / "out.png")


def mask_exported(session, folder):
    session.exporting.export_mask(folder / "mask.png", EXPORT)
    return lambda: np.array(PIL.Image.open(folder / "mask.png"))


def saved(session, folder):
    session.projects.save_as(folder / "work.ora")
    return lambda: project(folder / "work.ora")


def copy_saved(session, folder):
    session.projects.save_copy(folder / "copy.ora")
    return lambda: project(folder / "copy.ora")


def autosaved(session, folder):
    session.projects.autosave()
    return lambda: project(folder / "auto.ora")


def copied(session, _folder):
    got = []
    session.clipboard.hand_out(EXPORT, merged=True, prepare=lambda cutout: cutout.png, done=got.append)
    return lambda: rgba(io.BytesIO(got[0]))


def project(path):
    """The document in the file, and what other programs show of it."""
    return read_project(path, limit=None).document, rgba(zipfile.ZipFile(path).open("mergedimage.png"))


def visible(pixels):
    """Colours count where anything of them is seen."""
    return np.where(pixels[..., 3:] > 0, pixels, 0)


OUTPUTS = {"export": exported, "save": saved, "copy": copied}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("output", OUTPUTS)
def test_taken_at_once_it_is_what_the_screen_comes_to(session, gate, tmp_path, change, output):
    before = shown(session)
    gate.hold()
    CHANGES[change](session)
    taken = OUTPUTS[output](session, tmp_path)
    gate.let_go()
    now = shown(session)
    assert (now != before).any(), "the change shows"
    assert session.settled
    if output == "save":
        kept, flat = taken()
        assert (picture(kept) == now).all()
        assert (flat == saved(session, tmp_path)()[1]).all()
        assert [(each.params, each.refine, each.edge) for each in kept.layers] == [
            (each.params, each.refine, each.edge) for each in session.document.layers
        ]
        assert not session.projects.unsaved, "the file holds all of it"
    elif output == "copy":
        top, left, bottom, right = box_of(now[..., 3])
        assert (visible(taken()) == visible(now[top:bottom, left:right])).all()
    else:
        assert (visible(taken()) == visible(now)).all()


def box_of(alpha):
    rows, columns = np.nonzero(alpha.any(axis=1))[0], np.nonzero(alpha.any(axis=0))[0]
    return rows[0], columns[0], rows[-1] + 1, columns[-1] + 1


@pytest.mark.parametrize("output", [mask_exported, copy_saved, autosaved])
def test_the_other_outputs_do_the_same(session, gate, tmp_path, output):
    if output is autosaved:
        session.projects.save_as(tmp_path / "auto.ora")
    gate.hold()
    session.adjusting.adjust_edge(AdjustParams(feather=80))
    taken = output(session, tmp_path)()
    gate.let_go()
    now = shown(session)
    alpha = taken if output is mask_exported else taken[0].alpha.array()
    assert (alpha == now[..., 3]).all()
    assert ((alpha > 0) & (alpha < 255)).mean() > 0.3, "80 px of feather on a photo of 112"
    if output is not mask_exported:
        assert taken[0].layer(2).edge.feather == 80


def test_objects_are_written_with_what_was_entered(session, gate, tmp_path):
    gate.hold()
    session.shaping.set_mask_params(1, MaskParams(8, 0))
    written = session.exporting.export_objects(tmp_path / "objects")
    gate.let_go()
    assert (np.array(PIL.Image.open(written[0][0])) == session.document.layer(1).alpha.array()).all()


def test_a_service_gets_what_was_entered(session, gate, monkeypatch):
    sent = []

    def carried_out(order, _token):
        sent.append(order.document.layer(order.departure.layer).alpha.array())
        return Answer()

    monkeypatch.setattr(errands, "carried_out", carried_out)
    monkeypatch.setattr(errands, "layers_of", lambda *_: [])
    monkeypatch.setattr(session.services.arriving, "_take_home", lambda *_: None)
    monkeypatch.setattr(session.services.access, "lacking", lambda *_: "")
    gate.hold()
    session.adjusting.adjust_edge(AdjustParams(feather=25))
    departure = session.services.prepare("alibaba", "refine", AlibabaRefineParams(), session.document.frame)
    session.services.send(replace(departure, problem=""))
    gate.let_go()
    assert (sent[0] == session.active.alpha.array()).all()


def test_a_fix_is_for_the_edge_as_it_was_entered(session, gate):
    gate.hold()
    session.adjusting.adjust_edge(AdjustParams(feather=25))
    session.edging.fix_fringe()
    gate.let_go()
    fixed = session.active.regions[-1]
    assert fixed.edge.feather == 25
    alone = opened(Gate())
    alone.history = History(Document(photo()).add([session.active.changed(regions=session.active.regions[:1])]))
    alone.shaping.refine(1, SMALL)
    soft = alone.active.alpha.array()
    assert (fixed.area.array()[(soft > 0) & (soft < 255)] == 255).all()


def test_it_outlives_its_document(session, gate, tmp_path):
    """What was still to be computed, and what waited for a thread, is done although the document has been closed."""
    pool, posted, ready, copied = ThreadPoolExecutor(1), SimpleQueue(), threading.Event(), []
    pool.submit(ready.wait)
    closed = opened(pool, posted.put)
    closed.history = History(session.document)
    closed.adjusting.adjust_edge(AdjustParams(feather=40))
    jobs = [
        closed.exporting.export(tmp_path / "out.png", EXPORT),
        closed.projects.save_as(tmp_path / "work.ora"),
        closed.clipboard.hand_out(EXPORT, merged=True, prepare=lambda cutout: cutout.png, done=copied.append),
    ]
    closed.close()
    ready.set()
    pool.shutdown()
    while not posted.empty():
        posted.get()()
    assert [job.state for job in jobs] == ["done"] * 3
    assert closed.document is None
    session.adjusting.adjust_edge(AdjustParams(feather=40))
    now = shown(session)
    assert (visible(rgba(tmp_path / "out.png")) == visible(now)).all()
    assert (picture(project(tmp_path / "work.ora")[0]) == now).all()
    top, left, bottom, right = box_of(now[..., 3])
    assert (visible(rgba(io.BytesIO(copied[0]))) == visible(now[top:bottom, left:right])).all()


def test_what_is_entered_later_is_not_in_it(session, gate, tmp_path):
    gate.hold()
    session.adjusting.adjust_edge(AdjustParams(feather=10))
    session.exporting.export(tmp_path / "ten.png", EXPORT)
    session.adjusting.adjust_edge(AdjustParams(feather=60))
    session.exporting.export(tmp_path / "sixty.png", EXPORT)
    session.adjusting.adjust_edge(AdjustParams(feather=3))
    gate.let_go()
    for feather, name in ((10, "ten"), (60, "sixty")):
        session.adjusting.adjust_edge(AdjustParams(feather=feather))
        assert (visible(rgba(tmp_path / f"{name}.png")) == visible(shown(session))).all()


def test_what_was_entered_and_is_still_coming_is_unsaved(session, gate, tmp_path):
    session.projects.save_as(tmp_path / "work.ora")
    assert not session.projects.unsaved
    gate.hold()
    session.adjusting.adjust_edge(AdjustParams(feather=10))
    assert session.projects.unsaved
    session.projects.save()
    gate.let_go()
    assert not session.projects.unsaved


def test_work_is_done_once_whoever_asks(session, gate, tmp_path, monkeypatch):
    from maskstudio.matting import edge

    made, solve = [], edge.refine_edge
    monkeypatch.setattr(edge, "refine_edge", lambda *args: made.append(1) or solve(*args))
    gate.hold()
    session.shaping.refine(1, SMALL)
    for name in ("one", "two"):
        session.exporting.export(tmp_path / f"{name}.png", EXPORT)
    gate.let_go()
    assert len(made) == 1


def enlarged(session, side):
    """The document of ``session`` with every pixel ``side`` times as wide and high, plain layers only."""
    document = session.document
    pixels = np.repeat(np.repeat(document.image.pixels, side, axis=0), side, axis=1)
    made = Document(Image(np.ascontiguousarray(pixels)))
    for layer in document.layers:
        plane = Mask.from_array(np.repeat(np.repeat(layer.mask.array(), side, axis=0), side, axis=1))
        made = made.add([Layer(0, layer.name, plane, plane)])
    return made


@pytest.mark.skipif(not os.environ.get("MASKSTUDIO_TEST_LARGE"), reason="takes minutes")
@pytest.mark.parametrize("change", [name for name in CHANGES if not name.startswith(("refine", "region"))])
def test_at_24_megapixels_too(session, tmp_path, change):
    """With the threads and the hop home of the window; nothing is held back but by the size of the work."""
    posted = SimpleQueue()
    pool = ThreadPoolExecutor(2)
    large = Session(Runner(posted.put, pool))
    large.failed = lambda error: pytest.fail(str(error))
    large.history = History(enlarged(session, 48))
    assert np.prod(large.document.size) > 24_000_000
    CHANGES[change](large)
    taken = {name: output(large, tmp_path) for name, output in OUTPUTS.items()}
    until(lambda: not large.runner.jobs and large.settled, step=lambda: posted.get()())
    pool.shutdown()
    now = shown(large)
    assert (visible(taken["export"]()) == visible(now)).all()
    assert (picture(taken["save"]()[0]) == now).all()
    top, left, bottom, right = box_of(now[..., 3])
    assert (visible(taken["copy"]()) == visible(now[top:bottom, left:right])).all()
