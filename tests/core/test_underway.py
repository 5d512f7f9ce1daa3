"""A process killed while it writes leaves nothing beside the user's files, at once or after the next start."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from maskstudio.core import underway
from maskstudio.core.atomic import replacing

WRITER = """
import sys
import time
from pathlib import Path
from maskstudio.core import underway
from maskstudio.core.atomic import replacing
if sys.argv[2] == "listed":
    underway._nameless = lambda folder: None
target = Path(sys.argv[1])
number = 0
while True:
    number += 1
    with replacing(target) as file:
        for _ in range(20):
            file.write(bytes([number % 256]) * 50_000)
            if number == 1:
                print("begun", flush=True)
                time.sleep(float(sys.argv[3]))
"""

needs_kills = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")


def killed_while_writing(target, way, seconds, rest):
    """``rest`` s in the midst of the first file; killed after ``seconds``."""
    command = [sys.executable, "-c", WRITER, str(target), way, str(rest)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline() == b"begun\n"
        time.sleep(seconds)
        writer.send_signal(signal.SIGKILL)


def odd_folder(tmp_path):
    folder = tmp_path / os.fsdecode(b"caf\xe9 " + b"long" * 20) if sys.platform == "linux" else tmp_path / "odd"
    folder.mkdir()
    return folder


@needs_kills
@pytest.mark.parametrize("way", ["nameless", "listed"])
def test_a_kill_leaves_nothing_and_takes_nothing_of_others(tmp_path, home, way):
    if way == "nameless" and underway._nameless(tmp_path) is None:
        pytest.skip("files without a name are not known here")
    folder, chance = odd_folder(tmp_path), random.Random(7)
    target = folder / "cut.png"
    stranger = folder / ".0123456789abcdef.part"
    stranger.write_bytes(b"not ours")
    left = 0
    for rest in (600, 0, 0):
        killed_while_writing(target, way, 0 if rest else chance.uniform(0, 0.05), rest)
        left += len(list(folder.glob(".*.part"))) - 1
        data = target.read_bytes() if target.exists() else b""
        assert len(data) in (0, 1_000_000)
        assert len(set(data)) < 2, "the file is one edition, whole"
    assert (left > 0) == (way == "listed")
    underway.sweep()
    assert sorted(path.name for path in folder.iterdir() if path != target) == [stranger.name]
    assert not (home / "under-way").exists()


@pytest.fixture
def listed(monkeypatch):
    """The way of systems whose files must have a name."""
    monkeypatch.setattr(underway, "_nameless", lambda _folder: None)


def test_what_a_living_process_writes_is_left_alone(tmp_path, listed, home):
    with replacing(tmp_path / "a") as file:
        file.write(b"1")
        assert len(list(tmp_path.glob(".*.part"))) == 1
        underway.sweep()
        assert len(list(tmp_path.glob(".*.part"))) == 1
    assert (tmp_path / "a").read_bytes() == b"1"
    assert not (home / "under-way").exists()


def test_a_list_that_lies_costs_nobody_a_file(tmp_path, home):
    precious = tmp_path / "precious"
    precious.write_bytes(b"x")
    folder = tmp_path / ".aa.part"
    folder.mkdir()
    entries = home / "under-way"
    entries.mkdir(parents=True)
    for name, held in ((".ab.part", precious), (".aa.part", folder), (".ac.part", "\0"), (".ad.part", "")):
        (entries / name).write_bytes(os.fsencode(held))
    (entries / "folder").mkdir()
    underway.sweep()
    assert precious.exists()
    assert folder.exists()


def test_a_drive_that_is_away_is_cleaned_when_it_is_back(tmp_path, home):
    drive = tmp_path / "drive"
    entries = home / "under-way"
    entries.mkdir(parents=True)
    (entries / ".ab.part").write_bytes(os.fsencode(drive / ".ab.part"))
    underway.sweep()
    assert (entries / ".ab.part").exists()
    drive.mkdir()
    (drive / ".ab.part").write_bytes(b"half")
    underway.sweep()
    assert list(drive.iterdir()) == []
    assert not entries.exists()


def test_without_a_home_files_are_written_all_the_same(tmp_path, listed, home):
    home.write_bytes(b"a file where the folder should be")
    with replacing(tmp_path / "a") as file:
        file.write(b"1")
    assert (tmp_path / "a").read_bytes() == b"1"
    underway.sweep()


def test_a_disk_on_which_names_cannot_be_given_afterwards(tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OSError(95, "not supported")

    monkeypatch.setattr(os, "link", refuse)
    with replacing(tmp_path / "a") as file:
        file.write(b"12")
    assert (tmp_path / "a").read_bytes() == b"12"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["a"]
