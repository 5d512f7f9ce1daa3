"""What the window's tests share: an offscreen platform where there is no display, and snapshots of how things look.

Snapshots lie in ``snapshots/``; ``MASKSTUDIO_UPDATE_SNAPSHOTS=1 pytest tests/ui`` writes them anew.
"""

import os
import sys
import threading
from pathlib import Path

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.patience import PATIENCE

SNAPSHOTS = Path(__file__).parent / "snapshots"
RENEW = "if it is meant to look so, run this with MASKSTUDIO_UPDATE_SNAPSHOTS=1"
SAME = 0.995  # share of pixels that must agree
CLOSE = 2  # levels a pixel may differ and still agree


SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "grace_hopper.jpg"


class PatientBot(QtBot):
    """pytest-qt's bot, which waits as long as every test does; its own five seconds are too few on a busy machine."""

    def waitUntil(self, callback, *, timeout=PATIENCE * 1000):
        super().waitUntil(callback, timeout=int(timeout))

    def waitSignal(self, signal=None, *, timeout=PATIENCE * 1000, **how):
        return super().waitSignal(signal, timeout=int(timeout), **how)

    def waitSignals(self, signals=None, *, timeout=PATIENCE * 1000, **how):
        return super().waitSignals(signals, timeout=int(timeout), **how)

    def waitExposed(self, widget, *, timeout=PATIENCE * 1000):
        return super().waitExposed(widget, timeout=int(timeout))

    def waitActive(self, widget, *, timeout=PATIENCE * 1000):
        return super().waitActive(widget, timeout=int(timeout))


@pytest.fixture
def qtbot(qapp, request):
    """Every wait of it lasts until what is waited for is there, or minutes have passed."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def nothing_stays(qapp):
    """Windows of the last test are gone before the next one, or they take its pointer, keys and time."""
    yield
    for widget in qapp.topLevelWidgets():
        widget.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def rgb(image: QImage) -> np.ndarray:
    """The pixels of a QImage as int16 (H, W, 3)."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.array(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)[..., 2::-1].astype(np.int16)


@pytest.fixture
def pixels():
    """A function from QImage to an int16 array (H, W, 3) of red, green and blue."""
    return rgb


@pytest.fixture
def snapshot(request, tmp_path):
    """``snapshot(image, name)`` compares a QImage with the stored one of that name, or stores it when told to renew."""
    renew = bool(os.environ.get("MASKSTUDIO_UPDATE_SNAPSHOTS")) or request.config.getoption("update_snapshots", False)

    def compare(image: QImage, name: str) -> None:
        path = SNAPSHOTS / f"{name}.png"
        if renew:
            path.parent.mkdir(exist_ok=True)
            assert image.convertToFormat(QImage.Format.Format_RGB32).save(str(path))
            return
        stored = QImage(str(path))
        assert not stored.isNull(), f"{path.name}: there is none yet; {RENEW}"
        sizes = [(each.width(), each.height()) for each in (image, stored)]
        if sizes[0] != sizes[1]:
            image.save(str(tmp_path / path.name))
        assert sizes[0] == sizes[1], f"{path.name}: it has another size now; see {tmp_path / path.name}; {RENEW}"
        same = (np.abs(rgb(image) - rgb(stored)).max(axis=2) <= CLOSE).mean()
        if same < SAME:
            image.save(str(tmp_path / path.name))
        assert same >= SAME, f"{path.name}: {same:.2%} of the pixels agree; see {tmp_path / path.name}; {RENEW}"

    return compare


@pytest.fixture(autouse=True)
def farewells():
    """What a window that was closed leaves to its threads is done before the next test begins."""
    yield
    for thread in threading.enumerate():
        if thread.name == "farewell":
            thread.join(PATIENCE)


@pytest.fixture
def unhurried(monkeypatch):
    """Every repaint of a canvas or navigator has time for all of it; out of time, it also makes what stands in for a
    moment.
    """
    for room in ("canvas.framepainter", "panels.navigator"):
        monkeypatch.setattr(f"maskstudio.ui.{room}._SLICE", 60)  # seconds


@pytest.fixture
def nothing_ahead(monkeypatch):
    """No canvas makes tiles ahead of time by itself, so that what is made can be counted."""
    monkeypatch.setattr("maskstudio.ui.canvas.framepainter._PAUSE", 10**8)  # ms


@pytest.fixture
def window(qtbot):
    """The editor's window, shown and active, with nothing open; it closes without asking about unsaved work."""
    from maskstudio.ui.app import create_window

    def forget(window):
        """Nobody reopens what a test leaves open."""
        window._closing = True
        for tab in window.tabs.open:
            tab.session.journalling.keep_closed = False

    window = create_window([])
    qtbot.addWidget(window, before_close_func=forget)
    window.resize(1366, 768)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    return window


@pytest.fixture
def service(monkeypatch):
    """Services that answer at once, by name; those asked for by a session are made when they are first wanted."""
    from maskstudio.providers.remote import clients
    from maskstudio.providers.remote.gate import gate
    from maskstudio.services import directory
    from maskstudio.services.keychain import Keychain, keychain
    from tests.ui.stubservice import StubService

    gate.cache_clear()
    made = {name: StubService(name) for name in directory.SERVICES}
    monkeypatch.setattr(clients, "make", lambda name, *_: made[name])
    monkeypatch.setattr(Keychain, "look_up", lambda *_: "a key")
    keychain.cache_clear()
    yield made
    gate.cache_clear()


@pytest.fixture
def opened(window, qtbot):
    """The window with the sample photo open and the keyboard on the canvas."""
    window.open(SAMPLE)
    qtbot.waitUntil(lambda: window.session.document is not None)
    window.canvas.setFocus()
    qtbot.waitUntil(window.canvas.hasFocus)
    return window
