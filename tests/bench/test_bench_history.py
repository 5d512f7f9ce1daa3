"""Undo, redo and commit at 100 megapixels against a history that keeps whole copies, and what 100 strokes leave.

Run with ``pytest tests/bench/test_bench_history.py --benchmark-enable -s``. Times are recorded; only ratios and bytes
are asserted. The strokes are those of a soft brush of 300 px under changing pressure.
"""

import queue
import statistics
import time

import numpy as np
import psutil

from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.jobs import Runner
from maskstudio.params.local import BrushParams
from maskstudio.session.session import Session

WIDTH, HEIGHT = 12000, 8334
SOFT = BrushParams(size=300.0, hardness=0.0)
REST = 0.3  # seconds: how often the window tidies the history
MB = 2**20


def photo():
    """An image of 100 megapixels that takes three bytes."""
    pixels = np.lib.stride_tricks.as_strided(np.zeros(3, np.uint8), (HEIGHT, WIDTH, 3), (0, 0, 1))
    return Image(pixels)


def resident():
    """Bytes of this process in memory."""
    return psutil.Process().memory_info().rss


class Painter:
    """A session whose jobs run on threads and come home when it looks, as in the window."""

    def __init__(self):
        self.news = queue.Queue()
        self.session = Session(Runner(self.news.put))
        self.session.history = History(Document(photo()))
        self.session.changed.connect(lambda: self.session.document.alpha)
        self.rng = np.random.default_rng(3)
        self.settled = time.monotonic()

    def scribble(self, length, value):
        """One stroke from a random place, without its end."""
        rng, session = self.rng, self.session
        session.painting.begin_stroke(SOFT, value)
        x, y, angle = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT), rng.uniform(0, 6.28)
        for number in range(int(length / 25)):
            angle += rng.normal(0, 0.15) + (0 if 0 < x < WIDTH and 0 < y < HEIGHT else 1)
            x, y = x + 25 * np.cos(angle), y + 25 * np.sin(angle)
            session.painting.stroke_to(x, y, 0.5 + 0.4 * np.sin(number / 9))
            self.breathe()

    def breathe(self):
        """What the event loop does between two events."""
        while not self.news.empty():
            self.news.get()()
        if time.monotonic() - self.settled > REST:
            self.session.settle()
            self.settled = time.monotonic()

    def rest(self):
        """Nobody touches anything until all is tidy."""
        for _ in range(3):
            self.session.settle()
            while self.session.runner.under_way("settle"):
                self.news.get(timeout=60)()


def test_a_hundred_strokes_on_a_hundred_megapixels():
    painter, before, most = Painter(), resident(), 0
    for _ in range(100):
        painter.scribble(painter.rng.uniform(200, 6000), int(painter.rng.choice([0, 255])))
        painter.session.end_stroke()
        most = max(most, resident())
    painter.rest()
    history = painter.session.history
    print(
        f"\n{len(history.steps)} steps: {history.nbytes / MB:.0f} MB of history, "
        f"process +{(resident() - before) / MB:.0f} MB, at most +{(most - before) / MB:.0f} MB"
    )
    painter.session.runner.shutdown()
    assert len(history.steps) == 101
    assert history.nbytes <= 100 * MB


def spent(verb):
    """Milliseconds."""
    start = time.perf_counter()
    verb()
    return (time.perf_counter() - start) * 1e3


def test_steps_cost_a_fraction_of_whole_copies():
    painter = Painter()
    session, plane, copies = painter.session, np.zeros((HEIGHT, WIDTH), np.uint8), []
    times = {"commit": [], "undo": [], "redo": [], "copy": [], "copy back": []}
    for _ in range(12):
        painter.scribble(2000, 255)
        times["commit"].append(spent(session.end_stroke))
        times["copy"].append(spent(lambda: copies.append(plane.copy())))  # what is kept at each step
        del copies[:-2]
    painter.rest()
    for _ in range(8):
        times["undo"].append(spent(lambda: (session.undo(), session.document.alpha)))
        times["redo"].append(spent(lambda: (session.redo(), session.document.alpha)))
        times["copy back"].append(spent(lambda: np.copyto(plane, copies[-1])))
    medians = {name: statistics.median(each) for name, each in times.items()}
    print("\n" + ", ".join(f"{name} {median:.2f} ms" for name, median in medians.items()))
    session.runner.shutdown()
    assert medians["commit"] <= medians["copy"]
    assert max(medians["undo"], medians["redo"]) <= medians["copy back"] / 4
