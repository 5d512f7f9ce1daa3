"""What files say of their colours without an ICC profile, and the profile that says the same.

A tag is primaries and a curve. Code points are those of ITU-T H.273, as in PNG's cICP and in AVIF's and HEIF's nclx.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from maskstudio.core import iccfile, transfer
from maskstudio.core.arrays import Matrix
from maskstudio.core.boxes import BoxedColours
from maskstudio.core.tiff import EXIF_IFD, INTEROP_IFD, Directory, read_tiff
from maskstudio.core.transfer import Curve

Chromaticity = tuple[float, float]
Primaries = tuple[Chromaticity, Chromaticity, Chromaticity, Chromaticity]  # x, y of red, green, blue and white

_D65, _C, _DCI = (0.3127, 0.3290), (0.310, 0.316), (0.314, 0.351)
SRGB_PRIMARIES: Primaries = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65)
_NTSC: Primaries = ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65)
_CODES: dict[int, Primaries] = {
    1: SRGB_PRIMARIES,
    2: SRGB_PRIMARIES,  # not said
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C),
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),
    6: _NTSC,
    7: _NTSC,
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _DCI),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),
}
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_RGB_MATRIX = 0
_ICC_4_3 = b"\x04\x30\0\0"
_TIFF_CURVE, _TIFF_WHITE, _TIFF_PRIMARIES, _GAMMA = 301, 318, 319, 0xA500
_COLOUR_SPACE, _INDEX = 0xA001, 1


@dataclass(frozen=True, eq=False)
class ColourTag:
    """What numbers mean. ``cicp`` are the four bytes that a PNG says the same with, b"" where there are none."""

    primaries: Primaries = SRGB_PRIMARIES
    curve: Curve = transfer.SRGB
    cicp: bytes = b""

    @property
    def is_srgb(self) -> bool:
        """Whether this is what is assumed without any tag."""
        same = np.abs(np.array(self.primaries) - SRGB_PRIMARIES).max() < 0.0015
        return bool(same) and self.curve is transfer.SRGB

    @property
    def icc(self) -> bytes | None:
        """A profile that says the same; None for sRGB, and for primaries that no light has."""
        columns = _to_d50(self.primaries)
        if self.is_srgb or columns is None:
            return None
        matrix, adaptation = columns
        curve = self.curve
        body = iccfile.parametric(*curve.numbers) if curve.numbers else iccfile.sampled(curve.samples())
        chad = iccfile.matrix_tag(adaptation)
        return iccfile.matrix_profile(f"As tagged ({curve.name})", matrix, body, version=_ICC_4_3, chad=chad)

    @property
    def usable(self) -> bool:
        """Whether a picture can be shown by it."""
        return self.is_srgb or _to_d50(self.primaries) is not None


SRGB = ColourTag()
ADOBE_RGB = ColourTag(((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), _D65), transfer.power(563 / 256))


def of_codes(primaries: int, code: int, *, full: bool = True, depth: int = 8, brightest: float = 0) -> ColourTag | None:
    """The tag of H.273 code points for numbers of red, green and blue; None where they say nothing we know.

    ``full`` is false where black is 16 of 255, at ``depth`` bits; ``brightest`` is the brightest light in cd/m2.
    """
    points, curve = _CODES.get(primaries), transfer.of_code(code, brightest)
    if points is None or curve is None or (primaries == 2 and code == 2):
        return None
    if not full:  # which numbers are black and white is another matter at each depth, so that only a profile can say it
        return ColourTag(points, curve.narrow(depth))
    return ColourTag(points, curve, bytes((primaries, code, _RGB_MATRIX, 1)))


def of_boxes(boxed: BoxedColours) -> ColourTag | None:
    """The tag of an AVIF or HEIF file, whose decoder gives red, green and blue of full range."""
    if boxed.nclx is None:
        return None
    return of_codes(boxed.nclx[0], boxed.nclx[1], brightest=boxed.brightest)


def of_png(chunks: Mapping[bytes, bytes], depth: int) -> tuple[ColourTag | None, ColourTag | None]:
    """What a PNG's chunks say: a tag that goes before a profile, and one that holds where there is no profile.

    PNG 3rd edition, 4.3: cICP before iCCP before sRGB before gAMA and cHRM.
    """
    first = None
    cicp = chunks.get(b"cICP", b"")
    if len(cicp) == 4 and cicp[2] == _RGB_MATRIX:
        light = chunks.get(b"cLLI", b"")
        brightest = struct.unpack(">I", light[:4])[0] / 10_000 if len(light) == 8 else 0
        first = of_codes(cicp[0], cicp[1], full=cicp[3] != 0, depth=max(depth, 8), brightest=brightest)
    return first, SRGB if b"sRGB" in chunks else _of_gamma(chunks)


def _of_gamma(chunks: Mapping[bytes, bytes]) -> ColourTag | None:
    """The tag of a PNG's gAMA and cHRM; None where neither is usable."""
    gamma, points = chunks.get(b"gAMA", b""), chunks.get(b"cHRM", b"")
    (share,) = struct.unpack(">I", gamma) if len(gamma) == 4 else (0,)
    curve = transfer.png_gamma(share / 100_000) if 1_000 <= share <= 1_000_000 else None
    primaries = None
    if len(points) == 32:
        white, *rest = (tuple(pair) for pair in (np.array(struct.unpack(">8I", points)) / 100_000).reshape(4, 2))
        primaries = (*rest, white)
    if curve is None and primaries is None:
        return None
    tag = ColourTag(primaries or SRGB_PRIMARIES, curve or transfer.SRGB)  # type: ignore[arg-type]
    return tag if tag.usable else ColourTag(curve=curve or transfer.SRGB)


