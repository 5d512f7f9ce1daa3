"""Two hands on one file: whatever somebody else wrote stays, ours is kept, and one sentence says so."""

import os
import shutil
from concurrent.futures import Future

import numpy as np
import PIL.Image
import pytest

from maskstudio.core.project import read_project
from maskstudio.errors import CannotWrite, ChangedElsewhere, OverOriginal
from maskstudio.jobs import Inline, Runner, Token, immediate
from maskstudio.params.local import BrushParams, ExportParams
from maskstudio.session import keeping, operations
from maskstudio.session.session import Session
from tests.core.documents import image

CHANGED = "work.ora was changed from outside meanwhile; it was left as it is."
GONE = "work.ora was moved or deleted meanwhile; it was not written again."


def fresh():
    made = Session(Runner(immediate, Inline()))
    made.said, made.failures = [], []
    made.told, made.failed = made.said.append, made.failures.append
    return made


def stroke(session, x):
    session.painting.begin_stroke(BrushParams(size=30, hardness=1.0), 255)
    session.painting.stroke_to(x, 50)
    session.end_stroke()


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    PIL.Image.fromarray(image(280, 100).pixels).save(path)
    return path


@pytest.fixture
def work(photo, tmp_path):
    """A project of one stroke."""
    made = fresh()
    made.opening.open(photo)
    stroke(made, 50)
    made.projects.save_as(tmp_path / "work.ora")
    return tmp_path / "work.ora"


@pytest.fixture
def session(work):
    """It is opened again, and worked on."""
    made = fresh()
    made.opening.open(work)
    stroke(made, 150)
    return made


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


def told(session):
    return [str(error) for error in session.failures]


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


# Between the dialog and the write


class Later(Inline):
    """A pool that does nothing before it is told to ``go``."""

    def __init__(self):
        self.waiting = []

    def submit(self, fn, /, *args, **kwargs):
        outcome = Future()
        self.waiting.append(lambda: outcome.set_result(fn(*args, **kwargs)))
        return outcome

    def go(self):
        while self.waiting:
            self.waiting.pop(0)()


CHOSEN = {
    "save_as": lambda session, path: session.projects.save_as(path.with_suffix(".ora")),
    "save_copy": lambda session, path: session.projects.save_copy(path.with_suffix(".ora")),
    "export": lambda session, path: session.exporting.export(path, ExportParams(), over="agreed"),
    "mask": lambda session, path: session.exporting.export_mask(path, ExportParams(), over="agreed"),
}


@pytest.fixture
def waiting(photo):
    """A session whose jobs begin when the test says so: ``go``."""
    pool = Later()
    made = Session(Runner(immediate, pool))
    made.said, made.failures, made.go = [], [], pool.go
    made.told, made.failed = made.said.append, made.failures.append
    made.opening.open(photo)
    made.go()
    stroke(made, 50)
    made.go()
    return made


@pytest.mark.parametrize("before", [None, b"agreed to be replaced"])
@pytest.mark.parametrize("verb", CHOSEN)
def test_what_comes_after_the_user_has_chosen_is_not_written_over(waiting, tmp_path, verb, before):
    target = tmp_path / ("new.ora" if verb.startswith("save") else "new.png")
    if before is not None:
        target.write_bytes(before)
    CHOSEN[verb](waiting, target)
    target.write_bytes(b"somebody else's of now")
    waiting.go()
    assert told(waiting) == [f"{target.name} was changed from outside meanwhile; it was left as it is."]
    assert isinstance(waiting.failures[0], ChangedElsewhere)
    assert target.read_bytes() == b"somebody else's of now"
    assert not list(tmp_path.glob("new.*.*")), "nothing is left beside it"
    job = CHOSEN[verb](waiting, target)  # the user agrees to that one too
    waiting.go()
    assert job.state == "done"
    assert target.read_bytes()[:4] in (b"\x89PNG", b"PK\x03\x04")


@pytest.mark.parametrize("verb", CHOSEN)
def test_what_the_user_has_agreed_to_is_replaced_and_what_went_is_no_matter(waiting, tmp_path, verb):
    target = tmp_path / ("new.ora" if verb.startswith("save") else "new.png")
    for gone in (False, True):
        target.write_bytes(b"agreed to be replaced")
        job = CHOSEN[verb](waiting, target)
        if gone:
            target.unlink()
        waiting.go()
        assert job.state == "done"
        assert target.read_bytes()[:4] in (b"\x89PNG", b"PK\x03\x04")
        waiting.close()
        waiting.opening.open(tmp_path / "photo.png")
        waiting.go()
        stroke(waiting, 50)
    assert told(waiting) == []


