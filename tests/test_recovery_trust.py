"""What recovery must not take for granted: the photo, the project's file, the paths, the version, a home that works."""

import errno
import json
import os
import shutil
import sys
import time
from types import SimpleNamespace

import numpy as np
import PIL.Image
import pytest

from maskstudio.core.fileframes import framed, read_frames
from maskstudio.core.project import read_project
from maskstudio.errors import BadProject, CannotWrite
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.journal import journal as journals
from maskstudio.journal import promise, recovery, source
from maskstudio.journal.log import Log
from maskstudio.journal.writer import Writer
from maskstudio.params.local import BrushParams
from maskstudio.session.session import Session
from tests.core.documents import image
from tests.patience import PATIENCE, until


@pytest.fixture
def writer():
    made = Writer()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Journals that reach the disk at once; how long that may take is no matter here."""
    monkeypatch.setattr(journals, "_SYNC", 0.0)
    monkeypatch.setattr(journals, "_FOLLOW", 0.01)


def fresh(writer=None):
    made = Session(Runner(immediate, Inline()))
    made.said, made.failures = [], []
    made.told, made.failed = made.said.append, made.failures.append
    if writer is not None:
        made.journalling.begin(writer)
    return made


def stroke(session, x):
    session.painting.begin_stroke(BrushParams(size=30, hardness=1.0), 255)
    session.painting.stroke_to(x, 50)
    session.end_stroke()


def pictured(path, seed=0):
    """A photo of noise at ``path``, written an hour ago."""
    noise = np.random.default_rng(seed).integers(0, 256, (60, 80, 3), np.uint8)
    PIL.Image.fromarray(noise).save(path, format="PNG")
    os.utime(path, (time.time() - 3600,) * 2)
    return path


@pytest.fixture
def photo(tmp_path):
    return pictured(tmp_path / "photo.png")


def worked_on(writer, path):
    session = fresh(writer)
    session.opening.open(path)
    stroke(session, 20)
    return session


def copied(session):
    """Whether the journal has its copy of the photo."""
    return (session.journal.folder / "source.json").exists()


def died(session, writer, *, copy=True):
    """The journal as a killed editor leaves it, with or without the copy of its photo."""
    until(lambda: copied(session))
    until(lambda: session.journal.acknowledged and header_of(session.journal.folder)["digest"])
    assert writer.settle()
    grave = recovery.home() / "grave"
    shutil.rmtree(grave, ignore_errors=True)
    shutil.copytree(session.journal.folder, grave)
    if not copy:
        (grave / "source.json").unlink()
    return next(one for one in recovery.recoverable() if one.folder == grave)


def header_of(folder):
    with next(folder.glob("log.*")).open("rb") as file:
        return json.loads([frame.payload for frame in read_frames(file) if frame.kind == b"H"][-1])


# The photo


@pytest.mark.parametrize("digest", [True, False])
def test_another_photo_of_the_same_size_is_not_shown_under_the_masks(writer, photo, digest):
    """Also where the editor was killed before it knew more of the photo than the sample taken at once."""
    session = worked_on(writer, photo)
    one = died(session, writer, copy=False)
    if not digest:
        log = next(one.folder.glob("log.*"))
        with log.open("rb") as file:
            frames = [frame for frame in read_frames(file) if b'"digest":"' not in frame.payload or frame.kind != b"H"]
        log.write_bytes(b"".join(framed(frame.kind, frame.payload) for frame in frames))
        assert header_of(one.folder)["digest"] is None
    pictured(photo, seed=1)
    with pytest.raises(BadProject, match=r"photo\.png cannot be continued: another photo is in its place now"):
        recovery.recover(one)
    pictured(photo)
    back = recovery.recover(one)
    back.lock.release()
    assert back.history.document.image.digest == session.document.image.digest
    assert back.notes == ()


def test_a_journal_of_before_there_were_digests_says_so(writer, photo):
    one = died(worked_on(writer, photo), writer, copy=False)
    log = next(one.folder.glob("log.*"))
    with log.open("rb") as file:
        frames = list(read_frames(file))
    about = {key: value for key, value in header_of(one.folder).items() if key not in ("sample", "digest")}
    log.write_bytes(
        b"".join(
            framed(frame.kind, json.dumps(about).encode() if frame.kind == b"H" else frame.payload) for frame in frames
        )
    )
    back = recovery.recover(one)
    back.lock.release()
    assert back.notes == ("Nobody noted what photo.png looked like; see whether it is still the photo you worked on.",)


def test_one_pixel_makes_another_photo(writer, photo):
    one = died(worked_on(writer, photo), writer, copy=False)
    with PIL.Image.open(photo) as there:
        pixels = np.asarray(there).copy()
    pixels[30, 40, 1] ^= 1
    PIL.Image.fromarray(pixels).save(photo)
    with pytest.raises(BadProject, match="another photo"):
        recovery.recover(one)


@pytest.mark.parametrize("change", ["changed", "gone", "same"])
def test_the_copy_serves_and_what_became_of_the_photo_is_said(writer, photo, change):
    session = worked_on(writer, photo)
    one = died(session, writer)
    if change == "changed":
        pictured(photo, seed=1)
    elif change == "gone":
        photo.unlink()
    back = fresh(writer)
    back.opening.recover(one)
    assert back.document.image.digest == session.document.image.digest
    what = {"changed": "is another file now", "gone": "has been moved or deleted"}.get(change)
    said = f"photo.png {what}; you go on with the copy that was kept with your work."
    assert back.said == ([said] if what else [])


def test_a_project_of_a_recovered_photo_holds_the_photo_that_is_seen(writer, photo, tmp_path):
    session = worked_on(writer, photo)
    one = died(session, writer)
    pictured(photo, seed=1)
    back = fresh(writer)
    back.opening.recover(one)
    back.projects.save_as(tmp_path / "work.ora")
    assert read_project(tmp_path / "work.ora", limit=None).document.image.digest == session.document.image.digest


def test_the_same_bytes_are_the_same_photo_whatever_the_decoder_makes_of_them(writer, photo):
    one = died(worked_on(writer, photo), writer)
    about = json.loads((one.folder / "source.json").read_bytes())
    (one.folder / "source.json").write_text(json.dumps({**about, "digest": "of another version"}))
    photo.unlink()
    back = recovery.recover(one)
    back.lock.release()
    assert back.history.document.image.size == (80, 60)


def test_the_digest_does_not_hold_up_the_journal(writer, photo, monkeypatch):
    """The first steps are safe while the photo's digest is still being worked out."""
    from threading import Event

    go = Event()
    keep = source.keep

    def slow(*args):
        assert go.wait(PATIENCE)
        keep(*args)

    monkeypatch.setattr(source, "keep", slow)
    session = worked_on(writer, photo)
    until(lambda: session.journal.acknowledged)
    header = header_of(session.journal.folder)
    assert header["sample"] == session.document.image.sample
    assert header["digest"] is None
    go.set()
    until(lambda: header_of(session.journal.folder)["digest"] == session.document.image.digest)


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


