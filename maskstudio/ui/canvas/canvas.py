"""The canvas: a document, and what lies over it. It arranges its parts and says which of them follow which.

Knows no session, no panel and no tool; the signals of its parts tell what happens on it.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QCursor, QHideEvent, QPainter, QPaintEvent, QRegion, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from maskstudio.core.document import Document
from maskstudio.ui.canvas import steering, strokes
from maskstudio.ui.canvas.areas import scaled_region
from maskstudio.ui.canvas.caption import Caption
from maskstudio.ui.canvas.compared import ComparedWith
from maskstudio.ui.canvas.contents import Contents
from maskstudio.ui.canvas.divider import Divider
from maskstudio.ui.canvas.framepainter import FramePainter
from maskstudio.ui.canvas.hover import Hover
from maskstudio.ui.canvas.march import March
from maskstudio.ui.canvas.repaints import Repaints
from maskstudio.ui.canvas.ring import Ring
from maskstudio.ui.canvas.scene import Mode, Scene, Style
from maskstudio.ui.canvas.sideframes import SideFrames
from maskstudio.ui.canvas.steering import Steering
from maskstudio.ui.canvas.strokes import Strokes
from maskstudio.ui.canvas.styling import Styling
from maskstudio.ui.canvas.tags import Tags
from maskstudio.ui.canvas.viewport import Viewport

_HEARD = strokes.HEARD | steering.HEARD
_MARKED: tuple[Mode, ...] = ("overlay", "image")  # the other modes are for judging the edge and show no marks


class Canvas(QWidget):
    """A view of one document. Each part has one subject and is asked about it directly.

    view        which part of the image shows, and where
    steering    what moves the view
    strokes     mouse and pen over the image, for tools
    contents    the document, the stroke being made on it, the trimap
    compared    what it is compared with, and what shows in its place
    styling     the view mode and its options
    divider     the line between the two sides of a comparison
    caption     words in the corner
    sides       which frame shows where, and what of it is out of date
    painting    brings the frames up to date
    march       the ants
    tags        boxes and numbers of detections
    ring        the ring of the brush
    hover       what is under the pointer
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make a canvas without a document, at least 64 logical pixels a side."""
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription("The photo with its mask. Arrow keys move the view, Space and drag pans.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(64, 64)
        self._extras = True
        self._painter: Callable[[QPainter, Canvas], None] | None = None
        self._tool_cursor: QCursor | None = None
        self.view = Viewport(self)
        self.steering = Steering(self)
        self.strokes = Strokes(self, self.view, self.steering)
        self.contents = Contents(self)
        self.compared = ComparedWith(self.contents)
        self.styling = Styling(self, self.contents, self.compared)
        self.caption = Caption(self)
        self.divider = Divider(self)
        self._repaints = Repaints(self, self.view)
        self.sides = SideFrames(
            self.view, self.contents, self.compared, self.styling, self.divider, self._repaints
        )  # fmt: skip
        self.painting = FramePainter(self, self.view, self._repaints, self.sides.within, self._next)
        self.march = March(self, self.view, self.compared, self.styling, self._repaints)
        self.tags = Tags(self, self.view, self.strokes, self._marked)
        self.ring = Ring(self.view, self.strokes, self._repaints)
        self.hover = Hover(self.view, self.contents, self.compared, self.strokes)
        self._follow_contents()
        self._follow_looks()
        self._follow_pointer()

    def _follow_contents(self) -> None:
        """What follows a change of the document; the order matters where two follow the same."""
        contents, sides, march = self.contents, self.sides, self.march
        contents.leaving.connect(self.compared.drop)
        contents.leaving.connect(self.strokes.interrupt)
        contents.replaced.connect(self._follow_image)
        contents.changed.connect(march.follow_change)
        contents.changed.connect(sides.follow_change)
        contents.touched.connect(march.follow_touch)
        contents.touched.connect(sides.follow_touch)
        contents.documentChanged.connect(self.tags.lay)
        contents.documentChanged.connect(self.hover.tell)
        contents.strokeBegan.connect(self.compared.yield_to_stroke)
        contents.trimapChanged.connect(sides.follow_trimap)
        contents.trimapChanged.connect(self.tags.lay)
        contents.displayChanged.connect(self.compared.end)
        contents.displayChanged.connect(sides.outdate)
        contents.displayChanged.connect(self.view.changed)  # other views take the scene anew

    def _follow_looks(self) -> None:
        """What follows another comparison, style or place."""
        compared, styling, sides = self.compared, self.styling, self.sides
        compared.otherChanged.connect(sides.outdate_other)
        compared.standInChanged.connect(sides.outdate_result)
        compared.standInChanged.connect(styling.restyled)
        compared.originalHeld.connect(sides.follow_original)
        compared.originalHeld.connect(styling.restyled)
        styling.changed.connect(sides.follow_style)
        styling.surroundChanged.connect(sides.outdate)
        styling.restyled.connect(self.march.restart)
        styling.restyled.connect(self.tags.lay)
        self.painting.goingOn.connect(self.march.go_on)
        self.divider.moved.connect(self._repaints.whole)
        self.view.changed.connect(self._repaints.whole)
        self.view.changed.connect(self.tags.lay)
        self.view.changed.connect(self.hover.follow)
        self.view.changed.connect(self.ring.place)

    def _follow_pointer(self) -> None:
        """What follows the pointer and the steering."""
        strokes, tags, ring = self.strokes, self.tags, self.ring
        strokes.pressed.connect(tags.follow_press)
        strokes.moved.connect(tags.follow_pointer)
        strokes.released.connect(tags.follow_release)
        strokes.left.connect(tags.point_at_nothing)
        for moved in (strokes.pressed, strokes.moved):
            moved.connect(ring.place)
            moved.connect(self.hover.follow)
        strokes.left.connect(ring.place)
        strokes.left.connect(self.hover.left)
        self.steering.cursorChanged.connect(self._show_cursor)
        tags.pointedChanged.connect(self._show_cursor)

    def set_show_extras(self, shown: bool) -> None:
        """Show or hide the boxes and numbers of detections, in the overlay and on the photo, and the ants."""
        self._extras = shown
        self.march.set_allowed(shown)
        self.tags.lay()

    def set_painter(self, paint: "Callable[[QPainter, Canvas], None] | None") -> None:
        """Have ``paint`` draw over the image: it is called last in every repaint, in logical pixels of the widget."""
        self._painter = paint
        self.update()

    def update_over(self, area: QRectF) -> None:
        """Repaint what lies over the image in ``area``, logical pixels; the image itself is only copied."""
        self._repaints.area(area.toAlignedRect())

    def set_tool_cursor(self, cursor: QCursor | None) -> None:
        """Use this cursor wherever the hand is not shown; None for the ordinary one."""
        self._tool_cursor = cursor
        self._show_cursor()

    @property
    def complete(self) -> bool:
        """Whether everything in sight shows what it should; otherwise the rest follows by itself."""
        return self.painting.complete and self.march.complete

    def event(self, event: QEvent) -> bool:
        """Let tools' strokes hear it first, then the steering."""
        if event.type() in _HEARD and (self.strokes.hear(event) or self.steering.hear(event)):
            return True
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        """March on."""
        self.march.keep()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest."""
        self.march.keep()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bring the image up to date within a time slice, copy it, and draw what lies over it."""
        self._repaints.begin()
        if self.view.outgrown:
            self.view.follow_size()
        painter = QPainter(self)
        if self.contents.scene is None or self.view.transform is None:
            painter.fillRect(event.rect(), self.styling.surround)
            return
        ratio = self.view.ratio
        region = scaled_region(event.region(), ratio)
        painter.scale(1 / ratio, 1 / ratio)
        self.painting.paint(painter, region, self.styling.surround, dragged=self.steering.dragging)
        self._paint_over(painter, region)
        self.painting.plan(complete=self.complete, rest=not self.strokes.drawing)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the middle in the middle, or the whole image in sight while it is fitted."""
        self.view.follow_size()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette and the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.sides.outdate()
            self.styling.restyled.emit()

    def _paint_over(self, painter: QPainter, region: QRegion) -> None:
        """Ants, marks, what a tool draws, and its ring; the painter's units are device pixels."""
        if self.march.on:
            self.march.paint(painter, self.sides.parts(region)[1], in_time=self.painting.complete)
        self.tags.paint(painter)
        if self._painter is not None:
            painter.save()
            painter.scale(self.view.ratio, self.view.ratio)
            self._painter(painter, self)
            painter.restore()
        self.ring.paint(painter, region)

    def _follow_image(self, sharper: bool) -> None:
        """Show another image, or none; it is fitted, unless it has the size of the one before."""
        document = self.contents.document
        self.sides.follow_image(sharper)
        self.march.ants.forget()
        self.view.show_image(document.size if document else None)

    def _next(self) -> tuple[Scene, Style] | None:
        """What to make tiles of ahead of time; None while there is something to do."""
        scene = self.compared.result
        if scene is None or self.strokes.drawing or not self.march.complete:
            return None
        return scene, self.styling.of_result

    def _marked(self) -> Document | None:
        """The document, unless its marks would lie over something that they do not belong to, or are not wanted."""
        compared, contents = self.compared, self.contents
        covered = compared.original or compared.stand_in is not None or contents.trimap is not None
        return contents.document if self._extras and not covered and self.styling.mode in _MARKED else None

    def _show_cursor(self) -> None:
        pointing = Qt.CursorShape.PointingHandCursor if self.tags.pointed is not None else None
        self.setCursor(self.steering.cursor or pointing or self._tool_cursor or Qt.CursorShape.ArrowCursor)
