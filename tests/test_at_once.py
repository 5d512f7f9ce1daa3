"""Several programs that change the same file at once: what each has done is there in the end."""

import errno
import json
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from maskstudio import settings
from maskstudio.core.lock import changing
from maskstudio.errors import CannotWrite
from maskstudio.merging import merged
from maskstudio.providers.weights import store, trust
from maskstudio.settings import Settings


def test_eight_that_trust_at_once_are_all_trusted(tmp_path, home):
    files = [tmp_path / f"m{number}.pt" for number in range(8)]
    start = threading.Barrier(len(files))

    def add(file):
        file.write_bytes(b"PK\x03\x04" + file.name.encode())
        start.wait()
        store.add(file, trust=True)

    for _ in range(3):
        with ThreadPoolExecutor(len(files)) as pool:
            list(pool.map(add, files))
        assert sorted(json.loads((home / "trusted.json").read_bytes()).values()) == [file.name for file in files]
        (home / "trusted.json").unlink()


def test_two_windows_keep_each_other_s_settings():
    settings.save(Settings(recent=["/old"], forms={"Mask": {"maskBlur": 1}}))
    one, two = settings.load(), settings.load()
    one.theme, one.recent = "dark", ["/one", *one.recent]
    one.forms = {**one.forms, "Detect": {"confidence": 0.5}}
    two.wheel, two.recent = "pan", ["/two", *two.recent]
    two.forms = {**two.forms, "Mask": {"maskBlur": 9}}
    settings.save(one)
    settings.save(two)
    kept = settings.load()
    assert (kept.theme, kept.wheel) == ("dark", "pan")
    assert kept.recent == ["/two", "/old", "/one"]
    assert kept.forms == {"Mask": {"maskBlur": 9}, "Detect": {"confidence": 0.5}}
    one.theme = "light"
    settings.save(one)  # what the other changed meanwhile, and this one never did, stays
    assert (settings.load().theme, settings.load().wheel) == ("light", "pan")


def test_an_account_set_beside_an_open_window_stays():
    from maskstudio.services import accounts

    window = settings.load()
    beside = settings.load()
    accounts.keep(beside, "runware", accounts.account(beside, "runware"))
    settings.save(beside)
    window.theme = "dark"
    settings.save(window)
    assert settings.load().services == beside.services != {}


@pytest.mark.parametrize(
    ("ours", "theirs", "want"),
    [
        ({"a": 1}, {"a": 2}, {"a": 2}),  # only theirs is new
        ({"a": 3}, {"a": 2}, {"a": 3}),  # both: ours
        ({}, {"a": 1}, {}),  # taken out by us
        ({"a": 1}, {}, {}),  # taken out by them
        ({"a": 1, "b": 5}, {"a": 1, "c": 6}, {"a": 1, "b": 5, "c": 6}),
    ],
)
def test_what_changed_since_is_put_together(ours, theirs, want):
    assert merged({"a": 1}, ours, theirs) == want


def test_somebody_who_keeps_the_lock_costs_one_sentence(home, tmp_path, monkeypatch):
    monkeypatch.setattr("maskstudio.core.jsonfile.changing", lambda path: changing(path, patience=0.05))
    home.mkdir()
    file = tmp_path / "m.pt"
    file.write_bytes(b"PK\x03\x04")
    code = (
        "import sys; from pathlib import Path; from maskstudio.core.lock import changing\n"
        "with changing(Path(sys.argv[1])): print(1, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(home / "trusted.json")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"1\n"
        with pytest.raises(CannotWrite, match=r"another program is changing it\.$"):
            trust.trust(file)
        other.stdin.close()
    trust.trust(file)
    assert trust.allowed(file)


def test_no_room_for_a_copy_of_a_model_is_one_sentence(home, tmp_path, monkeypatch):
    file = tmp_path / "m.pt"
    file.write_bytes(b"PK\x03\x04")
    trust.trust(file)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    for place in ("_copied", "_temporary_folder"):
        with monkeypatch.context() as patch:
            patch.setattr(trust, place, full)
            with pytest.raises(CannotWrite, match=r"^m\.pt cannot be loaded, .* the disk is full\.$"):  # noqa: SIM117
                with trust.checked_copy(file):
                    pass
    with trust.checked_copy(file) as copy:
        assert copy.read_bytes() == file.read_bytes()
    assert not copy.exists()
    with pytest.raises(OSError, match="of the loader"), trust.checked_copy(file):
        raise OSError("of the loader")


def test_a_photo_opens_without_any_temporary_folder(tmp_path, monkeypatch):
    import numpy as np
    import PIL.Image

    from maskstudio.core.files import read_image

    PIL.Image.fromarray(np.zeros((9, 9, 3), np.uint8)).save(tmp_path / "a.jpg")

    def none(*_, **__):
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryFile", none)
    for missing in (False, True):
        if missing:
            monkeypatch.delattr("os.memfd_create", raising=False)
        assert read_image(tmp_path / "a.jpg").image.size == (9, 9)