def of_exif(exif: bytes) -> ColourTag | None:
    """What EXIF says of a picture: sRGB, Adobe RGB (by its name in the rules for cameras), or numbers of its own."""
    tiff = read_tiff(exif)
    if tiff is None:
        return None
    main = tiff.directory(tiff.first)
    details = tiff.below(main, EXIF_IFD)
    space = int(details.number(_COLOUR_SPACE))
    if space == 1:
        return SRGB
    if space == 2 or tiff.below(details, INTEROP_IFD).text(_INDEX).startswith("R03"):
        return ADOBE_RGB
    return of_directory(main, details)


def of_directory(main: Directory, details: Directory | None = None) -> ColourTag | None:
    """What WhitePoint, PrimaryChromaticities and TransferFunction of a TIFF say; ``details`` may hold a gamma."""
    white, points = main.numbers(_TIFF_WHITE), main.numbers(_TIFF_PRIMARIES)
    primaries = None
    if len(points) == 6:
        pairs = [*zip(points[::2], points[1::2], strict=True), tuple(white) if len(white) == 2 else _D65]
        primaries = tuple(pairs)
    curve = _tiff_curve(main)
    gamma = details.number(_GAMMA) if details is not None else 0
    if curve is None and 0.1 <= gamma <= 10:
        curve = transfer.SRGB if abs(gamma - 2.2) < 0.01 else transfer.power(gamma)
    if primaries is None and curve is None:
        return None
    tag = ColourTag(primaries or SRGB_PRIMARIES, curve or transfer.SRGB)  # type: ignore[arg-type]
    return tag if tag.usable else None


def _tiff_curve(main: Directory) -> Curve | None:
    values = np.array(main.numbers(_TIFF_CURVE))
    if len(values) < 2:
        return None
    if len(values) % 3 == 0:
        curves = values.reshape(3, -1)
        values = curves[1]  # three curves that differ belong to a device; the green one stands for all
    if values.min() < 0 or values.max() > 65535 or (np.diff(values) < 0).any() or values[-1] <= values[0]:
        return None
    return transfer.table(values.astype(np.uint16))


def _to_d50(primaries: Primaries) -> tuple[Matrix, Matrix] | None:
    """Red, green and blue as columns of XYZ under D50, and the adaptation that brought them there (Bradford)."""
    points = np.array(primaries, np.float64)
    if not np.isfinite(points).all() or points.min() < -1 or points.max() > 2 or np.abs(points[:, 1]).min() < 1e-4:
        return None
    whole = np.stack((points[:, 0] / points[:, 1], np.ones(4), (1 - points.sum(1)) / points[:, 1]))
    if abs(np.linalg.det(whole[:, :3])) < 1e-6 or whole[:, 3].min() <= 0:
        return None
    matrix = whole[:, :3] * np.linalg.solve(whole[:, :3], whole[:, 3])
    scale = (_BRADFORD @ iccfile.D50) / (_BRADFORD @ whole[:, 3])
    adaptation = np.linalg.inv(_BRADFORD) @ np.diag(scale) @ _BRADFORD
    columns = adaptation @ matrix
    if not np.isfinite(columns).all() or np.abs(columns).max() > 100 or scale.min() <= 0:
        return None
    return columns, adaptation
