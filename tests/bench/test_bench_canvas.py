"""The canvas at 24 and 100 megapixels: what one sees costs by the size of the window, not by that of the photo.

Run with ``pytest tests/bench/test_bench_canvas.py --benchmark-enable``. Times are recorded; only ratios are asserted.
"""

import gc
import statistics
import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from maskstudio.core.cv import cv2
from maskstudio.core.document import Document, Layer
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.canvas import Canvas

SIZES = {"24 MP": (6000, 4000), "100 MP": (12000, 8334)}
SCALES = (1.0, 0.4)  # both fill the window with either photo
ROUNDS = 60


def document(width, height):
    """Structure in the photo, and a soft-edged subject of the same size in pixels whatever the size of the photo."""
    coarse = np.random.default_rng(0).integers(0, 256, (height // 50, width // 50, 3), np.uint8)
    alpha = np.zeros((height, width), np.uint8)
    cv2.ellipse(alpha, (width // 2, height // 2), (1200, 1300), 0, 0, 360, 255, -1)
    mask = Mask.from_array(cv2.blur(alpha, (31, 31)))
    image = Image(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))
    return Document(image).add([Layer(0, "subject", mask, mask)])


class Bench:
    """A canvas of 1920 x 1200 and three things done to it; each ends when the screen shows it."""

    def __init__(self, name):
        self.size = SIZES[name]
        self.first = document(*self.size)
        self.canvas = Canvas()
        self.canvas.resize(1920, 1200)
        self.canvas.contents.set_document(self.first)
        self.canvas.show()
        self.turn = 0

    def look(self, scale):
        self.canvas.contents.set_document(self.first)
        self.canvas.view.look_at(scale, QPointF(self.size[0] / 2, self.size[1] / 2))
        self.settle()
        for _ in range(2):  # everything the measured moves will show is made beforehand
            for action in (self.pan, self.zoom):
                for _ in range(8):
                    action()
                    self.settle()

    def settle(self):
        QApplication.processEvents()
        while not self.canvas.complete:
            QApplication.processEvents()

    def pan(self):
        self.turn += 1
        step = (17, -9, -17, 9)[self.turn % 4] / self.canvas.view.scale
        self.canvas.view.look_at(self.canvas.view.scale, self.canvas.view.centre + QPointF(step, step / 2))
        QApplication.processEvents()

    def zoom(self):
        self.turn += 1
        self.canvas.view.zoom_to(self.canvas.view.scale * (1.1 if self.turn % 2 else 1 / 1.1), QPointF(700, 500))
        QApplication.processEvents()

    def tile(self):
        """One tile of the mask changes; making the new mask is not part of it."""
        self.turn += 1
        layer = self.canvas.contents.document.layers[0]
        x, y = (side // 2 // 256 * 256 + 30 for side in self.size)
        mask = layer.mask.put(np.full((90, 90), self.turn % 251, np.uint8), x, y)
        changed = self.canvas.contents.document.put(replace(layer, mask=mask, shaped=mask))
        assert changed.alpha is not None
        return lambda: (self.canvas.contents.set_document(changed), QApplication.processEvents())


@pytest.fixture(scope="module")
def benches(qapp):
    made = {name: Bench(name) for name in SIZES}
    yield made
    for bench in made.values():
        bench.canvas.close()


def rest():
    """Let both canvases make ahead what they like, so that neither does it in the other's time."""
    end = time.perf_counter() + 0.025
    while time.perf_counter() < end:
        QApplication.processEvents()


def timed(bench, what):
    action = bench.tile() if what == "tile" else getattr(bench, what)
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("what", ["pan", "zoom", "tile"])
@pytest.mark.parametrize("name", SIZES)
def test_recorded(benchmark, benches, name, what, scale):
    bench = benches[name]
    bench.look(scale)
    if what == "tile":
        benchmark.pedantic(lambda action: action(), setup=lambda: ((bench.tile(),), {}), rounds=ROUNDS)
    else:
        benchmark.pedantic(getattr(bench, what), rounds=ROUNDS)


def quiet(times):
    """The median of the quicker third: what it takes while the machine has nothing else to do."""
    return statistics.median(sorted(times)[: len(times) // 3])


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("what", ["pan", "zoom", "tile"])
def test_a_photo_four_times_as_large_costs_hardly_more(benches, what, scale):
    for bench in benches.values():
        bench.look(scale)
    gc.collect()
    small, large = [], []
    for _ in range(2 * ROUNDS):  # in turns, so that other load on the machine meets both alike
        rest()
        small.append(timed(benches["24 MP"], what))
        rest()
        large.append(timed(benches["100 MP"], what))
    ratio = min(statistics.median(large) / statistics.median(small), quiet(large) / quiet(small))
    assert ratio <= 1.3, f"{quiet(small) * 1e3:.2f} ms and {quiet(large) * 1e3:.2f} ms"