# Versions


@pytest.mark.parametrize("kind", ["journal", "record"])
def test_a_journal_of_a_newer_version_is_named_and_left_alone(writer, photo, kind):
    one = died(worked_on(writer, photo), writer)
    log = next(one.folder.glob("log.*"))
    with log.open("rb") as file:
        frames = list(read_frames(file))
    newer = b""
    for frame in frames:
        payload = frame.payload
        if frame.kind == (b"H" if kind == "journal" else b"D"):
            payload = json.dumps({**json.loads(payload), "format": 99}).encode()
        newer += framed(frame.kind, payload)
    log.write_bytes(newer + framed(b"Q", b"what this version does not know"))
    before = log.read_bytes()
    again = next(one for one in recovery.recoverable() if one.folder.name == "grave")
    assert (again.name, again.newer) == ("photo.png", True)
    with pytest.raises(BadProject, match=r"photo\.png was worked on in a newer version of maskstudio; please update"):
        recovery.recover(again)
    assert log.read_bytes() == before


def test_a_newer_journal_that_says_everything_otherwise_is_named_too():
    folder = recovery.home() / "later"
    folder.mkdir(parents=True)
    (folder / "log.1").write_bytes(framed(b"H", b'{"format": 3, "name": {"de": "Bild"}}') * 2 + framed(b"Z", b"?"))
    found = recovery.recoverable()
    assert [(one.name, one.newer) for one in found] == [("A document", True)]
    assert (folder / "log.1").exists()


