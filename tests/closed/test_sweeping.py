"""What was closed goes in time, when there is no room, and never for a mark that nobody should believe."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from maskstudio.errors import BadProject
from maskstudio.journal import closed, mark, recovery
from tests.closed.conftest import left, put_away, stroke
from tests.projecthistory.conftest import assert_same_history

# Time and room


def some(count, kilobytes=10, days=0.0):
    """Closed documents, the first one closed first, a minute apart and ``days`` ago."""
    made = []
    for number in range(count):
        folder = recovery.home() / f"{days} {number}"
        folder.mkdir(parents=True)
        (folder / "log.1").write_bytes(bytes(kilobytes << 10))
        when = time.time() - days * 24 * 3600 - (count - number) * 60
        mark.put(folder, mark.ClosedMark(f"{number}.png", (4, 3), 5, when))
        made.append(folder.name)
    return made


def test_what_was_closed_long_ago_goes(home):
    old, new = some(2, days=14.01), some(2, days=13.9)
    closed.sweep(14, 100 << 20)
    assert left() == set(new) != set(old)
    assert [one.name for one in closed.closed()] == ["1.png", "0.png"]


def test_the_oldest_go_until_there_is_room(home):
    names = some(5, kilobytes=400)
    closed.sweep(14, 1 << 20)
    assert left() == set(names[3:])


def test_the_last_one_stays_however_large_it_is(home):
    names = some(3, kilobytes=1500)
    closed.sweep(14, 1 << 20)
    assert left() == {names[2]}
    closed.sweep(0, 100 << 20)
    assert left() == set()


def test_open_documents_and_those_of_a_crash_are_not_swept(session, writer):
    stroke(session)
    assert writer.settle()
    grave = recovery.home() / "grave"
    shutil.copytree(session.journal.folder, grave, ignore=shutil.ignore_patterns(".*.part"))
    closed.sweep(0, 0)
    assert left() == {"grave", session.journal.folder.name}


def test_a_sweep_that_was_interrupted_is_finished_and_old_empty_folders_go(home):
    for name in (".gone-1", "empty"):
        (recovery.home() / name).mkdir(parents=True)
        (recovery.home() / name / "thumbnail.png").write_bytes(b"x")
    closed.sweep(14, 100 << 20)
    assert left() == {"empty"}
    os.utime(recovery.home() / "empty", (0, 0))
    closed.sweep(14, 100 << 20)
    assert left() == set()


def test_a_clock_that_was_set_back_keeps_what_was_closed_tomorrow(home):
    (name,) = some(1, days=-3)
    closed.sweep(14, 100 << 20)
    assert left() == {name}
    assert closed.closed()[0].when <= time.time()


# Marks nobody should believe


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"",
        lambda data: data[:-2],
        lambda _: b"[]",
        lambda _: b"{}",
        lambda data: data.replace(b'"format": 1', b'"format": 2'),
        lambda data: data.replace(b'"width": 40', b'"width": -40'),
        lambda data: data.replace(b'"path": null', b'"path": 7'),
        lambda data: data.replace(b'"path": null', b'"path": "a\\u0000b"'),
        lambda data: data.replace(b'"name"', b'"nome"'),
        lambda _: b"[" * 100_000,
    ],
)
def test_a_damaged_mark_hides_no_work(session, writer, change):
    stroke(session)
    one, history = put_away(session, writer)
    path = one.folder / mark.NAME
    path.write_bytes(change(path.read_bytes()))
    assert closed.closed() == []
    (found,) = recovery.recoverable()
    back = recovery.recover(found)
    back.lock.release()
    assert_same_history(history, back.history)


def test_what_cannot_be_reopened_says_so_and_stays(session, writer, photo):
    stroke(session)
    one, _ = put_away(session, writer)
    photo.unlink()
    (one.folder / "source").unlink()
    with pytest.raises(BadProject, match=r"photo\.png cannot be continued: its photo is gone\."):
        recovery.recover(one)
    assert closed.at(one.folder) is not None
    json.loads((one.folder / mark.NAME).read_text())
    closed.forget(one)
    with pytest.raises(BadProject, match=r"The journal of photo\.png is gone\."):
        recovery.recover(one)
    assert not one.folder.exists()
    assert isinstance(one.folder, Path)
