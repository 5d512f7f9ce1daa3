"""Camera RAW: developed by LibRaw, which comes with the extra "raw" of this package."""

import io
from typing import TYPE_CHECKING

import numpy as np

from maskstudio.core.arrays import Pixels
from maskstudio.core.metadata import metadata_of_file
from maskstudio.core.planes import Planes, check_size
from maskstudio.errors import BadImage

if TYPE_CHECKING:
    import rawpy

_SRGB_GAMMA = (2.4, 12.92)


def develop(data: bytes, name: str, limit: int | None) -> Planes:
    """The photo as 16-bit sRGB, upright, with the camera's white balance and exposure.

    ``limit`` is in pixels, None for none.

    Raises BadImage where LibRaw is not installed or cannot do it, and TooLarge; nothing is unpacked above the limit.
    """
    try:
        import rawpy
    except ImportError as error:
        raise BadImage(
            f"{name} is camera RAW, which needs LibRaw: install it with pip install 'maskstudio[raw]', "
            "or save the photo as TIFF first."
        ) from error
    try:
        with rawpy.imread(io.BytesIO(data)) as raw:
            sizes = raw.sizes
            check_size(max(sizes.raw_width, sizes.width), max(sizes.raw_height, sizes.height), name, limit)
            pixels = _developed(raw)
    except rawpy.LibRawError as error:
        raise BadImage(f"{name} is camera RAW that is damaged, or of a camera LibRaw does not know.") from error
    note = "The camera RAW was developed with the camera's white balance and exposure, as 16-bit sRGB."
    return Planes(pixels, notes=(note,), metadata=metadata_of_file(data))


def _developed(raw: "rawpy.RawPy") -> Pixels:
    """The photo as uint16 (H, W, 3), or (H, W) of a grey sensor."""
    import rawpy

    made: Pixels = raw.postprocess(
        use_camera_wb=True,
        output_bps=16,
        output_color=rawpy.ColorSpace.sRGB,
        gamma=_SRGB_GAMMA,
        no_auto_bright=True,  # photos of one series must fit together: a clean plate, a second shot
    )
    deep = made.reshape(*made.shape[:2], -1)
    return np.ascontiguousarray(deep[..., :3] if deep.shape[2] >= 3 else deep[..., 0], np.uint16)
