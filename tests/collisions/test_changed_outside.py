"""Two hands on one file: whatever somebody else wrote stays, ours is kept, and one sentence says so."""

import os

import numpy as np
import pytest

from maskstudio.core.project import read_project
from maskstudio.errors import CannotWrite, ChangedElsewhere
from maskstudio.session import keeping
from tests.collisions.conftest import stroke, told
from tests.fresh import fresh

CHANGED = "work.ora was changed from outside meanwhile; it was left as it is."


GONE = "work.ora was moved or deleted meanwhile; it was not written again."


def alpha_of(path):
    return read_project(path, limit=None).document.alpha.array()


def their_stroke(work):
    """Somebody else opens the project, works on it and saves; what it holds then."""
    other = fresh()
    other.opening.open(work)
    stroke(other, 250)
    other.projects.save()
    assert not other.failures
    return work.read_bytes()


@pytest.mark.parametrize("verb", ["save", "save_as", "save_copy", "autosave"])
def test_what_a_second_window_saved_is_not_written_over(session, work, verb):
    theirs = their_stroke(work)
    getattr(session.projects, verb)(*([work] if "_" in verb else []))
    assert told(session) == [CHANGED]
    assert isinstance(session.failures[0], ChangedElsewhere)
    assert session.failures[0].path == work
    assert work.read_bytes() == theirs
    assert session.projects.unsaved
    assert session.said == []


def test_a_file_of_the_same_size_and_time_is_another_one_all_the_same(session, work):
    state, theirs = work.stat(), bytearray(work.read_bytes())
    theirs[len(theirs) // 2] ^= 1
    work.write_bytes(theirs)
    os.utime(work, ns=(state.st_atime_ns, state.st_mtime_ns))
    session.projects.save()
    assert told(session) == [CHANGED]
    assert work.read_bytes() == theirs


def test_what_changes_while_ours_is_being_written_stays_too(session, work, monkeypatch):
    from maskstudio.core import project

    def meanwhile(*args, **kwargs):
        work.write_bytes(b"theirs")
        return thumbnail(*args, **kwargs)

    thumbnail = project.flattened.thumbnail_png
    monkeypatch.setattr(project.flattened, "thumbnail_png", meanwhile)
    session.projects.save()
    assert told(session) == [CHANGED]
    assert work.read_bytes() == b"theirs"


def test_keeping_both_writes_ours_beside_theirs(session, work, tmp_path):
    theirs = their_stroke(work)
    (tmp_path / "work (mine).ora").write_bytes(b"of another day")
    session.projects.save()
    session.projects.save_beside()
    assert session.said == ["Saved work (mine 2).ora."]
    assert session.projects.path == tmp_path / "work (mine 2).ora"
    assert not session.projects.unsaved
    assert work.read_bytes() == theirs
    assert (tmp_path / "work (mine).ora").read_bytes() == b"of another day"
    np.testing.assert_array_equal(alpha_of(session.projects.path), session.document.alpha.array())
    stroke(session, 200)
    session.projects.save()
    assert len(session.failures) == 1


def test_replacing_theirs_is_for_this_once(session, work):
    their_stroke(work)
    session.projects.save()
    session.projects.save(replace=True)
    np.testing.assert_array_equal(alpha_of(work), session.document.alpha.array())
    stroke(session, 200)
    session.projects.save()
    assert len(session.failures) == 1
    theirs = their_stroke(work)
    stroke(session, 220)
    session.projects.save()
    assert told(session) == [CHANGED] * 2
    assert work.read_bytes() == theirs


def test_autosave_says_it_once_and_goes_on_when_the_file_is_ours_again(session, work, tmp_path):
    ours = work.read_bytes()
    their_stroke(work)
    for x in (100, 120, 140):
        stroke(session, x)
        session.projects.autosave()
    assert told(session) == [CHANGED]
    work.write_bytes(ours)
    session.projects.autosave()
    assert not session.projects.unsaved
    their_stroke(work)
    stroke(session, 160)
    session.projects.autosave()
    assert told(session) == [CHANGED] * 2, "another time is told again"


def test_a_project_that_was_moved_is_written_again_only_when_asked_for(session, work, tmp_path):
    work.rename(tmp_path / "moved.ora")
    session.projects.autosave()
    session.projects.autosave()
    assert told(session) == [GONE]
    assert not work.exists()
    session.projects.save()
    assert session.said == ["Saved work.ora, which had been moved or deleted."]
    np.testing.assert_array_equal(alpha_of(work), session.document.alpha.array())


@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_what_took_its_place_is_not_touched(session, work, tmp_path, kind):
    other = tmp_path / "other"
    other.write_bytes(b"theirs")
    work.unlink()
    if kind == "folder":
        work.mkdir()
    elif kind == "pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("no pipes with names here")
        os.mkfifo(work)
    else:
        work.symlink_to(other)
    session.projects.save()
    session.projects.autosave()
    sentence = {
        "folder": "work.ora could not be written: a folder has that name.",
        "pipe": "work.ora could not be written: a device has that name.",
        "link": CHANGED,
    }[kind]
    assert told(session) == [sentence], "and not again by itself"
    assert other.read_bytes() == b"theirs"
    assert session.projects.unsaved


def test_a_moved_project_with_a_link_in_its_place_is_still_ours(session, work, tmp_path):
    work.rename(tmp_path / "moved.ora")
    work.symlink_to(tmp_path / "moved.ora")
    session.projects.save()
    assert not session.failures
    assert work.is_symlink()
    np.testing.assert_array_equal(alpha_of(tmp_path / "moved.ora"), session.document.alpha.array())


def test_a_write_protected_project_is_said_once_by_autosave(session, work, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    for _ in range(3):
        session.projects.autosave()
    assert told(session) == ["work.ora could not be written: you may not write there."]
    assert isinstance(session.failures[0], CannotWrite)


def test_our_own_save_is_never_taken_for_somebody_else_s(session, work, monkeypatch):
    """A save that is cancelled right after it took the file's place: nobody heard that it was done."""
    write = keeping.write

    def cancelled(*args):
        saved = write(*args)
        args[-1].cancel()
        return saved

    with monkeypatch.context() as late:
        late.setattr(keeping, "write", cancelled)
        assert session.projects.save().state == "cancelled"
    assert session.projects.unsaved
    session.projects.save()
    assert not session.failures
    assert not session.projects.unsaved
