"""OpenRaster files of other programs: the lowest layer as the photo, the opacity of each other layer as a mask."""

from dataclasses import replace

import numpy as np

from maskstudio.core.archive import Archive
from maskstudio.core.callbacks import Progress
from maskstudio.core.document import Document, Layer, Origin
from maskstudio.core.files import DEFAULT_PIXEL_LIMIT, Opened, decode_image
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.ops import CombineMode
from maskstudio.core.stack import Sheet, Stack
from maskstudio.errors import BadImage, BadProject, TooLarge

_MERGED = "mergedimage.png"
_FILE = 2 << 30  # bytes of one picture
_ROOMY = 4  # how many times the pixels of the picture a layer of it may have
_MOST = 1000
_BLENDS: dict[str, CombineMode] = {"svg:dst-out": "subtract", "svg:dst-in": "intersect", "svg:xor": "xor"}


def read(
    archive: Archive, stack: Stack, name: str, limit: int | None, step: Progress
) -> tuple[Document, tuple[str, ...]]:
    """The document, and sentences for the user. Raises BadProject, BadImage, TooLarge."""
    limit = limit or 4 * DEFAULT_PIXEL_LIMIT
    if stack.width * stack.height > limit:
        raise TooLarge(
            f"{name} is {stack.width} by {stack.height} pixels, above the limit of {limit / 1e6:,.0f} million."
        )
    sheets = [sheet for sheet in reversed(stack.sheets) if sheet.source.lower().endswith(".png")]
    if len(sheets) > _MOST:
        raise BadProject("it has more layers than can be opened")
    image = _photo(archive, stack, sheets[0]) if sheets else None
    if image is not None:
        sheets = sheets[1:]
    else:
        image = _picture(archive, _MERGED, stack).image
        if image.size != (stack.width, stack.height):
            raise BadProject("its merged picture is of another size than it says")
    layers: list[Layer] = []
    lost = 0
    for number, sheet in enumerate(sheets):
        step(0.3 + 0.7 * number / len(sheets))
        try:
            layers.append(_layer(archive, stack, sheet))
        except (BadImage, BadProject):
            lost += 1
    document = Document(replace(image, name=name, path=None, notes=())).add(layers)
    notes = (f"{lost} of the layers of {name} could not be read.",) if lost else ()
    return document, notes


def _photo(archive: Archive, stack: Stack, sheet: Sheet) -> Image | None:
    """The lowest layer, if it is a photo: all of the picture, and opaque."""
    if (sheet.x, sheet.y) != (0, 0) or not sheet.visible or sheet.opacity < 1:
        return None
    try:
        opened = _picture(archive, sheet.source, stack)
    except (BadImage, BadProject):
        return None
    return opened.image if opened.alpha is None and opened.image.size == (stack.width, stack.height) else None


def _picture(archive: Archive, source: str, stack: Stack) -> Opened:
    most = max(_ROOMY * stack.width * stack.height, 1 << 20)
    try:
        return decode_image(archive.read(source, _FILE), source.rsplit("/", 1)[-1], limit=most)
    except TooLarge as error:
        raise BadProject("a layer of it is far larger than the picture") from error


def _layer(archive: Archive, stack: Stack, sheet: Sheet) -> Layer:
    opened = _picture(archive, sheet.source, stack)
    alpha = opened.alpha
    if alpha is None:
        alpha = np.full(opened.image.pixels.shape[:2], 255, np.uint8)
    mask = Mask(stack.width, stack.height).put(alpha, sheet.x, sheet.y)
    mode = _BLENDS.get(sheet.blend, "add")
    name = sheet.name or "Layer"
    return Layer(0, name, mask, mask, visible=sheet.visible, mode=mode, origin=Origin("import"))
