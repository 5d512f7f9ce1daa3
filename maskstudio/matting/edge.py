"""A layer's edge, from mask to refined alpha and clean colours: which pixels are solved, by whom, and what is kept.

Joins trimap, solver, clean colours and edge controls. A layer is solved in passes: one for its edge as a whole, one for
every region with parameters of its own, laid over it. Where only a part is to be solved, nothing else is touched.
"""

from dataclasses import dataclass, replace

import numpy as np

from maskstudio.core.adjust import reach
from maskstudio.core.adjustmask import adjusted_mask
from maskstudio.core.arrays import Alpha, ColourTile, DeepPlane, Flags, Index, Plane, Real
from maskstudio.core.callbacks import Check, Progress
from maskstudio.core.cv import cv2
from maskstudio.core.depth import to_8bit
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.image import Image
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask, Tile, within
from maskstudio.core.refinement import Refinement
from maskstudio.core.tile import deep_tile
from maskstudio.jobs import Token
from maskstudio.matting import adaptive, thin, trimap
from maskstudio.matting.colourtiles import laid_colours, laid_out
from maskstudio.matting.foreground import estimate
from maskstudio.matting.refine import solve_alpha
from maskstudio.params.local import AdjustParams, RefineParams

# Known pixels beyond what is solved that the solver and the colour estimate look at.
_CONTEXT = 48
# A part that is solved anew fades into what is around it over so many px.
_FADE = 16
# How far away known pixels of both sides are looked for, in px.
_FARTHEST = 1000
# Clean colours go on beyond what is soft for so many px at least, for controls that widen it.
_WIDENED = 16
_ROWS = 512


def refine_edge(image: Image, layer: Layer, token: Token) -> Refinement:
    """What ``layer`` wants of its edge, solved; whatever of its refinement still holds is kept.

    Only the surroundings of the mask, or of what is pending, are looked at.
    """
    known = layer.refinement
    if known is None:
        solved = _whole(image, layer, token.part(0.0, 0.95))
    elif known.pending:
        solved = _part(image, layer, known, token.part(0.0, 0.95))
    else:
        solved = known
    found = finished(image, layer, solved, token.part(0.95, 1.0).step)
    return found if known is None or known.edges != layer.edges else _near_alone(image, known, found)


