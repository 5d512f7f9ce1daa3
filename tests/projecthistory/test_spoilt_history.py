"""What is wrong with the history in a project costs the history, never the project."""

import hashlib
import io
import json
import random
import zipfile

import pytest

from maskstudio.core import projecthistory, record
from maskstudio.core.fileframes import framed, whole_frames
from maskstudio.core.history import History
from maskstudio.core.project import Source, read_project, write_project
from maskstudio.errors import Cancelled
from tests.core.records import assert_same
from tests.projecthistory.conftest import MEMBER, assert_same_history, opened, stroke

# What is wrong with a history costs the history


def tampered(path, change, member=MEMBER):
    """The same project with a member changed by ``change``, or left out where that gives None."""
    archive = zipfile.ZipFile(path)
    members = {info.filename: archive.read(info) for info in archive.infolist()}
    archive.close()
    members[member] = change(members[member])
    with zipfile.ZipFile(path, "w") as target:
        for name, data in members.items():
            if data is not None:
                target.writestr(name, data)


@pytest.fixture
def saved(session, tmp_path):
    """A project of four steps; gives session and path."""
    for x in (50, 90, 130):
        stroke(session, x)
    session.projects.save_as(tmp_path / "work.ora")
    return session, tmp_path / "work.ora"


def alone(saved, said):
    """The project opened with its document, one step and a sentence."""
    session, path = saved
    back = opened(path)
    assert len(back.history.steps) == 1
    assert_same(session.document, back.document)
    assert back.said == ([f"The undo history of work.ora is not complete: {said}."] if said else [])
    assert not back.projects.unsaved
    stroke(back, 200)
    back.projects.save()
    assert len(opened(path).history.steps) == 2, "it goes on from there"


def test_a_project_of_an_older_version_has_no_history_and_needs_none(saved):
    tampered(saved[1], lambda _data: None)
    alone(saved, "")


def rewritten(data, kind, change):
    """The frames with the values of those of ``kind`` changed."""
    out = []
    for frame in whole_frames(data):
        payload = frame.payload
        if frame.kind == kind:
            values = json.loads(payload)
            change(values)
            payload = json.dumps(values).encode()
        out.append(framed(frame.kind, payload))
    return b"".join(out)


def test_a_history_of_a_newer_version_is_left_out(saved):
    newer = projecthistory.FORMAT + 1
    tampered(saved[1], lambda data: rewritten(data, b"H", lambda head: head.update(format=newer)))
    alone(saved, "it was written by a newer version of maskstudio")


def test_an_earlier_program_opens_a_project_with_a_newer_past_and_says_what_it_left_out(session, tmp_path, monkeypatch):
    stroke(session, 50)
    layer = session.document.layers[0].id
    session.layers.set_mode(layer, "xor")
    session.layers.set_mode(layer, "add")
    session.projects.save_as(tmp_path / "one.ora")
    data = (tmp_path / "one.ora").read_bytes()
    monkeypatch.setattr(record, "FORMAT", 3)
    found = read_project(tmp_path / "one.ora", limit=None)
    assert_same(session.document, found.document)
    (said,) = found.notes
    assert said.startswith("The undo history of one.ora is not complete: it was saved by a newer version of maskstudio")
    assert (tmp_path / "one.ora").read_bytes() == data


def test_a_history_of_another_state_is_left_out(saved, tmp_path):
    session, path = saved
    history = zipfile.ZipFile(path).read(MEMBER)
    stroke(session, 170)
    session.projects.save()
    tampered(path, lambda _data: history)
    alone(saved, "it belongs to another state of the project")


@pytest.mark.parametrize(
    "change",
    [
        lambda _data: b"",
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data + b"\0",
        lambda data: data[:80] + bytes([data[80] ^ 1]) + data[81:],
        lambda data: data + framed(b"Z", b""),
        lambda data: data + framed(b"T", b"\0\0"),
        lambda data: data.replace(b"mj\xf7", b"mj\xf6"),
    ],
)
def test_a_damaged_history_is_left_out(saved, change):
    tampered(saved[1], change)
    session, path = saved
    back = opened(path)
    assert len(back.history.steps) == 1
    assert_same(session.document, back.document)
    (said,) = back.said
    assert said.startswith("The undo history of work.ora is not complete: ")


