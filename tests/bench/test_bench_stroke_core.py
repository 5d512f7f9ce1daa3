"""A stroke at 24 and 100 megapixels, without a window: what a move costs is the brush's size, not the photo's.

Run with ``pytest tests/bench/test_bench_stroke_core.py --benchmark-enable``. Times are recorded; only ratios are
asserted. The brush is the dear one: soft, 300 px, every dab with a pressure of its own.
"""

import statistics
import time

import numpy as np
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.mask import Mask
from maskstudio.core.paint import Paint
from maskstudio.core.stroke import Stroke
from maskstudio.params.local import BrushParams

SIZES = {"24 MP": (6000, 4000), "100 MP": (12000, 8334)}
SOFT = BrushParams(size=300.0, hardness=0.0)
MOVES = 600


def subject(width, height):
    """A soft-edged ellipse in the middle of the frame, the same in pixels whatever the size of the photo."""
    plane = np.zeros((2600, 2400), np.uint8)
    cv2.ellipse(plane, (1200, 1300), (1100, 1200), 0, 0, 360, 255, -1)
    return Mask(width, height).put(cv2.blur(plane, (31, 31)), width // 2 - 1200, height // 2 - 1300)


def scribble(width, height, moves=MOVES):
    """Moves of 10 to 30 px that keep within a thousand pixels of the middle, pressed now hard, now lightly."""
    rng = np.random.default_rng(1)
    x, y, angle = 0.0, 0.0, 0.0
    for number in range(moves):
        angle += rng.normal(0, 0.25)
        if np.hypot(x, y) > 1000:
            angle = np.arctan2(-y, -x)
        x, y = x + np.cos(angle) * (step := rng.uniform(10, 30)), y + np.sin(angle) * step
        yield width / 2 + x, height / 2 + y, 0.5 + 0.4 * np.sin(number / 9)


class Bench:
    """One stroke; ``move`` is an event, and what the window asks for after it."""

    def __init__(self, size, value=255, paint=None):
        self.base = subject(*size)
        self.stroke = Stroke(self.base, paint, SOFT, value)
        self.way = scribble(*size)

    def move(self):
        sample = next(self.way)
        start = time.perf_counter()
        area = self.stroke.to(*sample)
        if area:
            self.stroke.alpha(area)
        spent = time.perf_counter() - start
        return spent if area else None  # a move too short for a dab costs next to nothing


def strokes(size):
    """What is drawn on: nothing painted yet, erasing there, and over paint."""
    yield Bench(size)
    yield Bench(size, value=0)
    yield Bench(size, paint=Stroke(subject(*size), None, SOFT, 255).follow(scribble(*size)).finish())


@pytest.mark.parametrize("kind", range(3), ids=["add", "erase", "over paint"])
def test_a_photo_four_times_as_large_costs_the_same(kind):
    small, large = (list(strokes(size))[kind] for size in SIZES.values())
    times = {name: [] for name in SIZES}
    for _ in range(MOVES):  # in turns, so that other load on the machine meets both alike
        for name, bench in zip(SIZES, (small, large), strict=True):
            spent = bench.move()
            if spent is not None:
                times[name].append(spent * 1e3)
    medians = {name: statistics.median(spent) for name, spent in times.items()}
    for name, spent in times.items():
        print(f"\n{name}: median {medians[name]:.3f} ms, 99th percentile {np.percentile(spent, 99):.3f} ms")
    assert medians["100 MP"] <= 1.3 * medians["24 MP"]


def hatching():
    """Six long lines to and fro, 480 px apart: over 150 tiles."""
    for number in range(900):
        row, column = divmod(number, 150)
        yield 300 + 24 * (column if row % 2 == 0 else 149 - column), 700 + 480 * row + 2 * column, 0.8


def test_finishing_is_a_small_part_of_painting():
    """What remains at the release, alpha included, is little beside what the moves took."""
    base = subject(*SIZES["100 MP"])
    painting, finishing = [], []
    for _ in range(3):
        stroke = Stroke(base, None, SOFT, 255)
        start = time.perf_counter()
        for sample in hatching():
            stroke.alpha(stroke.to(*sample))
        painted = time.perf_counter()
        stroke.end()
        stroke.finish().over(base)
        finishing.append((time.perf_counter() - painted) * 1e3)
        painting.append((painted - start) * 1e3)
    print(f"\n{len(stroke.dirty)} tiles: painted in {min(painting):.0f} ms, finished in {min(finishing):.2f} ms")
    assert len(stroke.dirty) >= 150
    assert min(finishing) <= min(painting) / 10


@pytest.mark.parametrize("name", SIZES)
def test_recorded(benchmark, name):
    width, height = SIZES[name]
    stroke = Stroke(subject(width, height), Paint.none(width, height), SOFT, 255)
    way = scribble(width, height, 10_000)

    def event(x, y, pressure):
        stroke.alpha(stroke.to(x, y, pressure))

    benchmark.pedantic(event, setup=lambda: (next(way), {}), rounds=MOVES)
