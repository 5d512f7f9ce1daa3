"""Matting against pymatting on the same photos in the same run: error, time and memory."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from maskstudio.matting.foreground import estimate
from maskstudio.matting.refine import solve_alpha
from maskstudio.matting.trimap import from_mask
from tests.matting.truth import NAMES, Triple, closed_form, composites, errors

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


def best(work, repeats=3):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize("kind", ["trimap", "trimap2"])
def test_error_is_no_higher_than_closed_form_over_all_photos(shared_data, kind):
    own, peer = [], []
    for name in NAMES:
        triple = Triple.read(shared_data, name, kind)
        own.append(errors(solve_alpha(triple.image, triple.trimap), triple))
        peer.append(errors(closed_form(triple), triple))
    for measure in ("squared", "absolute"):
        mine, theirs = (np.mean([getattr(error, measure) for error in side]) for side in (own, peer))
        assert mine <= theirs, f"{measure}: {mine:.5g} against {theirs:.5g}"


@pytest.mark.parametrize("name", ["GT01", "GT19"])
def test_5_megapixels_take_a_twentieth_of_the_time_and_a_quarter_of_the_memory(shared_data, tmp_path, name):
    large = Triple.read(shared_data, name, "trimap").enlarged(3.3)
    path = tmp_path / "given.npz"
    np.savez(path, image=large.image, trimap=large.trimap)
    peer = alone("peer", path)
    own = min((alone("own", path) for _ in range(3)), key=lambda run: run["seconds"])
    assert peer["seconds"] >= 20 * own["seconds"], f"{peer} against {own}"
    assert peer["megabytes"] >= 4 * own["megabytes"], f"{peer} against {own}"


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


def test_clean_colours_at_24_megapixels_take_a_third_of_the_time(shared_data, benchmark):
    from pymatting import estimate_foreground_ml

    image, alpha, _ = list(composites(shared_data))[2]
    factor = (24e6 / alpha.size) ** 0.5
    image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    alpha = cv2.resize(alpha, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR)
    real = np.float32(image) / 255
    estimate_foreground_ml(real[:64, :64], alpha[:64, :64])
    peer = best(lambda: estimate_foreground_ml(real, alpha), repeats=2)
    benchmark.pedantic(estimate, (image, alpha), rounds=3)
    own = best(lambda: estimate(image, alpha))
    assert peer >= 3 * own, f"{peer:.2f} s against {own:.3f} s"


def test_a_wide_band_costs_no_more_than_a_narrow_one():
    mask = np.zeros((4000, 6000), np.uint8)
    cv2.ellipse(mask, (3000, 2000), (1500, 1100), 20, 0, 360, 255, -1)
    narrow, wide = (best(lambda width=width: from_mask(mask, width)) for width in (4, 200))
    assert wide <= 1.5 * narrow, f"{wide:.3f} s against {narrow:.3f} s"
