"""The alpha of a stroke that is not in the document yet, and the pixels it has touched. Knows no tool."""

from collections.abc import Callable

from maskstudio.core.arrays import Index, Plane
from maskstudio.core.document import Document
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import TILE
from maskstudio.ui.canvas.pyramid import merged
from maskstudio.ui.canvas.scene import Scene

ReadPlane = Callable[[Rect], Plane]


class LiveAlpha:
    """Makes a scene show what ``read`` gives, instead of its document's alpha.

    ``read`` gives the document alpha of image pixels (within the image) as uint8 (rect.height, rect.width). It starts
    equal to the document's own; ``touch`` tells where it has changed.
    """

    def __init__(self, scene: Scene, read: ReadPlane) -> None:
        self._scene = scene
        self._read = read
        self._touched: set[Index] = set()
        scene.read_alpha = read

    def touch(self, rect: Rect) -> None:
        """Take in that ``rect`` (image pixels) changed; reduced sizes follow when they are next painted."""
        columns = range(rect.x // TILE, (rect.right - 1) // TILE + 1)
        for row in range(rect.y // TILE, (rect.bottom - 1) // TILE + 1):
            self._touched.update((column, row) for column in columns)
        for pyramid in self._scene.of_alpha:
            pyramid.refresh([rect])

    def adopt(self, document: Document) -> None:
        """Read from this document, whose alpha equals what ``read`` gave, so everything on show stays valid."""
        for pyramid in self._scene.of_alpha:
            pyramid.catch_up()  # pixels still to be read come from the stroke, which holds them already
        self._scene.document = document
        self._scene.read_alpha = self._scene.document_alpha

    def cancel(self) -> list[Rect]:
        """Read from the document again; returns the image pixels that change by it."""
        scene = self._scene
        scene.read_alpha = scene.document_alpha
        touched = merged(scene.document.alpha.rect(index) for index in self._touched)
        for pyramid in scene.of_alpha:
            pyramid.refresh(touched)
        return touched

    def at(self, x: int, y: int) -> int:
        """Alpha (0..255) of one pixel of the image."""
        return int(self._read(Rect(x, y, 1, 1))[0, 0])
