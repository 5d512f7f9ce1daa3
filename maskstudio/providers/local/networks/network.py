"""YOLO networks from Ultralytics' .pt and .onnx files: boxes, and masks if the network draws them. Knows no model
names.

Only the network and its suppression of duplicates are Ultralytics'; scaling the picture and drawing masks are ours, so
its predictor (sources, saving, callbacks, torchvision) is not used.
"""

import logging
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Box, Pixels8
from maskstudio.core.cv import cv2
from maskstudio.core.document import Detection
from maskstudio.core.image import Image
from maskstudio.core.seen import visible
from maskstudio.errors import MaskStudioError, ModelUnavailable
from maskstudio.jobs import Token
from maskstudio.params.local import DetectParams
from maskstudio.providers.local.networks import onnx_quiet, ultralytics_quiet
from maskstudio.providers.local.networks.field import ScalarField, product
from maskstudio.providers.local.networks.vocabulary import Vocabulary, encoder_of, knowing, speechless
from maskstudio.providers.local.shapes import box_mask
from maskstudio.providers.local.warm import WARM
from maskstudio.providers.weights import trust

log = logging.getLogger(__name__)

SIZE = 640  # px, the longer side of the training pictures
_OVERLAP = 0.7  # boxes of one class that share more than this (IoU) are one object
_MOST = 1000  # boxes left by the suppression
_TASKS = ("detect", "segment", "pose")
_GROWTH = 3  # memory of a loaded network over the size of its file: halves become floats, and there are buffers
_ELSEWHERE = b"\x0a\x08location"  # marks a tensor of an .onnx file whose values are in another file


@dataclass(frozen=True)
class Letterbox:
    """Where a picture lies in the network's input: its scale in x and y, and the grey border at left and top, in px."""

    scale: tuple[float, float]
    border: tuple[int, int]

    def undo(self, box: npt.NDArray[np.float32], width: int, height: int) -> Box:
        """A box (4,) in px of the input as px of the picture, clipped to it."""
        x = np.clip((box[[0, 2]] - self.border[0]) / self.scale[0], 0, width)
        y = np.clip((box[[1, 3]] - self.border[1]) / self.scale[1], 0, height)
        return float(x[0]), float(y[0]), float(x[1]), float(y[1])


def fitted(rgb: Pixels8, size: tuple[int, int], multiple: int | None) -> tuple[Pixels8, Letterbox]:
    """``rgb`` scaled to fit ``size`` (height, width) with a grey border around it, and where it lies.

    With ``multiple`` the border only fills up to a multiple of that many px instead of to the whole size.
    """
    height, width = rgb.shape[:2]
    ratio = min(size[0] / height, size[1] / width)
    new_w, new_h = max(round(width * ratio), 1), max(round(height * ratio), 1)
    small = cv2.resize(rgb, (new_w, new_h), interpolation=cv2.INTER_LINEAR)
    spare_w, spare_h = size[1] - new_w, size[0] - new_h
    if multiple:
        spare_w, spare_h = spare_w % multiple, spare_h % multiple
    left, top = round(spare_w / 2 - 0.1), round(spare_h / 2 - 0.1)
    grey = (114, 114, 114)
    full = cv2.copyMakeBorder(
        small, top, spare_h - top, left, spare_w - left, cv2.BORDER_CONSTANT, value=grey
    )  # fmt: skip
    return full, Letterbox((new_w / width, new_h / height), (left, top))


