"""Exact alpha from a second picture: the same object before another background, or the background alone."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Flags, Pixels, Plane, Real
from maskstudio.core.cv import cv2
from maskstudio.errors import BadImage, BadMask
from maskstudio.jobs import Token
from maskstudio.matting import exposure
from maskstudio.matting.backdrop import Backdrop, Pictured, Smooth, surroundings
from maskstudio.matting.coarse import averaged, enlarged, side_for, unit
from maskstudio.matting.known import KnownScene, solved
from maskstudio.matting.presence import present
from maskstudio.matting.register import align
from maskstudio.matting.spread import spread
from maskstudio.matting.triangulation import Shots, covered, residual, settled, strips, triangulated

# Backgrounds and exposure are found on so many cells at most.
_MOST_CELLS = 250_000
# Backgrounds have to differ by this much, in 0..1; pictures that agree on less than this do not belong together.
_APART, _AGREE = 0.1, 0.5
# What is off by this much, in 0..1, does not agree at all.
_OFF = np.float32(0.12)
# How far colours may stay from explaining the picture where the subject is faint.
_SLACK = np.float32(0.01)


@dataclass(frozen=True)
class Matched:
    """What two pictures told: ``alpha`` (H, W) in 0..1, ``colours`` (H, W, 3), clean, of the image's type, and
    ``quality`` in 0..1, how well the two agree outside of the subject.
    """

    alpha: Real
    colours: Pixels
    quality: float


def two_shot(
    image: Pixels, other: Pixels, *, plates: tuple[Pixels, Pixels] | None = None, token: Token | None = None
) -> Matched:
    """Alpha and colours of an object that ``image`` and ``other`` show before two different backgrounds.

    All are (H, W, 3), RGB of 8 or 16 bits; the answer fits ``image``. The backgrounds are ``plates``, the empty scenes
    of either picture, or else are carried on from the surroundings of the object, so they should be plain cards or
    walls then. Small shifts and differences of exposure are made up for. Glass, smoke and veils come out as they are.
    Raises ``BadImage`` where the pictures do not fit together, and ``Cancelled`` through ``token``.

    Smith and Blinn, "Blue screen matting", SIGGRAPH 1996.
    """
    for picture in (image, other, *(plates or ())):
        _check(picture)
    token = token or Token()
    laid = align(image, other, backgrounds_differ=True, token=token.part(0.0, 0.3, "Aligning"))
    side = side_for(image.shape[0] * image.shape[1], _MOST_CELLS)
    shots, clear = _shots(image, laid.pixels, laid.seen, side, plates, token.part(0.3, 0.5, "Finding the backgrounds"))
    alpha = triangulated(shots, token.part(0.5, 0.7, "Solving alpha"))
    quality, within = _agreement(shots, alpha, laid.seen, token.part(0.7, 0.75))
    if min(quality, within) < _AGREE:
        raise BadImage("The two pictures do not show the same object in the same place.")
    alpha = settled(alpha, _noise(alpha, clear, side), token.part(0.75, 0.78))
    _extend(alpha, laid.seen, side, token.part(0.78, 0.8))
    token.step(0.8, "Cleaning colours")
    colours = _colours(image, lambda rows: covered(shots, alpha[rows], rows), alpha, side, token.part(0.8, 1.0))
    return Matched(alpha, colours, quality)


def clean_plate(image: Pixels, plate: Pixels, *, around: Plane | None = None, token: Token | None = None) -> Matched:
    """Alpha and colours of what ``image`` shows and ``plate``, the same scene without it, does not.

    Both are (H, W, 3), RGB of 8 or 16 bits; the answer fits ``image``. ``around`` (uint8, (H, W)), if given, is roughly
    where the subject is, with room to spare: nothing beyond what is set in it is taken for the subject. Small shifts
    and differences of exposure are made up for. Raises ``BadImage`` or ``BadMask`` where things do not fit, and
    ``Cancelled`` through ``token``.
    """
    _check(image)
    _check(plate)
    if around is not None and (around.shape != image.shape[:2] or around.dtype != np.uint8):
        raise BadMask(f"The rough subject must be 8-bit and of the image's size, not {around.dtype} of {around.shape}.")
    token = token or Token()
    outside = None if around is None else cv2.inRange(around, 0, 0)
    laid = align(image, plate, where=outside, token=token.part(0.0, 0.25, "Aligning"))
    side = side_for(image.shape[0] * image.shape[1], _MOST_CELLS)
    first, back = (unit(averaged(picture, side)) for picture in (image, laid.pixels))
    token.step(0.27, "Comparing")
    seen = averaged(laid.seen, side) == 255
    usable = seen if outside is None else seen & (averaged(outside, side) == 255)
    gain, shift = exposure.line(back[usable], first[usable], offset=True)
    back = np.clip(back * gain + shift, 0, 1)
    token.step(0.3)
    rough = None if around is None else averaged(around, side) > 0
    there = present(first, back, seen, rough, moved=laid.moved, check=token.check)
    quality = _likeness(first, back, seen & (there.trimap == 0))
    if quality < _AGREE:
        raise BadImage("The two pictures do not show the same scene.")
    scene = KnownScene(image, Pictured(laid.pixels, gain, shift), side, laid.moved)
    alpha = solved(scene, there, token.part(0.35, 0.78, "Solving alpha"))
    _extend(alpha, laid.seen, side, token.part(0.78, 0.8))
    token.step(0.8, "Cleaning colours")
    colours = _colours(image, lambda rows: scene.covered(alpha[rows], rows), alpha, side, token.part(0.8, 1.0))
    return Matched(alpha, colours, quality)


def _likeness(first: Real, back: Real, where: Flags) -> float:
    """How well two pictures agree where told, in 0..1; 0 where that is next to nothing of the frame."""
    if where.mean() < 0.02:
        return 0.0
    return 1 - float(np.minimum(np.abs(first - back).max(axis=2)[where] / _OFF, 1).mean())


def _check(picture: npt.NDArray[np.generic]) -> None:
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype not in (np.uint8, np.uint16) or not picture.size:
        raise BadImage(f"A picture must be RGB of 8 or 16 bits, not {picture.dtype} of shape {picture.shape}.")


def _shots(
    image: Pixels,
    other: Pixels,
    seen: Plane,
    side: int,
    plates: tuple[Pixels, Pixels] | None,
    token: Token,
) -> tuple[Shots, Flags]:
    """The two pictures with their backgrounds in one exposure, and the cells where nothing lies before these."""
    first, second = (unit(averaged(picture, side)) for picture in (image, other))
    token.step(0.1)
    both = averaged(seen, side) == 255
    behind: tuple[Backdrop, Backdrop]
    if plates is None:
        back, other_back, clear = surroundings(first, second, both)
        token.step(0.6)
        _refuse_alike(back, other_back)
        gain = _gain(first, second, back, other_back, both & ~clear)
        behind = (Smooth(back, side, image.shape[1]), Smooth(other_back * gain, side, image.shape[1]))
        return Shots(image, other, gain, behind), clear
    laid = [align(image, plates[0], token=token.part(0.1, 0.4)), align(other, plates[1], token=token.part(0.4, 0.7))]
    back, other_back = (unit(averaged(plate.pixels, side)) for plate in laid)
    lines = [
        exposure.line(own[both], seen_there[both], offset=True)
        for own, seen_there in ((back, first), (other_back, second))
    ]
    back, other_back = (
        np.clip(own * line[0] + line[1], 0, 1) for own, line in zip((back, other_back), lines, strict=True)
    )
    _refuse_alike(back, other_back)
    clear = (np.abs(back - first).max(axis=2) < 0.02) & (np.abs(other_back - second).max(axis=2) < 0.02) & both
    gain = _gain(first, second, back, other_back, both & ~clear)
    known = [
        Pictured(plate.pixels, line[0] * more, line[1] * more)
        for plate, line, more in zip(laid, lines, (np.ones(3, np.float32), gain), strict=True)
    ]
    return Shots(image, other, gain, (known[0], known[1])), clear


def _refuse_alike(back: Real, other_back: Real) -> None:
    if float(np.median(np.abs(back - other_back).max(axis=2))) < _APART:
        raise BadImage(
            "The two backgrounds are too alike; the second picture needs one of another brightness or colour."
        )


def _gain(first: Real, second: Real, back: Real, other_back: Real, before: Flags) -> Real:
    """What brings the second picture to the exposure of the first, from what looks solid in both."""
    gain = np.ones(3, np.float32)
    for _ in range(3):
        way = back - other_back * gain
        alpha = 1 - ((first - second * gain) * way).sum(axis=2) / np.maximum((way * way).sum(axis=2), 1e-4)
        solid = before & (alpha > 0.8) & (alpha < 1.2)
        if solid.sum() < 50:
            return gain
        gain, _ = exposure.line(second[solid], first[solid], offset=False)
    return gain


def _agreement(shots: Shots, alpha: Real, seen: Plane, token: Token) -> tuple[float, float]:
    """How well the two pictures agree, each in 0..1: where nothing is in front, and where the subject is.

    Two times three channels tell alpha several times over; what contradicts itself was not the same thing twice.
    """
    off, count = np.zeros(2), np.zeros(2)
    for rows in strips(alpha.shape, token):
        here, known = alpha[rows], seen[rows] > 0
        apart = np.minimum(residual(shots, np.clip(here, 0, 1), rows) / _OFF, 1)
        for side, where in enumerate((known & (here < 0.1), known & (here >= 0.1))):
            off[side] += float(apart[where].sum())
            count[side] += int(where.sum())
    outside, subject = (1 - off / np.maximum(count, 1)).tolist()
    return (outside if count[0] else subject), subject


def _noise(alpha: Real, clear: Flags, side: int) -> float:
    """How much alpha strays where nothing is in front; a robust standard deviation."""
    middle = side // 2
    values = alpha[middle::side, middle::side][: clear.shape[0], : clear.shape[1]]
    quiet = values[clear[: values.shape[0], : values.shape[1]]]
    return float(np.median(np.abs(quiet)) / 0.6745) if quiet.size > 20 else 0.01


def _extend(alpha: Real, seen: Plane, side: int, token: Token) -> None:
    """Carries alpha on to where only one picture reaches, in place."""
    known = averaged(seen, side) == 255
    if known.all():
        return
    carried = spread(averaged(alpha, side)[..., None], known.astype(np.float32))
    for rows in strips(alpha.shape, token):
        hidden = seen[rows] == 0
        if hidden.any():
            alpha[rows][hidden] = enlarged(carried, side, rows, alpha.shape[1])[..., 0][hidden]


def _colours(image: Pixels, added_in: Callable[[slice], Real], alpha: Real, side: int, token: Token) -> Pixels:
    """Clean colours of ``image``: its own where solid or clear, else what is ``added_in`` some rows, over alpha.

    Where that is little, colours are drawn to what they are where there is more.
    """
    clean = image.copy()
    peak = np.iinfo(clean.dtype).max
    added = np.empty_like(clean)
    for rows in strips(alpha.shape, token.part(0.0, 0.4)):
        added[rows] = np.rint(np.clip(added_in(rows), 0, 1) * peak).astype(clean.dtype)
    share = averaged(alpha, side)
    token.step(0.45)
    typical = unit(averaged(added, side)) / np.maximum(share, np.float32(0.02))[..., None]
    token.step(0.5)
    smooth = spread(np.clip(typical, 0, 1), np.clip(share, 0, 1) ** 2)
    for rows in strips(alpha.shape, token.part(0.5, 1.0)):
        here = alpha[rows][..., None]
        likely = enlarged(smooth, side, rows, alpha.shape[1])
        found = likely + here * (unit(added[rows]) - here * likely) / (here * here + _SLACK)
        soft = (alpha[rows] > 0) & (alpha[rows] < 1)
        clean[rows][soft] = np.rint(np.clip(found, 0, 1)[soft] * peak).astype(clean.dtype)
    return clean
