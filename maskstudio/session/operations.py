"""The work of the session's verbs: frozen inputs, returned results. Runs on any thread and changes no document."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Pixels, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.depth import to_depth
from maskstudio.core.document import Detection, Document, Layer, Refinement
from maskstudio.core.files import bits, check_png_name, encode_cutout, encode_mask, read_image, write_cutout, write_mask
from maskstudio.core.fringe import Fringe
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.ops import shape_mask
from maskstudio.jobs import Token
from maskstudio.matting.trimap import from_thresholds
from maskstudio.names import shown
from maskstudio.params.local import UNSHAPED, CutoutParams, ExportParams, MaskParams, RefineParams
from maskstudio.providers.local.subject import as_subject
from maskstudio.providers.provider import Provider

_Backdrop = tuple[int, int, int, int]  # red, green, blue, opacity; 0..255
# Px around a result that are examined as the surroundings of its edge.
_BESIDE = 64


def read(path: Path, limit: int | None, token: Token) -> Document:
    """A document of the image in a file; the file's alpha becomes the first layer.

    ``limit`` is the largest number of pixels, None for no limit. Raises CannotRead, BadImage or TooLarge.
    """
    opened = read_image(path, limit=limit, step=lambda fraction: token.step(fraction, "Reading"))
    if opened.image.large:
        _ = opened.image.quarter  # the fitted view needs it; computed here, off the window's thread
    document = Document(opened.image)
    if opened.alpha is None:
        return document
    mask = Mask.from_array(opened.alpha)
    return document.add([Layer(id=0, name="Alpha of the file", mask=mask, shaped=mask)])


def detection_layer(detection: Detection, shape: MaskParams, token: Token) -> Layer:
    """A layer showing ``detection`` with ``shape`` applied."""
    return shown_as(detection, shape, shaped(detection.mask, shape, detection, token))


def shown_as(detection: Detection, shape: MaskParams, shaped: Mask) -> Layer:
    """A layer showing ``detection``, whose mask with ``shape`` applied is ``shaped``."""
    return Layer(id=0, name=detection.label, mask=detection.mask, shaped=shaped, params=shape, source=detection)


def shaped(mask: Mask, params: MaskParams, source: Detection | None, token: Token) -> Mask:
    """``mask`` padded and blurred as ``params`` say, except for what the provider has already done."""
    done = source.done if source is not None else frozenset()
    padding = 0 if "mask_padding" in done else params.mask_padding
    blur = 0 if "mask_blur" in done else params.mask_blur
    return shape_mask(mask, padding, blur, check=token.check)


def remove_background(image: Image, provider: Provider, params: CutoutParams, token: Token) -> Layer:
    """The subject as one layer, smoothed and with its edge solved if ``params`` ask for it.

    The layer's ``source`` is a ``Subject``, which says how it was found.
    """
    found = as_subject(provider.cutout(image, params, token.part(0.0, 0.4)))
    mask = _cleaned(found.mask) if params.post_process_mask else found.mask
    layer = Layer(id=0, name=found.label, mask=mask, shaped=mask, params=UNSHAPED, source=found)
    if not params.alpha_matting:
        return layer
    from maskstudio.matting.edge import solve_trimap

    foreground, background = params.alpha_matting_foreground_threshold, params.alpha_matting_background_threshold
    plane = mask.array()
    unknown = from_thresholds(plane, foreground, background, params.alpha_matting_erode_size)
    reach = params.alpha_matting_erode_size
    plane[plane > foreground], plane[plane < background] = 255, 0  # thin parts are kept as the thresholds take them
    refinement = solve_trimap(image, Mask.from_array(plane), unknown, mask.frame, reach, token.part(0.4, 1.0))
    return layer.changed(refine=RefineParams(band_width=reach), refinement=refinement)


def refine(image: Image, layer: Layer, token: Token) -> Layer:
    """``layer`` with its wanted edge solved."""
    from maskstudio.matting.edge import refine_edge

    return layer.changed(refinement=refine_edge(image, layer, token))


def completed(document: Document, token: Token) -> Document:
    """``document`` with every wanted refinement solved, for outputs."""
    waiting = [layer for layer in document.layers if layer.unsolved]
    for number, layer in enumerate(waiting):
        part = token.part(number / len(waiting), (number + 1) / len(waiting))
        document = document.put(refine(document.image, layer, part))
    return document


def trimap(image: Image, layer: Layer, token: Token) -> Mask:
    """The layer's trimap as the solver gets it: 0, 128 or 255."""
    from maskstudio.matting.edge import whole_trimap

    return whole_trimap(image, layer, token)


