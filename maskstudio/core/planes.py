"""Planes: what a decoder makes of a file, before it becomes an Image and its mask; how large it may be."""

from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Pixels
from maskstudio.core.metadata import NOTHING, Metadata
from maskstudio.errors import BadImage, TooLarge


@dataclass(frozen=True)
class Planes:
    """What a file holds: ``colour`` (H, W) grey or (H, W, 3) RGB, ``alpha`` (H, W) of the same depth or None."""

    colour: Pixels
    alpha: Pixels | None = None
    icc: bytes | None = None
    notes: tuple[str, ...] = ()
    cicp: bytes = b""
    metadata: Metadata = NOTHING


def alpha_of(planes: Planes) -> Pixels | None:
    """The alpha plane; None where there is none or it is opaque everywhere."""
    alpha = planes.alpha
    return None if alpha is None or int(alpha.min()) == np.iinfo(alpha.dtype).max else alpha


def check_size(width: int, height: int, name: str, limit: int | None) -> None:
    """Refuse a picture of an impossible size, or of more pixels than ``limit``. Raises BadImage, TooLarge."""
    pixels = width * height
    if pixels <= 0 or max(width, height) >= 1 << 31:
        raise BadImage(f"{name} is damaged and cannot be opened: it claims an impossible size.")
    if limit is not None and pixels > limit:
        raise TooLarge(
            f"{name} is {width} by {height} pixels ({pixels / 1e6:,.0f} million; it would take about "
            f"{pixels * 4 / 1e9:,.1f} GB of memory to open), above the limit of {limit / 1e6:,.0f} million; "
            "if you trust it, open it with --allow-huge."
        )
