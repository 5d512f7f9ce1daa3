"""A stroke of the refine brush: it lays hints, and shows a quick answer under itself until the true one is solved."""

from dataclasses import replace

import numpy as np

from maskstudio.core.arrays import Flags, Index, Plane
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.image import Image
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask, Tile, grid, within
from maskstudio.core.refinement import Refinement
from maskstudio.core.stroke import Stroke
from maskstudio.matting.hints import HINT_BACKGROUND, HINT_FOREGROUND, HINT_UNKNOWN, hinted
from maskstudio.matting.preview import preview
from maskstudio.params.local import BrushParams

# Pixels around what was just painted that the preview looks at.
_AROUND = 32
# Pixels that are previewed at once when a stroke ends: more would make the hand wait.
_AT_ONCE = 384 * 384


class EdgeStroke:
    """Paints ``code`` (see ``hints``) over the trimap of ``layer``, hard-edged. The same samples, the same pixels."""

    def __init__(self, image: Image, layer: Layer, params: BrushParams, code: int, region: int | None = None) -> None:
        """``region`` is the id of the region that what is painted joins, or leaves; None for none."""
        self.code, self.region = code, region
        self.area = EMPTY
        self._owed = EMPTY  # painted without an answer
        self._image, self._layer = image, layer
        hard = replace(params, hardness=1.0, opacity=1.0, flow=1.0, pressure_opacity=False)
        self._stroke = Stroke(Mask(image.width, image.height), None, hard, 255)
        self._shown: dict[Index, Plane] = {}

    def to(self, x: float, y: float, pressure: float = 1.0, *, preview: bool = True) -> Rect:
        """Go on to this point (image px); the pixels that may look different now. Without a ``preview`` it only lays
        hints, which takes next to no time.
        """
        return self._show(self._stroke.to(x, y, pressure), preview=preview)

    def end(self) -> Rect:
        """Let the brush catch up with the last sample; the pixels that may look different now."""
        rect = self._stroke.end().unite(self._owed)
        return self._show(rect, preview=rect.area <= _AT_ONCE)

    def alpha(self, rect: Rect) -> Plane:
        """The layer's alpha in ``rect`` with the preview where it was painted: uint8 (rect.height, rect.width)."""
        out = self._layer.alpha.array(rect)
        for index, box in grid(*self._layer.mask.size, rect):
            if (shown := self._shown.get(index)) is not None:
                part = box.intersect(rect)
                out[within(part, rect)] = shown[within(part, box)]
        return out

    def again(self, layer: Layer) -> "EdgeStroke":
        """The same stroke on ``layer``, another state of the same one."""
        other = EdgeStroke(self._image, layer, self._stroke.params, self.code, self.region)
        for sample in self._stroke.samples:
            other.to(*sample)
        other.end()
        return other

    @property
    def cover(self) -> Mask:
        """What was painted: 255 where the brush has been. Ends the stroke."""
        return self._stroke.finish().cover

    def hints(self) -> Mask:
        """The layer's hints with this stroke."""
        return hinted(self._layer.hints, self.cover, self.code)

    def refinement(self) -> Refinement | None:
        """The layer's refinement with the preview in it and what was painted pending; None while nothing is solved of
        an edge that is wanted as a whole.
        """
        layer, known = self._layer, self._layer.refinement
        if known is None and layer.wants_edge:
            return None
        known = known or Refinement(layer.base, {}, edges=layer.edges)
        solved = known.solved.with_tiles(self._laid(known.solved))
        alpha = known.alpha.with_tiles(self._laid(known.alpha))
        return replace(known, solved=solved, alpha=alpha).awaiting(self.cover)

    def _laid(self, mask: Mask) -> dict[Index, Plane | Tile]:
        cover = self.cover
        return {
            index: np.where(cover.tile(index) >= 128, shown, mask.tile(index)) for index, shown in self._shown.items()
        }

    def _show(self, rect: Rect, *, preview: bool) -> Rect:
        """Work out anew what is painted in ``rect``; an answer from the photo only if there is to be a ``preview``."""
        self.area = self.area.unite(rect)
        if not rect or (self.code == HINT_UNKNOWN and not preview):
            self._owed = self._owed.unite(rect)
            return EMPTY
        around = rect.grow(_AROUND).intersect(self._layer.mask.frame)
        painted = self._stroke.alpha(around) >= 128
        under, inner = self._layer.alpha.array(around), within(rect, around)
        new = np.where(painted, self._answer(around, painted, under), under)[inner]
        for index, box in grid(*self._layer.mask.size, rect):
            part = box.intersect(rect)
            shown = self._shown.setdefault(index, self._layer.alpha.tile(index).copy())
            shown[within(part, box)] = new[within(part, rect)]
        return rect

    def _answer(self, around: Rect, painted: Flags, under: Plane) -> Plane:
        if self.code in (HINT_BACKGROUND, HINT_FOREGROUND):
            return np.full_like(under, 255 if self.code == HINT_FOREGROUND else 0)
        base = self._layer.base.array(around)
        if self.code != HINT_UNKNOWN:
            return base
        known = np.where(under >= 128, np.uint8(255), np.uint8(0))
        quick: Plane = preview(self._image.pixels[around.slices()], under, np.where(painted, np.uint8(128), known))
        return quick
