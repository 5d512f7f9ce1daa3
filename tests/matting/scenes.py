"""Subjects of known alpha photographed, on paper, before backgrounds of known colour."""

from functools import cache

import cv2
import numpy as np

from tests.matting.truth import Triple, decode


def card(shape, colour, tilt=0.05):
    """A plain card under uneven light: (H, W, 3) in 0..1."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, length) for length in shape), indexing="ij")
    light = 1 - 0.05 * (x * x + y * y) + tilt * x
    return np.float32(light[..., None] * np.array(colour))


def smoke(shape, seed):
    """A soft, uneven alpha that reaches 0.9 and fades out long before the border."""
    random = np.random.default_rng(seed)
    clouds = sum(
        cv2.resize(random.random((count, count)), shape[::-1], interpolation=cv2.INTER_CUBIC) / count
        for count in (4, 8, 16, 32)
    )
    y, x = np.meshgrid(*(np.linspace(-1, 1, length) for length in shape), indexing="ij")
    envelope = np.clip(1.2 - (x / 0.6) ** 2 - (y / 0.7) ** 2, 0, 1)
    return np.float32((clouds - clouds.min()) / np.ptp(clouds) * envelope * 0.9)


def shot(alpha, fore, back, *, noise=0.006, seed=0, kind=np.uint8):
    """The photograph, with the grain of a camera."""
    share = alpha[..., None]
    mixed = share * fore + (1 - share) * back
    mixed = mixed + np.random.default_rng(seed).normal(0, noise, mixed.shape)
    return np.rint(np.clip(mixed, 0, 1) * np.iinfo(kind).max).astype(kind)


def moved(photo, pixels, degrees, gain):
    """The same as another hand would have taken it: shifted, turned and in another exposure."""
    height, width = photo.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[:, 2] += (0.8 * pixels, -0.6 * pixels)
    turned = cv2.warpAffine(photo, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(np.rint(turned * gain), 0, np.iinfo(photo.dtype).max).astype(photo.dtype), turn


def portrait(data, number, shape):
    """A photo of the shared portraits at another size, in 0..1."""
    path = sorted((data / "matting" / "p3m_portraits" / "image").iterdir())[number]
    return np.float32(cv2.resize(decode(path), shape[::-1], interpolation=cv2.INTER_AREA)) / 255


@cache
def cut_out(data, name):
    """The alpha of a photo and the colours of its subject, as pymatting finds them by the true alpha."""
    from pymatting import estimate_foreground_ml

    triple = Triple.read(data, name, "trimap")
    return triple.alpha, np.float32(estimate_foreground_ml(triple.image / 255, np.float64(triple.alpha)))