def fringe(document: Document, token: Token) -> Fringe:
    """The fringe of the whole result."""
    from maskstudio.matting import halo

    alpha = document.alpha
    around = alpha.bounds.grow(_BESIDE).intersect(alpha.frame)
    if not alpha.bounds:
        return Fringe((255, 255, 255), 0.0, None, Mask(*alpha.size))
    found = halo.measure(
        document.image.pixels[around.slices()], document.colours(around), alpha.array(around), token=token
    )
    spots = tuple(spot.moved(around.x, around.y) for spot in found.spots)
    strength = Mask(*alpha.size).put(found.strength, around.x, around.y)
    return Fringe(found.backdrop, found.fringe, spots[0].place if spots else None, strength, spots)


def spill(image: Image, layer: Layer) -> tuple[int, int, int] | None:
    """The colour of the old background along the layer's edge (8-bit RGB); None if it has no edge or no background
    shows.
    """
    from maskstudio.matting.spill import sampled

    around = layer.alpha.bounds.grow(_BESIDE).intersect(layer.alpha.frame)
    if not layer.alpha.bounds:
        return None
    alpha = layer.alpha.array(around)
    if image.alpha is not None:
        alpha[image.alpha[around.slices()] == 0] = 255  # transparent pixels show no background
        if alpha.all():
            return None
    return sampled(image.pixels[around.slices()], alpha)


def matched(image: Image, path: Path, kind: Literal["plate", "second"], about: Mask | None, token: Token) -> Layer:
    """A layer measured from a second photo, see ``matting.plates``; ``about`` says roughly where the object is."""
    from maskstudio.matting import plates
    from maskstudio.matting.colourtiles import laid_colours

    other = read_image(path, step=lambda fraction: token.step(fraction / 10, "Reading")).image
    pixels = other.pixels if other.depth == image.depth else to_depth(other.pixels, image.depth)
    rest = token.part(0.1, 0.95)
    if kind == "second":
        found = plates.two_shot(image.pixels, pixels, token=rest)
    else:
        around = about.array() if about is not None and about.bounds else None
        found = plates.clean_plate(image.pixels, pixels, around=around, token=rest)
    mask = Mask.from_array(np.rint(found.alpha * 65535).astype(np.uint16))
    measured = Refinement(mask, laid_colours({}, image, found.colours, mask.frame))
    return Layer(id=0, name=shown(path.stem), mask=mask, shaped=mask, measured=measured, refinement=measured)


def write_document(
    document: Document,
    path: Path,
    params: ExportParams,
    backdrop: _Backdrop | None,
    token: Token,
) -> bool:
    """Write the cut-out, over ``backdrop`` if given; returns whether it holds anything of the photo.

    ``backdrop`` is red, green, blue, opacity in 0..255. Raises CannotWrite, and BadParameter for a name that is no PNG.
    """
    check_png_name(path)
    held = bool(document.alpha.bounds)
    image, alpha, colours = _laid(document, document.image, params, backdrop, document.frame)
    write_cutout(
        path,
        image,
        alpha,
        params,
        colours=colours,
        step=lambda fraction: token.step(fraction, "Writing"),
    )
    return held


