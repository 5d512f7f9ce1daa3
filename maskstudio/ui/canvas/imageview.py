"""A view that shows a document and repaints only changes. Knows no session, no panel and nothing over the image."""

import math
import time
from dataclasses import replace

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QRegion, QTransform
from PySide6.QtWidgets import QWidget

from maskstudio.core.document import Document
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.drawing import DrawingView
from maskstudio.ui.canvas.frame import Frame
from maskstudio.ui.canvas.live_alpha import LiveAlpha, ReadPlane
from maskstudio.ui.canvas.photo import sharpens
from maskstudio.ui.canvas.scene import MODES, Mode, Scene, Side, Style
from maskstudio.ui.canvas.style import CUTS
from maskstudio.ui.canvas.tiling import Tiling, ahead, qrect, rect_of, rects

_SLICE = 0.005  # seconds of making and painting tiles in one repaint; the rest follows in the next
_DRAGGED = 0.003  # the same while the image is dragged, which must not stutter
_AHEAD = 0.002  # seconds of making tiles ahead in one turn
_PAUSE = 12  # ms without a repaint before that starts
_BREATH = 1  # ms between two such turns
_BESIDE_LINE = 3  # device pixels around a change in which the trimap's lines may change
_SQUARE = 8  # logical pixels of a checkerboard square
_WASTE = 1.5  # one rectangle may hold this many times the pixels that must be repainted

PaneContent = tuple[Frame, Scene, Style, QRegion]


