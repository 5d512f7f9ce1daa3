"""One picture laid over another of the same scene: where it belongs, and in the other's exposure.

Knows nothing of subjects or alpha.
"""

from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Matrix, Pixels, Plane, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.errors import BadImage
from maskstudio.jobs import Token
from maskstudio.matting.coarse import averaged, side_for, unit

# Features are looked for on so many cells at most, in squares of this side with so much overlap and so many in each.
_MOST_CELLS, _SQUARE, _OVERLAP, _EACH = 1_200_000, 400, 24, 400
# A match counts if its second best is this much worse, and it lies within this share of the frame from its place.
_RATIO, _SHIFT = 0.8, 0.12
# So many matches have to agree to within this many cells.
_LEAST_MATCHES, _MISS = 12, 1.5
# Where half of them lie this close to where they were, in cells, nothing has moved.
_STILL = 0.2
# Matches in less than this share of the frame cannot tell its perspective.
_WIDE = 0.3
# The fine adjustment: cells, rounds, and steps in each.
_FINE_CELLS, _ROUNDS, _STEPS = 320_000, 8, 4
# Shapes that differ by more than this are of another format.
_FORMAT = 0.01
_PIXELS = 1 << 19


@dataclass(frozen=True)
class Aligned:
    """A picture as seen from another: ``pixels`` (H, W, 3) of the other's size, its own type, and ``seen`` (H, W), 255
    where the picture reaches; beyond, its border is repeated. ``moved`` tells whether a place for it was found at all.
    """

    pixels: Pixels
    seen: Plane
    moved: bool


def align(
    image: Pixels,
    other: Pixels,
    *,
    where: Plane | None = None,
    backgrounds_differ: bool = False,
    token: Token | None = None,
) -> Aligned:
    """``other`` laid over ``image``, both (H, W, 3), RGB of 8 or 16 bits; nothing moves where no place is found.

    Only what is 255 in ``where`` (H, W), given in ``image``, is compared. If the ``backgrounds_differ``, what stands
    out in both has to suffice; else all that agrees adjusts the place. Raises ``BadImage`` where the two are of
    different formats, and ``Cancelled`` through ``token``.

    Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 2004; Barath, Noskova, Ivashechkin, Matas,
    "MAGSAC++", CVPR 2020; refined after Evangelidis and Psarakis, "Parametric image alignment using enhanced
    correlation coefficient maximization", PAMI 2008.
    """
    token = token or Token()
    other = _of_one_size(image, other)
    side = side_for(image.shape[0] * image.shape[1], _MOST_CELLS)
    first, second = _grey(image, side), _grey(other, side)
    token.step(0.05)
    allowed = None if where is None else averaged(where, side)
    place = _from_features(first, second, allowed, token.part(0.05, 0.6))
    if place is None:
        return Aligned(other, np.full(image.shape[:2], 255, np.uint8), moved=False)
    if not backgrounds_differ:
        place = _refined(first, second, allowed, place, token.part(0.6, 0.85))
    return _warped(other, _at_full_size(place, side), image.shape[:2], token.part(0.85, 1.0))


def _of_one_size(image: Pixels, other: Pixels) -> Pixels:
    (height, width), (other_height, other_width) = image.shape[:2], other.shape[:2]
    if (height, width) == (other_height, other_width):
        return other
    if abs(width * other_height / (height * other_width) - 1) > _FORMAT:
        raise BadImage("The two pictures must have the same shape; one is cropped or turned.")
    smaller = height < other_height
    resized: Pixels = cv2.resize(other, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
    return resized


def _grey(image: Pixels, side: int) -> Plane:
    """Brightness on cells, with its contrast evened out, so that exposure does not matter."""
    cells = unit(averaged(image, side)).mean(axis=2)
    low, high = np.percentile(cells[::4, ::4], (0.5, 99.5))
    stretched = np.clip((cells - low) / max(float(high - low), 1e-3), 0, 1)
    grey: Plane = np.rint(stretched * 255).astype(np.uint8)
    return grey


def _from_features(first: Plane, second: Plane, allowed: Plane | None, token: Token) -> Matrix | None:
    """Where points of ``first`` lie in ``second``, from what is alike in both; None where too little is."""
    points, words = _features(first, allowed, token.part(0.0, 0.45))
    other_points, other_words = _features(second, None, token.part(0.45, 0.9))
    if min(len(points), len(other_points)) < _LEAST_MATCHES:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(words, other_words, k=2)
    token.step(0.95)
    found = [best for best, second_best in pairs if best.distance < _RATIO * second_best.distance]
    here, there = points[[match.queryIdx for match in found]], other_points[[match.trainIdx for match in found]]
    near = np.abs(here - there).max(axis=1) < _SHIFT * max(first.shape)
    here, there = here[near], there[near]
    if len(here) < _LEAST_MATCHES:
        return None
    cv2.setRNGSeed(1)
    matrix, held = cv2.findHomography(here, there, cv2.USAC_MAGSAC, _MISS, maxIters=4000, confidence=0.999)
    if matrix is None or int(held.sum()) < _LEAST_MATCHES:
        return None
    agreeing = held[:, 0] > 0
    if float(np.median(np.abs(here - there)[agreeing].max(axis=1))) < _STILL:
        return None
    if _spread_out(here[agreeing], first.shape) < _WIDE:
        matrix = _without_perspective(here[agreeing], there[agreeing])
    return matrix if matrix is not None and _plausible(matrix, first.shape) else None


def _features(grey: Plane, allowed: Plane | None, token: Token) -> tuple[Real, Real]:
    """Places (n, 2) and descriptions (n, 128) of what stands out, alike in number everywhere."""
    finder = cv2.SIFT.create(nfeatures=_EACH, contrastThreshold=0.02)
    whole = Rect(0, 0, grey.shape[1], grey.shape[0])
    corners = [(x, y) for y in range(0, whole.height, _SQUARE) for x in range(0, whole.width, _SQUARE)]
    points: list[tuple[float, float]] = []
    words: list[Real] = [np.zeros((0, 128), np.float32)]
    for number, (x, y) in enumerate(corners):
        token.step(number / len(corners))
        square = Rect(x, y, _SQUARE, _SQUARE).grow(_OVERLAP).intersect(whole)
        keys, described = finder.detectAndCompute(grey[square.slices()], None)
        for key, word in zip(keys, described if described is not None else [], strict=True):
            at_x, at_y = key.pt[0] + square.x, key.pt[1] + square.y
            own = x <= at_x < x + _SQUARE and y <= at_y < y + _SQUARE
            if own and (allowed is None or allowed[int(at_y), int(at_x)]):
                points.append((at_x, at_y))
                words.append(word[None])
    return np.array(points, np.float32).reshape(-1, 2), np.concatenate(words)


def _spread_out(points: Real, shape: tuple[int, ...]) -> float:
    """The share of the frame that ``points`` (n, 2) enclose."""
    return float(cv2.contourArea(cv2.convexHull(points))) / (shape[0] * shape[1])


def _without_perspective(here: Real, there: Real) -> Matrix | None:
    matrix, _ = cv2.estimateAffinePartial2D(here, there, method=cv2.LMEDS)
    return None if matrix is None else np.vstack([matrix, [0, 0, 1]])


def _plausible(matrix: Matrix, shape: tuple[int, ...]) -> bool:
    """Whether no corner moves farther than a hand would move the camera."""
    height, width = shape[:2]
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float32)
    moved = cv2.perspectiveTransform(corners[None], matrix)[0]
    return bool(np.abs(moved - corners).max() < 1.5 * _SHIFT * max(shape))


