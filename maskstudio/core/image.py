"""The Image: the read-only source pixels of a document. Knows nothing of files, masks or layers."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from maskstudio.core.arrays import Pixels, Pixels8, Plane
from maskstudio.core.depth import to_8bit, to_depth
from maskstudio.core.metadata import NOTHING, Metadata
from maskstudio.core.reduced import quartered
from maskstudio.errors import BadImage
from maskstudio.names import shown

__all__ = ["Image", "to_8bit", "to_depth"]

_LARGE = 8_000_000
_SAMPLE = 1 << 20  # bytes


@dataclass(frozen=True, eq=False)
class Image:
    """Source pixels, never altered: orientation applied, grey expanded to three equal channels.

    pixels  RGB, uint8 or uint16, (H, W, 3), C-contiguous. The image takes the array over and makes it read-only.
    icc     the colour profile that describes ``pixels``; None stands for sRGB
    name    what to call it on screen (the file's name)
    path    where it came from, if from a file
    grey    the file had one colour channel
    notes   sentences worth telling the user once
    cicp    the body of a PNG's cICP chunk (ITU-T H.273) that says what ``icc`` says; b"" for none
    metadata  what came with the picture beside its pixels, for the export
    alpha   how opaque the file is, uint8 (H, W), whatever becomes of the masks; None where it is so everywhere
    """

    pixels: Pixels
    icc: bytes | None = None
    name: str = "untitled"
    path: Path | None = None
    grey: bool = False
    notes: tuple[str, ...] = ()
    cicp: bytes = b""
    metadata: Metadata = NOTHING
    alpha: Plane | None = None

    def __post_init__(self) -> None:
        pixels: Pixels = self.pixels
        if pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape or pixels.dtype not in (np.uint8, np.uint16):
            raise BadImage(f"{self.name} has no usable pixels ({pixels.dtype} {pixels.shape}).")
        object.__setattr__(self, "name", shown(self.name))
        pixels = pixels if pixels.flags.c_contiguous else pixels.copy()
        pixels.flags.writeable = False
        object.__setattr__(self, "pixels", pixels)
        if self.alpha is not None:
            self.alpha.flags.writeable = False

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height

    @property
    def large(self) -> bool:
        """Whether it has so many pixels that a view of the whole had better be made from its quarter."""
        return self.width * self.height >= _LARGE

    @property
    def depth(self) -> int:
        """Bits a channel: 8 or 16."""
        return 8 * self.pixels.dtype.itemsize

    @cached_property
    def digest(self) -> str:
        """sha256 (hex) of shape, depth and pixels: the same picture has the same digest, whatever file it came from."""
        sha = hashlib.sha256(f"{self.width}x{self.height}x{self.depth}:".encode())
        sha.update(self.pixels.data)
        return sha.hexdigest()

    @property
    def known_digest(self) -> str | None:
        """The digest, if it has been worked out before."""
        return self.__dict__.get("digest")

    @property
    def sample(self) -> str:
        """sha256 (hex) of shape, depth and rows spread over the picture, a megabyte of them: within a few milliseconds
        it tells two photos apart, though not two editions of one.
        """
        sha = hashlib.sha256(f"{self.width}x{self.height}x{self.depth}:".encode())
        sha.update(np.ascontiguousarray(self.pixels[:: 1 + self.pixels.nbytes // _SAMPLE]).data)
        return sha.hexdigest()

    @cached_property
    def quarter(self) -> Pixels:
        """The pixels at a quarter of the sides, rounded up: for a view of the whole. Made at the first call, in a
        tenth of the time that decoding took: ask for it on the thread that opens a large file.
        """
        return quartered(self.pixels)

    @property
    def whole(self) -> Pixels:
        """Everything there is of it as one array, (H, W, 3), or (H, W, 4) with alpha."""
        if self.alpha is None:
            return self.pixels
        out = np.empty((self.height, self.width, 4), self.pixels.dtype)
        out[..., :3], out[..., 3] = self.pixels, to_depth(self.alpha, self.depth)
        return out

    def rgb8(self) -> Pixels8:
        """RGB uint8 (H, W, 3): the pixels themselves at 8 bits, round(v / 257) at 16."""
        return to_8bit(self.pixels)
