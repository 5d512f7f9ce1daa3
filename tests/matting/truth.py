"""Photos with a trimap and a true alpha, and how far an alpha is from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

NAMES = tuple(f"GT{number:02}" for number in range(1, 28, 2))


def decode(path: Path, flags: int = cv2.IMREAD_COLOR) -> npt.NDArray[np.uint8]:
    """The pixels of a file, RGB or grey."""
    pixels = cv2.imdecode(np.fromfile(path, np.uint8), flags)
    return pixels if pixels.ndim == 2 else np.ascontiguousarray(pixels[..., 2::-1])


@dataclass(frozen=True)
class Triple:
    """One photo of the alphamatting.com training set."""

    image: npt.NDArray[np.uint8]
    trimap: npt.NDArray[np.uint8]
    alpha: npt.NDArray[np.float32]

    @staticmethod
    def read(data: Path, name: str, kind: str) -> "Triple":
        """``kind`` is ``trimap`` (narrow) or ``trimap2`` (wide)."""
        folder = data / "matting" / "alphamatting"
        grey = [decode(folder / part / f"{name}.png", cv2.IMREAD_GRAYSCALE) for part in (kind, "alpha")]
        return Triple(decode(folder / "image" / f"{name}.png"), grey[0], np.float32(grey[1]) / 255)

    def enlarged(self, factor: float) -> "Triple":
        """The same photo with ``factor`` times the width and height."""

        def wide(plane, interpolation):
            return cv2.resize(plane, None, fx=factor, fy=factor, interpolation=interpolation)

        trimap = wide(self.trimap, cv2.INTER_NEAREST_EXACT)
        return Triple(wide(self.image, cv2.INTER_CUBIC), trimap, wide(self.alpha, cv2.INTER_LINEAR))


@dataclass(frozen=True)
class Errors:
    """Mean squared and summed absolute error over the unknown pixels."""

    squared: float
    absolute: float


def errors(alpha: npt.NDArray[np.floating], triple: Triple) -> Errors:
    """How far ``alpha`` is from the truth."""
    unknown = (triple.trimap > 0) & (triple.trimap < 255)
    miss = np.float64(alpha[unknown]) - triple.alpha[unknown]
    return Errors(float((miss**2).mean()), float(np.abs(miss).sum()))


def closed_form(triple: Triple) -> npt.NDArray[np.float64]:
    """pymatting's closed-form alpha. Its very first import on a machine compiles for half a minute."""
    from pymatting import estimate_alpha_cf

    return estimate_alpha_cf(triple.image / 255, triple.trimap / 255)


Composite = tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32], npt.NDArray[np.float32]]


def composites(data: Path) -> Iterator[Composite]:
    """Photos put over other photos by a true alpha: the composite, that alpha and the foreground in 0..1."""
    matting = data / "matting"
    made = matting / "mmagic_gt05"
    alpha = np.float32(decode(made / "alpha" / "GT05.jpg", cv2.IMREAD_GRAYSCALE)) / 255
    alpha[alpha < 0.02], alpha[alpha > 0.98] = 0, 1  # what JPEG left of clear and solid
    photos = [decode(made / "foreground" / "GT05.jpg"), decode(made / "background" / "GT26r.jpg")]
    yield _composite(*photos, alpha)
    photos = [decode(path) for path in sorted((matting / "p3m_portraits" / "image").iterdir())]
    for number, name in enumerate(("GT01", "GT07", "GT21", "GT27")):
        alpha = Triple.read(data, name, "trimap").alpha
        yield _composite(photos[2 * number], photos[2 * number + 1], alpha)


def _composite(over: npt.NDArray[np.uint8], under: npt.NDArray[np.uint8], alpha: npt.NDArray[np.float32]) -> Composite:
    size = alpha.shape[::-1]
    fore, back = (np.float32(cv2.resize(photo, size, interpolation=cv2.INTER_AREA)) / 255 for photo in (over, under))
    mixed = alpha[..., None] * fore + (1 - alpha[..., None]) * back
    return np.rint(mixed * 255).astype(np.uint8), alpha, fore


def rim_error(
    colours: npt.NDArray[np.floating], truth: npt.NDArray[np.float32], alpha: npt.NDArray[np.float32]
) -> float:
    """Mean colour error over the band as it shows in a composite: weighted by ``alpha``."""
    band = (alpha > 0) & (alpha < 1)
    return float((np.abs(colours[band] - truth[band]).mean(axis=1) * alpha[band]).mean())
