"""Matting against pymatting on the same photos in the same run: error, time and memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from maskstudio.matting.refine import solve_alpha
from maskstudio.matting.trimap import from_mask
from tests.bench.clock import best
from tests.bench.matting_table import measured, triples
from tests.matting.truth import NAMES, Triple, closed_form, errors

# One solver in a process of its own: seconds, and MB at the peak beyond what was there before.
_ALONE = """
import json, sys, threading, time
import numpy as np, psutil
from tests.matting.truth import Triple, closed_form
from maskstudio.matting.refine import solve_alpha

given = np.load(sys.argv[2])
triple = Triple(given["image"], given["trimap"], np.zeros(given["trimap"].shape, np.float32))
if sys.argv[1] == "own":
    solve = lambda: solve_alpha(triple.image, triple.trimap)
else:
    import pymatting
    solve = lambda: closed_form(triple)
memory = psutil.Process().memory_info
before = peak = memory().rss
done = threading.Event()
def watch():
    global peak
    while not done.wait(0.002):
        peak = max(peak, memory().rss)
watcher = threading.Thread(target=watch)
watcher.start()
start = time.perf_counter()
solve()
seconds = time.perf_counter() - start
done.set()
watcher.join()
print(json.dumps({"seconds": seconds, "megabytes": (peak - before) / 2**20}))
"""


def alone(solver: str, path: Path) -> dict[str, float]:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", _ALONE, solver, str(path)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_errors_over_all_photos_stay_well_below_those_of_closed_form_and_shared_matting(shared_data):
    every = np.array([measured(triple) for _, triple in triples(shared_data, "trimap")])
    own, peer, shared = every.mean(axis=0)
    for name, most, ratio in zip(
        ("MSE", "SAD", "gradient", "connectivity"), (0.62, 0.87, 1, 1), own / peer, strict=True
    ):
        assert ratio <= most, f"{name}: {ratio:.3f} of closed form's"
    assert own[0] < shared[0]
    assert (every[:, 0, 0] <= 1.5 * every[:, 1, 0]).all()


def test_wide_trimaps_are_solved_better_than_by_closed_form_too(shared_data):
    every = np.array([measured(triple) for _, triple in triples(shared_data, "trimap2")])
    own, peer, shared = every.mean(axis=0)
    assert (own <= 0.9 * peer).all(), own / peer
    assert own[0] < shared[0]
    assert (every[:, 0, 0] <= 1.5 * every[:, 1, 0]).all()


def test_best_is_no_worse_than_balanced_and_fast_still_beats_closed_form(shared_data):
    totals = {"fast": 0.0, "balanced": 0.0, "best": 0.0, "peer": 0.0}
    for name in NAMES[::3]:
        triple = Triple.read(shared_data, name, "trimap")
        for quality in ("fast", "balanced", "best"):
            totals[quality] += errors(solve_alpha(triple.image, triple.trimap, quality=quality), triple).squared
        totals["peer"] += errors(closed_form(triple), triple).squared
    assert totals["best"] <= 1.001 * totals["balanced"]
    assert totals["balanced"] <= totals["fast"] <= totals["peer"]


def widened(triple: Triple, share: float) -> Triple:
    """``triple`` with so large a share of unknown pixels: the band grows to either side."""
    band = (triple.trimap > 0) & (triple.trimap < 255)
    away = cv2.distanceTransform((~band).view(np.uint8), cv2.DIST_L2, 5)
    trimap = triple.trimap.copy()
    trimap[away <= np.quantile(away, share)] = 128
    return Triple(triple.image, trimap, triple.alpha)


@pytest.mark.parametrize("name", ["GT01", "GT19"])
def test_5_megapixels_take_a_fiftieth_of_the_time_and_a_fifth_of_the_memory(shared_data, tmp_path, name):
    large = widened(Triple.read(shared_data, name, "trimap").enlarged(3.3), 0.13)
    path = tmp_path / "given.npz"
    np.savez(path, image=large.image, trimap=large.trimap)
    peer = alone("peer", path)
    own = min((alone("own", path) for _ in range(5)), key=lambda run: run["seconds"])
    assert peer["megabytes"] >= 5 * own["megabytes"], f"{peer} against {own}"
    assert peer["seconds"] >= 50 * own["seconds"], f"{peer} against {own}"


def test_24_megapixels_with_a_wide_band_stay_below_one_and_a_half_gigabytes(shared_data, tmp_path):
    large = widened(Triple.read(shared_data, "GT01", "trimap").enlarged(7.8), 0.4)
    path = tmp_path / "given.npz"
    np.savez(path, image=large.image, trimap=large.trimap)
    own = alone("own", path)
    print(own)
    assert own["megabytes"] <= 1500, f"{own}"


@pytest.mark.parametrize("megapixels", [1.5, 24])
def test_four_times_the_band_takes_little_more_than_four_times_as_long(shared_data, megapixels):
    triple = Triple.read(shared_data, "GT01", "trimap")
    large = triple.enlarged((megapixels * 1e6 / triple.trimap.size) ** 0.5)
    narrow, wide = (widened(large, share) for share in (0.1, 0.4))
    few, many = (best(lambda given=given: solve_alpha(given.image, given.trimap)) for given in (narrow, wide))
    assert many <= 4.4 * few, f"{many:.3f} s against {few:.3f} s"


def test_solving_5_megapixels(shared_data, benchmark):
    large = Triple.read(shared_data, "GT01", "trimap").enlarged(3.3)
    benchmark.pedantic(solve_alpha, (large.image, large.trimap), rounds=3)


def test_cost_follows_the_band_and_not_the_frame(shared_data):
    triple = Triple.read(shared_data, "GT01", "trimap")
    small = best(lambda: solve_alpha(triple.image, triple.trimap))
    image = cv2.copyMakeBorder(triple.image, 0, 3500, 0, 5000, cv2.BORDER_REPLICATE)
    trimap = cv2.copyMakeBorder(triple.trimap, 0, 3500, 0, 5000, cv2.BORDER_CONSTANT, value=0)
    wide = best(lambda: solve_alpha(image, trimap))
    assert wide <= 2 * small, f"{wide:.3f} s against {small:.3f} s"


def test_a_band_costs_about_two_distance_transforms_however_wide_it_is():
    mask = np.zeros((4000, 6000), np.uint8)
    cv2.ellipse(mask, (3000, 2000), (1500, 1100), 20, 0, 360, 255, -1)
    other = cv2.bitwise_not(mask)
    floor = best(lambda: [cv2.distanceTransform(side, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) for side in (mask, other)])
    for width, times in ((4, 1.0), (40, 1.5), (200, 1.5)):
        own = best(lambda width=width: from_mask(mask, width))
        assert own <= times * floor, f"{width} px: {own:.3f} s against {floor:.3f} s"
