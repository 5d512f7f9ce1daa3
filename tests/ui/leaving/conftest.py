"""What tests of leaving the editor share."""

import threading
from types import SimpleNamespace

import numpy as np
import PIL.Image
import pytest

from maskstudio.params.local import ExportParams
from maskstudio.session import operations
from maskstudio.ui.files import unsaved_work
from tests.ui.test_window import idle

EXPORT = ExportParams()


def photo(path, seed=0, size=(60, 80)):
    rng = np.random.default_rng(seed)
    PIL.Image.fromarray(rng.integers(0, 255, (*size, 3), np.uint8)).save(path)
    return path


@pytest.fixture
def pen(monkeypatch):
    """Writing cut-outs waits until it is let go, by the file's name; names in ``fails`` cannot be written."""
    write, made = operations.write_document, SimpleNamespace(go=threading.Event(), fails=set())

    def held(document, path, params, backdrop, token):
        while not made.go.wait(0.005):
            token.step(0.5, "Writing")
        if path.name in made.fails:
            path = path.parent / "gone" / path.name
        write(document, path, params, backdrop, token)

    monkeypatch.setattr(operations, "write_document", held)
    yield made
    made.go.set()


@pytest.fixture
def four(window, qtbot, tmp_path):
    """Four photos with a mask each, none of them saved."""
    for number in range(4):
        window.open(photo(tmp_path / f"p{number}.png", number))
        qtbot.waitUntil(lambda name=f"p{number}.png": window.tabs.front.title == name and idle(window))
        window.session.layers.add()
        window.session.painting.fill()
    return window


def export_all(window, folder):
    for tab in window.tabs.open:
        tab.session.exporting.export(folder / f"{tab.title[:2]}-out.png", EXPORT)
    return [folder / f"p{number}-out.png" for number in range(4)]


@pytest.fixture
def leaves(monkeypatch):
    """What is answered when a document is closed, and how often that was asked."""
    asked = []
    monkeypatch.setattr(unsaved_work, "ask_leave", lambda *_: asked.append(1) or "discard")
    return asked
