"""What the document on show is compared with: the photo, or another document of its size, beside it or in its place.

The document itself is never changed.
"""

from PySide6.QtCore import QObject, Signal

from maskstudio.core.document import Document
from maskstudio.ui.canvas.contents import Contents
from maskstudio.ui.canvas.difference import Difference
from maskstudio.ui.canvas.scene import Scene


class ComparedWith(QObject):
    """The other side of a comparison, the stand-in for the result, and whether the bare photo is held in front."""

    otherChanged = Signal()  # the other side shows something else  # noqa: N815
    standInChanged = Signal()  # the result shows something else in its place, or itself again  # noqa: N815
    standInEnded = Signal()  # a stroke has begun, so the result must show  # noqa: N815
    originalHeld = Signal()  # the bare photo is shown, or not any more  # noqa: N815

    def __init__(self, contents: Contents) -> None:
        """Compare what ``contents`` shows with its photo, without a stand-in."""
        super().__init__(contents)
        self._contents = contents
        self._stand_in: Scene | None = None
        self._other: Scene | None = None
        self._original = False

    @property
    def original(self) -> bool:
        """Whether the bare photo is held in front of everything."""
        return self._original

    def hold_original(self, held: bool) -> None:
        """Show the bare photo while ``held``; what was there comes back at once."""
        if held != self._original:
            self._original = held
            self.originalHeld.emit()

    @property
    def stand_in(self) -> Scene | None:
        """The scene shown in place of the result; None while the result shows."""
        return self._stand_in

    @property
    def result(self) -> Scene | None:
        """The scene the result is painted from: the document's, or that of its stand-in."""
        return self._stand_in or self._contents.scene

    def set_stand_in(self, document: Document | None, against: Document | None = None) -> None:
        """Show ``document`` in place of the result, or, with ``against``, where the two differ.

        It must have the size of the result. None, another image or a stroke ends it; none starts during a stroke.
        """
        shown, scene = self._stand_in, self._contents.scene
        drawn = self._contents.live is not None
        if scene is None or document is None or document.size != scene.document.size or drawn:
            if shown is not None:
                self._stand_in = None
                self.standInChanged.emit()
            return
        if shown is not None and shown.document is document and _against(shown) is against:
            return
        if shown is None or not self._may_become(shown, document, against):
            self._stand_in = self._scene_of(document, against, scene)
        else:
            shown.replace(document)
        self.standInChanged.emit()

    @property
    def other(self) -> Scene | None:
        """The scene of the other document; None while the photo is compared with."""
        return self._other

    @property
    def beside(self) -> Scene | None:
        """The scene the result is compared with: another document's, or the document's own for its photo."""
        return self._other or self._contents.scene

    def set_other(self, document: Document | None) -> None:
        """Compare with another document of the same size, None for the photo."""
        other, scene = self._other, self._contents.scene
        before = other.document if other is not None else None
        if scene is None or document is None or document.size != scene.document.size:
            document = self._other = None
        elif other is None or other.document.image is not document.image:
            self._other = Scene(document, self._contents.display, beside=scene)
        elif document is not other.document:
            other.replace(document)
        if document is before:
            return
        if other is not None and self._stand_in is other:
            self.standInChanged.emit()
        self.otherChanged.emit()

    def drop(self) -> None:
        """Forget stand-in and other side without telling, as when another image is shown."""
        self._stand_in = self._other = None

    def end(self) -> None:
        """End stand-in and other side, as when the colours of the screen have changed; both must be set again."""
        self.set_stand_in(None)
        self.set_other(None)

    def yield_to_stroke(self) -> None:
        """Let the result show, since a stroke is being made on it."""
        if self._stand_in is not None:
            self.set_stand_in(None)
            self.standInEnded.emit()

    def _may_become(self, shown: Scene, document: Document, against: Document | None) -> bool:
        """Whether the present stand-in's scene can show ``document``: same image, and used by no other side."""
        alike = shown.document.image is document.image and _against(shown) is against
        return alike and shown is not self._other

    def _scene_of(self, document: Document, against: Document | None, beside: Scene) -> Scene:
        if against is not None:
            return Difference(document, against, self._contents.display, beside)
        if self._other is not None and self._other.document is document:
            return self._other  # its tiles are made already
        return Scene(document, self._contents.display, beside=beside)


def _against(scene: Scene) -> Document | None:
    """The document that a scene shows the difference from; None if it shows no difference."""
    return scene.there if isinstance(scene, Difference) else None
