"""Pictures for services: photos and masks made small enough to send, and answers checked and scaled back."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import PIL.ExifTags
import PIL.Image

from maskstudio.core.arrays import Plane
from maskstudio.core.cv import cv2
from maskstudio.core.depth import to_8bit
from maskstudio.core.files import decode_image, decode_mask
from maskstudio.errors import BadAnswer, MaskStudioError
from maskstudio.matting.enlarge import enlarged

_QUALITY = 95
_COARSEST = 8  # times by which an answer may be smaller than the picture sent


@dataclass(frozen=True, eq=False)
class Sent:
    """A picture as it is sent: its bytes, content type, size, and ``scale`` (at most 1) relative to the document."""

    data: bytes
    kind: str
    size: tuple[int, int]
    scale: float


def fitted(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """``size`` (width, height) reduced to fit a square of ``longest`` px, with the same ratio; never enlarged."""
    width, height = size
    scale = min(1.0, longest / max(width, height))
    return max(round(width * scale), 1), max(round(height * scale), 1)


def encoded(plane: Plane, size: tuple[int, int], send_as: str, *, quality: int = _QUALITY) -> Sent:
    """A photo (H, W, 3) or a mask (H, W) at ``size``, as "PNG" or "JPG" (``quality`` 1..100, colours at full size)."""
    height, width = plane.shape[:2]
    if size != (width, height):
        plane = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    scale = size[0] / width
    shown = cv2.cvtColor(plane, cv2.COLOR_RGB2BGR) if plane.ndim == 3 else plane
    if send_as == "PNG":
        _, data = cv2.imencode(".png", shown, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        return Sent(data.tobytes(), "image/png", size, scale)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111]
    _, data = cv2.imencode(".jpg", shown, options)
    return Sent(data.tobytes(), "image/jpeg", size, scale)


def mask_of(
    data: bytes,
    sent: tuple[int, int],
    photo: Plane,
    title: str,
    check: Callable[[], None],
    *,
    box: tuple[float, float, float, float] | None = None,
) -> Plane:
    """The mask in a service's picture, uint8 (H, W) at the photo's size: its alpha, or the plane most like a mask.

    ``sent`` is the size of the picture sent. A smaller mask of the same ratio is enlarged along the edges of ``photo``.
    One of the size of ``box`` (left, top, right, bottom in px of the picture sent) is placed there. Raises BadAnswer
    for any other.
    """
    spot = _spot(box, picture_size(data, title), sent)
    if spot is None:
        _check_size(picture_size(data, title), sent, title)
    try:
        mask = decode_mask(data, f"The answer of {title}")
    except MaskStudioError:
        raise BadAnswer(f"{title} sent a picture that is damaged, so it was not used.") from None
    _check_upright((mask.shape[1], mask.shape[0]), data, title)
    check()
    if spot is not None:
        whole = np.zeros((sent[1], sent[0]), np.uint8)
        whole[spot[1] : spot[1] + mask.shape[0], spot[0] : spot[0] + mask.shape[1]] = mask
        mask = whole
    return enlarged(photo, mask, check=check)


def cutout_of(
    data: bytes, sent: tuple[int, int], photo: Plane, title: str, check: Callable[[], None]
) -> tuple[Plane, Plane | None]:
    """The alpha (H, W) of a service's cut-out, and its colours (H, W, 3) if they have the photo's own size; see
    ``mask_of``.

    Raises BadAnswer for a picture without alpha, which is no cut-out.
    """
    _check_size(picture_size(data, title), sent, title)
    try:
        opened = decode_image(data, f"The answer of {title}")
    except MaskStudioError:
        raise BadAnswer(f"{title} sent a picture that is damaged, so it was not used.") from None
    _check_upright(opened.image.size, data, title)
    alpha = None if opened.alpha is None else to_8bit(opened.alpha)
    if alpha is None and _opaque(data):
        alpha = np.full(opened.image.size[::-1], 255, np.uint8)
    if alpha is None:
        raise BadAnswer(f"{title} sent a picture without transparency, which holds no mask.")
    check()
    same = opened.image.size == (photo.shape[1], photo.shape[0])
    return enlarged(photo, alpha, check=check), opened.image.rgb8() if same else None


def _spot(
    box: tuple[float, float, float, float] | None, found: tuple[int, int], sent: tuple[int, int]
) -> tuple[int, int] | None:
    """The position (left, top in px) of a picture of size ``found`` that holds only the ``box``; otherwise None."""
    if box is None or found == sent:
        return None
    left, top, right, bottom = (round(side) for side in box)
    inside = left >= 0 and top >= 0 and right <= sent[0] and bottom <= sent[1]
    return (left, top) if inside and (right - left, bottom - top) == found else None


def picture_size(data: bytes, title: str) -> tuple[int, int]:
    """Width and height in the header of the file, read before anything is decoded. Raises BadAnswer."""
    try:
        with PIL.Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "TIFF")) as image:
            width, height = image.size
    except PIL.Image.DecompressionBombError:
        raise BadAnswer(f"{title} sent a picture that is far too large, so it was not used.") from None
    except (OSError, ValueError, SyntaxError, EOFError):
        raise BadAnswer(f"{title} sent something that is no picture, so it was not used.") from None
    return width, height


def _check_upright(unpacked: tuple[int, int], data: bytes, title: str) -> None:
    """Raise BadAnswer for a file that is to be turned or mirrored: it does not say how its mask lies on the photo."""
    try:
        with PIL.Image.open(io.BytesIO(data)) as image:
            declared = image.size
            turned = image.getexif().get(PIL.ExifTags.Base.Orientation, 1) not in (0, 1)
    except (OSError, ValueError, SyntaxError, EOFError):
        raise BadAnswer(f"{title} sent a picture that is damaged, so it was not used.") from None
    if turned or declared != unpacked:
        raise BadAnswer(f"{title} sent a picture that is turned, so it was not used.")


def _opaque(data: bytes) -> bool:
    """Whether a picture has an alpha plane although it is 255 everywhere: then all of it is the subject."""
    with PIL.Image.open(io.BytesIO(data)) as image:
        return image.has_transparency_data


def _check_size(found: tuple[int, int], sent: tuple[int, int], title: str) -> None:
    """Raise BadAnswer unless the size is the one sent, or at least an eighth of it in the same ratio.

    The longer side gives the scale, to half a pixel of the answer; the shorter one may be rounded or truncated.
    Together the error stays below one pixel.
    """
    if found == sent:
        return
    longer = 0 if sent[0] >= sent[1] else 1
    shorter = 1 - longer
    off = found[shorter] - sent[shorter] * found[longer] / sent[longer]
    inside = all(side <= whole <= side * _COARSEST for side, whole in zip(found, sent, strict=True))
    if not inside or abs(off) >= 1:
        raise BadAnswer(
            f"{title} sent a picture of {found[0]} × {found[1]} px for one of {sent[0]} × {sent[1]} px, "
            "so it was not used."
        )


def box_of(mask: Plane) -> tuple[float, float, float, float]:
    """Left, top, right, bottom in px of the non-zero part of a mask (H, W)."""
    x, y, width, height = cv2.boundingRect(np.ascontiguousarray(mask))
    return float(x), float(y), float(x + width), float(y + height)
