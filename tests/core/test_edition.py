"""Editions: what somebody else wrote since we looked is not written over, whatever its times say."""

import hashlib
import multiprocessing
import os
import time

import pytest

from maskstudio.core.atomic import replacing
from maskstudio.core.edition import Agreed, Edition, guarding
from maskstudio.errors import CannotWrite, ChangedElsewhere


def put(path, data):
    with replacing(path) as file:
        file.write(data)


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "work.ora"
    path.write_bytes(b"first")
    return path


def test_an_edition_is_the_digest_of_the_bytes(target, tmp_path):
    assert Edition.of(target).digest == hashlib.sha256(b"first").hexdigest()
    assert Edition.of(tmp_path / "missing") is None
    with pytest.raises(OSError, match="not a file"):
        Edition.of(tmp_path)


def test_what_is_as_expected_is_replaced_and_known_from_then_on(target):
    seen = []
    known = Edition.of(target)
    for data in (b"second", b"third"):
        with guarding(target, [known.digest], about=seen.append) as guard:
            put(target, data)
        known = guard.written
        assert known == Edition.of(target)
        assert known.untouched(target)
    assert target.read_bytes() == b"third"
    assert seen == [hashlib.sha256(data).hexdigest() for data in (b"second", b"third")]


def _in_place(path):
    """The same size and the same times, as a careful copy has them."""
    state = path.stat()
    path.write_bytes(b"theirs"[:5])
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def _renamed(path):
    other = path.with_name("other")
    other.write_bytes(b"theirs")
    other.replace(path)


def _linked(path):
    other = path.with_name("other")
    other.write_bytes(b"theirs")
    path.unlink()
    path.symlink_to(other)


@pytest.mark.parametrize("change", [_in_place, _renamed, _linked])
@pytest.mark.parametrize("late", [False, True])
def test_what_was_changed_from_outside_stays(target, change, late):
    """Also where it is changed while ours is being written: the last look comes right before the replacement."""
    known = Edition.of(target)
    if not late:
        change(target)

    def write():
        with replacing(target) as file:
            file.write(b"ours")
            if late:
                change(target)

    with (
        pytest.raises(ChangedElsewhere, match=r"work\.ora was changed from outside meanwhile") as caught,
        guarding(target, [known.digest]) as guard,
    ):
        write()
    assert isinstance(caught.value, CannotWrite)
    assert target.read_bytes() in (b"their", b"theirs")
    assert guard.written is None
    assert not [path for path in target.parent.iterdir() if path.suffix == ".part"]


def test_only_what_is_in_it_counts(target):
    known = Edition.of(target)
    data = target.read_bytes()
    target.unlink()
    target.write_bytes(data)  # moved away and back, or fetched again by a file share: another inode, another time
    os.utime(target, (1, 1))
    with guarding(target, [known.digest]):
        put(target, b"ours")
    assert target.read_bytes() == b"ours"


def test_what_is_gone_is_written_anew_or_not_as_asked(target):
    known = Edition.of(target)
    target.unlink()
    with pytest.raises(ChangedElsewhere, match="moved or deleted"), guarding(target, [known.digest], anew=False):
        put(target, b"ours")
    assert not target.exists()
    with guarding(target, [known.digest]) as guard:
        put(target, b"ours")
    assert guard.gone
    assert target.read_bytes() == b"ours"


def test_a_fresh_file_takes_nobody_s_place(target, tmp_path):
    with pytest.raises(ChangedElsewhere), guarding(target, ()):
        put(target, b"ours")
    with guarding(tmp_path / "new", ()) as guard:
        put(tmp_path / "new", b"ours")
    assert guard.written == Edition.of(tmp_path / "new")
    assert target.read_bytes() == b"first"


def test_a_guard_minds_its_own_file_only(target, tmp_path):
    other = tmp_path / "other"
    with guarding(target, [Edition.of(target).digest]) as guard:
        put(other, b"anything")
        put(other, b"and more")
    assert guard.written is None
    with guarding(other) as guard:  # nothing is expected of it
        put(other, b"last")
    assert guard.written == Edition.of(other)


def _race(path, gate, outcome):
    known = Edition.of(path)
    gate.wait()
    try:
        with guarding(path, [known.digest], about=lambda _: time.sleep(0.02)):  # between the look and the replacement
            put(path, str(os.getpid()).encode())
    except ChangedElsewhere:
        outcome.put((os.getpid(), "refused"))
    else:
        outcome.put((os.getpid(), "written"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a folder cannot be locked on Windows")
def test_of_several_processes_at_once_one_writes_and_the_others_are_told(target):
    context = multiprocessing.get_context("fork")
    for _ in range(5):
        gate, outcome = context.Barrier(4), context.SimpleQueue()
        racers = [context.Process(target=_race, args=(target, gate, outcome)) for _ in range(4)]
        for racer in racers:
            racer.start()
        told = dict(outcome.get() for _ in racers)
        for racer in racers:
            racer.join()
        assert sorted(told.values()) == ["refused", "refused", "refused", "written"]
        winner = next(pid for pid, what in told.items() if what == "written")
        assert target.read_bytes() == str(winner).encode()


def test_what_the_user_agreed_to_replace_is_known_by_what_it_was_at_that_moment(tmp_path):
    target = tmp_path / "file"
    assert Agreed.now(target).digests() == []
    appeared = Agreed.now(target)
    target.write_bytes(b"theirs")
    assert appeared.digests() == []
    agreed = Agreed.now(target)
    assert agreed.digests() == [hashlib.sha256(b"theirs").hexdigest()]
    link = tmp_path / "link"
    link.symlink_to(target)
    assert Agreed.now(link).digests() == agreed.digests()
    target.write_bytes(b"others")  # as long
    assert agreed.digests() == []
    assert Agreed.now(tmp_path).digests() == [], "a folder"
    assert Agreed.now(tmp_path / "a\0b").digests() == []


def test_any_of_several_expectations_will_do(tmp_path):
    target = tmp_path / "file"
    target.write_bytes(b"theirs")
    digest = hashlib.sha256(b"theirs").hexdigest()
    for expected in (([], [digest]), ([digest], ())):
        with guarding(target, *expected), replacing(target) as file:
            file.write(b"theirs")
    with pytest.raises(ChangedElsewhere), guarding(target, [], ["0"]), replacing(target) as file:
        file.write(b"ours")
    assert target.read_bytes() == b"theirs"
