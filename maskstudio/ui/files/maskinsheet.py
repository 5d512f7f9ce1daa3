"""The sheet for a mask being imported: its channel, its place, and how it joins the present mask."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from maskstudio.core.arrays import Plane
from maskstudio.core.document import Document
from maskstudio.core.image import to_8bit
from maskstudio.core.mask_samples import DocumentSamples
from maskstudio.core.maskin import Fit, Incoming
from maskstudio.core.ops import combine_planes
from maskstudio.figures import percent
from maskstudio.params.local import MaskInParams
from maskstudio.params.spec import Params, param
from maskstudio.session.importing import JOINS, Join
from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.fields import Choice
from maskstudio.ui.widgets.form import Form

_SIDE = 380  # logical px of the preview
_FINE = 2  # samples per pixel of the preview, each way, for fine screens
_FORM = 320  # px
_TINT = (77, 139, 255)
_COVER, _VEIL = 150, 110  # of 255: the tint of full coverage, and the darkness of none


@dataclass(frozen=True)
class ImportParams(MaskInParams):
    """How a mask is imported in the window."""

    title: ClassVar[str] = "Import mask"

    stretch: bool = param(
        True, "stretch", "Stretch to the photo",
        "A picture of another size is stretched over the whole photo; otherwise it keeps its size.",
    )  # fmt: skip
    join: Literal["layer", "replace", "add", "subtract", "intersect", "xor"] = param(
        "layer", "join", "Take in",
        "As a layer of its own, or into the active layer: in the place of its mask, added, taken away, or leaving only "
        "what both have, or only what one of them has.",
        choices=(
            ("layer", "As a new layer"), ("replace", "Replace the mask"), ("add", "Add to the mask"),
            ("subtract", "Subtract from the mask"), ("intersect", "Intersect with the mask"),
            ("xor", "Exclude where both overlap"),
        ),
    )  # fmt: skip

    @property
    def fit(self) -> Fit:
        """How a picture of another size is fitted."""
        return "stretch" if self.stretch else "keep"


class MaskInSheet(QDialog):
    """Shows ``incoming`` over the photo as it would be imported, live. ``agreed(params)`` is emitted once, on Import.

    ``note`` is one sentence on what is special about this mask.
    """

    agreed = Signal(object)

    def __init__(
        self, parent: QWidget, document: Document, incoming: Incoming, params: ImportParams, note: str = ""
    ) -> None:
        """Show ``incoming`` with ``params``; the size has a control only where mask and photo differ in size."""
        super().__init__(parent)
        self.setObjectName("maskInSheet")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("Import Mask"))
        self._document = document
        self._picture = _Preview(document, incoming)
        own = {"mask_channel": _only(ImportParams, "mask_channel", incoming.channels)}
        layers = JOINS if document.layer(document.active) else ("layer",)
        own["join"] = _only(ImportParams, "join", layers)
        same = incoming.size == document.size
        self.form = Form(ImportParams, without=("stretch",) if same else (), own=own)
        self.form.set_params(params)
        self.form.changed.connect(self._show)
        self._arrange(incoming, note)
        self._show(params)

    def _arrange(self, incoming: Incoming, note: str) -> None:
        """Lay out the preview at the left, name, size, note and form at the right, and the buttons below."""
        title = QLabel(incoming.name)
        title.setObjectName("pageTitle")
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setWordWrap(True)
        size = parts.Hint(self.tr("{} × {} px").format(*incoming.size))
        side = QVBoxLayout()
        side.setSpacing(theme.SPACE)
        side.addWidget(title)
        side.addWidget(size)
        if note:
            words = parts.Hint(note)
            words.setObjectName("note")
            side.addWidget(words)
        side.addSpacing(theme.GAP)
        self.form.setFixedWidth(_FORM)
        side.addWidget(self.form)
        side.addStretch()
        middle = QHBoxLayout()
        middle.setContentsMargins(theme.MARGIN * 2, theme.MARGIN * 2, theme.MARGIN * 2, theme.MARGIN)
        middle.setSpacing(theme.MARGIN * 2)
        middle.addWidget(self._picture)
        middle.addLayout(side, 1)
        cancel, take = QPushButton(self.tr("Cancel")), QPushButton(self.tr("Import"))
        cancel.setObjectName("cancel")
        cancel.clicked.connect(self.reject)
        take.setObjectName("import")
        take.setProperty("primary", True)
        take.clicked.connect(self._agree)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(middle, 1)
        whole.addWidget(parts.foot(cancel, take))
        take.setDefault(True)
        take.setFocus()

    def _show(self, params: ImportParams) -> None:
        self._picture.show_mask(params)

    def _agree(self) -> None:
        self.agreed.emit(self.form.params())
        self.accept()


class _Preview(QWidget):
    """A small picture of the photo: tinted where the mask would be, darkened elsewhere."""

    def __init__(self, document: Document, incoming: Incoming) -> None:
        """Reduce photo, mask and the mask there is to samples for the preview."""
        super().__init__()
        self.setObjectName("maskInPreview")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._frame = document.frame
        self._step = max(1, math.ceil(max(document.size) / (_SIDE * _FINE)))
        photo = np.ascontiguousarray(to_8bit(document.image.pixels[:: self._step, :: self._step]))
        height, width = photo.shape[:2]
        self._size = width, height
        self._photo = QImage(photo.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        self._kept = incoming.reduced(self._step)
        self._stretched = incoming.reduced(max(1, math.ceil(max(incoming.size) / (_SIDE * _FINE))))
        layer = document.layer(document.active)
        self._there = DocumentSamples(document.size, self._step).alpha([(layer, "add")]) if layer else None
        self._mask = QImage()

    def show_mask(self, params: ImportParams) -> None:
        """Show the mask as ``params`` would import it."""
        plane = self._plane(params)
        self._mask = _tinted(plane)
        share = percent(float(plane.mean()) / 255)
        self.setAccessibleName(self.tr("{} of the photo is in the mask.").format(share))
        self.update()

    def _plane(self, params: ImportParams) -> Plane:
        x, y = params.mask_offset
        small = replace(params, mask_offset=(round(x / self._step), round(y / self._step)))
        plane = to_8bit((self._stretched if params.stretch else self._kept).mask(self._size, small, params.fit))
        join: Join = params.join
        if self._there is None or join in ("layer", "replace"):
            return plane
        return combine_planes(np.ascontiguousarray(self._there), plane, join)  # type: ignore[arg-type]

    def sizeHint(self) -> QSize:
        """The photo's proportions, fitted into a square."""
        scale = min(_SIDE / self._frame.width, _SIDE / self._frame.height)
        return QSize(round(self._frame.width * scale), round(self._frame.height * scale))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The photo, and the mask over it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        scale = min(self.width() / self._frame.width, self.height() / self._frame.height)
        width, height = self._frame.width * scale, self._frame.height * scale
        place = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        painter.drawImage(place, self._photo)
        painter.drawImage(place, self._mask)
        painter.end()


def _only(kind: type[Params], name: str, keys: tuple[str, ...]) -> Choice:
    """A list of these choices of a parameter, in the parameter's order."""
    spec = next(each for each in kind.specs() if each.name == name)
    words = dict(spec.choices)
    return Choice(replace(spec, choices=tuple((key, words[key]) for key in keys)))


def _tinted(plane: Plane) -> QImage:
    """Pixels to lay over the photo: a tint where the mask is, a dark veil elsewhere."""
    height, width = plane.shape
    share = plane.astype(np.uint32)
    data = np.empty((height, width, 4), np.uint8)
    cover = share * _COVER // 255 + (255 - share) * _VEIL // 255
    for channel, value in enumerate(_TINT):
        data[..., channel] = share * value * _COVER // 255 // np.maximum(cover, 1)
    data[..., 3] = cover
    return QImage(data.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
