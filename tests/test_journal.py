"""The journal and recovery: what was done is back after a death at any moment, whatever became of the file."""

import errno
import random
import shutil
import time
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from maskstudio.core.fileframes import read_frames
from maskstudio.errors import BadProject, CannotWrite
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.journal import journal as journals
from maskstudio.journal import recovery
from maskstudio.journal.log import Log
from maskstudio.params.local import BrushParams, MaskParams
from maskstudio.session.session import Session
from tests.core.documents import image
from tests.core.records import assert_same
from tests.patience import until

HARD = BrushParams(size=40, hardness=1.0)


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.jpg"
    PIL.Image.fromarray(image().pixels).save(path, quality=90)
    old = time.time() - 100
    import os

    os.utime(path, (old, old))
    return path


@pytest.fixture
def session(writer, photo):
    made = fresh(writer)
    made.opening.open(photo)
    return made


def fresh(writer=None):
    made = Session(Runner(immediate, Inline()))
    made.failures = []
    made.failed = made.failures.append
    if writer is not None:
        made.journalling.begin(writer)
    return made


def stroke(session, points, value=255):
    session.painting.begin_stroke(HARD, value)
    for x, y in points:
        session.painting.stroke_to(x, y)
    session.end_stroke()


def died(session, writer, tmp_path):
    """The journal as a killed editor leaves it: a copy of the folder, which nobody owns."""
    assert writer.settle()
    grave = recovery.home() / "grave"
    shutil.copytree(session.journal.folder, grave, ignore=shutil.ignore_patterns(".*.part"))
    return grave


def found(grave):
    return next(one for one in recovery.recoverable() if one.folder == grave)


def assert_same_history(history, other):
    assert [(step.label, step.merge) for step in history.steps] == [(step.label, step.merge) for step in other.steps]
    assert history.position == other.position
    for mine, theirs in zip(history.steps, other.steps, strict=True):
        assert_same(mine.document, theirs.document)


def test_the_whole_history_is_back(session, writer, tmp_path):
    stroke(session, [(20, 20), (90, 60)])
    stroke(session, [(60, 60)], value=0)
    layer = session.document.layers[0]
    session.shaping.set_mask_params(layer.id, MaskParams(mask_padding=3, mask_blur=2))
    session.layers.duplicate(layer.id)
    session.undo()
    session.undo()
    one = found(died(session, writer, tmp_path))
    assert (one.name, one.size, one.steps) == ("photo.jpg", (300, 280), len(session.history.steps))
    back = fresh(writer)
    back.opening.recover(one)
    assert_same_history(session.history, back.history)
    back.redo()
    session.redo()
    assert_same(session.document, back.document)
    assert back.document.image.path == session.document.image.path
    assert back.projects.unsaved


def test_trimmed_and_amended_steps_are_kept_as_they_are(session, writer, tmp_path):
    session.history_limit = 1
    for number in range(6):
        stroke(session, [(20 + 30 * number, 20 + number * 7)])
    session.layers.activate(session.document.layers[0].id)
    session.history.limit = 1
    session.settle()
    assert len(session.history.steps) < 7
    stroke(session, [(200, 200)])
    back = recovery.recover(found(died(session, writer, tmp_path)))
    assert_same_history(session.history, back.history)
    back.lock.release()


def test_a_stroke_under_way_is_back_as_far_as_it_was_followed(session, writer, tmp_path):
    stroke(session, [(20, 20)])
    layer = session.document.layers[0]
    session.painting.begin_stroke(HARD, 0)
    for x in range(0, 200, 5):
        session.painting.stroke_to(x, 25, 0.5)
    until(lambda: frames_of(session)[b"V"] > 0 and session.journal._log._sent == 40)
    session.journal._log.flush()
    back = recovery.recover(found(died(session, writer, tmp_path)))
    back.lock.release()
    session.end_stroke()
    assert_same_history(session.history, back.history)
    assert back.history.steps[-1].label == "Erase"
    assert back.history.document.layers[0].id == layer.id


def test_the_first_stroke_brings_its_layer_back(session, writer, tmp_path):
    session.painting.begin_stroke(HARD, 255)
    session.painting.stroke_to(50, 50)
    until(lambda: frames_of(session)[b"V"] > 0)
    back = recovery.recover(found(died(session, writer, tmp_path)))
    back.lock.release()
    session.end_stroke()
    np.testing.assert_array_equal(back.history.document.alpha.array(), session.document.alpha.array())
    assert back.history.document.layers[0].name == "Mask 1"


