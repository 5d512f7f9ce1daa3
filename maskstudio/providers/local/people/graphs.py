"""MediaPipe's graphs, loaded without output and kept. Its models are inside its package. Knows nothing of masks."""

import importlib.util
import logging
import math
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np

from maskstudio.core.arrays import Pixels8
from maskstudio.core.cv import cv2
from maskstudio.core.quiet import silence
from maskstudio.errors import ModelUnavailable

GraphName = Literal["face_full", "face_short", "face_mesh", "hands", "pose", "selfie", "selfie_wide"]

_WEAK = 0.2  # graphs report everything above this score; callers filter further
_MANY = 20  # most hands in one picture


def installed() -> bool:
    """Whether MediaPipe is installed; it is not imported."""
    return importlib.util.find_spec("mediapipe") is not None


class Graph:
    """One MediaPipe graph. Safe to share between threads: one picture at a time."""

    def __init__(self, solution: Any) -> None:
        self._solution = solution
        self._lock = threading.Lock()

    def run(self, rgb: Pixels8) -> Any:
        """The graph's outputs for a picture (H, W, 3), RGB."""
        with self._lock:
            return self._solution.process({"image": np.ascontiguousarray(rgb)})


_making = threading.Lock()


def get(kind: GraphName) -> Graph:
    """The graph of this kind, made once. Raises ``ModelUnavailable`` if MediaPipe cannot be loaded."""
    with _making:
        return _made(kind)


@lru_cache(maxsize=16)
def _made(kind: GraphName) -> Graph:
    with silence():  # TensorFlow Lite prints a greeting that cannot be switched off
        try:
            graph = Graph(_solution_base()(**_GRAPHS[kind]))
            graph.run(np.zeros((64, 64, 3), np.uint8))  # it prints its messages with the first picture
            return graph
        except (ImportError, RuntimeError) as error:
            raise ModelUnavailable(
                "MediaPipe could not be loaded on this machine; reinstall it with: pip install mediapipe==0.10.14"
            ) from error


@lru_cache(maxsize=1)
def _solution_base() -> Any:
    """MediaPipe's graph runner, patched to get protobuf messages in a way that gives no warning."""
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it warns that a first import takes long
    from google.protobuf import descriptor_pool  # type: ignore[import-untyped]
    from google.protobuf.message_factory import GetMessageClass  # type: ignore[import-untyped]

    with _without_sound():
        from mediapipe.python import packet_getter, solution_base, solutions  # noqa: F401  # they register options

    messages = SimpleNamespace(pool=descriptor_pool.Default(), GetPrototype=GetMessageClass)
    packet_getter.symbol_database = SimpleNamespace(Default=lambda: messages)
    return solution_base.SolutionBase


@contextmanager
def _without_sound() -> Iterator[None]:
    """Keep MediaPipe from importing sounddevice, which runs a compiler to find a library; MediaPipe works without
    it.
    """
    name = "sounddevice"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


def _faces(reach: str) -> dict[str, Any]:
    threshold = f"facedetection{reach}range__facedetection__TensorsToDetectionsCalculator.min_score_thresh"
    return {
        "binary_graph_path": f"mediapipe/modules/face_detection/face_detection_{reach}_range_cpu.binarypb",
        "calculator_params": {threshold: _WEAK},
        "outputs": ["detections"],
    }


def _selfie(model: int) -> dict[str, Any]:
    return {
        "binary_graph_path": "mediapipe/modules/selfie_segmentation/selfie_segmentation_cpu.binarypb",
        "side_inputs": {"model_selection": model},
        "outputs": ["segmentation_mask"],
    }


_GRAPHS: dict[GraphName, dict[str, Any]] = {
    "face_full": _faces("full"),
    "face_short": _faces("short"),
    "face_mesh": {
        "binary_graph_path": "mediapipe/modules/face_landmark/face_landmark_front_cpu.binarypb",
        "side_inputs": {"num_faces": 1, "with_attention": True, "use_prev_landmarks": False},
        "calculator_params": {
            "facedetectionshortrangecpu__facedetectionshortrange__facedetection"
            "__TensorsToDetectionsCalculator.min_score_thresh": _WEAK,
            "facelandmarkcpu__ThresholdingCalculator.threshold": _WEAK,
        },
        "outputs": ["multi_face_landmarks"],
    },
    "hands": {
        "binary_graph_path": "mediapipe/modules/hand_landmark/hand_landmark_tracking_cpu.binarypb",
        "side_inputs": {"model_complexity": 1, "num_hands": _MANY, "use_prev_landmarks": False},
        "calculator_params": {
            "palmdetectioncpu__TensorsToDetectionsCalculator.min_score_thresh": 0.5,
            "handlandmarkcpu__ThresholdingCalculator.threshold": _WEAK,
        },
        "outputs": ["multi_hand_landmarks", "multi_handedness"],
    },
    "pose": {
        "binary_graph_path": "mediapipe/modules/pose_landmark/pose_landmark_cpu.binarypb",
        "side_inputs": {
            "model_complexity": 1,
            "smooth_landmarks": False,
            "enable_segmentation": False,
            "smooth_segmentation": False,
            "use_prev_landmarks": False,
        },
        "outputs": ["pose_landmarks"],
    },
    "selfie": _selfie(0),
    "selfie_wide": _selfie(1),
}


def square(rgb: Pixels8, left: float, top: float, side: float, size: int) -> Pixels8:
    """The square of ``side`` px at (left, top), scaled to (size, size, 3); black where it reaches beyond the
    picture.
    """
    zoom = size / side
    x0 = y0 = 0
    across = down = 1.0
    if zoom < 0.5:  # average first: sampling alone would skip pixels
        x0, y0 = max(int(left), 0), max(int(top), 0)
        part = rgb[y0 : max(math.ceil(top + side), 0), x0 : max(math.ceil(left + side), 0)]
        if not part.size:
            return np.zeros((size, size, 3), np.uint8)
        height, width = part.shape[:2]
        shape = max(round(width * zoom * 1.5), 1), max(round(height * zoom * 1.5), 1)
        rgb = cv2.resize(part, shape, interpolation=cv2.INTER_AREA)
        across, down = shape[0] / width, shape[1] / height
    move = np.array([
        [zoom / across, 0, (x0 - left + 0.5 / across) * zoom - 0.5],
        [0, zoom / down, (y0 - top + 0.5 / down) * zoom - 0.5],
    ])  # fmt: skip
    crop: Pixels8 = cv2.warpAffine(rgb, move, (size, size), flags=cv2.INTER_LINEAR)
    return crop
