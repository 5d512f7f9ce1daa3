"""A view that compares: the photo, or another document of its size, beside the result at a divider, or the photo alone
while a key is held. Marching ants run along the edge.

A second document may stand in for the result for a while, or show where it differs; the document is never changed.
Signals tell other views of the same scene what is shown, so that they can follow.
"""

import time

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QRegion, QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

from maskstudio.core.document import Document
from maskstudio.core.geometry import Rect
from maskstudio.ui.canvas.ants import Ants
from maskstudio.ui.canvas.difference import Difference
from maskstudio.ui.canvas.divider import Divider, caption
from maskstudio.ui.canvas.frame import Frame
from maskstudio.ui.canvas.imageview import ImageView, PaneContent
from maskstudio.ui.canvas.live_alpha import ReadPlane
from maskstudio.ui.canvas.scene import Scene
from maskstudio.ui.canvas.style import PHOTOS, Mode, Style
from maskstudio.ui.canvas.tiling import qrect, rects

_PACE = 110  # ms a step of the ants
_SLICE = 0.004  # seconds of looking for the edge in one repaint
_CORNER = 10  # logical pixels from the corner to the words of what is shown
_SHARE = 0.05  # share of the time that marching may take; with a very long edge the steps become slower


class ComparingView(ImageView):
    """A document under a style, the bare photo, or both."""

    outdated = Signal(Rect)  # image pixels that look different now
    restyled = Signal()  # the style has changed
    otherChanged = Signal()  # the other side of the comparison has changed  # noqa: N815
    standInEnded = Signal()  # a stroke has begun, so the result must show  # noqa: N815

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make a view that compares with nothing and shows no stand-in."""
        super().__init__(parent)
        self._photo = Frame()
        self._ants = Ants()
        self._stand_in: Scene | None = None
        self._other: Scene | None = None
        self._caption = caption("", self)
        self._caption.move(_CORNER, _CORNER)
        self._extras = True
        self._march = QTimer(self, interval=_PACE)
        self._march.timeout.connect(self._step)
        self._divider = Divider(self)
        self._divider.moved.connect(self.update)

    # The way of looking

    @property
    def style_of_view(self) -> Style:
        """The style of the view, whether or not the original is held."""
        return self._style

    @property
    def style_on_show(self) -> Style:
        """The style the result is painted in: that of the bare photo while the original is held."""
        return self._dressed("image" if self._original else self._shown_mode, bare=self._original)

    def set_style(self, style: Style) -> None:
        """Use another style, its mode included."""
        self._restyle(style)

    def hold_original(self, held: bool) -> None:
        """Show the bare photo while ``held``; what was there comes back at once."""
        if held != self._original:
            self._original = held
            if self._other is not None:
                self._photo.outdate()  # which shows the other document otherwise
            self.update()
            self._follow_style()

    # What is shown in place of the document

    @property
    def scene_on_show(self) -> Scene | None:
        """The scene the result is painted from: the document's, or that of its stand-in."""
        return self._stand_in or self._scene

    def stand_in(self, document: Document | None, against: Document | None = None) -> None:
        """Show ``document`` in place of the result, or, with ``against``, where the two differ.

        It must have the size of the result. None, another image or a stroke ends it; none starts during a stroke.
        """
        shown, scene = self._stand_in, self._scene
        if scene is None or document is None or document.size != scene.document.size or self._live is not None:
            if shown is not None:
                self._stand_in = None
                self._follow_stand_in()
            return
        if shown is not None and shown.document is document and _against(shown) is against:
            return
        if shown is None or not self._may_become(shown, document, against):
            self._stand_in = self._scene_of(document, against, scene)
        else:
            shown.replace(document)
        self._follow_stand_in()

    def _may_become(self, shown: Scene, document: Document, against: Document | None) -> bool:
        """Whether the present stand-in's scene can show ``document``: same image, and used by no other side."""
        alike = shown.document.image is document.image and _against(shown) is against
        return alike and shown is not self._other

    def _scene_of(self, document: Document, against: Document | None, beside: Scene) -> Scene:
        if against is not None:
            return Difference(document, against, self._display, beside)
        if self._other is not None and self._other.document is document:
            return self._other  # its tiles are made already
        return Scene(document, self._display, beside=beside)

    @property
    def scene_beside(self) -> Scene | None:
        """The scene the result is compared with: another document's, or the document's own for its photo."""
        return self._other or self._scene

    @property
    def style_beside(self) -> Style:
        """The style of the other side: another document is shown like the result, the photo bare."""
        mode = "image" if self._other is None else self._mode_for(self._other.document)
        return self._dressed(mode, bare=True)

    def set_other(self, document: Document | None, names: tuple[str, str] = ("", "")) -> None:
        """Compare with another document of the same size, None for the photo.

        ``names`` are the names of that side and of the result; empty ones stand for photo and result.
        """
        other, scene = self._other, self._scene
        before = other.document if other is not None else None
        if scene is None or document is None or document.size != scene.document.size:
            document = self._other = None
        elif other is None or other.document.image is not document.image:
            self._other = Scene(document, self._display, beside=scene)
        elif document is not other.document:
            other.replace(document)
        self._divider.set_names(*names)
        if document is not before:
            if other is not None and self._stand_in is other:
                self._follow_stand_in()
            self._photo.outdate()
            self.update()
            self.otherChanged.emit()

    def set_caption(self, text: str) -> None:
        """Write in a corner what is shown; an empty text hides the words."""
        self._caption.setText(text)
        self._caption.adjustSize()
        self._caption.setVisible(bool(text))

    def _follow_stand_in(self) -> None:
        self._frame.outdate()
        self.update()
        self._follow_style()

    def set_document(self, document: Document | None) -> None:
        """Show a document; a stand-in of another image is dropped."""
        if self._scene is not None and (document is None or document.image is not self._scene.document.image):
            self._stand_in = self._other = None
        super().set_document(document)

    def set_display(self, profile: bytes | None) -> None:
        """Set the ICC profile of the screen; a new one drops stand-in and other side, which must be set again."""
        if profile != self._display:
            self.stand_in(None)
            self.set_other(None)
        super().set_display(profile)

    def set_live(self, read: ReadPlane | None) -> None:
        """Show a stroke while it is made; a stand-in for its document is dropped."""
        super().set_live(read)
        if read is not None and self._stand_in is not None:
            self.stand_in(None)
            self.standInEnded.emit()

    @property
    def split(self) -> bool:
        """Whether the photo, or another document compared with, shows beside the result."""
        return not self._divider.isHidden()

    def set_split(self, split: bool) -> None:
        """Show the other side at the left of a divider and the result at its right, or the result alone."""
        if split != self.split:
            self._divider.setVisible(split)
            self.update()

    @property
    def divider(self) -> Divider:
        """The line between the two sides."""
        return self._divider

    @property
    def complete(self) -> bool:
        """Whether everything in sight shows what it should; otherwise the rest follows by itself."""
        return super().complete and (self._ants.complete or not self._marching)

    # Both sides

    @property
    def _shown_mode(self) -> Mode:
        return self._result_mode  # the original has a side of its own

    def _sides(self, region: QRegion) -> list[PaneContent]:
        scene, result_of = self._scene, self.scene_on_show
        if scene is None or result_of is None or (not self._original and not self.split):
            return super()._sides(region)
        left, result = self._parts(region)
        original = scene, self._dressed("image", bare=True)
        beside = original if self._original or self._other is None else (self._other, self.style_beside)
        sides = [(self._photo, *beside, left), (self._frame, result_of, self._dressed(self._shown_mode), result)]
        return [side for side in sides if not side[3].isEmpty()]

    def _parts(self, region: QRegion) -> tuple[QRegion, QRegion]:
        """The parts of ``region`` that show the photo and that show the result."""
        if self._original:
            return region, QRegion()
        if not self.split:
            return QRegion(), region
        line = round(self._divider.x_of_line * self.devicePixelRatioF())
        left = region & QRegion(0, 0, line, self._turn.window[1])
        return left, region - left

    def _outdate(self) -> None:
        self._photo.outdate()
        super()._outdate()

    def _restyle(self, style: Style) -> None:
        if style == self._style:
            return
        self._wear(style)
        self._frame.outdate()
        if self._other is not None:
            self._photo.outdate()
        self.update()
        self._follow_style()

    def _outdate_image(self, rect: Rect) -> None:
        if self._shown_mode not in PHOTOS:
            super()._outdate_image(rect)
        elif self._view is not None:
            self._ants.outdate(rect)
            self._repaint(self._widget_rect(qrect(self._view.covering(rect))))
            self.outdated.emit(rect)

    def _outdate_frame(self, rect: Rect) -> None:
        super()._outdate_frame(rect)
        self.outdated.emit(rect)

    def _follow_view(self) -> None:
        if self._frame.shows(None):
            self._photo.clear()  # of another document
            self._ants.forget()
        super()._follow_view()

    def _follow_style(self) -> None:
        super()._follow_style()
        self._ants.forget()
        self._march.setInterval(_PACE)
        self._keep_marching()
        self.restyled.emit()

    # Ants

    def set_show_extras(self, shown: bool) -> None:
        """Show or hide the ants, which march in the mode that is for them."""
        self._extras = shown
        self._keep_marching()
        self.update()

    @property
    def _marching(self) -> bool:
        drawn = self.mode == "ants" and not self._original and not isinstance(self._stand_in, Difference)
        return self._extras and drawn and self._scene is not None

    def _keep_marching(self) -> None:
        """March only while visible, and stand still if the system asks for no blinking."""
        blinking = QApplication.styleHints().cursorFlashTime() > 0
        wanted = self._marching and self.isVisible() and not self.window().isMinimized() and blinking
        if wanted != self._march.isActive():
            self._march.start() if wanted else self._march.stop()

    def showEvent(self, event: QShowEvent) -> None:
        """March on."""
        super().showEvent(event)
        self._keep_marching()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest."""
        super().hideEvent(event)
        self._keep_marching()

    def _continue(self) -> None:
        super()._continue()
        if self._marching and not self._ants.complete:
            self.update()

    def _step(self) -> None:
        if self._view is None or self.window().isMinimized():
            return
        self._ants.step()
        region = QRegion()
        for rect in rects(self._ants.region(self._view)):
            region += self._widget_rect(rect)
        self.update(region)

    def _paint_over(self, painter: QPainter, region: QRegion) -> None:
        _, result = self._parts(region)
        if self._marching and not result.isEmpty():
            self._paint_ants(painter, result)
        super()._paint_over(painter, region)

    def _paint_ants(self, painter: QPainter, region: QRegion) -> None:
        """Draw the ants in ``region`` (device pixels of the window); slow down their steps if that takes too long."""
        assert self.scene_on_show is not None
        assert self._view is not None
        begun = time.perf_counter()
        deadline = begun + (_SLICE if super().complete else 0.0)  # the photo comes first
        painter.save()
        painter.setClipRegion(region)
        if not self._turn.upright:
            painter.setTransform(self._turning(), combine=True)
        dot = max(round(self.devicePixelRatioF()), 1)
        self._ants.paint(painter, self.scene_on_show, self._view, dot, self._in_frame(region), deadline)
        painter.restore()
        took = (time.perf_counter() - begun) * 1000
        if self._ants.complete and took > self._march.interval() * _SHARE:
            self._march.setInterval(min(round(took / _SHARE), 1000))


def _against(scene: Scene) -> Document | None:
    """The document that a scene shows the difference from; None if it shows no difference."""
    return scene.there if isinstance(scene, Difference) else None
