"""Small pictures of documents for the history: made by a quiet job, a few at a time, and kept with the documents."""

import math
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from maskstudio.core.arrays import Plane
from maskstudio.core.document import Document
from maskstudio.core.image import Image, to_8bit
from maskstudio.core.mask_samples import DocumentSamples
from maskstudio.jobs import Runner, Token
from maskstudio.ui.panels.thumbnail import squared

_MOST = 400  # pictures
_FINE = 2  # samples per pixel of the picture, each way
_LANE = "history pictures"


class _Eye:
    """Reduced samples of one image, from which pictures of its documents are made."""

    def __init__(self, image: Image, side: int) -> None:
        self.image = image
        self.side = side
        step = max(1, math.ceil(max(image.size) / (side * _FINE)))
        self._photo = to_8bit(image.pixels[::step, ::step])
        self._samples = DocumentSamples(image.size, step)

    def picture(self, document: Document) -> QImage:
        """The photo with the document's alpha, centred in a square."""
        plane: Plane = self._samples.alpha(
            [(layer, "add" if document.solo else layer.mode) for layer in document.shown]
        )
        return squared(self._photo, plane, self.side)


class HistoryPictures(QObject):
    """Pictures of ``side`` px; ``made`` is emitted when more are there."""

    made = Signal()

    def __init__(self, side: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._kept: WeakKeyDictionary[Document, QPixmap] = WeakKeyDictionary()
        self._eye: _Eye | None = None  # None also while a job uses it

    def of(self, document: Document) -> QPixmap | None:
        """The picture of a document, None if it is not made yet."""
        return self._kept.get(document)

    def make(self, documents: Sequence[Document], ratio: float, runner: Runner) -> None:
        """Make the missing pictures for a device pixel ratio; do nothing while others are being made."""
        missing = [document for document in documents if document not in self._kept]
        if not missing or runner.under_way(_LANE):
            return
        eye, self._eye = self._eye, None
        side = round(self._side * ratio)

        def work(token: Token) -> tuple[_Eye, list[QImage]]:
            ready, images = eye, []
            for document in missing:
                token.check()
                if ready is None or ready.image is not document.image or ready.side != side:
                    ready = _Eye(document.image, side)
                images.append(ready.picture(document))
            assert ready is not None
            return ready, images

        def done(result: tuple[_Eye, list[QImage]]) -> None:
            self._eye, images = result
            for document, image in zip(missing, images, strict=True):
                self._keep(document, image, ratio)
            self.made.emit()

        runner.start("Pictures for the history", work, done, lane=_LANE, quiet=True)

    def _keep(self, document: Document, image: QImage, ratio: float) -> None:
        while len(self._kept) >= _MOST:
            del self._kept[next(iter(self._kept))]
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(ratio)
        self._kept[document] = pixmap