class ImageView(DrawingView):
    """A document under a style, without anything over it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make a view without a document, at least 64 logical pixels a side."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(64, 64)
        self._scene: Scene | None = None
        self._live: LiveAlpha | None = None
        self._frame = Frame()
        self._style = Style()
        self._worn: dict[tuple[Mode, int, bool], Style] = {}  # the styles ``_dressed`` has made
        self._original = False
        self._surround: QColor | None = None
        self._display: bytes | None = None
        self._damage = QRect()
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._continue)
        self._idle = QTimer(self, singleShot=True, interval=_PAUSE)
        self._idle.timeout.connect(self._make_ahead)
        self.viewChanged.connect(self._follow_view)

    @property
    def scene(self) -> Scene | None:
        """The scene painted here, for another view to share; None without a document."""
        return self._scene

    @property
    def scene_on_show(self) -> Scene | None:
        """The scene the result is painted from: the document's, or a stand-in's."""
        return self._scene

    @property
    def trimap(self) -> Mask | None:
        """The trimap over the photo, None if there is none."""
        return self._scene.band.trimap if self._scene else None

    def set_trimap(self, trimap: Mask | None, within: Rect | None = None) -> None:
        """Lay a trimap (0, 128 or 255, of the image's size) over photo and cut-out; None for none.

        Only pixels that differ from the trimap before are repainted: those in ``within``, or those of differing tiles.
        """
        if self._scene is None or trimap is self.trimap:
            return
        beside = math.ceil(_BESIDE_LINE / self.scale)
        for rect in self._scene.band.replace(trimap, within):
            self._outdate_frame(rect.grow(beside).intersect(self._scene.document.frame))

    @property
    def document(self) -> Document | None:
        """The document on show."""
        return self._scene.document if self._scene else None

    def set_document(self, document: Document | None) -> None:
        """Show a document.

        Another state of the same image repaints only what differs. The view stays where it was, except that the first
        image, or one of another size than the last, is fitted.
        """
        scene = self._scene
        if scene is not None and document is not None and scene.document.image is document.image:
            if document is not scene.document:
                self._replace(scene, document)
        else:
            self.interrupt()
            self._live = None
            if scene is not None and document is not None and sharpens(scene.document.image, document.image):
                self._frame.outdate()  # the preview stays until it is painted over
            else:
                self._frame.clear()
            self._scene = Scene(document, self._display) if document else None
            self._show_image(document.size if document else None)

    def set_display(self, profile: bytes | None) -> None:
        """Set the ICC profile of the screen; None stands for sRGB."""
        if profile == self._display:
            return
        self._display = profile
        if self._scene is not None and self._live is None:
            self._scene = Scene(self._scene.document, profile)
            self._outdate()
            self.viewChanged.emit()

    def set_live(self, read: ReadPlane | None) -> None:
        """Show the alpha that ``read`` gives for a rectangle of the image, while a stroke is being made.

        It starts equal to the document's; ``touch`` tells where it changes. ``adopt`` ends it and keeps what shows;
        None ends it and shows the document as it was.
        """
        before = self._shown_mode
        if self._live is not None:
            for rect in self._live.cancel():
                self._outdate_image(rect)
            self._live = None
            self._follow_document()
        self._live = LiveAlpha(self._scene, read) if self._scene and read else None
        if self._shown_mode != before:  # the first stroke on a bare photo changes the mode it is shown in
            self._outdate()

    def touch(self, rect: Rect) -> None:
        """Repaint what shows ``rect`` (image pixels), where the live alpha has changed, and nothing else."""
        if self._scene is None or self._live is None:
            return
        rect = rect.intersect(self._scene.document.frame)
        if rect:
            self._live.touch(rect)
            self._outdate_image(rect)

    def adopt(self, document: Document) -> None:
        """End a live stroke with the document it became; nothing is repainted, since everything on show is up to date.

        Without a live stroke this does what ``set_document`` does.
        """
        if self._live is None or self._scene is None or document.image is not self._scene.document.image:
            self.set_document(document)
            return
        before = self._shown_mode
        self._live.adopt(document)
        self._live = None
        if self._shown_mode != before:
            self._outdate()
        self._follow_document()

    def set_mode(self, mode: Mode) -> None:
        """Set the view mode, one of ``MODES``; ``image`` is the original."""
        if mode not in MODES:
            raise ValueError(f"There is no view mode called {mode!r}.")
        self._restyle(replace(self._style, mode=mode))

    def set_overlay(self, colour: QColor, opacity: float, side: Side) -> None:
        """Set colour, opacity (0..1) and side (``outside`` or ``inside`` the mask) of the overlay."""
        rgb = (colour.red(), colour.green(), colour.blue())
        self._restyle(replace(self._style, colour=rgb, opacity=min(max(opacity, 0.0), 1.0), side=side))

    def set_surround(self, colour: QColor | None) -> None:
        """Set the colour around the image; None takes a neutral grey that goes with the palette."""
        self._surround = colour
        self._outdate()

    def hold_original(self, held: bool) -> None:
        """Show the bare photo while ``held``."""
        if held != self._original:
            self._original = held
            self._outdate()
            self._follow_style()

    @property
    def mode(self) -> Mode:
        """The view mode in use, whether or not the original is held."""
        return self._style.mode

    @property
    def _shown_mode(self) -> Mode:
        """The mode on show: ``image`` while the original is held, else the result's."""
        return "image" if self._original else self._result_mode

    @property
    def _result_mode(self) -> Mode:
        """The mode the result is shown in: the photo alone until something is selected.

        A photo without layers is not tinted, and an empty mask makes no cut-out to put on a background.
        """
        scene = self.scene_on_show
        return self.mode if scene is None or self._live is not None else self._mode_for(scene.document)

    def _mode_for(self, document: Document) -> Mode:
        """The mode of the view, or the photo alone for a document in which nothing is selected."""
        bare = not document.alpha.tiles if self.mode in CUTS else self.mode == "overlay" and not document.layers
        return "image" if bare else self.mode

    @property
    def surround(self) -> QColor:
        """The colour around the image."""
        if self._surround is not None:
            return self._surround
        value = self.palette().color(QPalette.ColorRole.Window).lightness()
        grey = value + 16 if value < 128 else value - 40
        return QColor(grey, grey, grey)

    @property
    def complete(self) -> bool:
        """Whether everything in sight is up to date; if not, the next repaints follow by themselves."""
        return self._scene is None or all(
            frame.shows(self._view) and self._missing(frame, part).isEmpty()
            for frame, _, _, part in self._sides(QRegion(0, 0, *self._turn.window))
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bring the frame up to date within a time slice, copy it, and draw what lies over it."""
        self._damage = QRect()
        if self._turn.window != self._device_size:
            self._follow_size()  # the pixel ratio changed, as on a move to another screen
        painter = QPainter(self)
        if self._scene is None or self._view is None:
            painter.fillRect(event.rect(), self.surround)
            return
        ratio = self.devicePixelRatioF()
        region = scaled_region(event.region(), ratio)
        self._bring_up_to_date(region)
        painter.scale(1 / ratio, 1 / ratio)
        self._copy_frame(painter, region)
        self._paint_over(painter, region)
        if not self.complete:
            self._more.start()
        elif not self.drawing:
            self._idle.start(_PAUSE)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette and the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._outdate()
            self._follow_style()

    def _bring_up_to_date(self, region: QRegion) -> None:
        """Paint what is out of date in ``region`` (device pixels of the window), as far as the time slice allows."""
        assert self._view is not None
        deadline = time.perf_counter() + (_SLICE if self._hand.button is None else _DRAGGED)
        for frame, scene, style, part in self._sides(region):
            frame.show(self._view)
            frame.paint(scene, style, self.surround, self._in_frame(part), deadline)

    def _copy_frame(self, painter: QPainter, region: QRegion) -> None:
        """Put the frame where the window shows it; the painter's units are device pixels."""
        for frame, _, _, part in self._sides(region):
            if self._turn.upright:
                for rect in rects(part):
                    painter.drawPixmap(rect, frame.pixmap, rect)
                continue
            painter.save()
            painter.setClipRegion(part)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self._turn.square)
            painter.setTransform(self._turning(), combine=True)
            painter.drawPixmap(0, 0, frame.pixmap)
            painter.restore()

    def _sides(self, region: QRegion) -> list[PaneContent]:
        """What shows in ``region`` (device pixels of the window): for each side its frame, scene, style and part of it.

        Nothing without a document.
        """
        scene = self.scene_on_show
        return [(self._frame, scene, self._dressed(self._shown_mode, bare=self._original), region)] if scene else []

    def _dressed(self, mode: Mode, *, bare: bool = False) -> Style:
        key = mode, round(_SQUARE * self.devicePixelRatioF()), bare
        style = self._worn.get(key)
        if style is None:
            style = replace(self._style, mode=mode, square=key[1], bare=bare or self._style.bare)
            self._worn[key] = style
        return style

    def _in_frame(self, region: QRegion) -> QRegion:
        """The device pixels of the frame that ``region`` of the window shows."""
        if self._turn.upright:
            return region
        made = QRegion()
        for rect in rects(region):
            made += qrect(self._turn.rect_to_frame(rect_of(rect)))
        return made

    def _missing(self, frame: Frame, part: QRegion) -> QRegion:
        """The device pixels of a frame that are out of date, within a part of the window."""
        return (self._in_frame(part) & frame.pixmap.rect()) - frame.valid

    def _follow_view(self) -> None:
        """Called when the view has moved."""
        self.update()

    def _follow_document(self) -> None:
        """Called when another state of the document is on show."""

    def _follow_style(self) -> None:
        """Called when the style has changed."""

    def _paint_over(self, painter: QPainter, region: QRegion) -> None:
        """Draw over the image, where ``region`` is repainted; units are device pixels of the window."""

    def _turning(self) -> QTransform:
        """The transform from the frame to the window, in device pixels."""
        a, b, c, d, e, f = self._turn.matrix
        return QTransform(a, c, b, d, e, f)

    def _replace(self, scene: Scene, document: Document) -> None:
        before = self._shown_mode
        for rect in scene.replace(document):
            self._outdate_image(rect)
        if self._shown_mode != before:
            self._outdate()
        self._follow_document()

    def _continue(self) -> None:
        if not self._turn.square:
            self.update()  # missing pixels may lie in a corner of the frame that the window does not show
            return
        for frame, _, _, part in self._sides(QRegion(0, 0, *self._turn.window)):
            self.update(self._widget_rect(self._missing(frame, part).boundingRect()))

    def _make_ahead(self) -> None:
        """Make the tiles that a pan or a zoom step would bring into sight next, a few at a time."""
        scene = self.scene_on_show
        if scene is None or self._view is None or self.drawing or not self.complete:
            return
        deadline = time.perf_counter() + _AHEAD
        style = self._dressed(self._shown_mode)
        wanted = ahead(Tiling(self._view, scene.finest), self._view.viewport)
        if not all(scene.prepare(style, level, rect, deadline) for level, rect in wanted):
            self._idle.start(_BREATH)

    def _outdate_image(self, rect: Rect) -> None:
        self._outdate_frame(rect)

    def _outdate_frame(self, rect: Rect) -> None:
        """Mark ``rect`` (image pixels) as out of date in every style, and repaint it."""
        area = self._frame.outdate_image(rect)
        if not area.isEmpty():
            self._repaint(self._widget_rect(area))

    def _outdate(self) -> None:
        self._frame.outdate()
        self.update()

    def _repaint(self, area: QRect) -> None:
        """Repaint ``area`` (logical pixels), with what waits, in one rectangle if that is quicker than several."""
        both = self._damage.united(area)
        if both.width() * both.height() <= _WASTE * sum(one.width() * one.height() for one in (self._damage, area)):
            self._damage = both
            area = both
        self.update(area)

    def _restyle(self, style: Style) -> None:
        if style != self._style:
            self._wear(style)
            self._outdate()
            self._follow_style()

    def _wear(self, style: Style) -> None:
        self._style = style
        self._worn.clear()

    def _widget_rect(self, rect: QRect) -> QRect:
        """The logical pixels that show any device pixel of the frame in ``rect``."""
        return self._widget_rect_here(qrect(self._turn.rect_to_window(rect_of(rect))))

    def _widget_rect_here(self, rect: QRect) -> QRect:
        return scaled(rect, 1 / self.devicePixelRatioF())


def scaled(rect: QRect, factor: float) -> QRect:
    """The smallest rectangle of whole pixels around the scaled one."""
    return QRectF(rect.x() * factor, rect.y() * factor, rect.width() * factor, rect.height() * factor).toAlignedRect()


def scaled_region(region: QRegion, factor: float) -> QRegion:
    """The whole pixels that hold the scaled region, rectangle by rectangle."""
    if factor == 1:
        return region
    out = QRegion()
    for rect in rects(region):
        out += scaled(rect, factor)
    return out
