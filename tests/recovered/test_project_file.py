"""A recovered project is saved where it was, and never over what somebody else wrote since."""

import os
import shutil
import sys

import numpy as np
import pytest

from maskstudio.core.project import read_project
from maskstudio.journal import promise
from tests.fresh import fresh
from tests.recovered.conftest import died, pictured, stroke, worked_on

# The project's file


def test_a_project_changed_after_the_kill_is_not_written_over(writer, photo, tmp_path):
    session = worked_on(writer, photo)
    session.projects.save_as(tmp_path / "work.ora")
    stroke(session, 60)
    one = died(session, writer)
    (tmp_path / "work.ora").write_bytes(b"theirs")
    back = fresh(writer)
    back.opening.recover(one)
    back.projects.autosave()
    back.projects.save()
    assert [str(error) for error in back.failures] == [
        "work.ora was changed from outside meanwhile; it was left as it is."
    ] * 2
    assert (tmp_path / "work.ora").read_bytes() == b"theirs"


@pytest.mark.parametrize("noted", [True, False])
def test_our_own_file_is_known_again(writer, photo, tmp_path, noted):
    """Also where the kill came after the file had its place and before the journal had word of it."""
    session = worked_on(writer, photo)
    session.projects.save_as(tmp_path / "work.ora")
    stroke(session, 60)
    one = died(session, writer)
    if not noted:
        session.projects.save()
        shutil.copy(session.journal.folder / "saving", one.folder / "saving")
    back = fresh(writer)
    back.opening.recover(one)
    stroke(back, 30)
    back.projects.save()
    assert not back.failures
    np.testing.assert_array_equal(
        read_project(tmp_path / "work.ora", limit=None).document.alpha.array(), back.document.alpha.array()
    )


def test_a_promise_that_was_not_kept_says_nothing(tmp_path):
    project = tmp_path / "work.ora"
    project.write_bytes(b"1")
    assert promise.known(tmp_path, project, "noted") == "noted"
    promise.note(tmp_path, "of what never came")
    assert promise.known(tmp_path, project, "noted") == "noted"
    assert promise.known(tmp_path, None, "") == ""
    (tmp_path / "saving").write_bytes(b"\xff\xfe")
    assert promise.known(tmp_path, project, "noted") == "noted"


# Paths


@pytest.mark.skipif(sys.platform != "linux", reason="paths of any bytes, and long ones")
def test_a_project_is_saved_where_it_was_whatever_its_path(writer, tmp_path):
    folder = tmp_path
    for name in (b"caf\xe9", b"\xff\x80\xfe", "ü\n\"'\\".encode(), *([b"n" * 250] * 5)):
        folder = folder / os.fsdecode(name)
        folder.mkdir()
    assert len(str(folder)) > 1200
    photo = pictured(folder / os.fsdecode(b"p\xe9.png"))
    session = worked_on(writer, photo)
    session.projects.save_as(folder / os.fsdecode(b"w\xe9.ora"))
    stroke(session, 60)
    back = fresh(writer)
    back.opening.recover(died(session, writer))
    assert back.projects.path == session.projects.path
    assert back.document.image.path == photo
    assert back.said == []
    back.projects.save()
    assert not back.failures
    np.testing.assert_array_equal(
        read_project(session.projects.path, limit=None).document.alpha.array(), session.document.alpha.array()
    )


def test_a_project_is_saved_where_it_was_whatever_folder_one_starts_in(writer, photo, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    session = worked_on(writer, photo)
    from pathlib import Path

    session.projects.save_as(Path("work.ora"))
    stroke(session, 60)
    one = died(session, writer)
    monkeypatch.chdir("/")
    back = fresh(writer)
    back.opening.recover(one)
    assert back.projects.path == tmp_path / "work.ora"