@dataclass(eq=False)
class Network:
    """A loaded model. The lock lets one thread at a time use it."""

    backend: Any
    draws: bool  # whether it gives masks, not only boxes
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def names(self) -> dict[int, str]:
        """Class names by number."""
        return dict(self.backend.names)

    @property
    def encoder(self) -> str:
        """What it calls the text encoder whose words it understands; empty if its vocabulary is fixed."""
        return encoder_of(self.backend.model) if self.backend.format == "pt" else ""

    @property
    def speechless(self) -> bool:
        """Whether it finds nothing sensible before it is told words."""
        return bool(self.encoder) and speechless(self.backend.model)

    def classes(self, label: str | None) -> list[int] | None:
        """The numbers of the classes called ``label``; None for all classes."""
        return None if label is None else [number for number, name in self.names.items() if name == label]

    def _answers(self, picture: Pixels8, *, inside: bool) -> tuple[Any, list[Any]]:
        """What the network gives for a picture (h, w, 3) of its input's size, as it gives it, and with ``inside`` the
        maps that enter its head, each (1, c, h, w); for whoever has the lock, in torch's mode of inference.
        """
        import torch

        batch = torch.from_numpy(picture).permute(2, 0, 1)[None].float().div_(255)
        if not inside:
            return self.backend(batch), []
        layers = getattr(getattr(self.backend, "model", None), "model", None)
        if layers is None or not self.draws:
            raise ModelUnavailable("Only YOLO models that draw outlines, in a .pt file, can help to select.")
        entering: list[Any] = []
        watch = layers[-1].register_forward_pre_hook(lambda _, given: entering.extend(given[0]))
        try:
            return self.backend(batch), entering
        finally:
            watch.remove()

    def look(
        self,
        rgb: Pixels8,
        confidence: float,
        classes: list[int] | None,
        vocabulary: Vocabulary | None = None,
        *,
        size: int = SIZE,
        overlap: float = _OVERLAP,
        inside: bool = False,
    ) -> "Sight":
        """What the network detects in ``rgb`` (H, W, 3) with a score above ``confidence``, best first.

        With a ``vocabulary``, which only one with an ``encoder`` understands, it looks for these words instead. It sees
        the picture at ``size`` px; of two boxes of one class that share more than ``overlap`` (IoU), one is kept.
        Raises ``ModelUnavailable`` for a network whose ``inside`` is asked for and cannot be read, see ``Sight``.
        """
        import torch
        from ultralytics.utils.nms import non_max_suppression

        whole = self.backend.format == "onnx" and not getattr(self.backend, "dynamic", False)
        sides = tuple(self.backend.imgsz) if whole else (size, size)
        picture, fit = fitted(rgb, sides, None if whole else int(self.backend.stride))
        names = self.names if vocabulary is None else dict(enumerate(vocabulary.words))
        with self.lock, torch.inference_mode(), knowing(self.backend.model, vocabulary):
            raw, entering = self._answers(picture, inside=inside)
            kept = non_max_suppression(
                raw[0] if isinstance(raw, list | tuple) else raw, confidence, overlap, classes,
                nc=len(names), max_det=_MOST, end2end=bool(getattr(self.backend, "end2end", False)),
            )[0]  # fmt: skip
            found = kept.float().cpu().numpy()
            protos = _array(_prototypes(raw)) if self.draws else None
            maps = tuple(_array(each[0]) for each in entering)
        return Sight(found, names, protos, fit, picture.shape[1], picture.shape[0], maps)


def _array(tensor: Any) -> npt.NDArray[np.float32]:
    array: npt.NDArray[np.float32] = tensor.float().contiguous().cpu().numpy()
    return array


def _prototypes(raw: Any) -> Any:
    """The mask prototypes (c, h, w) among a network's outputs; .pt nests them, .onnx lists them."""
    return (raw[0][1] if isinstance(raw[0], list | tuple) else raw[1])[0]


@dataclass(frozen=True, eq=False)
class Sight:
    """What a network detected: rows of box (4), score, class and mask coefficients, the names of the classes, and the
    prototypes that the coefficients combine. ``inside`` are the maps that entered its head, each (c, h, w), fine to
    coarse, if they were asked for.
    """

    rows: npt.NDArray[np.float32]
    names: dict[int, str]
    prototypes: npt.NDArray[np.float32] | None
    fit: Letterbox
    width: int
    height: int
    inside: tuple[npt.NDArray[np.float32], ...] = ()

    def field(self, row: npt.NDArray[np.float32]) -> ScalarField:
        """The mask of one row (N,) as a coarse field over the image."""
        assert self.prototypes is not None
        count, height, width = self.prototypes.shape
        values = product(row[None, 6:], self.prototypes.reshape(count, -1)).reshape(height, width)
        shrink = values.shape[1] / self.width, values.shape[0] / self.height
        scale = self.fit.scale[0] * shrink[0], self.fit.scale[1] * shrink[1]
        return ScalarField(values, scale, (self.fit.border[0] * shrink[0], self.fit.border[1] * shrink[1]))