def test_a_stroke_given_up_stays_given_up(session, writer, tmp_path):
    stroke(session, [(20, 20)])
    session.painting.begin_stroke(HARD, 255)
    session.painting.stroke_to(100, 100)
    until(lambda: frames_of(session)[b"V"] > 0)
    session.cancel_stroke()
    back = recovery.recover(found(died(session, writer, tmp_path)))
    back.lock.release()
    assert_same_history(session.history, back.history)


def frames_of(session):
    from collections import Counter

    log = next(session.journal.folder.glob("log.*"), None)
    if log is None:
        return Counter()
    with log.open("rb") as file:
        return Counter(frame.kind for frame in read_frames(file))


# Files that did not survive whole


def test_a_torn_end_loses_what_was_being_written_and_nothing_else(session, writer, tmp_path):
    for number in range(5):
        stroke(session, [(20 + 30 * number, 20)])
        until(lambda: session.journal._written is session.journal._state)
    grave = died(session, writer, tmp_path)
    log = next(grave.glob("log.*"))
    data = log.read_bytes()
    known = 0
    for end in sorted(random.Random(0).sample(range(len(data)), 40)):
        grave.mkdir(exist_ok=True)
        log.write_bytes(data[:end])
        try:
            one = found(grave)
        except StopIteration:  # not even the header, or nothing but the opening, which is thrown away
            continue
        back = recovery.recover(one)
        back.lock.release()
        assert back.notes == ()
        steps = len(back.history.steps)
        assert steps >= known
        known = steps
        for mine, theirs in zip(session.history.steps, back.history.steps, strict=False):
            assert_same(mine.document, theirs.document)
    assert known >= 5


def test_damage_in_the_midst_costs_a_layer_or_a_step_and_says_so(session, writer, tmp_path):
    for number in range(5):
        session.layers.add()
        stroke(session, [(20 + 30 * number, 20)])
    grave = died(session, writer, tmp_path)
    log = next(grave.glob("log.*"))
    data = log.read_bytes()
    tile = data.index(b"mj\xf7T")
    log.write_bytes(data[: tile + 40] + bytes([data[tile + 40] ^ 255]) + data[tile + 41 :])
    back = recovery.recover(found(grave))
    back.lock.release()
    assert back.notes == ("Parts of the journal of photo.jpg were damaged; look whether anything is missing.",)
    assert len(back.history.steps) == len(session.history.steps)
    assert [layer.name for layer in back.history.document.layers] == ["Mask 2", "Mask 3", "Mask 4", "Mask 5"]
    for layer in back.history.document.layers:
        mine = session.document.layer(layer.id)
        np.testing.assert_array_equal(mine.alpha.array(), layer.alpha.array())


def test_any_damage_gives_a_history_or_a_sentence(session, writer, tmp_path):
    stroke(session, [(20, 20)])
    stroke(session, [(90, 90)])
    grave = died(session, writer, tmp_path)
    log = next(grave.glob("log.*"))
    data = log.read_bytes()
    chance = random.Random(1)
    for _ in range(60):
        spoilt = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        log.write_bytes(spoilt)
        try:
            back = recovery.recover(found(grave))
        except (BadProject, StopIteration):
            continue
        back.lock.release()
        assert back.history.document.image.size == (300, 280)


def test_the_photo_may_be_gone_or_changed(session, writer, tmp_path, photo):
    stroke(session, [(20, 20)])
    until(lambda: (session.journal.folder / "source.json").exists())
    grave = died(session, writer, tmp_path)
    photo.unlink()
    back = recovery.recover(found(grave))
    back.lock.release()
    assert back.history.document.image.digest == session.document.image.digest
    shutil.rmtree(session.journal.folder)
    (grave / "source").unlink()
    with pytest.raises(BadProject, match=r"photo\.jpg cannot be continued: its photo is gone\."):
        recovery.recover(found(grave))
    assert found(grave), "what cannot be continued now is not thrown away"


def test_a_pasted_image_has_no_file_and_comes_back_all_the_same(writer, tmp_path):
    session = fresh(writer)
    from maskstudio.core.document import Document
    from maskstudio.core.history import History

    session.history = History(Document(image(dtype=np.uint16)))
    session.changed()
    until(lambda: session.journal is not None and (session.journal.folder / "source.json").exists())
    back = recovery.recover(found(died(session, writer, tmp_path)))
    back.lock.release()
    assert back.history.document.image.digest == session.document.image.digest