def cutout_png(
    document: Document, params: ExportParams, backdrop: _Backdrop | None, token: Token
) -> tuple[bytes, Rect]:
    """What ``write_document`` writes as bytes, trimmed to the bounding box of what is visible, and that box (image px).

    With a ``backdrop`` that shows, everything is visible.
    """
    box = document.frame if _shows(backdrop) else document.alpha.bounds or document.frame
    image = replace(document.image, pixels=document.image.pixels[box.slices()].copy(), alpha=None)
    image, alpha, colours = _laid(document, image, params, backdrop, box)
    step = partial(token.step, text="Encoding")
    return encode_cutout(image, alpha, params, colours=colours, step=step), box


def _laid(
    document: Document, image: Image, params: ExportParams, backdrop: _Backdrop | None, box: Rect
) -> tuple[Image, Pixels, Pixels]:
    """``image``, which is that of ``document`` in ``box``, with alpha and clean colours, over ``backdrop``."""
    colours: Pixels = np.ascontiguousarray(document.colours(box))
    if backdrop is None or not _shows(backdrop):
        return image, _alpha(document.alpha, bits(params, image), box), colours
    colours, alpha = over(colours, document.alpha.array(box), backdrop)
    return replace(image, pixels=colours), alpha, colours


def _shows(backdrop: _Backdrop | None) -> bool:
    return backdrop is not None and backdrop[3] > 0


def _alpha(mask: Mask, depth: int, rect: Rect | None = None) -> Pixels:
    """A mask as uint16 if the output has 16 bits, else as uint8."""
    return mask.deep_array(rect) if depth == 16 else mask.array(rect)


def alpha_png(document: Document, params: ExportParams) -> bytes:
    """What ``write_alpha`` writes, as bytes."""
    depth, resolution = _alpha_depth(params), document.image.metadata.resolution
    alpha = _alpha(document.alpha, depth)
    return encode_mask(alpha, depth=depth, resolution=resolution, compression=params.compression)


def _alpha_depth(params: ExportParams) -> int:
    return 16 if params.depth == "16" else 8


def write_alpha(document: Document, path: Path, params: ExportParams, token: Token) -> bool:
    """Write the document's alpha as a grey PNG; returns whether it holds any."""
    check_png_name(path)
    depth = _alpha_depth(params)
    write_mask(
        path,
        _alpha(document.alpha, depth),
        depth=depth,
        resolution=document.image.metadata.resolution,
        compression=params.compression,
        step=lambda fraction: token.step(fraction, "Writing"),
    )
    return bool(document.alpha.bounds)


def over(colours: npt.NDArray[Any], alpha: Plane, rgba: tuple[int, int, int, int]) -> tuple[npt.NDArray[Any], Plane]:
    """Lay straight colours (H, W, 3) with 8-bit alpha (H, W) over one 8-bit straight colour (Porter and Duff, 1984).

    Returns straight colours of the same type and alpha uint8 (H, W).
    """
    full = np.iinfo(colours.dtype).max
    subject = (alpha.astype(np.float32) / 255)[..., None]
    behind = (1 - subject) * (rgba[3] / 255)
    opacity = subject + behind
    backdrop = np.array(rgba[:3], np.float32) * (full / 255)
    mixed = (colours * subject + backdrop * behind) / np.maximum(opacity, 1e-6)
    straight = np.where(opacity > 0, np.rint(mixed), colours).astype(colours.dtype)
    return straight, np.rint(opacity[..., 0] * 255).astype(np.uint8)


def _cleaned(mask: Mask) -> Mask:
    """The mask with specks removed, pinholes filled and stairs smoothed: opening, closing, then a narrow blur."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    plane = cv2.morphologyEx(mask.array(), cv2.MORPH_OPEN, disc)
    plane = cv2.morphologyEx(plane, cv2.MORPH_CLOSE, disc)
    return Mask.from_array(cv2.GaussianBlur(plane, (0, 0), 1.0))
