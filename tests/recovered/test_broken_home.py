"""Journals of newer versions, and homes and disks that fail: one sentence, and the work goes on."""

import errno
import json
import os
from types import SimpleNamespace

import pytest

from maskstudio.core import record
from maskstudio.core.fileframes import framed, read_frames
from maskstudio.errors import BadProject, CannotWrite
from maskstudio.journal import journal as journals
from maskstudio.journal import recovery, replay
from maskstudio.journal.log import Log
from maskstudio.params.local import BrushParams
from tests.core.documents import image
from tests.fresh import fresh
from tests.patience import until
from tests.recovered.conftest import copied, died, stroke, worked_on

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


@pytest.mark.parametrize("mode", ["subtract", "xor"])
def test_an_earlier_program_leaves_a_journal_alone_if_it_cannot_know_what_it_says(writer, photo, monkeypatch, mode):
    session = worked_on(writer, photo)
    session.layers.set_mode(session.document.layers[0].id, mode)
    one = died(session, writer)
    log = next(one.folder.glob("log.*"))
    before = log.read_bytes()
    monkeypatch.setattr(replay, "RECORD", 3)
    monkeypatch.setattr(record, "FORMAT", 3)
    again = next(one for one in recovery.recoverable() if one.folder.name == "grave")
    assert again.newer == (mode == "xor")
    if again.newer:
        with pytest.raises(
            BadProject, match=r"photo\.png was worked on in a newer version of maskstudio; please update"
        ):
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
