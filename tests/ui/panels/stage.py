"""What the panels are shown on: a small photo, discs as masks, and a provider that finds one."""

from types import SimpleNamespace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from maskstudio.core.document import Detection, Layer
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.params.local import MaskParams
from maskstudio.ui.panels.adjust import AdjustPanel
from maskstudio.ui.panels.detect import DetectPanel
from maskstudio.ui.panels.export import ExportPanel
from maskstudio.ui.panels.history import HistoryPanel
from maskstudio.ui.panels.jobs import JobsPanel
from maskstudio.ui.panels.layers import LayersPanel
from maskstudio.ui.panels.mask import MaskPanel
from maskstudio.ui.panels.refine import RefinePanel

WIDTH, HEIGHT = 600, 400
PANELS = (DetectPanel, LayersPanel, MaskPanel, RefinePanel, ExportPanel, AdjustPanel, HistoryPanel, JobsPanel)
LEFT = Qt.MouseButton.LeftButton


def disc(x, y, radius):
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return Mask.from_array(np.where((columns - x) ** 2 + (rows - y) ** 2 < radius**2, 255, 0).astype(np.uint8))


def photo():
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    channels = [columns * 255 // WIDTH, rows * 255 // HEIGHT, (columns + rows) * 255 // (WIDTH + HEIGHT)]
    return Image(np.stack(channels, axis=2).astype(np.uint8), name="photo.png")


def layer(name, mask, score=0.9):
    found = Detection(name, score, (0, 0, 1, 1), mask, "mediapipe_face_full")
    return Layer(0, name, mask, mask, MaskParams(0, 0), found)


class StubProvider:
    """Three models in the three states; finds one disc, whatever is asked."""

    name = "stub"

    def __init__(self):
        self.asked = 0
        self.params = []
        self.downloaded = False

    def models(self):
        self.asked += 1
        both = frozenset({"detect", "cutout"})
        state = "ready" if self.downloaded else "download"
        return [
            SimpleNamespace(
                name="mediapipe_face_full", title="Faces", operations=both, state="ready", note="", size=None,
                outlines=True, words=False,
            ),
            SimpleNamespace(
                name="face_yolov8n", title="Faces, light", operations=both, state=state, note="Run x.", size=6_230_011,
                outlines=True, words=False,
            ),
            SimpleNamespace(
                name="other", title="Other", operations=both, state="unavailable", note="Needs onnxruntime.", size=None,
                outlines=True, words=False,
            ),
        ]  # fmt: skip

    def detect(self, image, params, token):
        self.params.append(params)
        return [Detection("face", 0.87, (0, 0, 1, 1), disc(300, 200, 60), params.model)]

    def cutout(self, image, params, token):
        self.params.append(params)
        return Detection("person", None, (0, 0, 1, 1), disc(300, 200, 150), params.model)


def words(widget):
    return " ".join(each.text() for each in widget.findChildren(QLabel) if each.isVisibleTo(widget))


def row(panel, layer_id):
    return panel.view.visualRect(panel.model.index_of(layer_id))
