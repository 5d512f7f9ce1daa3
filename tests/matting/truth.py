"""Photos with a trimap and a true alpha, and how far an alpha is from it."""

import math
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
    def made(data: Path) -> "Triple":
        """A composite of two photos, kept as JPEG."""
        folder = data / "matting" / "mmagic_gt05"
        trimap, alpha = (decode(folder / part, cv2.IMREAD_GRAYSCALE) for part in ("trimap/GT05.png", "alpha/GT05.jpg"))
        return Triple(decode(folder / "image" / "GT05.jpg"), trimap, np.float32(alpha) / 255)

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
    """Over the unknown pixels: mean squared and summed absolute error, gradient and connectivity error.

    The last two are those of Rhemann, Rother, Wang, Gelautz, Kohli, Rott, "A perceptually motivated online benchmark
    for image matting", CVPR 2009.
    """

    squared: float
    absolute: float
    gradient: float
    connectivity: float


def errors(alpha: npt.NDArray[np.floating], triple: Triple) -> Errors:
    """How far ``alpha`` is from the truth."""
    unknown = (triple.trimap > 0) & (triple.trimap < 255)
    own, true = np.float64(alpha), np.float64(triple.alpha)
    miss = (own - true)[unknown]
    return Errors(
        float((miss**2).mean()),
        float(np.abs(miss).sum()),
        float(((_steepness(own) - _steepness(true))[unknown] ** 2).sum()),
        float(np.abs(np.subtract(*_connected(own, true)))[unknown].sum()),
    )


def _steepness(alpha: npt.NDArray[np.float64], sigma: float = 1.4) -> npt.NDArray[np.float64]:
    """The magnitude of the gradient by normalised derivatives of a Gaussian."""
    reach = math.ceil(sigma * math.sqrt(-2 * math.log(math.sqrt(2 * math.pi) * sigma * 0.01)))
    place = np.arange(-reach, reach + 1)
    bell = np.exp(-(place**2) / (2 * sigma**2))
    across = np.outer(bell, -place * bell)
    across /= np.sqrt((across**2).sum())
    x, y = (cv2.filter2D(alpha, -1, kernel, borderType=cv2.BORDER_REPLICATE) for kernel in (across, across.T.copy()))
    return np.hypot(x, y)


def _connected(own: npt.NDArray[np.float64], true: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
    """How well each pixel of both hangs together with the largest part that both are sure of, in 0..1."""
    reached = np.zeros(own.shape)
    hanging = np.ones(own.shape, np.bool_)
    for tenths in range(1, 11):
        level = tenths / 10
        both = (own >= level) & (true >= level)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(both.astype(np.uint8), connectivity=4)
        hanging &= labels == 1 + stats[1:, cv2.CC_STAT_AREA].argmax() if count > 1 else False
        reached[hanging] = level
    apart = [alpha - reached for alpha in (own, true)]
    return [1 - miss * (miss >= 0.15) for miss in apart]


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
