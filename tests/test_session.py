"""The session's verbs: what they do to the document, what undo does to them, and that late results harm nothing."""

from dataclasses import replace
from pathlib import Path
from queue import Queue

import cv2
import numpy as np
import pytest

from maskstudio.core.document import Detection
from maskstudio.core.files import read_image
from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from maskstudio.errors import BadImage
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.params.local import UNSHAPED, CutoutParams, DetectParams, ExportParams, MaskParams, RefineParams
from maskstudio.session.session import Session
from tests.core.documents import disc, document


class Discs:
    """A provider that finds what it is told to find."""

    name = "discs"

    def __init__(self, *planes):
        self.planes = planes

    def models(self):
        return []

    def detect(self, image, params, token):
        return [
            Detection(f"disc {n}", 0.9 - n / 10, (0, 0, 10, 10), Mask.from_array(plane), model=params.model)
            for n, plane in enumerate(self.planes)
        ]

    def cutout(self, image, params, token):
        return Detection("subject", None, (0, 0, 10, 10), Mask.from_array(self.planes[0]), model=params.model)


def session_of(whole, *planes, runner=None):
    session = Session(runner or Runner(immediate, Inline()))
    session.provider = Discs(*planes)
    session.history = History(whole)
    return session


@pytest.fixture
def session():
    return session_of(document(), disc(), disc(radius=20, centre=(40, 40)))


def test_each_detection_becomes_a_shaped_layer(session):
    session.finding.detect(DetectParams(), MaskParams(mask_padding=5, mask_blur=0))
    first, second = session.document.layers
    assert (first.name, second.name) == ("disc 0", "disc 1")
    assert first.mask == Mask.from_array(disc())
    grown, raw = first.shaped.array().astype(bool).sum(), disc().astype(bool).sum()
    assert grown > raw
    assert session.document.active == first.id


def test_detecting_again_replaces_the_finds_but_not_refined_ones(session):
    session.finding.detect(DetectParams(), UNSHAPED)
    kept = session.document.layers[0]
    session.shaping.refine(kept.id, RefineParams(band_width=4))
    session.finding.detect(DetectParams(), UNSHAPED)
    assert [layer.name for layer in session.document.layers] == ["disc 0", "disc 0", "disc 1"]
    assert session.document.layers[0].id == kept.id


def test_what_the_provider_has_done_is_not_done_twice(session):
    found = Detection("d", 1.0, (0, 0, 1, 1), Mask.from_array(disc()), done=frozenset({"mask_padding", "mask_blur"}))
    session.provider.detect = lambda *_: [found]
    session.finding.detect(DetectParams(), MaskParams())
    assert session.document.layers[0].shaped == found.mask


def test_a_run_of_slider_values_is_one_step_and_undo_takes_it_back(session):
    session.finding.detect(DetectParams(), UNSHAPED)
    before = session.document
    layer = before.layers[0]
    for padding in range(1, 9):
        session.shaping.set_mask_params(layer.id, MaskParams(mask_padding=padding, mask_blur=0))
    assert session.document.layers[0].params.mask_padding == 8
    session.undo()
    assert session.document is before
    session.redo()
    assert session.document.layers[0].params.mask_padding == 8


def test_shaping_a_refined_layer_solves_its_edge_anew(session):
    session.finding.detect(DetectParams(), UNSHAPED)
    layer_id = session.document.layers[0].id
    session.shaping.refine(layer_id, RefineParams(band_width=6))
    first = session.document.layers[0].refinement
    assert first is not None
    session.shaping.set_mask_params(layer_id, MaskParams(mask_padding=10, mask_blur=0))
    layer = session.document.layers[0]
    assert layer.refinement is not None
    assert layer.refinement is not first
    assert layer.refine == RefineParams(band_width=6)


def test_choosing_the_amount_of_clean_colour_solves_nothing_anew(session):
    session.finding.detect(DetectParams(), UNSHAPED)
    layer_id = session.document.layers[0].id
    session.shaping.refine(layer_id, RefineParams(band_width=6))
    refinement = session.document.layers[0].refinement
    session.shaping.refine(layer_id, RefineParams(band_width=6, decontamination_amount=0.5))
    assert session.document.layers[0].refinement is refinement
    assert session.document.layers[0].amount == 0.5


class Later:
    """A pool whose work waits until the test says so, and a home thread likewise."""

    def __init__(self):
        self.work, self.home = Queue(), Queue()

    def submit(self, work, *args):
        self.work.put(lambda: work(*args))

    def run(self):
        while not (self.work.empty() and self.home.empty()):
            (self.home if self.work.empty() else self.work).get()()


def test_a_result_is_folded_into_the_document_of_now():
    later = Later()
    session = session_of(document(disc(), disc(radius=20)), runner=Runner(later.home.put, later))
    first, second = session.document.layers
    session.shaping.set_mask_params(first.id, MaskParams(mask_padding=7, mask_blur=0))
    session.layers.rename(second.id, "moon")
    session.layers.set_visible(second.id, False)
    later.run()
    names = [(layer.name, layer.visible, layer.params.mask_padding) for layer in session.document.layers]
    assert names == [("disc", True, 7), ("moon", False, 0)]


