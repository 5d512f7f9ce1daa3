"""Documents that were closed come back with their whole history, whichever way they were closed; and go in time."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.errors import BadProject, CannotWrite
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.journal import closed, mark, recovery
from maskstudio.journal.writer import Writer
from maskstudio.matting import edge
from maskstudio.params.local import BrushParams, MaskParams
from maskstudio.session.session import Session
from tests.core.documents import image
from tests.core.records import assert_same
from tests.held import Gate
from tests.test_project_history import assert_same_history
from tests.walkers import HEIGHT, WIDTH, Later, Wanderer, coloured_edge


@pytest.fixture
def writer():
    made = Writer()
    yield made
    made.close()


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    PIL.Image.fromarray(image(WIDTH, HEIGHT).pixels).save(path)
    return path


def fresh(writer):
    made = Session(Runner(immediate, Inline()))
    made.said, made.failures = [], []
    made.told, made.failed = made.said.append, made.failures.append
    made.journalling.begin(writer)
    return made


@pytest.fixture
def session(writer, photo):
    made = fresh(writer)
    made.opening.open(photo)
    return made


def stroke(session, x=20, y=20):
    session.painting.begin_stroke(BrushParams(size=12), 255)
    session.painting.stroke_to(x, y)
    session.end_stroke()


def put_away(session, writer):
    """Close it, and give the closed document and the history it had."""
    history = session.history
    session.close()
    assert writer.settle()
    return closed.closed()[0], history


def reopened(writer, one):
    made = fresh(writer)
    made.opening.reopen(one)
    assert made.failures == []
    return made


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


# Owners


def test_only_one_window_reopens_it(session, writer):
    stroke(session)
    one, _ = put_away(session, writer)
    first, second = fresh(writer), fresh(writer)
    first.opening.reopen(one)
    second.opening.reopen(one)
    assert first.document is not None
    assert second.document is None
    assert [str(error) for error in second.failures] == ["photo.png is open in another window."]
    closed.forget(one)
    closed.sweep(0, 0)
    assert one.folder.exists(), "nobody takes it away from the first"
    again, history = put_away(first, writer)
    second.opening.reopen(again)
    assert_same_history(history, second.history)


def test_killed_after_it_was_reopened_it_is_offered_as_after_a_crash(session, writer, tmp_path):
    stroke(session)
    back = reopened(writer, put_away(session, writer)[0])
    assert writer.settle()
    grave = recovery.home() / "grave"
    shutil.copytree(back.journal.folder, grave, ignore=shutil.ignore_patterns(".*.part"))
    (one,) = recovery.recoverable()
    assert one.folder == grave
    recovered = recovery.recover(one)
    recovered.lock.release()
    assert_same_history(back.history, recovered.history)


def test_an_opening_that_is_cancelled_leaves_it_closed(session, writer):
    stroke(session)
    one, history = put_away(session, writer)
    later = Later()
    other = Session(Runner(later.post, later))
    job = other.opening.reopen(one)
    job.token.step = lambda *_: None  # it was cancelled once it had begun
    job.cancel()
    later.finish(0)
    later.home.pop()()
    assert (job.state, other.document) == ("cancelled", None)
    assert_same_history(history, reopened(writer, closed.at(one.folder)).history)


def test_what_could_not_be_put_away_is_offered_as_after_a_crash(session, writer, monkeypatch):
    stroke(session)
    history = session.history

    def full(*_):
        raise CannotWrite("closed.json could not be written: the disk is full.")

    monkeypatch.setattr(mark, "put", full)
    session.close()
    assert writer.settle()
    assert closed.closed() == []
    (one,) = recovery.recoverable()
    recovered = recovery.recover(one)
    recovered.lock.release()
    assert_same_history(history, recovered.history)


CLOSING = """
import sys
from pathlib import Path
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.journal.writer import Writer
from maskstudio.params.local import BrushParams, MaskParams
from maskstudio.session.session import Session

writer, sessions = Writer(), []
for _ in range(3):
    session = Session(Runner(immediate, Inline()))
    session.journalling.begin(writer)
    session.opening.open(Path(sys.argv[1]))
    for x in range(5, 35, 5):
        session.painting.begin_stroke(BrushParams(size=9), 255)
        session.painting.stroke_to(x, 9)
        session.end_stroke()
    session.layers.rename(session.document.layers[0].id, f"kept {len(sessions)}")
    sessions.append(session)
assert writer.settle()
print("ready", flush=True)
for session in sessions:
    session.close()
writer.close()
print("closed", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("late", [0.0, 0.04])
def test_killed_while_closing_nothing_is_missing(photo, late):
    command = [sys.executable, "-c", CLOSING, str(photo)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(late)
        process.send_signal(signal.SIGKILL)
    names = set()
    for one in closed.closed():
        back = recovery.recover(one)
        names.add(back.history.document.layers[0].name)
        assert len(back.history.steps) == 8
        back.lock.release()
        shutil.rmtree(one.folder)
    for one in recovery.recoverable():
        back = recovery.recover(one)
        names.add(back.history.document.layers[0].name)
        assert len(back.history.steps) == 8
        back.lock.release()
    assert names == {"kept 0", "kept 1", "kept 2"}


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


def left():
    return {folder.name for folder in recovery.home().iterdir()}


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


def test_pixels_are_those_that_were_there(session, writer):
    stroke(session, 10, 10)
    stroke(session, 30, 20)
    alphas = [step.document.alpha.array() for step in session.history.steps]
    back = reopened(writer, put_away(session, writer)[0])
    for alpha in reversed(alphas):
        np.testing.assert_array_equal(back.document.alpha.array(), alpha)
        back.undo()
