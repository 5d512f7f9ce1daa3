"""ICC profiles: whether one describes the pixels, and conversions that need one. Knows nothing of files."""

import io
import struct

import numpy as np
import PIL.Image

from maskstudio.core.iccfile import grey_profile, matrix_profile, tag

_MOST = 16 << 20  # bytes; the largest real profiles (multi-ink LUTs) are a few MiB


def profile_space(icc: bytes) -> str:
    """The colour space a profile is for ("RGB", "GRAY", "CMYK", ...); "" if it is damaged."""
    if not 132 <= len(icc) <= _MOST or icc[36:40] != b"acsp" or struct.unpack(">I", icc[:4])[0] > len(icc):
        return ""
    return icc[16:20].decode("ascii", "replace").strip()


def to_srgb(image: PIL.Image.Image, icc: bytes | None) -> PIL.Image.Image:
    """A CMYK or Lab image in sRGB: relative colorimetric through ``icc``, by plain arithmetic where there is none."""
    from PIL import ImageCms

    try:
        source = (
            ImageCms.createProfile("LAB") if image.mode == "LAB" else ImageCms.ImageCmsProfile(io.BytesIO(icc or b""))
        )
        made = ImageCms.profileToProfile(
            image,
            source,
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        made = None
    return made if made is not None else image.convert("RGB")


def grey_profile_as_rgb(icc: bytes) -> bytes | None:
    """An RGB profile in which equal channels look as the grey profile's one channel did; None if that cannot be made.

    A matrix profile (ICC.1:2010, section 8.3) with the grey curve on all three channels and the sRGB primaries, whose
    sum is the white point: R = G = B = v then gives curve(v) times white, as the grey profile does.
    """
    curve = tag(icc, b"kTRC")
    if curve is None or curve[:4] not in (b"curv", b"para"):
        return None
    columns = np.array(((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))).T
    return matrix_profile("Grey as RGB", columns, curve, version=bytes(icc[8:12]))


def rgb_profile_as_grey(icc: bytes) -> bytes | None:
    """A grey profile in which a value looks as three equal ones do in an RGB profile; None if that cannot be made."""
    curve = tag(icc, b"gTRC")
    if curve is None or curve[:4] not in (b"curv", b"para"):
        return None
    return grey_profile(curve, version=bytes(icc[8:12]))