def detect(
    network: Network,
    image: Image,
    params: DetectParams,
    token: Token,
    classes: list[int] | None,
    vocabulary: Vocabulary | None = None,
) -> list[Detection]:
    """Detections of some ``classes``, by number (of any class if None), scored above ``params.confidence``, best first;
    with a ``vocabulary``, of its words instead.
    """
    token.step(0.4, "Looking")
    return masked(network, network.look(visible(image), params.confidence, classes, vocabulary), image, params, token)


def masked(network: Network, sight: Sight, image: Image, params: DetectParams, token: Token) -> list[Detection]:
    """What was detected in ``image`` with a score above ``params.confidence``, best first, with masks."""
    rows = sight.rows[sight.rows[:, 4] > params.confidence]
    rows = rows[np.argsort(-rows[:, 4], kind="stable")]
    token.step(0.7, "Drawing masks")
    return list(islice(_drawn(network, sight, rows, image, params, token), params.max_detections))


def _drawn(
    network: Network, sight: Sight, rows: npt.NDArray[np.float32], image: Image, params: DetectParams, token: Token
) -> Iterator[Detection]:
    """Detections with their masks, made one at a time; those with an empty mask are left out."""
    for row in rows:
        token.check()
        box = sight.fit.undo(row[:4], image.width, image.height)
        if network.draws:
            mask = sight.field(row).mask(image.width, image.height, box)
        else:
            mask = box_mask(image.width, image.height, box, params.box_shape)
        if mask.tiles:
            yield Detection(sight.names[int(row[5])], float(row[4]), box, mask, params.model)


def get(path: Path, known: Collection[str]) -> Network:
    """The network in the file, loaded now or still in memory. Raises ``Untrusted`` or ``ModelUnavailable``.

    ``known`` are the sha256 sums of files that may be loaded without asking.
    """
    key = trust.stamp(path)
    return WARM.get(path.stem, key, _GROWTH * key[1], lambda: load(path, known))


def load(path: Path, known: Collection[str] = ()) -> Network:
    """Load a weight file after checking its trust; the bytes checked are the bytes loaded.

    ``known`` are the sha256 sums of files that may be loaded without asking. Raises ``Untrusted`` or
    ``ModelUnavailable``.
    """
    with trust.checked_copy(path, known) as copy:
        ultralytics_quiet.ready()
        try:
            backend = _backend(copy)
        except MaskStudioError:
            raise
        except Exception as error:  # damaged files fail in torch, zipfile, pickle, onnxruntime or Ultralytics
            log.info("%s did not load", path, exc_info=True)
            raise ModelUnavailable(
                f"{path.name} is not a YOLO model that can be loaded: it is damaged, incomplete or of another kind."
            ) from error
    task = str(backend.task or getattr(backend.model, "task", ""))  # .onnx says it itself, .pt in its module
    if task not in _TASKS:
        raise ModelUnavailable(f"{path.name} is a YOLO model for the task {task!r}, which finds no objects to mask.")
    return Network(backend, task == "segment")


def _backend(path: Path) -> Any:
    import torch
    from ultralytics.nn.autobackend import AutoBackend

    if path.suffix == ".onnx":
        _check_onnx(path)
    backend = AutoBackend(str(path), device=torch.device("cpu"), verbose=False)
    backend.eval()
    return backend


def _check_onnx(path: Path) -> None:
    """Raise ModelUnavailable for files with which Ultralytics would try to install something, or guess."""
    onnxruntime = onnx_quiet.library()
    onnxruntime.set_default_logger_severity(4)
    content = path.read_bytes()
    if _ELSEWHERE in content:
        raise ModelUnavailable("This .onnx file keeps its weights in another file, which is not read.")
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    if not {"names", "task", "stride"} <= session.get_modelmeta().custom_metadata_map.keys():
        raise ModelUnavailable("This .onnx file is not a YOLO model exported by Ultralytics.")
