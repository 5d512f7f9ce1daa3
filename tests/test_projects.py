"""The verbs of saving: what counts as unsaved, autosave that fails loudly, and opening by content."""

import errno
import os
import shutil
import zipfile

import numpy as np
import PIL.Image
import pytest

from maskstudio.errors import BadProject, CannotWrite
from maskstudio.params.local import BrushParams, ExportParams
from tests.core.documents import image
from tests.fresh import fresh


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    PIL.Image.fromarray(image().pixels).save(path)
    return path


@pytest.fixture
def session(photo):
    made = fresh()
    made.opening.open(photo)
    return made


def stroke(session, x):
    session.painting.begin_stroke(BrushParams(size=30), 255)
    session.painting.stroke_to(x, 50)
    session.end_stroke()


def test_steps_since_the_last_save_are_unsaved_and_undoing_them_is_not(session, tmp_path):
    assert not session.projects.unsaved
    stroke(session, 50)
    assert session.projects.unsaved
    assert session.projects.save() is None, "nobody has said where"
    session.projects.save_as(tmp_path / "work.ora")
    assert session.said == ["Saved work.ora."]
    assert not session.projects.unsaved
    stroke(session, 90)
    assert session.projects.unsaved
    session.undo()
    assert not session.projects.unsaved
    session.undo()
    assert session.projects.unsaved, "the file holds more than there is now"
    session.redo()
    session.redo()
    session.projects.save()
    assert not session.projects.unsaved
    session.layers.activate(session.document.layers[0].id)
    assert not session.projects.unsaved


def test_a_project_is_saved_even_where_its_results_are_exported(session, tmp_path):
    stroke(session, 50)
    session.projects.save_as(tmp_path / "work.ora")
    stroke(session, 90)
    session.exporting.export(tmp_path / "cut.png", ExportParams())
    assert session.projects.unsaved


def test_only_work_counts_as_unsaved(session, photo, tmp_path):
    """Of a photo without a project: what was done to it, as long as it is there. Looking around is no work."""
    assert not session.projects.unsaved, "nothing was done"
    stroke(session, 50)
    session.exporting.export(tmp_path / "cut.png", ExportParams())
    session.exporting.export_mask(tmp_path / "mask.png", ExportParams())
    session.exporting.export_objects(tmp_path)
    assert session.projects.unsaved, "an export holds no strokes"
    session.undo()
    assert not session.projects.unsaved, "as it was opened"
    session.redo()
    assert session.projects.unsaved
    layer = session.document.layers[0].id
    session.layers.delete(layer)
    assert not session.projects.unsaved, "no layer is left"


def test_a_cut_out_opened_again_is_work_once_it_is_changed(tmp_path):
    rgba = np.dstack([image().pixels, np.full((280, 300), 90, np.uint8)])
    PIL.Image.fromarray(rgba).save(tmp_path / "cut.png")
    session = fresh()
    session.opening.open(tmp_path / "cut.png")
    (layer,) = session.document.layers
    assert not session.projects.unsaved
    session.layers.activate(None)
    session.layers.activate(layer.id)
    assert not session.projects.unsaved
    session.layers.rename(layer.id, "veil")
    assert session.projects.unsaved
    session.undo()
    assert not session.projects.unsaved
    stroke(session, 50)
    session.exporting.export(tmp_path / "cut.png", ExportParams())
    assert session.projects.unsaved


def test_another_programs_layers_are_in_their_file_until_they_are_changed(session, tmp_path):
    stroke(session, 50)
    session.projects.save_as(tmp_path / "ours.ora")
    with zipfile.ZipFile(tmp_path / "ours.ora") as ours, zipfile.ZipFile(tmp_path / "theirs.ora", "w") as theirs:
        for info in ours.infolist():
            if not info.filename.startswith("maskstudio/"):
                theirs.writestr(info.filename, ours.read(info))
    session.opening.open(tmp_path / "theirs.ora")
    assert session.projects.path is None
    assert session.document.layers
    assert not session.projects.unsaved
    stroke(session, 90)
    assert session.projects.unsaved


def test_a_copy_leaves_the_project_where_it_was(session, tmp_path):
    stroke(session, 50)
    session.projects.save_as(tmp_path / "work.ora")
    stroke(session, 90)
    session.projects.save_copy(tmp_path / "copy.ora")
    assert session.projects.path == tmp_path / "work.ora"
    assert session.projects.unsaved
    other = fresh()
    other.opening.open(tmp_path / "copy.ora")
    np.testing.assert_array_equal(other.document.alpha.array(), session.document.alpha.array())


def test_autosave_writes_what_changed_and_nothing_else(session, tmp_path):
    stroke(session, 50)
    assert session.projects.autosave() is None, "there is no file yet"
    session.projects.save_as(tmp_path / "work.ora")
    assert session.projects.autosave() is None, "nothing has changed"
    stroke(session, 90)
    session.painting.begin_stroke(BrushParams(), 255)
    assert session.projects.autosave() is None, "a stroke is under way"
    session.cancel_stroke()
    assert session.projects.autosave() is not None
    assert not session.projects.unsaved
    assert session.said == ["Saved work.ora."], "it is quiet where it works"


def test_a_failed_save_is_loud_and_leaves_the_document_unsaved(session, tmp_path, monkeypatch):
    stroke(session, 50)
    session.projects.save_as(tmp_path / "work.ora")
    good = (tmp_path / "work.ora").read_bytes()
    stroke(session, 90)

    def full(_handle):
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        session.projects.autosave()
        session.projects.save()
        session.projects.save_as(tmp_path / "other.ora")
    assert [type(error) for error in session.failures] == [CannotWrite] * 3
    assert session.projects.unsaved
    assert session.projects.path == tmp_path / "work.ora"
    assert (tmp_path / "work.ora").read_bytes() == good
    session.projects.save()
    assert not session.projects.unsaved


def test_content_not_the_name_says_what_a_file_is(session, photo, tmp_path):
    stroke(session, 50)
    session.projects.save_as(tmp_path / "work.ora")
    shutil.copy(tmp_path / "work.ora", tmp_path / "work.png")
    shutil.copy(photo, tmp_path / "photo.ora")
    other = fresh()
    other.opening.open(tmp_path / "work.png")
    assert len(other.document.layers) == 1
    other.opening.open(tmp_path / "photo.ora")
    assert other.document.layers == ()
    assert other.projects.path is None
    assert not other.failures


def test_what_cannot_be_opened_changes_nothing(session, tmp_path):
    stroke(session, 50)
    before = session.document
    (tmp_path / "bad.ora").write_bytes(b"PK\x03\x04 and nothing more")
    session.opening.open(tmp_path / "bad.ora")
    assert [str(error) for error in session.failures] == ["bad.ora cannot be opened: it is damaged or incomplete."]
    assert isinstance(session.failures[0], BadProject)
    assert session.document is before


def test_a_new_document_is_in_no_project(session, photo, tmp_path):
    stroke(session, 50)
    session.projects.save_as(tmp_path / "work.ora")
    assert session.files[0] == tmp_path / "work.ora"
    session.opening.open(photo)
    assert session.projects.path is None
    assert not session.projects.unsaved
