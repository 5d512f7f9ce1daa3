"""How near Snap to Edge brings a rough mask, and a quick lasso, to the truth: IoU before and after.

``python -m tests.bench.snapping FOLDER`` with ``image/``, and ``truth/`` or ``alpha/`` of the same names. Every other
photo, from the first on, may be tuned on.
"""

import itertools
import sys
from pathlib import Path

import numpy as np

from maskstudio.core.cv import cv2
from maskstudio.core.files import read_image
from maskstudio.core.mask import Mask
from maskstudio.selection.snapping import snapped


def roughened(truth, width, rng):
    """The true mask (bool) with its edge moved to and fro by at most ``width`` px."""
    out = cv2.distanceTransform((~truth).astype(np.uint8), cv2.DIST_L2, 5)
    out -= cv2.distanceTransform(truth.astype(np.uint8), cv2.DIST_L2, 5)
    cells = max(2, truth.shape[0] // (3 * width)), max(2, truth.shape[1] // (3 * width))
    wave = cv2.resize(rng.uniform(-1, 1, cells).astype(np.float32), truth.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return out <= wave * 0.8 * width


def lassoed(truth, width, rng):
    """The thing (bool) as a quick hand lassoes it: a line with few corners around it, up to ``width`` px outside."""
    out = cv2.distanceTransform((~truth).astype(np.uint8), cv2.DIST_L2, 5) <= 0.5 * width
    lasso = np.zeros(truth.shape, np.uint8)
    for line in cv2.findContours(out.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        corners = cv2.approxPolyDP(line, 0.4 * width, True).reshape(-1, 2)
        cv2.fillPoly(lasso, [np.int32(np.rint(corners + rng.uniform(-0.2, 0.2, corners.shape) * width))], 1)
    return lasso > 0


def overlap(one, other):
    return (one & other).sum() / max((one | other).sum(), 1)


def main(folder):
    truths = next(each for each in (folder / "truth", folder / "alpha") if each.exists())
    pairs = [(path, truths / f"{path.stem}.png") for path in sorted((folder / "image").iterdir())]
    for width, draw in itertools.product((8, 16, 32), (roughened, lassoed)):
        rows = []
        for number, (path, mask) in enumerate(pairs):
            image = read_image(path, limit=None).image
            truth = read_image(mask, limit=None).image.pixels[..., 0] > 127
            rough = draw(truth, width, np.random.default_rng(number))
            done = snapped(image, Mask.from_array(rough.astype(np.uint8) * 255), width).array() > 127
            rows.append((overlap(rough, truth), overlap(done, truth)))
        for name, part in (("tuned", rows[::2]), ("held out", rows[1::2])):
            worse = sum(now < then for then, now in part)
            before, after = np.mean(part, axis=0)
            kind = f"{draw.__name__:9s} width {width:2d} {name:8s}"
            print(f"{kind} {before:.3f} -> {after:.3f}, worse {worse} of {len(part)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
