"""What a PNG of ours says beside its pixels, as chunks: colours, resolution, and what else the user wants kept."""

import zlib

from maskstudio.core.image import Image
from maskstudio.core.png import Chunk
from maskstudio.core.profile import rgb_profile_as_grey


def colour_chunks(image: Image, *, grey: bool = False) -> list[Chunk]:
    """What the numbers of ``image`` mean; ``grey`` for a picture of one channel."""
    chunks = [(b"cICP", image.cicp)] if image.cicp else []
    icc = rgb_profile_as_grey(image.icc) if grey and image.icc else image.icc
    if icc:
        chunks.append((b"iCCP", b"ICC profile\0\0" + zlib.compress(icc, 9)))
    return chunks
