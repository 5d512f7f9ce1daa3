"""Opening a large photo: a first look at once, then the photo in its place, and back again if it cannot be opened."""

import threading
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QPointF

from maskstudio.core import image as images
from maskstudio.core import jpeg
from maskstudio.core.cv import cv2
from maskstudio.core.firstlook import Preview
from maskstudio.core.image import Image
from maskstudio.errors import BadImage
from maskstudio.session import operations
from tests.patience import PATIENCE

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "grace_hopper.jpg"
SIZE = 2400, 1600


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch):
    monkeypatch.setattr(jpeg, "_WORTH_IT", 1_000_000)
    monkeypatch.setattr(images, "_LARGE", 1_000_000)


@pytest.fixture
def photo(tmp_path):
    coarse = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    path = tmp_path / "large.jpg"
    PIL.Image.fromarray(cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC)).save(path, quality=92)
    return path


class Gate:
    """Holds the whole photo back until it is opened, and may then fail."""

    def __init__(self, monkeypatch):
        self.opened, self.error, self._read = threading.Event(), None, operations.read_image
        monkeypatch.setattr(operations, "read_image", self)

    def __call__(self, path, **options):
        assert self.opened.wait(PATIENCE)
        options["step"](0.5)  # raises if cancelled
        if self.error:
            raise self.error
        return self._read(path, **options)


@pytest.fixture
def gate(monkeypatch):
    gate = Gate(monkeypatch)
    yield gate
    gate.opened.set()


def shown(window):
    document = window.canvas.contents.document
    return document.image if document else None


def settle(qtbot, window):
    qtbot.waitUntil(lambda: window.canvas.complete and not window.session.runner.jobs)


def previewing(window, qtbot, photo):
    window.open(photo)
    qtbot.waitUntil(lambda: isinstance(shown(window), Preview))
    qtbot.waitUntil(lambda: window.canvas.complete)


def test_a_first_look_and_then_the_photo_without_a_jump(window, qtbot, photo, gate, pixels):
    previewing(window, qtbot, photo)
    assert window.session.document is None
    assert (window.canvas.isVisible(), window.welcome.isVisible()) == (True, False)
    assert window.canvas.contents.document.size == SIZE
    view = window.canvas.view.scale, window.canvas.view.centre, window.canvas.geometry()
    before = pixels(window.canvas.grab().toImage())
    gate.opened.set()
    qtbot.waitUntil(lambda: window.session.document is not None)
    window.canvas.repaint()
    assert not isinstance(shown(window), Preview)
    at_once = pixels(window.canvas.grab().toImage())
    settle(qtbot, window)
    after = pixels(window.canvas.grab().toImage())
    assert (window.canvas.view.scale, window.canvas.view.centre, window.canvas.geometry()) == view
    for later in (at_once, after):
        assert np.abs(later - before).mean() < 1
        assert np.abs(later - before).max() < 24
    want = cv2.resize(np.asarray(PIL.Image.open(photo)), None, fx=view[0], fy=view[0], interpolation=cv2.INTER_AREA)
    assert np.abs(after.mean((0, 1)) - after[0, 0]).max() > 1  # there is something to see
    height, width = want.shape[:2]
    top, left = (after.shape[0] - height) // 2, (after.shape[1] - width) // 2
    assert np.abs(after[top : top + height, left : left + width] - want.astype(int)).mean() < 4


def test_both_sides_of_a_comparison_become_sharp(window, qtbot, photo, gate, pixels):
    previewing(window, qtbot, photo)
    window.canvas.divider.set_on(True)
    window.canvas.view.zoom_to(1.0)
    qtbot.waitUntil(lambda: window.canvas.complete)
    gate.opened.set()
    qtbot.waitUntil(lambda: window.session.document is not None)
    settle(qtbot, window)
    window.canvas.divider.set_on(False)
    seen = pixels(window.canvas.grab().toImage())
    window.canvas.divider.set_on(True)
    both = pixels(window.canvas.grab().toImage())
    assert np.array_equal(both[60:, :300], seen[60:, :300])  # below the name of the side, left of the line


def test_a_view_chosen_meanwhile_stays(window, qtbot, photo, gate):
    previewing(window, qtbot, photo)
    window.canvas.view.zoom_to(1.0, QPointF(200, 150))
    view = window.canvas.view.scale, window.canvas.view.centre
    gate.opened.set()
    qtbot.waitUntil(lambda: window.session.document is not None)
    settle(qtbot, window)
    assert (window.canvas.view.scale, window.canvas.view.centre) == view


@pytest.mark.parametrize("end", ["failed", "cancelled"])
@pytest.mark.parametrize("others", [0, 2])
def test_what_was_open_comes_back(window, qtbot, photo, gate, end, others, monkeypatch):
    for number in range(others):
        path = photo.parent / f"{number}.png"
        PIL.Image.new("RGB", (320 + number, 200), (40, 90, 160)).save(path)
        monkeypatch.setattr(operations, "read_image", gate._read)
        window.open(path)
        qtbot.waitUntil(lambda path=path: shown(window) is not None and shown(window).path == path)
    monkeypatch.setattr(operations, "read_image", gate)
    if others:
        window.tabs.step(-1)  # not the neighbour of the tab to come
    document = window.session.document
    previewing(window, qtbot, photo)
    if end == "failed":
        gate.error = BadImage("large.jpg is damaged.")
    else:
        window.job_reports.cancel_all()
    gate.opened.set()
    qtbot.waitUntil(lambda: not isinstance(shown(window), Preview))
    assert window.session.document is document
    assert window.canvas.contents.document is document
    assert window.welcome.isVisible() == (document is None)
    assert len(window.tabs.open) == max(others, 1)
    gate.error = None
    window.open(photo)  # it can be tried again
    qtbot.waitUntil(lambda: window.session.document is not None and window.session.document.size == SIZE)


def test_a_small_photo_has_no_first_look(window, qtbot, monkeypatch):
    looks = []
    monkeypatch.setattr(window.shown, "previewed", lambda *look: looks.append(look))
    window.open(SAMPLE)
    qtbot.waitUntil(lambda: window.session.document is not None)
    qtbot.waitUntil(lambda: not window.session.runner._jobs)
    assert looks == []


@pytest.mark.parametrize("size", [(1, 1), (1, 20_000), (20_000, 1), (4001, 3)])
def test_shapes_at_the_end_of_what_there_is(window, qtbot, tmp_path, size):
    path = tmp_path / "odd.jpg"
    PIL.Image.new("RGB", size, (200, 60, 30)).save(path, quality=95)
    window.open(path)
    qtbot.waitUntil(lambda: window.session.document is not None)
    settle(qtbot, window)
    assert window.session.document.size == size
    for scale in (1.0, 0.01, 32.0):
        window.canvas.view.zoom_to(scale)
        qtbot.waitUntil(lambda: window.canvas.complete)


def test_the_photo_at_its_own_size_is_the_photo(window, qtbot, photo, pixels):
    """Its quarter stands in for reduced sizes only."""
    window.open(photo)
    qtbot.waitUntil(lambda: window.session.document is not None)
    window.canvas.view.zoom_to(1.0)
    settle(qtbot, window)
    image: Image = window.session.document.image
    at = window.canvas.view.to_image(QPointF(300, 200))
    screen = pixels(window.canvas.grab().toImage())
    x, y = int(at.x()), int(at.y())
    near = image.pixels[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3).astype(int)
    assert np.abs(near - screen[200, 300]).max(axis=1).min() == 0
