"""A disk that is really full, and two programs that fetch one model: the right sentence, and nothing half-made."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import httpx
import numpy as np
import PIL.Image
import pytest

from maskstudio.core.mask import Mask
from maskstudio.errors import CannotWrite
from maskstudio.jobs import Token
from maskstudio.params.local import BrushParams
from maskstudio.providers.local import encodings, incoming, modelshelf
from maskstudio.providers.local.encodings import Encodings, key_of
from maskstudio.providers.local.networks import convert, yolo_files
from maskstudio.providers.weights import download
from maskstudio.providers.weights.partial import Partial
from tests.core.records import assert_same
from tests.fresh import fresh
from tests.loopback import serving
from tests.patience import PATIENCE
from tests.providers.resuming import CONTENT, Server

SIZE = 3 << 20


@pytest.fixture
def disk(home):
    """The user's folder on a file system of 3 MB; skipped where nobody may mount one."""
    home.mkdir()
    try:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", home]
        made = subprocess.run(mount, check=False, capture_output=True)
    except FileNotFoundError:
        pytest.skip("this system has no mount")
    if made.returncode:
        pytest.skip("a small file system cannot be mounted by this user")
    try:
        yield home
    finally:
        subprocess.run(["umount", "-l", home], check=True)


def fill(disk, leave):
    """Take all room but so many bytes; gives the file that does."""
    big = disk / "big"
    room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    big.write_bytes(bytes(room - leave))
    return big


def files(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def offered():
    """A model on a server of this machine, as a known weight file."""
    handler = type("Handler", (Server,), {"asked": [], "conditions": []})
    with serving(handler) as address:
        known = yolo_files.BY_NAME["face_yolov8n"]
        digests = (hashlib.sha256(CONTENT).hexdigest(),)
        handler.entry = replace(known, url=f"{address}/model.pt", digests=digests, size=len(CONTENT))
        yield handler


def test_a_download_onto_a_disk_that_fills_up_goes_on_when_there_is_room(disk, mine, offered):
    target, filled = mine / "face_yolov8n.pt", []

    def meanwhile(_fraction, _text):
        if not filled:
            filled.append(fill(disk, 100_000))

    with pytest.raises(CannotWrite, match=r"^face_yolov8n\.pt could not be written: the disk is full\.$"):
        download.fetch(offered.entry, target, Token(meanwhile), httpx.AsyncClient)
    assert not target.exists()
    assert 0 < Partial(target).size < len(CONTENT)
    with pytest.raises(CannotWrite, match=r"face_yolov8n\.pt needs 0\.\d MB more, and the disk of .* has 0\.0 MB free"):
        download.fetch(offered.entry, target, Token(), httpx.AsyncClient)
    filled[0].unlink()
    download.fetch(offered.entry, target, Token(), httpx.AsyncClient)
    assert target.read_bytes() == CONTENT
    assert files(mine) == ["face_yolov8n.pt"]
    assert offered.asked[-1] not in (None, "bytes=0-")


def test_a_model_that_does_not_fit_is_not_added(disk, mine, shared_models):
    with pytest.raises(CannotWrite, match=r"^yolov8n-seg\.pt could not be written: the disk is full\.$"):
        incoming.add(shared_models / "yolov8n-seg.pt", Token())
    assert files(mine) == []


def test_a_converted_model_that_does_not_fit_is_not_kept(disk, local, mine):
    if problem := convert.problem():
        pytest.skip(problem)
    with pytest.raises(CannotWrite, match=r"^onnx-yolov8n-seg\.onnx could not be written: the disk is full\.$"):
        modelshelf.to_onnx("yolov8n-seg", Token())
    assert files(mine) == []


def test_an_encoding_that_does_not_fit_is_not_kept_and_none_is_damaged(disk):
    photo, store = np.zeros((4, 6, 3), np.uint8), Encodings()
    random = np.random.default_rng(0)
    made = {"maps": random.normal(0, 3, (1, 64, 64, 64)).astype(np.float32)}
    assert store.get(key_of("one", photo), lambda _: True, lambda: made) is made
    first = files(encodings.folder())
    assert len(first) == 1
    fill(disk, 60_000)
    assert store.get(key_of("other", photo), lambda _: True, lambda: made) is made
    assert files(encodings.folder()) == first
    again = store.get(key_of("one", photo), lambda _: True, lambda: pytest.fail("it is there already"))
    np.testing.assert_allclose(again["maps"], made["maps"], atol=0.05)


def test_a_project_that_does_not_fit_leaves_the_one_there_was(disk, tmp_path):
    photo = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    PIL.Image.fromarray(photo).save(tmp_path / "photo.png")
    session = fresh()
    session.opening.open(tmp_path / "photo.png")
    stroke(session, 50)
    session.projects.save_as(disk / "work.ora")
    good = (disk / "work.ora").read_bytes()
    stroke(session, 200)
    big = fill(disk, 60_000)
    before = files(disk)
    session.projects.save()
    assert [str(error) for error in session.failures] == ["work.ora could not be written: the disk is full."]
    assert (disk / "work.ora").read_bytes() == good
    assert files(disk) == before
    assert session.projects.unsaved
    big.unlink()
    session.projects.save()
    assert not session.projects.unsaved
    again = fresh()
    again.opening.open(disk / "work.ora")
    assert_same(session.document, again.document)
    assert isinstance(again.document.alpha, Mask)


def stroke(session, x):
    session.painting.begin_stroke(BrushParams(size=60), 255)
    session.painting.stroke_to(x, 100)
    session.painting.stroke_to(x + 30, 120)
    session.end_stroke()


PULL = """
import sys, pathlib
from dataclasses import replace
import httpx
from maskstudio.errors import ModelUnavailable
from maskstudio.jobs import Token
from maskstudio.providers.local.networks import yolo_files
from maskstudio.providers.weights import download
url, digest, size, target = sys.argv[1:]
entry = replace(yolo_files.BY_NAME["face_yolov8n"], url=url, digests=(digest,), size=int(size))
print("there", flush=True)
sys.stdin.readline()
try:
    download.fetch(entry, pathlib.Path(target), Token(), httpx.AsyncClient)
    print("done")
except ModelUnavailable as error:
    print(error)
"""


def test_two_programs_that_fetch_one_model_at_once_make_one_file(mine, offered):
    target, entry = mine / "face_yolov8n.pt", offered.entry
    said = Counter()
    for _ in range(3):
        target.unlink(missing_ok=True)
        asked = [sys.executable, "-c", PULL, entry.url, entry.digests[0], str(entry.size), str(target)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        both = [subprocess.Popen(asked, **pipes) for _ in range(2)]
        assert [each.stdout.readline() for each in both] == ["there\n"] * 2
        for each in both:
            each.stdin.write("\n")
            each.stdin.flush()
        answers = [each.communicate(timeout=PATIENCE)[0].strip() for each in both]
        assert [each.returncode for each in both] == [0, 0]
        assert "done" in answers
        assert all(each == "done" or "being downloaded by another window or program" in each for each in answers)
        assert target.read_bytes() == CONTENT
        assert files(mine) == ["face_yolov8n.pt"]
        said.update(answers)
    assert said["done"] >= 3
