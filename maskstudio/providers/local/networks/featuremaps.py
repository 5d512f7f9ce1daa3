"""What a YOLO network sees in a picture before it names anything: the feature maps that enter its head."""

from typing import Any

import numpy as np

from maskstudio.core.arrays import Pixels8, Real
from maskstudio.errors import ModelUnavailable
from maskstudio.providers.local.networks.network import SIZE, Network, fitted, prototypes


def feature_maps(network: Network, rgb: Pixels8) -> tuple[Real, ...]:
    """The levels of the pyramid that enters the head, fine to coarse, then the prototypes of masks: float32 (h, w, C),
    each over the whole picture ``rgb`` (H, W, 3).

    Raises ``ModelUnavailable`` for a network whose inner maps cannot be read, as those in .onnx files.
    """
    import torch

    head = _head(network)
    picture, fit = fitted(rgb, (SIZE, SIZE), int(network.backend.stride))
    seen: list[Any] = []
    with network.lock, torch.inference_mode():
        watch = head.register_forward_pre_hook(lambda _, given: seen.extend(given[0]))
        try:
            raw = network.answers(picture)
        finally:
            watch.remove()
        inside = [*(each[0] for each in seen), prototypes(raw)]
        maps = [each.float().permute(1, 2, 0).contiguous().cpu().numpy() for each in inside]
    high, wide = picture.shape[:2]
    inner = wide - 2 * fit.border[0], high - 2 * fit.border[1]
    return tuple(
        _within(each, (fit.border[0] / wide, fit.border[1] / high), (inner[0] / wide, inner[1] / high)) for each in maps
    )


def _head(network: Network) -> Any:
    """The network's last module."""
    layers = getattr(getattr(network.backend, "model", None), "model", None)
    if layers is None or not network.draws:
        raise ModelUnavailable("Only YOLO models that draw outlines, in a .pt file, can help to select.")
    return layers[-1]


def _within(plane: Real, start: tuple[float, float], share: tuple[float, float]) -> Real:
    """A map (h, w, C) without the cells that lie in the picture's grey border for the most part."""
    height, width = plane.shape[:2]
    left, top = round(start[0] * width), round(start[1] * height)
    right, bottom = (
        max(round((start[0] + share[0]) * width), left + 1),
        max(round((start[1] + share[1]) * height), top + 1),
    )
    return np.ascontiguousarray(plane[top:bottom, left:right])
