"""Segment Anything as two .onnx files, NAME.encoder.onnx and NAME.decoder.onnx, as samexporter and AnyLabeling have it.

What a file wants is read from its graph: an encoder of three dimensions takes a photo as it is (H, W, 3) and does the
rest itself, one of four takes a normalised square; finer maps between the two files tell that it is SAM 2.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from maskstudio.core.arrays import Pixels8, Real
from maskstudio.errors import ModelUnavailable
from maskstudio.jobs import Token
from maskstudio.providers.local.networks import onnxgraph, onnxsession
from maskstudio.providers.local.networks.onnxgraph import Port, Ports
from maskstudio.providers.local.networks.pointnetwork import FIRST_CORNER, Aim, Lie, normalised

_SIDE = 1024  # px of the square, where a graph does not say
_SIDES = range(16, 4097)  # px that it may be
_EMBEDDINGS = ("image_embeddings", "image_embed")
_SCORES = "iou_predictions"
_MASKS = ("low_res_masks", "masks")  # the first as the network makes them; SAM 2's decoder has only such
_POINTS, _LABELS = "point_coords", "point_labels"
_OWN = {"mask_input", "has_mask_input", "orig_im_size"}  # what is told besides, the same for every prompt
_COARSE = (1, 1, 256, 256)  # of an earlier mask, of which there is none
_NOWHERE = -1  # label of a point that says nothing: SAM without a box expects one

_TYPES = {onnxgraph.FLOAT: np.float32, onnxgraph.FLOAT16: np.float16}


@dataclass(frozen=True, eq=False)
class SamPair:
    """A loaded pair. ``carried`` are the maps that go from the encoder to the decoder, under their names there."""

    name: str
    encoder: onnxsession.OnnxNetwork
    decoder: onnxsession.OnnxNetwork
    photo: Port
    carried: tuple[Port, ...]
    told: tuple[Port, ...]
    side: int

    def encode(self, rgb: Pixels8, token: Token) -> Mapping[str, Real]:
        """What it makes of a photo (H, W, 3), see ``PointNetwork``. Stops in the middle if cancelled."""
        token.check()
        picture = self._lie((rgb.shape[1], rgb.shape[0])).picture(rgb)
        fed = picture if len(self.photo.shape) == 3 else normalised(picture, self.side)
        found = self.encoder.run({self.photo.name: fed.astype(_TYPES[self.photo.kind])}, token)
        encoding = {
            port.name: np.asarray(each, np.float32)
            for port, each in zip(sorted(self.carried, key=lambda port: port.name), self._in_order(found), strict=True)
        }
        if not self.fits(encoding):
            raise ModelUnavailable(f"{self.name} encoded the photo to something else than its decoder takes.")
        return encoding

    def fits(self, encoding: Mapping[str, Real]) -> bool:
        """Whether arrays, by name, each (1, c, h, w), are an encoding of its own, see ``PointNetwork``."""
        return encoding.keys() == {port.name for port in self.carried} and all(
            _agrees(encoding[port.name].shape, port.shape) and np.isfinite(encoding[port.name]).all()
            for port in self.carried
        )

    def decode(
        self, encoding: Mapping[str, Real], photo: tuple[int, int], aim: Aim, token: Token
    ) -> tuple[Real, Real, Lie]:
        """Masks for a prompt, (n, h, w), see ``PointNetwork``."""
        lie = self._lie(photo)
        points, labels = lie.places(aim), aim.labels.astype(np.float32)
        if not self._finer and not (aim.labels >= FIRST_CORNER).any():
            points, labels = np.vstack([points, np.zeros((1, 2), np.float32)]), np.append(labels, np.float32(_NOWHERE))
        fed: dict[str, Any] = {**encoding, _POINTS: points[None], _LABELS: labels[None]}
        fed |= {
            "mask_input": np.zeros(_COARSE, np.float32),
            "has_mask_input": np.zeros(1, np.float32),
            "orig_im_size": np.array([self.side, self.side], np.float32),
        }
        scores, logits = self.decoder.run(
            {port.name: fed[port.name].astype(_TYPES.get(port.kind, np.int64)) for port in self.told}, token
        )
        return self._checked(logits, scores, lie)

    @property
    def _finer(self) -> bool:
        return len(self.carried) > 1

    def _lie(self, photo: tuple[int, int]) -> Lie:
        return Lie(photo, self.side, squashed=self._finer)  # as each was trained

    def _in_order(self, found: list[Real]) -> list[Real]:
        """The encoder's answers in the order of their names."""
        names = [each.name for each in self.encoder.session.get_outputs()]
        return [found[names.index(name)] for name in sorted(names)]

    def _checked(self, logits: Real, scores: Real, lie: Lie) -> tuple[Real, Real, Lie]:
        """Scores (n,) come before logits (n, h, w) or not, as the graph has them. Raises ``ModelUnavailable``."""
        if scores.ndim == 4:
            logits, scores = scores, logits
        fine = logits.ndim == 4 and scores.shape == logits.shape[:2] and logits.shape[0] == 1 and logits.size > 0
        if not fine or not np.isfinite(logits).all() or not np.isfinite(scores).all():
            raise ModelUnavailable(f"{self.name} answered with something else than masks and their scores.")
        return logits[0].astype(np.float32), scores[0].astype(np.float32), lie