@pytest.mark.parametrize(
    "steps",
    [
        None,
        "many",
        [],
        [[0, "Open"]] * 100_001,
        [[0]],
        [["0", "Open"]],
        [[True, "Open"]],
        [[0, 7]],
        [{"n": 0}],
        [[99, "Open"], [0, "Paint"], [-1, "Paint"]],
    ],
)
def test_a_list_of_steps_that_makes_no_sense_costs_the_steps(saved, steps):
    session, path = saved

    def change(values):
        values["steps"] = steps
        values["at"] = 1 if steps and len(steps) == 3 else 0

    tampered(path, lambda data: rewritten(data, b"S", change))
    back = opened(path)
    assert_same(session.document, back.document)
    assert len(back.history.steps) == 1
    assert len(back.said) == 1


def test_a_step_that_is_damaged_costs_itself_and_what_lies_beyond(saved):
    def change(values):
        if values["n"] == 2:  # two steps back
            values["layers"] = [12345]

    tampered(saved[1], lambda data: rewritten(data, b"D", change))
    back = opened(saved[1])
    assert [step.label for step in back.history.steps] == ["Paint", "Paint"]
    assert_same_history(History.of(saved[0].history.steps[2:], 1), back.history)
    assert back.said == ["The undo history of work.ora is not complete: it is damaged."]


def test_spoilt_bytes_never_keep_a_project_from_opening(saved):
    session, path = saved
    data = zipfile.ZipFile(path).read(MEMBER)
    chance = random.Random(0)
    for _ in range(25):
        spoilt = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        tampered(path, lambda _data, spoilt=spoilt: bytes(spoilt))
        back = opened(path)
        assert_same(session.document, back.document)


def test_whole_frames_of_nonsense_never_keep_a_project_from_opening(saved):
    """The checksums are right, as a hostile hand would make them."""
    session, path = saved
    frames = list(whole_frames(zipfile.ZipFile(path).read(MEMBER)))
    chance = random.Random(1)
    for _ in range(30):
        spoilt = [(frame.kind, bytearray(frame.payload)) for frame in frames]
        for _ in range(chance.randint(1, 3)):
            payload = spoilt[chance.randrange(1, len(spoilt))][1]
            if payload:
                payload[chance.randrange(len(payload))] = chance.randrange(256)
        made = b"".join(framed(kind, bytes(payload)) for kind, payload in spoilt)
        tampered(path, lambda _data, made=made: made)
        back = opened(path)
        assert_same(session.document, back.document)
        for step in back.history.steps:
            assert step.document.alpha.array().shape == (280, 300)


def test_a_bomb_does_not_go_off(saved):
    path = saved[1]
    archive = zipfile.ZipFile(path)
    members = {info.filename: archive.read(info) for info in archive.infolist()}
    archive.close()
    members[MEMBER] += bytes(40 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            target.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else None)
    alone(saved, "what it holds is larger than it should be")


def test_more_words_than_a_history_can_need_are_not_read(saved, monkeypatch):
    with monkeypatch.context() as little:
        little.setattr(projecthistory, "_NOTE", 200)
        back = opened(saved[1])
    assert len(back.history.steps) == 1
    assert back.said == ["The undo history of work.ora is not complete: it holds more than could be of use."]


def test_saving_can_be_stopped_within_the_history(saved):
    session, path = saved
    good, seen = path.read_bytes(), []

    def step(part):
        seen.append(part)
        if len(seen) == 4:
            raise Cancelled("Cancelled.")

    past = projecthistory.Past(session.history.steps, session.history.position)
    with pytest.raises(Cancelled):
        write_project(path, session.document, Source(None), step, past)
    assert path.read_bytes() == good
    assert seen[-1] == 0.05


def test_two_saves_of_one_state_are_alike(saved):
    session, path = saved
    first = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    session.projects.save()
    again = zipfile.ZipFile(path)
    for name in (MEMBER, "maskstudio/planes", "maskstudio/document.json"):
        assert hashlib.sha256(first.read(name)).digest() == hashlib.sha256(again.read(name)).digest()
