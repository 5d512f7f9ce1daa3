"""Documents that were closed come back with their whole history, whichever way they were closed."""

import os
import time
import zipfile

import numpy as np
import PIL.Image
import pytest

from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.jobs import Runner, immediate
from maskstudio.journal import closed, mark, recovery
from maskstudio.matting import edge
from maskstudio.params.local import MaskParams
from maskstudio.session.session import Session
from tests.closed.conftest import left, put_away, reopened, stroke
from tests.core.documents import image
from tests.core.records import assert_same
from tests.fresh import fresh
from tests.held import Gate
from tests.projecthistory.conftest import assert_same_history
from tests.walkers import HEIGHT, WIDTH, Wanderer, coloured_edge


@pytest.mark.parametrize("seed", range(8))
def test_whatever_was_done_is_there_after_close_and_reopen(session, writer, monkeypatch, seed):
    monkeypatch.setattr(edge, "refine_edge", coloured_edge)
    Wanderer(session, seed).wander(30)
    one, history = put_away(session, writer)
    back = reopened(writer, one)
    assert_same_history(history, back.history)
    assert closed.closed() == []
    assert recovery.recoverable() == []
    Wanderer(back, seed + 100).wander(10)
    one, history = put_away(back, writer)
    assert_same_history(history, reopened(writer, one).history)


@pytest.mark.parametrize("saved", [False, True])
def test_what_was_entered_and_still_being_computed_comes_back_too(session, writer, tmp_path, saved):
    stroke(session)
    if saved:  # and nothing is done since but that
        session.projects.save_as(tmp_path / "work.ora")
    gate = Gate()
    late = Session(Runner(immediate, gate))
    late.journalling.begin(writer)
    if saved:
        late.opening.open(tmp_path / "work.ora")
    else:
        late.history = History(session.document)
        late.changed()
    layer = late.document.layers[0].id
    gate.hold()
    late.shaping.set_mask_params(layer, MaskParams(mask_padding=4, mask_blur=3))
    assert not late.settled
    one, _ = put_away(late, writer)
    gate.let_go()
    assert one.path is None
    back = reopened(writer, one)
    session.shaping.set_mask_params(layer, MaskParams(mask_padding=4, mask_blur=3))
    assert_same(back.document, session.document)
    assert back.projects.unsaved
    back.undo()
    session.undo()
    assert_same(back.document, session.document)


def test_it_says_what_it_was(session, writer):
    stroke(session)
    stroke(session, 30)
    one, _ = put_away(session, writer)
    assert (one.name, one.size, one.steps, one.path) == ("photo.png", (WIDTH, HEIGHT), 3, None)
    assert 0 <= time.time() - one.when < 3600
    assert closed.picture(one).startswith(b"\x89PNG")


def test_the_project_goes_on_in_its_file(session, writer, tmp_path):
    stroke(session)
    session.projects.save_as(tmp_path / "work.ora")
    one, _ = put_away(session, writer)
    back = reopened(writer, one)
    assert back.projects.path == tmp_path / "work.ora"
    assert not back.projects.unsaved
    stroke(back, 30)
    assert back.projects.unsaved
    back.projects.save()
    assert not back.projects.unsaved
    other = fresh(writer)
    other.opening.open(tmp_path / "work.ora")
    assert_same_history(back.history, other.history)


def test_the_photos_own_bytes_stay_in_a_reopened_project(writer, tmp_path):
    PIL.Image.fromarray(image().pixels).save(tmp_path / "photo.jpg", quality=90)
    session = fresh(writer)
    session.opening.open(tmp_path / "photo.jpg")
    session.projects.save_as(tmp_path / "work.ora")
    data = (tmp_path / "photo.jpg").read_bytes()
    (tmp_path / "photo.jpg").unlink()
    session.opening.open(tmp_path / "work.ora")
    stroke(session)
    one, _ = put_away(session, writer)
    back = reopened(writer, one)
    back.projects.save_as(tmp_path / "again.ora")
    assert zipfile.ZipFile(tmp_path / "again.ora").read("maskstudio/image.jpg") == data


def test_what_was_not_saved_is_unsaved_still(session, writer):
    stroke(session)
    back = reopened(writer, put_away(session, writer)[0])
    assert back.projects.unsaved
    back.undo()
    assert not back.projects.unsaved, "as it came out of its file"


def test_the_photo_may_be_gone_by_then(session, writer, photo):
    stroke(session)
    digest = session.document.image.digest
    session.close()
    photo.unlink()
    assert writer.settle()
    back = reopened(writer, closed.closed()[0])
    assert back.document.image.digest == digest


def test_a_pasted_picture_is_kept_with_its_pixels_however_soon_it_is_closed(writer):
    session = fresh(writer)
    session.history = History(Document(image(WIDTH, HEIGHT)))
    session.changed()
    one, history = put_away(session, writer)
    assert one.path is None
    assert_same_history(history, reopened(writer, one).history)


def test_of_what_was_only_looked_at_the_file_is_enough(session, writer, photo, tmp_path):
    one, _ = put_away(session, writer)
    assert one.path == photo
    assert {path.name for path in one.folder.iterdir()} <= {"closed.json", "thumbnail.png", "lock"}
    back = reopened(writer, one)
    assert back.document.image.path == photo
    assert not one.folder.exists()
    stroke(back)
    back.projects.save_as(tmp_path / "work.ora")
    other = fresh(writer)
    other.opening.open(tmp_path / "work.ora")
    assert put_away(other, writer)[0].path == tmp_path / "work.ora"
    other.opening.open(tmp_path / "work.ora")
    other.undo()
    assert put_away(other, writer)[0].path is None, "an undo is something done"


def test_what_cannot_be_reopened_now_can_be_later(session, writer, photo):
    one, _ = put_away(session, writer)
    away = photo.rename(photo.with_name("elsewhere.png"))
    other = fresh(writer)
    other.opening.reopen(one)
    assert [str(error) for error in other.failures] == ["photo.png does not exist."]
    assert closed.closed() == [one]
    away.rename(photo)
    assert reopened(writer, one).document.image.path == photo
    assert closed.closed() == []


def test_a_path_of_any_bytes_comes_back_as_it_was(writer, tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9 \xff.png")
    PIL.Image.fromarray(image(WIDTH, HEIGHT).pixels).save(tmp_path / "x.png")
    (tmp_path / "x.png").rename(path)
    folder = recovery.home() / "one"
    folder.mkdir(parents=True)
    mark.put(folder, mark.ClosedMark("café", (4, 3), 1, time.time(), path))
    assert closed.at(folder).path == path


def test_a_replaced_document_was_closed_too(session, writer, photo):
    stroke(session)
    history = session.history
    session.opening.open(photo)
    assert writer.settle()
    assert_same_history(history, reopened(writer, closed.closed()[0]).history)


def test_nothing_is_kept_of_those_who_want_nothing_kept(session, writer):
    stroke(session)
    session.journalling.keep_closed = False
    session.close()
    assert writer.settle()
    assert not recovery.home().exists() or left() == set()


def test_pixels_are_those_that_were_there(session, writer):
    stroke(session, 10, 10)
    stroke(session, 30, 20)
    alphas = [step.document.alpha.array() for step in session.history.steps]
    back = reopened(writer, put_away(session, writer)[0])
    for alpha in reversed(alphas):
        np.testing.assert_array_equal(back.document.alpha.array(), alpha)
        back.undo()
