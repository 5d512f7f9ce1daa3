"""ICC profiles: whether one describes the pixels, and conversions that need one. Knows nothing of files."""

import io
import struct

import PIL.Image

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
    curve = _tag(icc, b"kTRC")
    if curve is None or curve[:4] not in (b"curv", b"para"):
        return None
    primaries = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
    text = _text_v4 if icc[8] >= 4 else _text_v2
    bodies = {
        b"desc": text("Grey as RGB"),
        b"cprt": _text_v4("Public domain") if icc[8] >= 4 else b"text" + bytes(4) + b"Public domain\0",
        b"wtpt": _xyz(0.9642, 1.0, 0.8249),
        **{name: _xyz(*xyz) for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    return _assemble(bodies, bytes(icc[8:12]))


def _tag(icc: bytes, name: bytes) -> bytes | None:
    (count,) = struct.unpack_from(">I", icc, 128)
    for at in range(132, min(132 + 12 * count, len(icc) - 11), 12):
        signature, offset, size = struct.unpack_from(">4sII", icc, at)
        if signature == name and size >= 12 and offset + size <= len(icc):
            return icc[offset : offset + size]
    return None


def _text_v2(text: str) -> bytes:
    return b"desc" + struct.pack(">II", 0, len(text) + 1) + text.encode() + b"\0" + bytes(78)


def _text_v4(text: str) -> bytes:
    return b"mluc" + struct.pack(">III4sII", 0, 1, 12, b"enUS", 2 * len(text), 28) + text.encode("utf-16-be")


def _xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def _assemble(bodies: dict[bytes, bytes], version: bytes) -> bytes:
    table, blob, at = b"", b"", 132 + 12 * len(bodies)
    for name, body in bodies.items():
        table += struct.pack(">4sII", name, at + len(blob), len(body))
        blob += body + bytes(-len(body) % 4)
    illuminant = _xyz(0.9642, 1.0, 0.8249)[8:]
    header = struct.pack(
        ">I4s4s4s4s4s12s4s28s", at + len(blob), b"", version, b"mntr", b"RGB ", b"XYZ ", b"", b"acsp", b""
    )
    return header + illuminant + bytes(48) + struct.pack(">I", len(bodies)) + table + blob