# Owners


def test_a_living_owner_is_left_alone_and_after_a_clean_end_nothing_is_offered(session, writer, tmp_path):
    stroke(session, [(20, 20)])
    assert writer.settle()
    assert recovery.recoverable() == []
    session.close()
    assert writer.settle()
    assert recovery.recoverable() == []
    assert len(list(recovery.home().iterdir())) == 1, "it can be reopened"


def test_a_journal_is_continued_in_its_folder_and_offered_once(session, writer, tmp_path):
    stroke(session, [(20, 20)])
    grave = died(session, writer, tmp_path)
    one, other = found(grave), fresh(writer)
    other.opening.recover(one)
    assert other.journal.folder == grave
    assert recovery.recoverable() == []
    with pytest.raises(BadProject, match="open in another window"):
        recovery.recover(one)
    stroke(other, [(90, 90)])
    other.journalling.end(keep=True)
    assert writer.settle()
    back = recovery.recover(found(grave))
    back.lock.release()
    assert_same_history(other.history, back.history)


def test_what_nobody_worked_on_is_not_offered(session, writer, tmp_path):
    grave = died(session, writer, tmp_path)
    assert recovery.recoverable() == []
    assert not grave.exists()


def test_discarding_is_for_good(session, writer, tmp_path):
    stroke(session, [(20, 20)])
    grave = died(session, writer, tmp_path)
    recovery.discard(found(grave))
    assert not grave.exists()


# The disk


class Full:
    def __init__(self, monkeypatch):
        self.full, self.tried = True, 0
        write = Log._write

        def writing(log, data):
            self.tried += 1
            if self.full:
                raise OSError(errno.ENOSPC, "full")
            write(log, data)

        monkeypatch.setattr(Log, "_write", writing)
        monkeypatch.setattr(journals, "_RETRY", 0.05)


def test_a_full_disk_is_told_once_and_stops_nothing(session, writer, tmp_path, monkeypatch):
    stroke(session, [(20, 20)])
    assert writer.settle()
    disk = Full(monkeypatch)
    stroke(session, [(60, 60)])
    until(lambda: session.journal.safety == "failed")
    stroke(session, [(90, 90)])
    tried = disk.tried
    until(lambda: disk.tried > tried + 3)
    sentence = "What you do is not being kept safe at the moment: the disk is full. Save your work."
    assert [str(error) for error in session.failures] == [sentence]
    assert isinstance(session.failures[0], CannotWrite)
    disk.full = False
    until(lambda: session.journal.acknowledged)
    back = recovery.recover(found(died(session, writer, tmp_path)))
    back.lock.release()
    assert_same_history(session.history, back.history)


def test_a_log_that_has_grown_is_written_anew(session, writer, tmp_path, monkeypatch):
    monkeypatch.setattr(journals, "_ROOMY", 1)
    monkeypatch.setattr(journals, "_GROWN", 1.2)
    for number in range(30):
        stroke(session, [(20 + 8 * number, 20 + 5 * number), (100, 100)], value=255 * (number % 2))
        if number % 3 == 0:
            session.undo()
        until(lambda: session.journal._written is session.journal._state)
    until(lambda: session.journal._number > 1 and session.journal._anew is None)
    assert writer.settle()
    grave = died(session, writer, tmp_path)
    assert len(list(grave.glob("log.*"))) <= 2
    back = recovery.recover(found(grave))
    back.lock.release()
    assert_same_history(session.history, back.history)


def test_where_a_new_log_was_not_finished_the_old_one_counts(session, writer, tmp_path):
    stroke(session, [(20, 20)])
    grave = died(session, writer, tmp_path)
    log = next(grave.glob("log.*"))
    data = log.read_bytes()
    (grave / "log.99").write_bytes(data[: data.index(b"mj\xf7S")])
    back = recovery.recover(found(grave))
    back.lock.release()
    assert_same_history(session.history, back.history)


def test_the_status_is_told_at_home(session, writer):
    told = []
    session.journalling.safety_changed.connect(lambda: told.append(session.journal.safety))
    stroke(session, [(20, 20)])
    assert writer.settle()
    until(lambda: told[-1:] == ["saved"])
    assert isinstance(session.journal.folder, Path)