def _refined(first: Plane, second: Plane, allowed: Plane | None, place: Matrix, token: Token) -> Matrix:
    """``place`` adjusted by the brightness of all pixels that agree already; as it was where that does not help."""
    side = side_for(first.size, _FINE_CELLS)
    small, other = averaged(first, side), averaged(second, side)
    usable = np.full_like(small, 255) if allowed is None else averaged(allowed, side)
    scale = np.diag([1 / side, 1 / side, 1.0])
    shift = np.array([[1, 0, 0.5 * (1 - side)], [0, 1, 0.5 * (1 - side)], [0, 0, 1]])
    down = scale @ shift
    current = (down @ place @ np.linalg.inv(down)).astype(np.float32)
    start = current
    rule = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, _STEPS, 1e-5)
    before = -1.0
    for number in range(_ROUNDS):
        token.step(number / _ROUNDS)
        mask = _agreeing(small, other, usable, current)
        try:
            how_well, current = cv2.findTransformECC(small, other, current, cv2.MOTION_HOMOGRAPHY, rule, mask, 3)
        except cv2.error:  # nothing to hold on to
            return place
        if how_well - before < 1e-5:
            break
        before = how_well
    moved = np.linalg.inv(down) @ current.astype(np.float64) @ down
    better = _apart(small, other, usable, current) <= _apart(small, other, usable, start)
    return moved if better and _plausible(moved, first.shape) else place


def _agreeing(first: Plane, second: Plane, usable: Plane, place: Matrix) -> Plane:
    """255 in ``second`` where what lies over it in ``first`` looks alike: the calmer two thirds."""
    laid = cv2.warpPerspective(second, place, first.shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    apart = cv2.GaussianBlur(cv2.absdiff(first, laid), (0, 0), 3)
    alike = cv2.bitwise_and(cv2.inRange(apart, 0, max(float(np.percentile(apart[usable > 0], 66)), 4.0)), usable)
    back = cv2.warpPerspective(alike, place, second.shape[::-1], flags=cv2.INTER_NEAREST)
    return back if cv2.countNonZero(back) > 100 else np.full_like(second, 255)


def _apart(first: Plane, second: Plane, usable: Plane, place: Matrix) -> float:
    laid = cv2.warpPerspective(second, place, first.shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return float(np.mean(np.minimum(cv2.absdiff(first, laid)[usable > 0], 24)))


def _at_full_size(place: Matrix, side: int) -> Matrix:
    up = np.array([[side, 0, (side - 1) / 2], [0, side, (side - 1) / 2], [0, 0, 1]])
    full: Matrix = up @ place @ np.linalg.inv(up)
    return full


def _warped(other: Pixels, place: Matrix, shape: tuple[int, ...], token: Token) -> Aligned:
    """``other`` as ``place`` lays it over a picture of ``shape``, some rows at a time."""
    height, width = shape[:2]
    pixels = np.empty((height, width, 3), other.dtype)
    seen = np.empty((height, width), np.uint8)
    everywhere = np.full(other.shape[:2], 255, np.uint8)
    count = max(1, _PIXELS // width)
    for top in range(0, height, count):
        token.step(top / height)
        rows = min(count, height - top)
        here = place @ np.array([[1, 0, 0], [0, 1, top], [0, 0, 1]])
        flags = cv2.WARP_INVERSE_MAP | cv2.INTER_CUBIC
        pixels[top : top + rows] = cv2.warpPerspective(
            other, here, (width, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        seen[top : top + rows] = cv2.warpPerspective(
            everywhere, here, (width, rows), flags=cv2.WARP_INVERSE_MAP | cv2.INTER_NEAREST
        )
    return Aligned(pixels, seen, moved=True)
