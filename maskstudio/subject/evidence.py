"""What speaks for a found subject: numbers that tell good masks from bad ones without knowing the truth."""

import numpy as np

from maskstudio.core.arrays import Double, Flags, Labels, Real
from maskstudio.core.cv import cv2

_BINS = 12  # a side of the histograms of colours
_RIM = 3  # px on either side of the edge whose colours are compared
_AROUND = 0.12  # share of the frame around the subject whose colours are compared with its own

NAMES = ("agreement", "apart", "rim", "slope", "border", "small", "large", "whole", "support", "contrary", "share")


def measured(lab: Real, found: Flags, others: list[Flags], given: Real | None, share: float) -> Double:
    """The evidence (11,) for ``found`` (h, w) in a picture ``lab`` (h, w, 3), in the order of ``NAMES``, each in 0..1.

    ``others`` are what other ways have found, ``given`` a model's coverage (h, w) if there is one, and ``share`` how
    much of the border a plain backdrop explains.
    """
    area = float(found.mean())
    if area in (0.0, 1.0):
        return np.zeros(len(NAMES))
    inside, outside = _rims(found)
    return np.array([
        max((overlap(found, other) for other in others), default=0.0),
        _unlike(lab, found, _ring(found)),
        _unlike(lab, inside, outside),
        _slope(lab, found),
        _border(found),
        max(0.0, 1 - area / 0.05),
        max(0.0, (area - 0.5) / 0.5),
        _whole(found),
        float(given[found].mean()) if given is not None else 0.0,
        float(given[~found].mean()) if given is not None else 0.0,
        share,
    ])  # fmt: skip


def overlap(one: Flags, other: Flags) -> float:
    """What two masks (h, w) have in common, of what either has: 0..1, and 0 for two empty ones."""
    either = int((one | other).sum())
    return int((one & other).sum()) / either if either else 0.0


def _grown(found: Flags, by: int) -> Flags:
    grown: Flags = cv2.dilate(found.view(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0
    return grown


def _rims(found: Flags) -> tuple[Flags, Flags]:
    """A strip along the edge inside (h, w), and one outside, with a pixel between them left out."""
    inner, outer = ~_grown(~found, 1), ~_grown(found, 1)
    return inner & _grown(~found, _RIM + 1), outer & _grown(found, _RIM + 1)


def _ring(found: Flags) -> Flags:
    """What lies around (h, w), within a share of the frame."""
    ring: Flags = _grown(found, max(2, round(_AROUND * min(found.shape)))) & ~found
    return ring


def _unlike(lab: Real, one: Flags, other: Flags) -> float:
    """How little the colours of two places have in common: 1 less the Bhattacharyya coefficient of histograms."""
    if not one.any() or not other.any():
        return 0.0
    bins = _bins(lab)
    first, second = (np.bincount(bins[where], minlength=_BINS**3).astype(np.float64) for where in (one, other))
    return 1 - float(np.sqrt(first / first.sum() * (second / second.sum())).sum())


def _bins(lab: Real) -> Labels:
    """The bin of each pixel's colour (h, w)."""
    scaled = (lab - np.array([0, -60, -60], np.float32)) / np.array([100, 120, 120], np.float32)
    cells = np.clip((scaled * _BINS).astype(np.int32), 0, _BINS - 1)
    place: Labels = (cells[..., 0] * _BINS + cells[..., 1]) * _BINS + cells[..., 2]
    return place


def _slope(lab: Real, found: Flags) -> float:
    """The share of the edge that lies on a slope steeper than most of the picture."""
    smooth = cv2.GaussianBlur(lab, (0, 0), 1.0)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *way) for way in ((1, 0), (0, 1)))
    steep = np.sqrt((across**2 + down**2).sum(axis=2))
    steep = cv2.dilate(steep, np.ones((3, 3), np.uint8))
    edge = found & _grown(~found, 1)
    edge[0] = edge[-1] = edge[:, 0] = edge[:, -1] = False
    return float((steep[edge] > np.percentile(steep, 75)).mean()) if edge.any() else 0.0


def _border(found: Flags) -> float:
    """The share of the frame's border that it covers."""
    return float(np.concatenate([found[0], found[-1], found[:, 0], found[:, -1]]).mean())


def _whole(found: Flags) -> float:
    """The share of it that its largest part has."""
    areas = cv2.connectedComponentsWithStats(found.view(np.uint8), connectivity=8)[2][1:, cv2.CC_STAT_AREA]
    return float(areas.max() / areas.sum()) if len(areas) else 0.0
