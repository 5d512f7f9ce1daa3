"""What the Select tool costs the window's own thread: ``python -m tests.bench.select_stall [PHOTO]``.

Clicks, answers, repaints and what Enter does, in CPU milliseconds of that thread, and the seconds until each answer.
Without a photo it takes a made one of 24 megapixels; on another machine, compare the lines with each other.
"""

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from maskstudio.core.cv import cv2
from maskstudio.ui.app import create_window

PLAIN, ALT, LEFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier, Qt.MouseButton.LeftButton
SIZE = (6000, 4000)
CLICKS = ((0.5, 0.5, PLAIN), (0.35, 0.5, PLAIN), (0.5, 0.9, ALT), (0.5, 0.35, PLAIN))  # shares of width and height


def photo(folder):
    """A textured disc on a textured ground, in a file."""
    random = np.random.default_rng(0)
    coarse = random.integers(0, 70, (SIZE[1] // 16, SIZE[0] // 16, 3), np.uint8)
    pixels = cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC)
    disc = np.zeros(SIZE[::-1], np.uint8)
    cv2.circle(disc, (SIZE[0] // 2, SIZE[1] // 2), SIZE[1] // 3, 120, -1, cv2.LINE_AA)
    path = folder / "disc.jpg"
    path.write_bytes(cv2.imencode(".jpg", cv2.add(pixels, cv2.merge([disc, disc // 2, disc // 4])))[1].tobytes())
    return path


class Hands:
    """Clicks in the window's canvas, at shares of the photo, and tells what that cost the thread."""

    def __init__(self, window):
        self.window, self.canvas = window, window.canvas
        self.tool = window.tools.tool_called("select")

    def at(self, across, down):
        width, height = self.window.session.document.size
        return self.canvas.view.from_image(QPointF(across * width, down * height))

    def spent(self, what, does, until=lambda: True):
        """Print the CPU ms of ``does``, the seconds until ``until`` holds, and the dearest turn of the event loop."""
        begun = time.thread_time()
        does()
        first = time.thread_time() - begun
        seconds, worst = self.wait(until)
        _, after = self.wait(lambda: False, 0.5)
        print(f"{what:24}{first * 1000:8.1f} ms{seconds:9.2f} s{max(worst, after) * 1000:8.1f} ms a turn")

    def wait(self, until, limit=120.0):
        start, worst = time.perf_counter(), 0.0
        while not until() and time.perf_counter() - start < limit:
            begun = time.thread_time()
            QApplication.processEvents()
            worst = max(worst, time.thread_time() - begun)
            time.sleep(0.002)
        return time.perf_counter() - start, worst

    def click(self, across, down, held):
        place = self.at(across, down).toPoint()
        return lambda: QTest.mouseClick(self.canvas, LEFT, held, place)

    def hover(self, across, down):
        at, none = self.at(across, down), Qt.MouseButton.NoButton
        there = self.canvas.mapToGlobal(at)
        return lambda: QCoreApplication.sendEvent(
            self.canvas, QMouseEvent(QEvent.Type.MouseMove, at, there, none, none, PLAIN)
        )

    def answered(self):
        return not self.tool.pending.waiting

    def enter(self):
        QTest.keyClick(self.canvas, Qt.Key.Key_Return)


def main(path):
    """Point at the photo, take the selection as a layer, mend it, and add to it."""
    window = create_window([])
    window._closing = True
    window.resize(1920, 1080)
    window.show()
    window.open(path)
    hands = Hands(window)
    hands.wait(lambda: window.session.document is not None)
    hands.wait(lambda: False, 3)
    window.canvas.setFocus()
    selectors = window.session.selecting.selectors
    hands.tool.set_params(replace(hands.tool.params, model="none"))
    choose = window.actions_by_id["tool.select"].trigger
    hands.spent("choose the tool", choose, lambda: selectors.encoding("none") == "ready")
    hands.spent("hover", hands.hover(0.5, 0.5), lambda: hands.tool._guess.shown)
    for number, (across, down, held) in enumerate(CLICKS, 1):
        hands.spent(f"click {number}", hands.click(across, down, held), hands.answered)
    hands.spent("Enter: a layer", hands.enter)
    hands.spent("repair", hands.click(0.5, 0.5, ALT), hands.answered)
    hands.spent("Enter: mended", hands.enter)
    hands.tool.set_params(replace(hands.tool.params, how="add"))
    hands.spent("click to add", hands.click(0.1, 0.1, PLAIN), hands.answered)
    hands.spent("Enter: added", hands.enter)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MASKSTUDIO_HOME"] = str(Path(folder) / "home")
        app = QApplication([])
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else photo(Path(folder)))
        sys.stdout.flush()
        os._exit(0)
