"""A cut-out network run on a photo: the photo is squashed to the network's square, and its answer stretched back."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from maskstudio.core.arrays import Pixels8, Plane, Real
from maskstudio.core.cv import cv2
from maskstudio.errors import ModelUnavailable
from maskstudio.jobs import Token
from maskstudio.providers.local.networks import cutoutkinds, onnxgraph, onnxsession
from maskstudio.providers.local.networks.cutoutkinds import Feed, Kind
from maskstudio.providers.weights import trust

_BEYOND = 0.01  # values this far outside of 0..1 are no shares
_JUDGED = 256  # px, the longer side of what confidence is judged on: edges take little of it
_POSSIBLE = 0.1  # shares above this may be subject
_EVEN, _SLOPE = 0.75, 0.04  # decided shares that are right as often as wrong, and how quickly that changes
_FAINT = 0.5  # what nowhere reaches this is no subject, so it is not stretched to one


@dataclass(frozen=True, eq=False)
class CutoutNetwork:
    """A loaded cut-out network and how to ask it."""

    network: onnxsession.OnnxNetwork
    kind: Kind

    def look(self, rgb: Pixels8, token: Token) -> Real:
        """The share of each pixel (h, w) that is subject, 0..1, at the size of the network, for a photo (H, W, 3).

        Raises ``ModelUnavailable`` if it fails or does not answer with a mask.
        """
        batch = prepared(rgb, self.kind.feed)
        if self.kind.entry.kind == onnxgraph.FLOAT16:
            batch = batch.astype(np.float16)
        (answer,) = self.network.run({self.kind.entry.name: batch}, token)
        return shares(answer, self.kind.feed, self.network.name)


def load(path: Path, known: str) -> CutoutNetwork:
    """The cut-out network in a file; ``known`` is its name in the catalogue, or "". Raises ``ModelUnavailable``."""
    kinds: list[Kind] = []

    def keep(content: bytes) -> tuple[str]:
        endings = dict(onnxgraph.needs(content).endings)
        kinds.append(cutoutkinds.kind_of(path, onnxgraph.ports(content), known, endings))
        return (kinds[0].answer.name,)

    network = onnxsession.opened(path, keep)
    return CutoutNetwork(network, kinds[0])


def prepared(rgb: Pixels8, feed: Feed) -> Real:
    """A photo (H, W, 3) as the network wants it: float32 (1, 3, h, w)."""
    height, width = feed.size
    smaller = rgb.shape[0] > height and rgb.shape[1] > width
    square = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    full = max(float(rgb.max()), 1.0) if feed.brightest else 255.0
    batch = np.empty((1, 3, height, width), np.float32)
    for channel, (mean, std) in enumerate(zip(feed.mean, feed.std, strict=True)):
        np.multiply(square[..., channel], np.float32(1 / (full * std)), out=batch[0, channel])
        batch[0, channel] -= np.float32(mean / std)
    return batch


def shares(answer: Real, feed: Feed, name: str) -> Real:
    """What a network answered (1, 1, h, w) as shares (h, w), 0..1. Raises ``ModelUnavailable`` for no mask.

    ``name`` is that of its file, for the error.
    """
    if answer.ndim != 4 or answer.shape[:2] != (1, 1) or not cutoutkinds.whole_part(answer.shape[2:], feed.size):
        shape = " x ".join(map(str, answer.shape))
        raise ModelUnavailable(f"{name} answered with {shape} values, which are no mask of the photo it was shown.")
    values: Real = answer[0, 0].astype(np.float32)
    if not np.isfinite(values).all():
        raise ModelUnavailable(f"{name} answered with values that are no numbers, so there is no mask of this photo.")
    low, high = float(values.min()), float(values.max())
    if feed.answer == "logits" or (not feed.answer and (low < -_BEYOND or high > 1 + _BEYOND)):
        values = (1 / (1 + np.exp(-np.clip(values, -30, 30)))).astype(np.float32)
        low, high = float(values.min()), float(values.max())
    if feed.stretch and high > _FAINT and high > low:
        values = (values - low) / (high - low)
    return np.clip(values, 0, 1)


def confidence(found: Real) -> float:
    """The chance that a network's answer (h, w), 0..1, is right but for its edge, 0..1, by how decided it is.

    What is surely subject as a share of what may be: a network that is unsure of a part gives it small values, which a
    mask hides. On 45 photos ISNet's overlap with the truth follows that share (correlation 0.93; a mask of at least 0.8
    lies above one of less in 93 % of pairs); at ``_EVEN`` as many are right as wrong.
    """
    zoom = min(_JUDGED / max(found.shape), 1.0)
    small = cv2.resize(found, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA) if zoom < 1 else found
    possible = np.count_nonzero(small > _POSSIBLE)
    share = float(small[small > 0.5].sum()) / possible if possible else 0.0
    return float(1 / (1 + np.exp((_EVEN - share) / _SLOPE)))


def at_size(found: Real, width: int, height: int) -> Plane:
    """Shares (h, w) as a mask (height, width), 0..255, plainly enlarged: what is made of its edge is for others."""
    large = cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR)
    plane: Plane = np.rint(large * np.float32(255)).astype(np.uint8)
    return plane


def key_of(path: Path) -> tuple[trust.WeightStamp, ...]:
    """A key that changes when a model or its sidecar is replaced. Raises ``CannotRead``."""
    sidecars = (path.with_suffix(suffix) for suffix in cutoutkinds.SIDECARS)
    return tuple(trust.stamp(each) for each in (path, *(one for one in sidecars if one.is_file())))
