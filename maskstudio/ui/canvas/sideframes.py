"""The two sides of a comparison on one canvas: a frame for each, which part shows where, and what is out of date."""

import math

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QRegion

from maskstudio.core.geometry import Rect
from maskstudio.ui.canvas.compared import ComparedWith
from maskstudio.ui.canvas.contents import Contents, OnShow
from maskstudio.ui.canvas.divider import Divider
from maskstudio.ui.canvas.frame import Frame
from maskstudio.ui.canvas.framepainter import PaneContent
from maskstudio.ui.canvas.repaints import Repaints
from maskstudio.ui.canvas.style import PHOTOS
from maskstudio.ui.canvas.styling import Styling
from maskstudio.ui.canvas.tiling import qrect
from maskstudio.ui.canvas.viewport import Viewport

_BESIDE_LINE = 3  # device pixels around a change in which the trimap's lines may change


class SideFrames(QObject):
    """The frame of the result and that of what it is compared with."""

    outdated = Signal(Rect)  # image pixels of the result that look different now

    def __init__(
        self,
        view: Viewport,
        contents: Contents,
        compared: ComparedWith,
        styling: Styling,
        divider: Divider,
        repaints: Repaints,
    ) -> None:
        """Begin with two empty frames."""
        super().__init__(contents)
        self._view, self._contents, self._compared = view, contents, compared
        self._styling, self._divider, self._repaints = styling, divider, repaints
        self.result = Frame()
        self.other = Frame()

    def within(self, region: QRegion) -> list[PaneContent]:
        """What shows in ``region`` (device pixels of the window); nothing without a document."""
        scene, result = self._contents.scene, self._compared.result
        if scene is None or result is None:
            return []
        original, other = self._compared.original, self._compared.other
        if not original and not self._divider.on:
            return [PaneContent(self.result, result, self._styling.of_result, region)]
        left, right = self.parts(region)
        if original or other is None:
            beside = PaneContent(self.other, scene, self._styling.of_photo, left)
        else:
            beside = PaneContent(self.other, other, self._styling.beside, left)
        sides = (beside, PaneContent(self.result, result, self._styling.of_result, right))
        return [side for side in sides if not side.region.isEmpty()]

    def parts(self, region: QRegion) -> tuple[QRegion, QRegion]:
        """The parts of ``region`` that show the other side and that show the result."""
        if self._compared.original:
            return region, QRegion()
        if not self._divider.on:
            return QRegion(), region
        line = round(self._divider.x_of_line * self._view.ratio)
        left = region & QRegion(0, 0, line, self._view.turn.window[1])
        return left, region - left

    # What is out of date

    def outdate(self) -> None:
        """Paint both sides anew."""
        self.other.outdate()
        self.outdate_result()

    def outdate_result(self) -> None:
        """Paint the result anew."""
        self.result.outdate()
        self._repaints.whole()

    def outdate_other(self) -> None:
        """Paint the other side anew."""
        self.other.outdate()
        self._repaints.whole()

    def follow_image(self, sharper: bool) -> None:
        """Take in another image; the pixels of its preview stay until they are painted over."""
        for frame in (self.result, self.other):
            frame.outdate() if sharper else frame.clear()

    def follow_style(self) -> None:
        """Take in another style, in which another document on the other side is painted, too."""
        if self._compared.other is not None:
            self.other.outdate()
        self.outdate_result()

    def follow_original(self) -> None:
        """Take in that the original is held or not; it has the frame in which another document may be."""
        if self._compared.other is not None:
            self.other.outdate()
        self._repaints.whole()

    def follow_change(self, changed: list[Rect], before: OnShow) -> None:
        """Take in image pixels that differ from those ``before``, and that the result may have another mode now."""
        for rect in changed:
            self.follow_touch(rect)
        if self._styling.changes(before):
            self.outdate()

    def follow_touch(self, rect: Rect) -> None:
        """Take in that the alpha differs in ``rect`` (image pixels); modes that show the photo stay as they are."""
        transform = self._view.transform
        if self._styling.result_mode not in PHOTOS:
            self._outdate_image(rect)
        elif transform is not None:
            self._repaints.frame(qrect(transform.covering(rect)))
            self.outdated.emit(rect)

    def follow_trimap(self, changed: list[Rect]) -> None:
        """Take in that the trimap differs in these image pixels, with the lines beside them."""
        document = self._contents.document
        if document is None:
            return
        beside = math.ceil(_BESIDE_LINE / self._view.scale)
        for rect in changed:
            self._outdate_image(rect.grow(beside).intersect(document.frame))

    def _outdate_image(self, rect: Rect) -> None:
        """Mark ``rect`` (image pixels) of the result as out of date in every style, and repaint it."""
        area = self.result.outdate_image(rect)
        if not area.isEmpty():
            self._repaints.frame(area)
        self.outdated.emit(rect)