def test_a_result_for_a_layer_that_is_gone_is_dropped():
    later = Later()
    session = session_of(document(disc(), disc(radius=20)), runner=Runner(later.home.put, later))
    first = session.document.layers[0]
    session.shaping.set_mask_params(first.id, MaskParams(mask_padding=7, mask_blur=0))
    session.layers.delete(first.id)
    later.run()
    assert [layer.id for layer in session.document.layers] == [2]


def test_undo_overtakes_work_that_is_under_way():
    later = Later()
    session = session_of(document(disc()), runner=Runner(later.home.put, later))
    before = session.document
    layer = before.layers[0]
    session.layers.rename(layer.id, "moon")
    session.shaping.set_mask_params(layer.id, MaskParams(mask_padding=7, mask_blur=0))
    session.undo()
    later.run()
    assert session.document.layers[0].name == "moon"
    assert session.shaping.mask_params(session.document.layers[0]) == layer.params
    session.undo()
    assert session.document is before
    assert session.shaping.mask_params(session.document.layers[0]) == layer.params


def later_session(*planes):
    later = Later()
    return session_of(document(*planes), *planes, runner=Runner(later.home.put, later)), later


def test_an_edge_asked_for_while_the_mask_is_being_shaped_is_solved_for_the_new_mask():
    session, later = later_session(disc())
    session.shaping.set_mask_params(1, MaskParams(mask_padding=7, mask_blur=0))
    session.shaping.refine(1, RefineParams(band_width=4))
    later.run()
    layer = session.document.layers[0]
    assert (layer.params.mask_padding, layer.refine) == (7, RefineParams(band_width=4))
    rim = layer.refinement.alpha.array()[140, 150:]
    assert rim[:80].min() == 255  # the disc of 80 px has grown: what was its edge is well inside now
    assert [step.label for step in session.history.steps] == ["Open", "Shape mask", "Refine edge"]


def test_going_back_to_the_edge_there_is_takes_a_newer_wish_back():
    session, later = later_session(disc())
    session.shaping.refine(1, RefineParams(band_width=4))
    later.run()
    session.shaping.refine(1, RefineParams(band_width=9))
    session.shaping.refine(1, RefineParams(band_width=4, decontamination_amount=0.5))
    later.run()
    assert session.document.layers[0].refine == RefineParams(band_width=4, decontamination_amount=0.5)


def test_going_back_to_the_mask_there_is_leaves_no_step():
    session, later = later_session(disc())
    before = session.document
    session.shaping.set_mask_params(1, MaskParams(mask_padding=7, mask_blur=0))
    session.shaping.set_mask_params(1, UNSHAPED)
    later.run()
    assert session.document is before
    assert len(session.history.steps) == 1


def test_a_cancelled_shape_can_be_asked_for_again():
    session, later = later_session(disc())
    wanted = MaskParams(mask_padding=7, mask_blur=0)
    session.shaping.set_mask_params(1, wanted)
    session.runner.cancel()
    assert session.shaping.mask_params(session.document.layers[0]) == UNSHAPED
    session.shaping.set_mask_params(1, wanted)
    later.run()
    assert session.document.layers[0].params == wanted


def test_an_edge_reaches_every_step_that_waits_for_it():
    session, later = later_session(disc(), disc(radius=20))
    session.shaping.refine(1, RefineParams(band_width=4))
    later.run()
    session.shaping.set_mask_params(1, MaskParams(mask_padding=7, mask_blur=0))
    while session.document.layers[0].params == UNSHAPED:
        (later.home if later.work.empty() else later.work).get()()
    session.layers.set_visible(2, False)
    later.run()
    session.undo()
    assert session.history.undo_label == "Shape mask"
    assert session.document.layers[0].refinement is not None
    assert session.runner.jobs == []


def test_a_slider_after_undo_does_not_eat_the_step_it_starts_from():
    session = session_of(document(disc()))
    session.shaping.set_mask_params(1, MaskParams(mask_padding=3, mask_blur=0))
    session.layers.rename(1, "moon")
    session.undo()
    session.shaping.set_mask_params(1, MaskParams(mask_padding=9, mask_blur=0))
    session.undo()
    assert session.document.layers[0].params.mask_padding == 3


def test_changing_nothing_is_no_step(session):
    session.finding.detect(DetectParams(), UNSHAPED)
    layer, steps = session.document.layers[0], len(session.history.steps)
    session.layers.set_visible(layer.id, True)
    session.layers.rename(layer.id, layer.name)
    session.layers.set_mode(layer.id, "add")
    session.shaping.unrefine(layer.id)
    session.layers.delete(999)
    session.layers.move(999, 0)
    assert len(session.history.steps) == steps


def test_opening_another_photo_lets_an_export_end(tmp_path):
    photo(tmp_path / "in.png")
    session, later = later_session(disc())
    session.layers.rename(1, "moon")
    session.exporting.export(tmp_path / "one.png", ExportParams())
    session.exporting.export(tmp_path / "two.png", ExportParams())
    session.opening.open(tmp_path / "in.png")
    later.run()
    assert session.document.image.name == "in.png"
    assert {path.name for path in tmp_path.glob("*.png")} == {"in.png", "one.png", "two.png"}