def load(name: str, encoder: Path, decoder: Path) -> SamPair:
    """The pair in two files. Raises ``ModelUnavailable`` if one is damaged, unsafe, or does not go with the other."""
    graphs: dict[Path, Ports] = {}

    def keep(path: Path, choose: Callable[[Ports], tuple[str, ...] | None], content: bytes) -> tuple[str, ...]:
        graphs[path] = onnxgraph.ports(content)
        chosen = choose(graphs[path])
        if chosen is None:
            raise ModelUnavailable(f"{path.name} has not the inputs and outputs of a SAM model's part.")
        return chosen

    second = onnxsession.opened(decoder, partial(keep, decoder, _answers))
    told = graphs[decoder].inputs
    maps = tuple(port for port in told if port.name not in {_POINTS, _LABELS, *_OWN})
    first = onnxsession.opened(encoder, partial(keep, encoder, lambda ports: _maps(ports, maps)))
    (photo,) = graphs[encoder].inputs
    return SamPair(name, first, second, photo, maps, told, _side(photo))


def _answers(ports: Ports) -> tuple[str, ...] | None:
    """The outputs of a decoder that are asked for; None for another graph."""
    inputs, outputs = ({port.name for port in each} for each in (ports.inputs, ports.outputs))
    masks = next((name for name in _MASKS if name in outputs), None)
    strange = {name for name in inputs - {_POINTS, _LABELS, *_OWN, *_EMBEDDINGS} if not name.startswith("high_res")}
    fine = {_POINTS, _LABELS} <= inputs and len(inputs & {*_EMBEDDINGS}) == 1 and not strange and _SCORES in outputs
    return (masks, _SCORES) if masks is not None and fine else None


def _maps(ports: Ports, wanted: tuple[Port, ...]) -> tuple[str, ...] | None:
    """The outputs of an encoder that its decoder takes; None for another graph."""
    if len(ports.inputs) != 1 or len(ports.inputs[0].shape) not in (3, 4) or ports.inputs[0].kind not in _TYPES:
        return None
    (photo,), there = ports.inputs, {port.name for port in ports.outputs}
    channels = photo.shape[2] if len(photo.shape) == 3 else photo.shape[1]
    names = tuple(port.name for port in wanted)
    return names if {*names} <= there and channels in (3, None) and _side(photo) in _SIDES else None


def _side(photo: Port) -> int:
    """Px of the square that an encoder looks at."""
    stated = [each for each in photo.shape if each not in (None, 1, 3)] if len(photo.shape) == 4 else []
    return max((each for each in stated if each is not None), default=_SIDE)


def _agrees(shape: tuple[int, ...], stated: tuple[int | None, ...]) -> bool:
    """Whether an array has the shape that a graph states, where it states one."""
    return len(shape) == len(stated) and all(wanted in (None, have) for have, wanted in zip(shape, stated, strict=True))
