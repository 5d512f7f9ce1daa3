"""What Alibaba Cloud's RefineMask and Server402 share: what is sent, what comes back, and the limits.

docs/services.md, 3.1 and 3.6: JPEG or PNG below 3 MB, sides above 32 and below 2000 px, the mask as large as the photo.
"""

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any

import numpy as np

from maskstudio.core.arrays import Plane
from maskstudio.errors import BadAnswer, BadMask
from maskstudio.providers.remote.base import Errand, Piece, Where
from maskstudio.providers.remote.pictures import Sent, box_of, encoded, fitted, mask_of

_SHORTEST, _LONGEST = 33, 1999  # px of a side
_HEAVIEST = 3_000_000 - 1  # bytes of a file
_QUALITIES = (95, 90, 85, 80, 70)
_SHRINK = 0.8  # factor for the sides if no quality is small enough
_DEEPEST = 12  # levels of an answer that are searched


def body(image: str, mask: str) -> dict[str, str]:
    """The parameters of a call, under the names that both services use."""
    return {"ImageURL": image, "MaskImageURL": mask}


def sent_size(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height as sent for a photo of ``size``; a side that is too short is padded first."""
    return fitted(_filled(size), _LONGEST)


def _filled(size: tuple[int, int]) -> tuple[int, int]:
    """``size`` with its shorter side long enough to have 33 px when the longer one has at most 1999."""
    least = max(_SHORTEST, -(-_SHORTEST * max(size) // _LONGEST))
    return max(size[0], least), max(size[1], least)


def filled(plane: Plane) -> Plane:
    """A photo (H, W, 3) or mask (H, W), its short side padded to what the service accepts by repeating its last
    pixels.
    """
    height, width = plane.shape[:2]
    wide, high = _filled((width, height))
    if (wide, high) == (width, height):
        return plane
    gaps = ((0, high - height), (0, wide - width), (0, 0))
    return np.pad(plane, gaps[: plane.ndim], mode="edge")


def pictures_for(photo: Plane, mask: Plane, send_as: str, check: Callable[[], None]) -> tuple[Sent, Sent]:
    """Photo (H, W, 3) and mask (H, W), both `filled`, as files the service accepts, both of one size.

    A photo whose PNG is too large is sent as JPEG. Quality is reduced before size.
    """
    size = fitted((photo.shape[1], photo.shape[0]), _LONGEST)
    while True:
        shown = encoded(mask, size, "PNG")
        check()
        if len(shown.data) <= _HEAVIEST:
            for sent in _tried(photo, size, send_as):
                check()
                if len(sent.data) <= _HEAVIEST:
                    return sent, shown
        size = _smaller(size)


def _tried(photo: Plane, size: tuple[int, int], send_as: str) -> Iterator[Sent]:
    if send_as == "PNG":
        yield encoded(photo, size, "PNG")
    for quality in _QUALITIES:
        yield encoded(photo, size, "JPG", quality=quality)


def _smaller(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    return max(round(width * _SHRINK), _SHORTEST), max(round(height * _SHRINK), _SHORTEST)


def planes_of(errand: Errand) -> tuple[Plane, Plane]:
    """Photo (H, W, 3) and mask (H, W) of an errand, `filled`.

    Raises BadMask if there is no mask of the photo's size.
    """
    if errand.mask is None or errand.mask.shape != errand.photo.shape[:2]:
        raise BadMask("Refining an edge needs a mask of the photo's size.")
    return filled(errand.photo), filled(errand.mask)


def piece_of(
    data: bytes, sent: tuple[int, int], photo: Plane, size: tuple[int, int], title: str, check: Callable[[], None]
) -> Piece:
    """The refined mask in a service's file at the errand's ``size`` (width, height); ``photo`` is `filled`."""
    width, height = size
    mask = np.ascontiguousarray(mask_of(data, sent, photo, title, check)[:height, :width])
    return Piece("Refined", None, box_of(mask), mask)


def where_of(link: str, sent: tuple[int, int]) -> Where:
    """Where a result is stored: its link, and the size of the photo sent for it."""
    return {"link": link, "sent": f"{sent[0]}x{sent[1]}"}


def read_where(where: Where) -> tuple[str, tuple[int, int]]:
    """Link and size from `where_of`. Raises BadAnswer if they are missing."""
    width, _, height = where.get("sent", "").partition("x")
    if not (width.isdecimal() and height.isdecimal() and 0 < int(width) <= _LONGEST and 0 < int(height) <= _LONGEST):
        raise BadAnswer("Where this result lies is not known, so it cannot be fetched.")
    return where.get("link", ""), (int(width), int(height))


def link_in(data: Any, inputs: Collection[str], title: str) -> str:
    """The link to the result in an answer's ``data``, at any depth (docs/services.md, 3.1).

    ``Elements[].ImageURL`` is preferred, then ``Result`` as a link, then any ``ImageURL``; never one of the ``inputs``.
    Texts that hold JSON are searched too. Raises BadAnswer if there is none.
    """
    spots = list(_walk(data, 0))
    for wanted in ("elements", "result", "imageurl"):
        for within, name, value in spots:
            named = name in ("imageurl", "url") and "elements" in within if wanted == "elements" else name == wanted
            if named and value.startswith(("https://", "http://")) and value not in inputs:
                return value
    raise BadAnswer(f"{title} sent an answer without a link to the result, so nothing was fetched.")


def _walk(value: Any, depth: int, within: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Every text in ``value``: the names above it, its own name, and the text; names in lower case."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, depth + 1, (*within, str(name).lower()))
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, depth + 1, within)
    elif isinstance(value, str) and within:
        yield within[:-1], within[-1], value.strip()
        if value.lstrip().startswith(("{", "[")):
            yield from _walk(_parsed(value), depth + 1, within)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
