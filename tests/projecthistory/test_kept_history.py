"""What was done can be undone after a project was saved and opened again."""

import zipfile

import numpy as np
import pytest

from maskstudio.core import projecthistory
from maskstudio.core.history import History
from maskstudio.core.project import Source, write_project
from maskstudio.matting import edge
from tests.core.records import assert_same
from tests.projecthistory.conftest import MEMBER, assert_same_history, on, opened, stroke
from tests.walkers import HEIGHT, WIDTH, Wanderer, coloured_edge


@pytest.fixture
def small(tmp_path):
    """A session on a small photo."""
    return on(tmp_path, WIDTH, HEIGHT)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_was_done_can_be_undone_after_save_and_open(small, tmp_path, monkeypatch, seed):
    monkeypatch.setattr(edge, "refine_edge", coloured_edge)
    Wanderer(small, seed).wander(30)
    small.projects.save_as(tmp_path / "work.ora")
    back = opened(tmp_path / "work.ora")
    assert not back.projects.unsaved
    assert_same_history(small.history, back.history)
    Wanderer(back, seed + 100).wander(10)  # and so on, over files of their own making
    back.projects.save_copy(tmp_path / "copy.ora")
    assert_same_history(back.history, opened(tmp_path / "copy.ora").history)


def test_undo_and_redo_go_on_where_they_stood(session, tmp_path):
    for x in range(20, 220, 40):
        stroke(session, x)
    for _ in range(2):
        session.undo()
    session.projects.save_as(tmp_path / "work.ora")
    alphas = [step.document.alpha.array() for step in session.history.steps]
    back = opened(tmp_path / "work.ora")
    assert (back.history.undo_label, back.history.redo_label) == ("Paint", "Paint")
    back.redo()
    back.redo()
    for alpha in reversed(alphas):
        np.testing.assert_array_equal(back.document.alpha.array(), alpha)
        back.undo()


def test_a_step_after_opening_is_a_step_of_its_own(session, tmp_path):
    from maskstudio.params.local import MaskParams

    stroke(session, 50)
    layer = session.document.layers[0].id
    session.shaping.set_mask_params(layer, MaskParams(3, 0))
    session.projects.save_as(tmp_path / "work.ora")
    back = opened(tmp_path / "work.ora")
    steps = len(back.history.steps)
    back.shaping.set_mask_params(layer, MaskParams(5, 0))
    assert len(back.history.steps) == steps + 1
    back.undo()
    assert not back.projects.unsaved


def test_what_steps_share_is_in_the_file_once(session, tmp_path):
    plane = np.random.default_rng(0).integers(0, 256, (280, 300), np.uint8)
    session.layers.add()
    session.painting.select(plane, 0, 0, "replace", "Noise")
    session.projects.save_as(tmp_path / "one.ora")
    for number in range(20):
        session.layers.rename(session.document.layers[0].id, f"name {number}")
    stroke(session, 20, 20)
    session.projects.save_as(tmp_path / "many.ora")
    noise = len(zipfile.ZipFile(tmp_path / "one.ora").read("maskstudio/planes"))
    assert noise > 80_000
    grown = len(zipfile.ZipFile(tmp_path / "many.ora").read(MEMBER))
    assert grown < noise, "a tile that the stroke replaced, and no more"
    back = opened(tmp_path / "many.ora")
    tiles = {id(tile) for step in back.history.steps for tile in step.document.alpha.tiles.values()}
    assert len(tiles) <= 6, "and shared in memory again"


def test_the_steps_nearest_to_now_are_kept_within_the_bounds(session, tmp_path, monkeypatch):
    for x in range(20, 260, 20):
        stroke(session, x)
    for _ in range(4):
        session.undo()
    whole = tmp_path / "whole.ora"
    session.projects.save_copy(whole)
    size = len(zipfile.ZipFile(whole).read(MEMBER))
    for limit in (size // 2, size // 4, 1):
        session.projects.past_limit = limit
        session.projects.save_copy(tmp_path / "work.ora")
        assert len(zipfile.ZipFile(tmp_path / "work.ora").read(MEMBER)) <= limit + 1000, "beside its own list"
        check_nearest(session.history, opened(tmp_path / "work.ora").history)
    monkeypatch.setattr(projecthistory, "STEPS", 5)
    session.projects.past_limit = size
    session.projects.save_copy(tmp_path / "work.ora")
    assert len(check_nearest(session.history, opened(tmp_path / "work.ora").history).steps) == 5


def check_nearest(history, back):
    """A part of ``history`` around now is what there is, as much behind as before."""
    behind, ahead = back.position, len(back.steps) - 1 - back.position
    assert abs(behind - min(ahead, behind)) <= 1 or ahead == len(history.steps) - 1 - history.position
    part = history.steps[history.position - behind : history.position + ahead + 1]
    assert_same_history(History.of(part, behind), back)
    return back


def test_what_is_entered_and_no_step_yet_is_the_last_step_in_the_file(session, tmp_path):
    stroke(session, 50)
    stroke(session, 90)
    session.undo()
    layer = session.document.layers[0]
    entered = session.document.put(layer.changed(name="entered"))
    past = projecthistory.Past(session.history.steps, session.history.position)
    write_project(tmp_path / "work.ora", entered, Source(None), past=past)
    back = opened(tmp_path / "work.ora")
    assert [step.label for step in back.history.steps] == ["Open", "Paint", "Latest change"]
    assert back.document.layers[0].name == "entered"
    back.undo()
    assert_same(session.document, back.document)


def test_without_room_for_it_no_history_is_written(session, tmp_path):
    stroke(session, 50)
    session.projects.past_limit = 0
    session.projects.save_as(tmp_path / "work.ora")
    assert MEMBER not in zipfile.ZipFile(tmp_path / "work.ora").namelist()
    back = opened(tmp_path / "work.ora")
    assert len(back.history.steps) == 1
    assert back.said == []


def test_another_program_opens_it_as_before(session, tmp_path):
    pyora = pytest.importorskip("pyora")
    stroke(session, 50)
    stroke(session, 90)
    session.projects.save_as(tmp_path / "work.ora")
    found = pyora.Project.load(str(tmp_path / "work.ora"))
    assert [each.name for each in found] == ["photo.png", "Mask 1"]
    pixels = np.asarray(list(found)[1].get_image_data(raw=False))
    np.testing.assert_array_equal(pixels[..., 3], session.document.alpha.array())
