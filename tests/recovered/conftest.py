"""What tests of recovered work share."""

import json
import os
import shutil
import time

import numpy as np
import PIL.Image
import pytest

from maskstudio.core.fileframes import read_frames
from maskstudio.journal import journal as journals
from maskstudio.journal import recovery
from maskstudio.params.local import BrushParams
from tests.fresh import fresh
from tests.patience import until


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Journals that reach the disk at once; how long that may take is no matter here."""
    monkeypatch.setattr(journals, "_SYNC", 0.0)
    monkeypatch.setattr(journals, "_FOLLOW", 0.01)


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
