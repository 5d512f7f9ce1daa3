"""One layer's edge, from mask to refined alpha and clean colours. Joins trimap, solver and foreground estimation."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from maskstudio.core.document import ColourTile, Refinement
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Index, Mask, Plane, grid
from maskstudio.jobs import Token
from maskstudio.matting import trimap
from maskstudio.matting.foreground import estimate
from maskstudio.matting.reference import closed_form
from maskstudio.matting.refine import Alpha, solve_alpha
from maskstudio.params import RefineParams


class Solver(Protocol):
    """What ``solve_alpha`` is: alpha of an image in the unknown band of a trimap."""

    def __call__(self, image: ColourTile, trimap: Plane, /, *, token: Token | None = None) -> Alpha:
        """Alpha (H, W) in 0..1."""
        ...


_SOLVERS: dict[str, Solver] = {"fast": solve_alpha, "closed-form": closed_form}
# Known pixels beyond the band that the solver and the colour estimate look at.
_CONTEXT = 48


def refine_edge(image: Image, mask: Mask, params: RefineParams, token: Token) -> Refinement:
    """Alpha solved within ``params.band_width`` px of the edge of ``mask``, and clean colours there.

    Only the surroundings of the mask are looked at. The result fits ``image``; ``mask`` has its size.
    """
    around = mask.bounds.grow(params.band_width + _CONTEXT).intersect(mask.frame)
    if not around:
        return Refinement(mask, {})
    unknown = trimap.from_mask(mask.array(around), params.band_width)
    return solve_trimap(image, mask, unknown, around, token, solver=_SOLVERS[params.solver])


def solve_trimap(
    image: Image, mask: Mask, unknown: Plane, around: Rect, token: Token, *, solver: Solver = solve_alpha
) -> Refinement:
    """The refinement of ``mask`` for a trimap of the pixels ``around``; outside of it the mask stays as it is."""
    pixels = image.pixels[around.slices()]
    alpha = solver(pixels, unknown, token=token.part(0.0, 0.85, "Solving the edge"))
    coverage = np.rint(alpha * 255).astype(np.uint8)
    token.step(0.85, "Cleaning colours")
    clean = estimate(pixels, coverage)
    token.step(0.97)
    refined = mask.put(coverage, around.x, around.y)
    return Refinement(refined, _edge_tiles(refined, clean, around))


def _edge_tiles(alpha: Mask, clean: ColourTile, around: Rect) -> Mapping[Index, ColourTile]:
    """``clean`` cut into tiles, for those tiles of ``alpha`` that hold a soft pixel."""
    tiles = {}
    for index, box in grid(alpha.width, alpha.height, around):
        coverage = alpha.tile(index)
        if not ((coverage > 0) & (coverage < 255)).any():
            continue
        part = box.intersect(around)
        tile = np.zeros((box.height, box.width, 3), clean.dtype)
        inside = Rect(part.x - box.x, part.y - box.y, part.width, part.height).slices()
        tile[inside] = clean[Rect(part.x - around.x, part.y - around.y, part.width, part.height).slices()]
        tile.flags.writeable = False
        tiles[index] = tile
    return tiles