@pytest.mark.parametrize("verb", CHOSEN)
def test_what_we_wrote_ourselves_in_between_is_nobody_else_s(waiting, tmp_path, verb, monkeypatch):
    """The same file is chosen twice; the first write is too far on to be stopped, and lands after the second choice."""
    target, jobs = tmp_path / ("new.ora" if verb.startswith("save") else "new.png"), []

    def landing(real):
        def write(*args):
            if len(jobs) == 1:
                jobs.append(CHOSEN[verb](waiting, target))
                assert not target.exists()
                return real(*args[:-1], Token())
            assert target.exists()
            return real(*args)

        return write

    for where, name in ((keeping, "write"), (operations, "write_document"), (operations, "write_alpha")):
        monkeypatch.setattr(where, name, landing(getattr(where, name)))
    jobs.append(CHOSEN[verb](waiting, target))
    waiting.go()
    assert told(waiting) == []
    assert [job.state for job in jobs] == ["cancelled", "done"]


def test_a_copy_that_is_written_elsewhere_stays_a_copy(session, work, tmp_path):
    (tmp_path / "folder.ora").mkdir()
    job = session.projects.save_copy(tmp_path / "folder.ora")
    assert job.state == "failed"
    job.owes.elsewhere(tmp_path / "copy.ora")
    assert session.said == ["Saved a copy as copy.ora."]
    assert session.projects.path == work


# Results


def test_export_again_writes_over_its_own_export_only(session, tmp_path):
    target = tmp_path / "cut.png"
    target.write_bytes(b"of another day")
    session.exporting.export(target, ExportParams())
    stroke(session, 90)
    session.exporting.export(target, ExportParams(), over="own")
    assert not session.failures
    target.write_bytes(b"retouched by somebody else")
    session.exporting.export(target, ExportParams(), over="own")
    assert told(session) == ["cut.png was changed from outside meanwhile; it was left as it is."]
    assert target.read_bytes() == b"retouched by somebody else"
    session.exporting.export(target, ExportParams())
    session.exporting.export(target, ExportParams(), over="own")
    target.unlink()
    session.exporting.export(target, ExportParams(), over="own")
    assert target.exists()
    assert len(session.failures) == 1


@pytest.mark.parametrize("what", ["photo", "project", "link"])
def test_nothing_is_exported_over_what_it_was_made_from(photo, work, tmp_path, what):
    session = fresh()
    session.opening.open(work if what == "project" else photo)
    stroke(session, 90)
    target = {"photo": photo, "project": work, "link": tmp_path / "link.png"}[what]
    if what == "link":
        target.symlink_to(photo)
    before = target.read_bytes()
    for verb in (session.exporting.export, session.exporting.export_mask):
        verb(target, ExportParams())
    sentence = f"{target.name} is what you are working on, and would be lost: name another file."
    assert told(session) == [sentence] * 2
    assert isinstance(session.failures[0], OverOriginal)
    assert target.read_bytes() == before
    if what == "project":  # no picture has that ending
        return
    session.exporting.export(target, ExportParams(), over="original")
    with PIL.Image.open(target) as cut:
        assert cut.mode == "RGBA"


def test_the_photo_of_another_open_document_is_spared_too(session, photo, tmp_path):
    other = tmp_path / "other.png"
    shutil.copy(photo, other)
    session.exporting.open_files = lambda: [other]
    session.exporting.export(other, ExportParams())
    assert isinstance(session.failures[0], OverOriginal)
    assert other.read_bytes() == photo.read_bytes()


def test_no_project_takes_the_place_of_a_photo(session, photo, work):
    before = photo.read_bytes()
    for verb in (session.projects.save_as, session.projects.save_copy):
        verb(photo)
    assert told(session) == ["A project is written, so the name of photo.png must end in .ora."] * 2
    assert photo.read_bytes() == before
    assert session.projects.path == work
    assert session.projects.unsaved


def test_a_project_of_another_name_is_saved_where_it_is(work):
    named = work.rename(work.with_name("work.zip"))
    session = fresh()
    session.opening.open(named)
    stroke(session, 150)
    session.projects.save()
    assert told(session) == []
    assert not session.projects.unsaved


def test_a_name_no_file_can_have_is_said(session, tmp_path):
    for verb in (session.exporting.export, session.exporting.export_mask):
        verb(tmp_path / "a\0b.png", ExportParams())
    assert all("no file can have that name" in sentence for sentence in told(session))
    assert len(told(session)) == 2
