"""What a canvas shows of its document: the scene, a stroke that is not in the document yet, and a trimap over both."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from maskstudio.core.document import Document
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.live_alpha import LiveAlpha, ReadPlane
from maskstudio.ui.canvas.photo import sharpens
from maskstudio.ui.canvas.scene import Scene


@dataclass(frozen=True, slots=True)
class OnShow:
    """A document on show, and whether a stroke is being made on it."""

    document: Document
    live: bool


class Contents(QObject):
    """The document on show. It paints nothing: its signals tell which pixels of the image look different."""

    leaving = Signal()  # the scene is about to be replaced by that of another image, or by none
    replaced = Signal(bool)  # another image, or none; True if what shows now is its preview
    changed = Signal(object, object)  # list[Rect] that differ, and the ``OnShow`` before
    touched = Signal(Rect)  # a stroke has changed these image pixels
    trimapChanged = Signal(object)  # list[Rect] that differ  # noqa: N815
    documentChanged = Signal()  # another state of the document is on show  # noqa: N815
    strokeBegan = Signal()  # the document shows with a stroke from now on  # noqa: N815
    displayChanged = Signal()  # the screen has other colours, so the scene is another  # noqa: N815

    def __init__(self, parent: QObject | None = None) -> None:
        """Show no document, on a screen that is taken to be sRGB."""
        super().__init__(parent)
        self._scene: Scene | None = None
        self._live: LiveAlpha | None = None
        self._display: bytes | None = None

    @property
    def scene(self) -> Scene | None:
        """The scene of the document, for other views to share; None without a document."""
        return self._scene

    @property
    def document(self) -> Document | None:
        """The document on show."""
        return self._scene.document if self._scene else None

    @property
    def live(self) -> LiveAlpha | None:
        """The alpha of the stroke that is being made; None between strokes."""
        return self._live

    @property
    def display(self) -> bytes | None:
        """The ICC profile of the screen; None stands for sRGB."""
        return self._display

    @property
    def trimap(self) -> Mask | None:
        """The trimap over the photo, None if there is none."""
        return self._scene.band.trimap if self._scene else None

    @property
    def now(self) -> OnShow | None:
        """What shows, to be compared with later; None without a document."""
        return OnShow(self._scene.document, self._live is not None) if self._scene else None

    def set_document(self, document: Document | None) -> None:
        """Show a document; of another state of the same image, only what differs counts as changed."""
        scene, before = self._scene, self.now
        if scene is None or document is None or scene.document.image is not document.image:
            self.leaving.emit()
            self._live = None
            self._scene = Scene(document, self._display) if document else None
            sharper = scene is not None and document is not None and sharpens(scene.document.image, document.image)
            self.replaced.emit(sharper)
        elif document is not scene.document:
            self.changed.emit(scene.replace(document), before)
            self.documentChanged.emit()

    def set_display(self, profile: bytes | None) -> None:
        """Set the ICC profile of the screen; None stands for sRGB."""
        if profile == self._display:
            return
        self._display = profile
        if self._scene is not None and self._live is None:
            self._scene = Scene(self._scene.document, profile)
        self.displayChanged.emit()

    def set_live(self, read: ReadPlane | None) -> None:
        """Show the alpha that ``read`` gives for a rectangle of the image, while a stroke is being made.

        It starts equal to the document's; ``touch`` tells where it changes. ``adopt`` ends it and keeps what shows;
        None ends it and shows the document as it was.
        """
        before, live = self.now, self._live
        changed = live.cancel() if live is not None else []
        self._live = LiveAlpha(self._scene, read) if self._scene and read else None
        if before is not None:
            self.changed.emit(changed, before)
        if live is not None:
            self.documentChanged.emit()
        if read is not None:
            self.strokeBegan.emit()

    def touch(self, rect: Rect) -> None:
        """Take in that the live alpha has changed in ``rect`` (image pixels), and nowhere else."""
        if self._scene is None or self._live is None:
            return
        rect = rect.intersect(self._scene.document.frame)
        if rect:
            self._live.touch(rect)
            self.touched.emit(rect)

    def adopt(self, document: Document) -> None:
        """End a live stroke with the document it became; nothing changes, since everything on show is up to date.

        Without a live stroke this does what ``set_document`` does.
        """
        if self._live is None or self._scene is None or document.image is not self._scene.document.image:
            self.set_document(document)
            return
        before = self.now
        self._live.adopt(document)
        self._live = None
        self.changed.emit([], before)
        self.documentChanged.emit()

    def set_trimap(self, trimap: Mask | None, within: Rect | None = None) -> None:
        """Lay a trimap (0, 128 or 255, of the image's size) over photo and cut-out; None for none.

        Only pixels that differ from the trimap before count as changed: those in ``within``, or those of differing
        tiles.
        """
        if self._scene is not None and trimap is not self.trimap:
            self.trimapChanged.emit(self._scene.band.replace(trimap, within))