def test_choosing_a_layer_makes_no_work_to_save(session, tmp_path):
    session.finding.detect(DetectParams(), UNSHAPED)
    session.projects.save_as(tmp_path / "work.ora")
    session.layers.activate(session.document.layers[1].id)
    assert not session.projects.unsaved
    session.layers.rename(session.document.layers[1].id, "moon")
    assert session.projects.unsaved


def test_nothing_found_is_said_and_changes_nothing():
    session = session_of(document(disc()), np.zeros((280, 300), np.uint8))
    said, before = [], session.document
    session.told = said.append
    session.finding.remove_background(CutoutParams(alpha_matting=False))
    assert session.document is before
    assert said == ["No subject was found."]


def test_everything_can_be_undone_to_the_start(session):
    start = session.document
    session.finding.detect(DetectParams(), MaskParams())
    one, two = (layer.id for layer in session.document.layers)
    session.layers.set_mode(two, "subtract")
    session.layers.set_visible(one, False)
    session.layers.rename(one, "head")
    session.layers.move(one, 1)
    session.shaping.refine(two, RefineParams(band_width=3))
    session.shaping.unrefine(two)
    session.layers.delete(one)
    session.finding.remove_background(CutoutParams())
    steps = len(session.history.steps) - 1
    assert steps == 9
    end = session.document
    for _ in range(steps):
        session.undo()
    assert session.document.layers == start.layers
    for _ in range(steps):
        session.redo()
    assert session.document is end


def test_a_failed_open_leaves_the_document_alone(session, tmp_path):
    broken = tmp_path / "photo.png"
    broken.write_text("this is no picture")
    before = session.document
    with pytest.raises(BadImage):
        session.opening.open(broken)
    assert session.document is before


def photo(path: Path) -> np.ndarray:
    rows, columns = np.mgrid[:200, :240]
    plane = np.stack([columns, rows, 255 - columns], axis=-1).clip(0, 255).astype(np.uint8)
    path.write_bytes(cv2.imencode(".png", plane[..., ::-1])[1].tobytes())
    return plane


def test_export_writes_what_is_shown_and_saves_no_work(tmp_path):
    source = photo(tmp_path / "in.png")
    session = Session(Runner(immediate, Inline()))
    session.provider = Discs(disc(240, 200, 60))
    session.opening.open(tmp_path / "in.png")
    assert not session.projects.unsaved
    session.finding.detect(DetectParams(), MaskParams(mask_padding=3, mask_blur=5))
    assert session.projects.unsaved
    said = []
    session.told = said.append
    session.exporting.export(tmp_path / "out.png", ExportParams())
    session.exporting.export_mask(tmp_path / "mask.png", ExportParams())
    assert session.projects.unsaved
    assert said == ["Saved out.png.", "Saved mask.png."]
    written = cv2.imdecode(np.fromfile(tmp_path / "out.png", np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(written[..., 3], session.document.alpha.array())
    np.testing.assert_array_equal(written[..., 2::-1], source)


def test_a_backdrop_is_laid_behind_in_straight_arithmetic(tmp_path):
    source = photo(tmp_path / "in.png").astype(float)
    session = Session(Runner(immediate, Inline()))
    session.provider = Discs(disc(240, 200, 60))
    session.opening.open(tmp_path / "in.png")
    session.finding.detect(DetectParams(), MaskParams(mask_padding=0, mask_blur=9))
    session.exporting.export(tmp_path / "out.png", ExportParams(), backdrop=(10, 200, 30, 128))
    alpha = session.document.alpha.array()[..., None] / 255
    behind = (1 - alpha) * 128 / 255
    expected = (source * alpha + np.array([10, 200, 30]) * behind) / (alpha + behind)
    opened = read_image(tmp_path / "out.png")
    assert np.abs(opened.image.pixels - expected).max() <= 1
    assert np.abs(opened.alpha - 255 * (alpha + behind)[..., 0]).max() <= 1


def test_export_solves_what_is_still_waiting(tmp_path):
    session = session_of(document())
    base = session.document.add([replace(_layer(), refine=RefineParams(band_width=5))])
    session.history = History(base)
    session.exporting.export(tmp_path / "out.png", ExportParams())
    written = read_image(tmp_path / "out.png").alpha
    assert ((written > 0) & (written < 255)).any()


def _layer():
    return document(disc()).layers[0]


def test_alpha_of_a_file_is_the_first_layer(tmp_path):
    plane = disc(50, 40, 15)
    rgba = np.dstack([np.full((40, 50, 3), 99, np.uint8), plane])
    (tmp_path / "in.png").write_bytes(cv2.imencode(".png", rgba)[1].tobytes())
    session = Session(Runner(immediate, Inline()))
    session.opening.open(tmp_path / "in.png")
    assert session.document.layers[0].mask == Mask.from_array(plane)
    assert not session.projects.unsaved
