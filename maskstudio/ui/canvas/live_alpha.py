"""A stroke that is not in the document yet: where its alpha is read, and what it has touched. Knows no tool."""

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
    out equal to the document's own; ``touch`` tells where it is not any more.
    """

    def __init__(self, scene: Scene, read: ReadPlane) -> None:
        self._scene = scene
        self._read = read
        self._touched: set[Index] = set()
        scene.read_alpha = read

    def touch(self, rect: Rect) -> None:
        """These pixels within the image changed: have just them averaged down when somebody looks."""
        columns = range(rect.x // TILE, (rect.right - 1) // TILE + 1)
        for row in range(rect.y // TILE, (rect.bottom - 1) // TILE + 1):
            self._touched.update((column, row) for column in columns)
        for pyramid in self._scene.of_alpha:
            pyramid.refresh([rect])

    def adopt(self, document: Document) -> None:
        """Read from this document from now on: its alpha is what ``read`` gave, so everything on show stays right."""
        for pyramid in self._scene.of_alpha:
            pyramid.catch_up()  # what is still to be read is read from the stroke, which has it at hand
        self._scene.document = document
        self._scene.read_alpha = self._scene.document_alpha

    def cancel(self) -> list[Rect]:
        """Read from the document again; gives the image pixels where that makes a difference."""
        scene = self._scene
        scene.read_alpha = scene.document_alpha
        touched = merged(scene.document.alpha.rect(index) for index in self._touched)
        for pyramid in scene.of_alpha:
            pyramid.refresh(touched)
        return touched

    def at(self, x: int, y: int) -> int:
        """Alpha of one pixel of the image."""
        return int(self._read(Rect(x, y, 1, 1))[0, 0])
