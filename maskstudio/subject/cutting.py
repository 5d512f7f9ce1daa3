"""One thing cut from the rest of a small picture by its colours and edges, from a rough idea of where it is."""

import numpy as np

from maskstudio.core.arrays import Flags, Pixels8, Plane, Real
from maskstudio.core.connected import joined
from maskstudio.core.cv import cv2

_LEAST = 16  # pixels of either side that colours can be learnt from
_STRAY = 0.25  # of the main part's area, below which a part apart from it that the frame cuts off is another thing


def recut(picture: Pixels8, rough: Flags, never: Flags, rounds: int, always: Flags | None = None) -> Flags:
    """Which pixels (h, w) of ``picture`` (h, w, 3) belong to the thing that lies roughly where ``rough`` says.

    Pixels of ``never`` stay outside and those of ``always`` inside. ``picture`` need not be a photo: its three planes
    are what tells the thing from the rest. Where colours tell nothing apart, ``rough`` is the answer. The same input
    gives the same result. Rother, Kolmogorov, Blake, "GrabCut", SIGGRAPH 2004.
    """
    marks: Plane = np.where(rough, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    marks[never] = cv2.GC_BGD
    if always is not None:
        marks[always] = cv2.GC_FGD
    inside: Flags = (marks == cv2.GC_PR_FGD) | (marks == cv2.GC_FGD)
    if inside.sum() < _LEAST or (~inside).sum() < _LEAST:
        return inside
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(np.ascontiguousarray(picture), marks, None, *models, rounds, cv2.GC_INIT_WITH_MASK)
    found: Flags = (marks == cv2.GC_PR_FGD) | (marks == cv2.GC_FGD)
    return found if found.any() else inside


def reaching_border(where: Flags) -> Flags:
    """The connected parts of ``where`` (h, w) that touch the frame's border."""
    border = np.ones_like(where)
    border[1:-1, 1:-1] = False
    return joined(where, border, 4)


def tidied(found: Flags, least: float = 0.02) -> Flags:
    """``found`` (h, w) without parts smaller than ``least`` of the largest one, and with pinholes filled."""
    count, parts, facts, _ = cv2.connectedComponentsWithStats(found.view(np.uint8), connectivity=8)
    if count < 2:
        return found
    areas = facts[1:, cv2.CC_STAT_AREA]
    kept = np.isin(parts, 1 + np.flatnonzero(areas >= least * areas.max()))
    count, parts, facts, _ = cv2.connectedComponentsWithStats((~kept).view(np.uint8), connectivity=4)
    small = 1 + np.flatnonzero(facts[1:, cv2.CC_STAT_AREA] <= 0.002 * areas.max())
    filled: Flags = kept | np.isin(parts, small)
    return filled


def without_strays(coverage: Real) -> Real:
    """``coverage`` (h, w) in 0..1 without smaller parts at the frame's border, apart from the main part.

    What the frame cuts off there is another thing, or ground: one more flower, a strip of grass.
    """
    count, parts, facts, _ = cv2.connectedComponentsWithStats((coverage > 0.5).view(np.uint8), connectivity=8)
    if count < 3:
        return coverage
    areas = facts[1:, cv2.CC_STAT_AREA]
    border = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    strays = np.isin(parts, np.intersect1d(border, 1 + np.flatnonzero(areas < _STRAY * areas.max())))
    kept = (parts > 0) & ~strays
    beside = joined(coverage > 0.02, strays, 8) & ~joined(coverage > 0.02, kept, 8)
    cleared: Real = np.where(strays | beside, np.float32(0), coverage)
    return cleared
