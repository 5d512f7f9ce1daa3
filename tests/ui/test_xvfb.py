"""The editor as a process of its own in a real X window: it shows the photo, and it shows its first frame early."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.patience import PATIENCE

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "grace_hopper.jpg"

SCRIPT = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from maskstudio.ui.app import create_window

HEAVY = {"torch", "ultralytics", "mediapipe", "pymatting", "numba"}
app = QApplication([])
window = create_window([sys.argv[1]])
paint = type(window).paintEvent
window.resize(1200, 800)
window.show()
app.processEvents()
print("heavy", *(HEAVY & set(sys.modules)), flush=True)

def look():
    if window.session.document is None:
        QTimer.singleShot(50, look)
        return
    app.primaryScreen().grabWindow(0).save(sys.argv[2])
    print("platform", app.platformName(), flush=True)
    app.quit()

QTimer.singleShot(500, look)
app.exec()
window._closing = True
window.close()
"""


@pytest.fixture(scope="module")
def display():
    """An X server of our own."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(PATIENCE)


def test_a_real_window_shows_the_photo_before_anything_heavy_is_loaded(display, tmp_path, home):
    picture = tmp_path / "screen.png"
    env = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(SAMPLE), str(picture)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env=env,
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    assert run.stdout.splitlines() == ["heavy", "platform xcb"]
    import cv2
    import numpy as np

    screen = cv2.imdecode(np.fromfile(picture, np.uint8), cv2.IMREAD_COLOR)
    photo = cv2.imdecode(np.fromfile(SAMPLE, np.uint8), cv2.IMREAD_COLOR)
    # The face, unmasked and therefore tinted by the overlay, is somewhere on the screen at some scale: compare edges.
    grey = cv2.cvtColor(screen, cv2.COLOR_BGR2GRAY)
    best = 0.0
    for scale in np.linspace(0.9, 1.4, 26):
        face = cv2.cvtColor(cv2.resize(photo, None, fx=scale, fy=scale), cv2.COLOR_BGR2GRAY)
        h, w = face.shape
        patch = face[h // 6 : h // 2, w // 3 : 2 * w // 3]
        best = max(best, cv2.matchTemplate(grey, patch, cv2.TM_CCOEFF_NORMED).max())
    assert best > 0.95


def test_the_editor_starts_and_ends_by_command(display, home):
    env = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    with subprocess.Popen([sys.executable, "-m", "maskstudio", str(SAMPLE)], env=env) as process:
        time.sleep(3)
        assert process.poll() is None
        process.terminate()