def _near_alone(image: Image, known: Refinement, found: Refinement) -> Refinement:
    """``found`` as ``known`` showed it, but for what was awaited and as far around as that can reach.

    Controls that go over a tile of 8 bits and over one of 16 may differ by a level, and colours that are carried on
    for them are found along the whole edge.
    """
    if known.awaited is None or not known.pending:
        return found
    wide = _FADE + max(reach(edge) for edge in known.edges)
    near = known.pending.grow(wide + 1).intersect(known.alpha.frame)
    far = cv2.distanceTransform(cv2.inRange(known.awaited.array(near), 0, 0), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    old, new = known.alpha.deep_array(near), found.alpha.deep_array(near)
    alpha = known.alpha.put(np.where(far <= wide, new, old), near.x, near.y)
    before, clean = (laid_out(tiles, image, near) for tiles in (known.colours, found.colours))
    colours = laid_colours(known.colours, image, np.where((far <= wide)[..., None], clean, before), near)
    return replace(found, alpha=alpha, colours=colours, reach=known.reach)


def finished(image: Image, layer: Layer, found: Refinement, step: Progress, *, draft: bool = False) -> Refinement:
    """``found`` under the edge controls of ``layer`` and its regions.

    A ``draft`` (see ``adjusted_mask``) is not finished: the careful result is still to be made.
    """
    base = layer.base

    def controlled(params: AdjustParams) -> Mask:
        return adjusted_mask(found.solved, params, base=base, draft=draft, step=step)

    alpha = controlled(layer.edge)
    for region in layer.regions:
        if region.edge != layer.edge:
            alpha = _mixed(alpha, controlled(region.edge), region.area)
    wide = max(reach(edge) for edge in layer.edges)
    if wide > found.reach and found.colours and not draft:
        found = _recoloured(image, layer, found, wide, step)
    return Refinement(found.solved, found.colours, alpha, () if draft else layer.edges, found.reach, found.awaited)


def trimap_of(image: Image, layer: Layer, rect: Rect, *, token: Token | None = None) -> Plane:
    """The trimap of ``rect`` as the solver would be given it: band, regions and hints. What is not wanted is known."""
    token = token or Token()
    out = _known(layer.base.array(rect))
    for refine, area in _wishes(layer):
        share = None if area is None else area.array(rect)
        if share is None or share.any():
            band = _band(image, layer.base, rect, refine, token)
            out = band if share is None else np.where(share >= 128, band, out)
    return out if layer.hints is None else trimap.overlaid(out, layer.hints.array(rect), layer.base.array(rect))


def whole_trimap(image: Image, layer: Layer, token: Token) -> Mask:
    """``trimap_of`` for all pixels: 0, 128 or 255."""
    frame = layer.base.frame
    known = {index: _known_tile(tile) for index, tile in layer.base.tiles.items()}
    out = Mask(*layer.base.size).with_tiles(known)
    area = _own_area(layer)
    for region in layer.regions:
        area = area.unite(region.area.bounds)
    around = area.intersect(frame)
    return out.put(trimap_of(image, layer, around, token=token), around.x, around.y) if around else out


def solve_trimap(image: Image, mask: Mask, unknown: Plane, around: Rect, reach: int, token: Token) -> Refinement:
    """The refinement of ``mask`` for a trimap of the pixels ``around``, whose band is about ``reach`` px wide; outside
    of it the mask stays as it is.
    """
    refine = RefineParams(band_width=max(reach, 1))
    alpha, clean = _solved(image, unknown, unknown, around, refine, _WIDENED, token, _Kept(mask))
    solved = mask.put(alpha, around.x, around.y)
    return Refinement(solved, laid_colours({}, image, clean, around), reach=_WIDENED)


@dataclass(frozen=True)
class _Kept:
    """The ``mask`` whose thin parts and openings stay, but for the pixels of the solved rectangle ``apart``."""

    mask: Mask
    apart: Flags | None = None

    def held(self, alpha: Plane, around: Rect, reach: int, check: Check) -> Plane:
        """``alpha`` of the pixels ``around`` with them."""
        margin, grain = thin.margin(reach), thin.grain(reach)
        left, top = (max(place - margin, 0) // grain * grain for place in (around.x, around.y))
        wide = Rect(left, top, around.right + margin - left, around.bottom + margin - top).intersect(self.mask.frame)
        inner, mask = within(around, wide), self.mask.array(wide)
        beyond = mask.copy()
        beyond[inner] = alpha
        apart = None
        if self.apart is not None:
            apart = np.zeros(mask.shape, np.bool_)
            apart[inner] = self.apart
        return np.ascontiguousarray(thin.held(beyond, mask, reach, apart, check)[inner])


def _wishes(layer: Layer) -> list[tuple[RefineParams, Mask | None]]:
    """What the bands are like: the layer's own, if it has one, and those of its regions with their areas."""
    own: list[tuple[RefineParams, Mask | None]] = [] if layer.band is None else [(layer.band, None)]
    return [*own, *((region.refine, region.area) for region in layer.regions)]


def _start(layer: Layer, known: Refinement | None = None) -> Refinement:
    """What the passes are laid over: the painted mask, or what was measured."""
    wide = known.reach if known else max(_WIDENED, *(reach(edge) for edge in layer.edges))
    colours = layer.measured.colours if layer.measured else {}
    return Refinement(layer.measured.solved if layer.measured else layer.base, colours, reach=wide)


def _whole(image: Image, layer: Layer, token: Token) -> Refinement:
    found, frame = _start(layer), layer.base.frame
    areas: list[tuple[int | None, Rect]] = [(None, _own_area(layer))]
    areas += [(number, region.area.bounds) for number, region in enumerate(layer.regions)]
    for done, (number, area) in enumerate(areas):
        if area:
            around = area.grow(_CONTEXT).intersect(frame)
            found = _laid(image, layer, found, around, number, token.part(done / len(areas), (done + 1) / len(areas)))
    return found


def _own_area(layer: Layer) -> Rect:
    """The box of what the layer's own pass solves."""
    edge, hints = layer.base.bounds, EMPTY if layer.hints is None else layer.hints.bounds
    return hints.unite(edge.grow(layer.band.band_width)) if layer.band and edge else hints


def _part(image: Image, layer: Layer, known: Refinement, token: Token) -> Refinement:
    """``known`` with what is awaited solved, and faded into what is around it; farther away nothing changes."""
    box = known.pending.intersect(layer.base.frame)
    if not box or known.awaited is None:
        return Refinement(known.solved, known.colours, reach=known.reach)
    around = _context(image, layer, box, token)
    found = _start(layer, known)
    numbers: list[int | None] = [None] if _own_area(layer).intersect(around) else []
    numbers += [number for number, region in enumerate(layer.regions) if region.area.array(around).any()]
    for done, number in enumerate(numbers):
        found = _laid(image, layer, found, around, number, token.part(done / len(numbers), (done + 1) / len(numbers)))
    near = box.grow(_FADE).intersect(around)
    share = _fading(known.awaited.array(near))
    old, new = known.solved.deep_array(near), found.solved.deep_array(near)
    solved = known.solved.put(_blended(old, new, share), near.x, near.y)
    before, clean = (laid_out(tiles, image, near) for tiles in (known.colours, found.colours))
    clean = np.where(share[..., None] > 0, clean, before)
    return Refinement(solved, laid_colours(known.colours, image, clean, near), reach=known.reach)


def _context(image: Image, layer: Layer, box: Rect, token: Token) -> Rect:
    """What is looked at to solve a part: its ``box`` and known pixels around, as far away as something of both sides is
    sure, if not too far.
    """
    beyond = _CONTEXT
    while True:
        around = box.grow(beyond).intersect(layer.base.frame)
        low, high, _, _ = cv2.minMaxLoc(trimap_of(image, layer, around, token=token))
        if (low, high) == (0, 255) or around == layer.base.frame or beyond > _FARTHEST:
            return around
        beyond *= 2


def _laid(image: Image, layer: Layer, below: Refinement, around: Rect, number: int | None, token: Token) -> Refinement:
    """One pass over ``below``: the layer's own (None), or that of a region, in the pixels ``around``."""
    region = None if number is None else layer.regions[number]
    refine = layer.band if region is None else region.refine
    base, under = layer.base.array(around), below.solved.array(around)
    band = None if refine is None else _band(image, layer.base, around, refine, token)
    wanted, kept = (_known(base), under) if band is None else (band, band)
    if layer.hints is not None:
        hints = layer.hints.array(around)
        wanted, kept = trimap.overlaid(wanted, hints, base), trimap.overlaid(kept, hints, base)
        kept = np.where(hints == trimap.HINT_MASK, base, kept)
    told = _told(layer, around, None if band is not None else wanted)
    mask = _Kept(layer.base, told)
    alpha, clean = _solved(image, wanted, kept, around, refine or RefineParams(), below.reach, token, mask)
    area = None if region is None else region.area
    if area is not None:
        alpha = _blended(
            below.solved.deep_array(around), alpha, area.array(around).astype(np.float32) / np.float32(255)
        )
    solved = below.solved.put(alpha, around.x, around.y)
    return Refinement(solved, laid_colours(below.colours, image, clean, around, area=area), reach=below.reach)


def _recoloured(image: Image, layer: Layer, found: Refinement, wide: int, step: Progress) -> Refinement:
    """Clean colours that go on for ``wide`` px, for controls that carry the edge farther than was thought of."""
    colours = found.colours
    areas: list[Mask | None] = [None, *(region.area for region in layer.regions)]
    for area, refine in zip(areas, [layer.refine, *(region.refine for region in layer.regions)], strict=True):
        step(0.9)
        around = (found.solved if area is None else area).bounds.grow(wide + _CONTEXT).intersect(layer.base.frame)
        coverage = found.solved.array(around)
        clean = estimate(image.pixels[around.slices()], coverage, spill=_spill(refine), reach=wide)
        colours = laid_colours(colours, image, clean, around, area=area)
    return Refinement(found.solved, colours, reach=wide, awaited=found.awaited)


def _spill(refine: RefineParams | None) -> tuple[int, int, int] | None:
    """The colour to take out of the edge; None to find it from the photo."""
    return refine.spill[:3] if refine is not None and refine.spill[3] else None


def _solved(
    image: Image,
    wanted: Plane,
    kept: Plane,
    around: Rect,
    refine: RefineParams,
    wide: int,
    token: Token,
    thin_of: _Kept,
) -> tuple[DeepPlane, ColourTile]:
    """Alpha of the pixels ``around`` at 16 bits, solved where ``wanted`` is unknown and as in ``kept`` elsewhere, and
    clean colours, which go on for ``wide`` px beyond what is soft. Where nothing is sure of one side the mask is taken.
    """
    pixels = image.pixels[around.slices()]
    mask = thin_of.mask.array(around)
    if _one_sided(wanted):
        alpha = mask.astype(np.float32) / np.float32(255)
    else:
        alpha = _alpha(refine, pixels, wanted, token.part(0.0, 0.85, "Solving the edge"))
    coverage = kept.copy()
    deep = coverage.astype(np.uint16) * np.uint16(257)
    for top in range(0, len(coverage), _ROWS):  # piece by piece: quick to cancel, and little memory
        token.check()
        rows = slice(top, top + _ROWS)
        unknown = cv2.inRange(wanted[rows], 1, 254) > 0
        deep[rows][unknown] = np.rint(alpha[rows][unknown] * 65535).astype(np.uint16)
        coverage[rows] = to_8bit(deep[rows])
    del alpha
    held = thin_of.held(coverage, around, refine.band_width, token.check)
    moved = held != coverage
    deep[moved] = held[moved].astype(np.uint16) * np.uint16(257)
    coverage = held
    clean = estimate(
        pixels, coverage, spill=_spill(refine), reach=wide, token=token.part(0.85, 1.0, "Cleaning colours")
    )
    return deep, clean


def _told(layer: Layer, around: Rect, known: Plane | None) -> Flags:
    """The pixels of which a hint says what they are, and those that a trimap without a band has ``known``."""
    told = np.zeros((around.height, around.width), np.bool_) if known is None else cv2.inRange(known, 1, 254) == 0
    if layer.hints is not None:
        hints = layer.hints.array(around)
        told |= (hints != 0) & (hints != trimap.HINT_UNKNOWN)
    return told


def _one_sided(trimap: Plane) -> bool:
    """Whether nothing is sure of one side, so that a solver would call all of it the other."""
    low, high, _, _ = cv2.minMaxLoc(trimap)
    return low > 0 or high < 255


def _alpha(refine: RefineParams, pixels: ColourTile, wanted: Plane, token: Token) -> Alpha:
    """Alpha of the unknown pixels of ``wanted``, by the solver that was chosen."""
    name = refine.solver
    if name == "fast" or name == "balanced" or name == "best":  # noqa: PLR1714 - mypy narrows by equality
        return solve_alpha(pixels, wanted, token=token, quality=name)
    from maskstudio.matting.reference import solve_with

    return solve_with(name, pixels, wanted, token=token)


def _band(image: Image, base: Mask, rect: Rect, refine: RefineParams, token: Token) -> Plane:
    """The trimap of ``rect`` for a band along the edge of ``base``, which is looked at as far as the band reaches."""
    around = rect.grow(2 * refine.band_width + 8).intersect(base.frame)
    plane = base.array(around)
    if refine.adaptive:
        band = adaptive.from_image(image.pixels[around.slices()], plane, refine.band_width, token=token.part(0.0, 0.1))
    else:
        band = trimap.from_mask(plane, refine.band_width)
    inner = Rect(rect.x - around.x, rect.y - around.y, rect.width, rect.height)
    return np.ascontiguousarray(band[inner.slices()])


def _known_tile(tile: Tile) -> Tile | Plane:
    return tile if tile.value in (0, 255) else _known(tile.pixels)


def _known(plane: Plane) -> Plane:
    return np.where(plane >= 128, np.uint8(255), np.uint8(0))


def _fading(painted: Plane) -> Real:
    """1 where ``painted`` is above 0, falling to 0 over ``_FADE`` px around it."""
    far = cv2.distanceTransform(cv2.inRange(painted, 0, 0), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    share: Real = np.clip(1 - far / _FADE, 0, 1)
    return share


def _blended(below: DeepPlane, above: DeepPlane, share: Real) -> DeepPlane:
    """``above`` over ``below`` by as much as ``share`` says."""
    mixed: DeepPlane = np.rint(below + (above.astype(np.float32) - below) * share).astype(np.uint16)
    return mixed


def _mixed(below: Mask, above: Mask, area: Mask) -> Mask:
    """``above`` over ``below`` by as much as ``area`` says, tile by tile where they differ."""
    tiles: dict[Index, Plane | Tile] = {}
    for index in above.changed(below):
        share = area.held(index)
        if share.value == 255:
            tiles[index] = above.held(index)
        elif share.value != 0:
            part = share.pixels.astype(np.float32) / np.float32(255)
            tiles[index] = deep_tile(_blended(below.held(index).deep, above.held(index).deep, part))
    return below.with_tiles(tiles)