# A home that does not work


def broken_home(home, kind):
    if kind == "a file":
        home.write_bytes(b"")
    elif kind == "a file within":
        home.mkdir()
        (home / "journal").write_bytes(b"")
    else:
        home.symlink_to(home.parent / "a drive that was removed")


@pytest.mark.parametrize("kind", ["a file", "a file within", "a drive that was removed"])
def test_without_a_home_there_is_one_sentence_and_the_work_goes_on(writer, photo, home, kind, tmp_path):
    broken_home(home, kind)
    assert recovery.recoverable() == []
    session = worked_on(writer, photo)
    until(lambda: session.journal.safety == "failed")
    stroke(session, 50)
    session.projects.save_as(tmp_path / "work.ora")
    session.projects.save()
    session.close()
    assert writer.settle()
    sentences = [str(error) for error in session.failures]
    assert len(sentences) == 1
    assert sentences[0].startswith("What you do is not being kept safe at the moment: ")
    assert sentences[0].endswith(". Save your work.")
    assert isinstance(session.failures[0], CannotWrite)


def test_a_home_that_goes_away_is_said_once_and_used_again_when_it_is_back(writer, photo, home, monkeypatch):
    monkeypatch.setattr(journals, "_RETRY", 0.02)
    session = worked_on(writer, photo)
    until(lambda: copied(session))
    assert writer.settle()
    home.rename(home.with_name("away"))
    home.write_bytes(b"")  # where the drive was mounted
    new = fresh(writer)
    new.opening.open(photo)
    stroke(new, 10)
    until(lambda: new.journal.safety == "failed")
    home.unlink()
    home.with_name("away").rename(home)
    until(lambda: new.journal.acknowledged)
    assert len(new.failures) == 1
    session.close()
    new.close()
    assert writer.settle()


def test_a_disk_that_fails_at_the_very_end_does_not_speak_of_work_that_is_over(writer, photo, monkeypatch):
    session = worked_on(writer, photo)
    assert writer.settle()
    journal = session.journal

    def fail(handle):
        os.close(handle)
        raise OSError(errno.EIO, "the disk is gone")

    monkeypatch.setattr("maskstudio.core.lock.os", SimpleNamespace(close=fail))
    session.close()
    until(lambda: journal.over)
    assert session.failures == []


# Threads


class Still:
    """A writer without a thread: the test works for the journal."""

    def post(self, closure):
        closure()

    def add(self, journal):
        pass

    def wake(self):
        pass


class Fading:
    """A stroke under way at the first look and over at the second, as the window may end it at any moment."""

    def __init__(self, live):
        self.looks = [live]

    def __get__(self, _instance, _owner):
        return self.looks.pop() if self.looks else None


def test_a_stroke_that_ends_while_a_new_log_is_taken_over_is_no_error(photo, monkeypatch):
    session, failures = fresh(), []
    session.opening.open(photo)
    stroke(session, 20)
    journal = journals.Journal(recovery.home() / "one", session.document.image, Still())
    journal.failed = failures.append
    journal.take(session.history, None)
    journal.work()
    session.painting.begin_stroke(BrushParams(), 255)
    session.painting.stroke_to(30, 30)
    journal.follow(session.painting.stroke, session.document.layers[0], added=False)
    live = journal._live
    made = Log(journal.folder / "log.9", journal._header())
    journal._anew = SimpleNamespace(made=made, is_alive=lambda: False)
    monkeypatch.setattr(journals.Journal, "_live", Fading(live), raising=False)
    journal.__dict__.pop("_live")
    journal._renew(journal._state)
    assert made._stroke == live.number
    assert journal._log is made
    monkeypatch.undo()
    journal._live = None
    journal.close()
    journal.work()
    assert failures == []


def test_the_image_tells_photos_apart_by_a_sample():
    one, other = image(), image(seed=1)
    assert one.sample == image().sample
    assert one.sample != other.sample
