"""What a YOLO network sees in a picture before it names anything: the feature maps that enter its head."""

import numpy as np

from maskstudio.core.arrays import Pixels8, Real
from maskstudio.providers.local.networks.network import Network, Sight

_NONE = 1.0  # score that no detection is above


def feature_maps(network: Network, rgb: Pixels8) -> tuple[Real, ...]:
    """The maps of a picture ``rgb`` (H, W, 3), see ``maps_of``.

    Raises ``ModelUnavailable`` for a network whose inner maps cannot be read, as those in .onnx files.
    """
    return maps_of(network.look(rgb, _NONE, None, inside=True))


def maps_of(sight: Sight) -> tuple[Real, ...]:
    """The levels of the pyramid that entered the head, fine to coarse, then the prototypes of masks: float32 (h, w, C),
    each over the whole picture that was looked at; its inside was asked for.
    """
    assert sight.prototypes is not None
    left, top = sight.fit.border
    start = left / sight.width, top / sight.height
    share = (sight.width - 2 * left) / sight.width, (sight.height - 2 * top) / sight.height
    return tuple(_within(each.transpose(1, 2, 0), start, share) for each in (*sight.inside, sight.prototypes))


def _within(plane: Real, start: tuple[float, float], share: tuple[float, float]) -> Real:
    """A map (h, w, C) without the cells that lie in the picture's grey border for the most part."""
    height, width = plane.shape[:2]
    left, top = round(start[0] * width), round(start[1] * height)
    right, bottom = (
        max(round((start[0] + share[0]) * width), left + 1),
        max(round((start[1] + share[1]) * height), top + 1),
    )
    return np.ascontiguousarray(plane[top:bottom, left:right])
