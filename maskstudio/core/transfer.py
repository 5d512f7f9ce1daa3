"""Transfer functions: how numbers of 0..1 become linear light of 0..1, by the code points of ITU-T H.273 and others.

Light above what a screen of standard range shows (PQ, HLG) is brought into it as ITU-R BT.2390 has it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import DeepPlane, Double

_SAMPLES = 4096
_WHITE = 203.0  # cd/m2 of diffuse white in HDR (ITU-R BT.2408)
_PEAK = 1000.0  # cd/m2 taken for the brightest light where a file does not say


@dataclass(frozen=True, eq=False)
class Curve:
    """From stored numbers to linear light. ``numbers`` are those of a parametric ICC curve, where it is one."""

    name: str
    light: Callable[[Double], Double]
    numbers: tuple[float, ...] = ()
    hdr: bool = False

    def samples(self) -> Double:
        """The light, 0..1, at evenly spaced numbers from 0 to 1: (N,)."""
        return self.light(np.linspace(0, 1, _SAMPLES)).clip(0, 1)

    def narrow(self, depth: int) -> "Curve":
        """The same where black is 16 and white 235 of 255 (at 8 bits)."""
        step = (1 << (depth - 8)) / ((1 << depth) - 1)
        light = self.light

        def expanded(values: Double) -> Double:
            return light(((values / step - 16) / 219).clip(0, 1))

        return Curve(f"{self.name}, narrow", expanded, (), self.hdr)


def power(exponent: float) -> Curve:
    """V ** exponent."""
    return Curve(f"gamma {exponent:.3g}", lambda values: values**exponent, (exponent,))


def _srgb(values: Double) -> Double:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


SRGB = Curve("sRGB", _srgb, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))


def png_gamma(value: float) -> Curve:
    """The curve of a PNG's gAMA, a share of 1.

    It says how the numbers relate to those for an ordinary screen, for which 0.45455 was laid down; that screen is
    sRGB today, as in the chunk sRGB. So 0.45455 is sRGB itself, and other values bend the numbers beforehand.
    """
    if abs(value / 0.45455 - 1) < 0.002:
        return SRGB
    return Curve(f"gAMA {value:.3g}", lambda values: _srgb(values ** (0.45455 / value)))


def table(values: DeepPlane) -> Curve:
    """Makes a curve of a table of light, (N,), 0..65535 (TIFF's TransferFunction)."""
    known, places = values / 65535.0, np.linspace(0, 1, len(values))
    return Curve("table", lambda numbers: np.interp(numbers, places, known))


def of_code(code: int, brightest: float = 0) -> Curve | None:
    """The curve of a code point; None for one that is reserved. ``brightest`` light in cd/m2, 0 for not known.

    The codes of television (1, 6, 7, 11, 12, 14, 15) say how a camera makes numbers. A picture is shown as sRGB all
    the same, as every browser does.
    """
    if code in (1, 2, 6, 7, 11, 12, 13, 14, 15):
        return SRGB
    if code in (4, 5, 8):
        return power({4: 2.2, 5: 2.8, 8: 1.0}[code])
    if code in (9, 10):
        decades = 2 if code == 9 else 2.5
        return Curve("logarithmic", lambda values: np.where(values > 0, 10 ** ((values - 1) * decades), 0))
    if code == 17:
        return Curve("ST 428", lambda values: values**2.6 * (52.37 / 48))
    if code in (16, 18):
        peak = brightest if _WHITE < brightest <= 10_000 else _PEAK
        light = pq_light if code == 16 else hlg_light
        return Curve("PQ" if code == 16 else "HLG", lambda values: to_standard_range(light(values), peak), (), hdr=True)
    return None


def pq_light(values: Double) -> Double:
    """Light in cd/m2 of numbers of 0..1 by SMPTE ST 2084, of any shape, be it (N,) or (H, W, 3)."""
    root = values ** (32 / 2523)
    return 10_000 * (np.maximum(root - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * root)) ** (16384 / 2610)


def hlg_light(values: Double) -> Double:
    """Light in cd/m2 of hybrid log-gamma numbers of 0..1 (ITU-R BT.2100) on a screen of 1000 cd/m2.

    Arrays of any shape, be it (N,) or (H, W, 3): each channel counts by itself.
    """
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(values <= 0.5, values**2 / 3, (np.exp((values - c) / a) + b) / 12)
    return _PEAK * scene**1.2


def to_standard_range(light: Double, peak: float) -> Double:
    """Turns light of up to ``peak`` cd/m2, (N,) or (H, W, 3), into shares of white: below a knee as it is, above it
    rolled off (ITU-R BT.2390, 5.4.1).
    """
    top = _pq_numbers(np.array(peak))
    shown = _pq_numbers(np.array(_WHITE)) / top
    knee = 1.5 * shown - 0.5
    numbers = (_pq_numbers(light) / top).clip(0, 1)
    part = ((numbers - knee) / (1 - knee)).clip(0, 1)
    bent = (
        (2 * part**3 - 3 * part**2 + 1) * knee
        + (part**3 - 2 * part**2 + part) * (1 - knee)
        + (-2 * part**3 + 3 * part**2) * shown
    )
    return pq_light(np.where(numbers < knee, numbers, bent) * top) / _WHITE


def _pq_numbers(light: Double) -> Double:
    root = (light / 10_000) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * root) / (1 + 2392 / 128 * root)) ** (2523 / 32)
