"""What tests of the views of an edge share."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from maskstudio.core.document import Document, Layer, Refinement
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.params.local import RefineParams
from tests.ui.windows import show_document

WIDTH, HEIGHT = 300, 240


CLEAN, DIRTY = (220, 60, 30), (90, 120, 60)


K, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


def coverage():
    ramp = np.clip((190 - np.arange(WIDTH)) / 60, 0, 1) * 255
    return np.broadcast_to(np.rint(ramp), (HEIGHT, WIDTH)).astype(np.uint8)


@pytest.fixture
def opened(window, qtbot):
    """A soft edge of other colours than the photo has there: one layer that is refined."""
    photo = np.full((HEIGHT, WIDTH, 3), DIRTY, np.uint8)
    soft = Mask.from_array(coverage())
    hard = Mask.from_array(np.where(coverage() >= 128, 255, 0).astype(np.uint8))
    colours = {index: np.full((*soft.tile(index).shape, 3), CLEAN, np.uint8) for index in ((0, 0), (1, 0))}
    layer = Layer(
        0, "subject", hard, hard, refine=RefineParams(band_width=25, adaptive=False),
        refinement=Refinement(soft, colours),
    )  # fmt: skip
    show_document(window, Document(Image(photo, name="photo.png")).add([layer]))
    return window


def shown(window):
    return None if window.canvas.contents.trimap is None else window.canvas.contents.trimap.array()[0]


def colour_at(window, qtbot, x, y):
    qtbot.waitUntil(lambda: window.canvas.repaint() or window.canvas.complete)
    at = window.canvas.view.from_image(QPointF(x + 0.25, y + 0.25)).toPoint()
    return window.canvas.grab().toImage().pixelColor(at).getRgb()[:3]
