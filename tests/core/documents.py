"""Small documents for tests."""

import numpy as np

from maskstudio.core.document import Document, Layer
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask


def image(width=300, height=280, *, dtype=np.uint8, seed=0):
    top = np.iinfo(dtype).max
    pixels = np.random.default_rng(seed).integers(0, top, (height, width, 3), dtype, endpoint=True)
    pixels.flags.writeable = False
    return Image(pixels=pixels, icc=None, name="noise.png", path=None, grey=False, notes=())


def disc(width=300, height=280, radius=80, centre=None):
    x, y = centre or (width // 2, height // 2)
    rows, columns = np.ogrid[:height, :width]
    return np.where((columns - x) ** 2 + (rows - y) ** 2 <= radius**2, 255, 0).astype(np.uint8)


def layer(plane, name="disc", **fields):
    mask = Mask.from_array(plane)
    return Layer(id=0, name=name, mask=mask, shaped=mask, **fields)


def document(*planes, **options):
    return Document(image(**options)).add([layer(plane) for plane in planes])


def combined(below, above, how):
    """Two planes of 8 bits joined by plain arithmetic."""
    return {
        "replace": above,
        "add": np.maximum(below, above),
        "subtract": np.minimum(below, 255 - above),
        "intersect": np.minimum(below, above),
        "xor": np.maximum(np.minimum(below, 255 - above), np.minimum(255 - below, above)),
    }[how]
