"""Which part of an image a widget shows: scale, centre, turn, and the way between image points and positions.

It paints nothing and hears no event; whoever owns it says when the widget's size changes.
"""

import math
from dataclasses import replace

from PySide6.QtCore import QObject, QPoint, QPointF, Signal
from PySide6.QtWidgets import QWidget

from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.ui.canvas.gestures import Action, Rotate, Zoom
from maskstudio.ui.canvas.look import Look
from maskstudio.ui.canvas.transform import Size, ViewTransform, next_step
from maskstudio.ui.canvas.turn import ViewTurn, normal

_MARGIN = 24  # logical pixels around a fitted image


class Viewport(QObject):
    """Maps image pixels to ``widget``. Positions are logical pixels, as Qt gives them; scale counts device pixels."""

    changed = Signal()  # scale, centre, angle, mirror or size

    def __init__(self, widget: QWidget) -> None:
        """View no image yet; of ``widget`` only its size and pixel ratio are asked."""
        super().__init__(widget)
        self._widget = widget
        self._transform: ViewTransform | None = None
        self._turn = ViewTurn(self.device_size)
        self._fitted = True

    @property
    def transform(self) -> ViewTransform | None:
        """The mapping of the image into the upright frame, in device pixels; None without an image."""
        return self._transform

    @property
    def turn(self) -> ViewTurn:
        """How the upright frame lies in the widget."""
        return self._turn

    @property
    def ratio(self) -> float:
        """Device pixels per logical pixel."""
        return self._widget.devicePixelRatioF()

    @property
    def device_size(self) -> Size:
        """Width and height of the widget in device pixels, at least 1."""
        ratio = self.ratio
        return max(round(self._widget.width() * ratio), 1), max(round(self._widget.height() * ratio), 1)

    @property
    def scale(self) -> float:
        """Device pixels per image pixel; 0.0 without an image."""
        return self._transform.scale if self._transform else 0.0

    @property
    def centre(self) -> QPointF:
        """The image point in the middle of the widget."""
        return QPointF(*self._transform.centre) if self._transform else QPointF()

    @property
    def angle(self) -> float:
        """Degrees by which the view is turned clockwise: 0 up to 360."""
        return self._turn.angle

    @property
    def mirrored(self) -> bool:
        """Whether the view shows left and right exchanged."""
        return self._turn.mirrored

    @property
    def look(self) -> Look | None:
        """Where the view looks, to return to it later or on another image; None without an image."""
        if self._transform is None:
            return None
        look = Look.at(self._transform.image, self._transform.scale, self._transform.centre)
        return look.turned(self.angle, mirrored=self.mirrored, fitted=self._fitted)

    @look.setter
    def look(self, look: Look) -> None:
        before = self._turn, self._transform
        self._turn = replace(self._turn, angle=normal(look.angle), mirrored=look.mirrored)
        self._fitted = look.fitted
        if self._transform is not None:
            view = self._transform.resized(self._turn.frame, self._turn.sight)
            there = replace(view, scale=look.allowed_scale, centre=look.centre(view.image))
            self._transform = self._whole(view) if look.fitted else there.clamped()
        if (self._turn, self._transform) != before:
            self.changed.emit()

    def rotate_to(self, degrees: float, anchor: QPointF | None = None) -> None:
        """Turn the view, never the image, to ``degrees`` clockwise.

        The image point at position ``anchor`` (the middle by default) stays under it.
        """
        if normal(degrees) != self.angle:
            self._fitted = False
            self._turn_to(replace(self._turn, angle=normal(degrees)), anchor)

    def reset_rotation(self) -> None:
        """Turn the view upright about the middle."""
        self.rotate_to(0.0)

    def set_mirrored(self, mirrored: bool) -> None:
        """Show left and right exchanged or not, about the middle of the widget."""
        if mirrored != self.mirrored:
            self._turn_to(replace(self._turn, angle=normal(-self.angle), mirrored=mirrored), None)

    def look_at(self, scale: float, centre: QPointF) -> None:
        """Show image point ``centre`` in the middle at ``scale``, as on coming back to a document."""
        if self._transform:
            self._fitted = False
            self._move_to(replace(self._transform, scale=scale, centre=(centre.x(), centre.y())).clamped())

    def fit(self) -> None:
        """Show the whole image, and keep doing so as the widget changes its size, until the user moves the view."""
        if self._transform:
            self._fitted = True
            self._move_to(self._whole(self._transform))

    def actual_pixels(self) -> None:
        """Show one image pixel on one device pixel."""
        self.zoom_to(1.0)

    def zoom_in(self) -> None:
        """Go to the next round scale, about the middle."""
        self.zoom_to(next_step(self.scale, 1))

    def zoom_out(self) -> None:
        """Go to the previous round scale, about the middle."""
        self.zoom_to(next_step(self.scale, -1))

    def zoom_to(self, scale: float, anchor: QPointF | None = None) -> None:
        """Go to another scale; the image point at position ``anchor`` (the middle by default) stays under it."""
        if self._transform:
            self._fitted = False
            self._move_to(self._transform.zoomed(scale, self._turn.to_frame(self._anchor(anchor))))

    @property
    def visible(self) -> Rect:
        """The rectangle around the image pixels in sight, larger than these in a turned view; empty for none."""
        if self._transform is None:
            return EMPTY
        width, height = self._widget.width(), self._widget.height()
        corners = [self.to_image(QPointF(x, y)) for x in (0, width) for y in (0, height)]
        xs, ys = [corner.x() for corner in corners], [corner.y() for corner in corners]
        x, y = math.floor(min(xs)), math.floor(min(ys))
        seen = Rect(x, y, math.ceil(max(xs)) - x, math.ceil(max(ys)) - y)
        return seen.intersect(Rect(0, 0, *self._transform.image))

    def to_image(self, position: QPointF) -> QPointF:
        """The image point at a position in the widget."""
        if self._transform is None:
            return QPointF()
        return QPointF(*self._transform.to_image(self._turn.to_frame(self.device(position))))

    def from_image(self, point: QPointF) -> QPointF:
        """The position in the widget of an image point."""
        if self._transform is None:
            return QPointF()
        at = self._turn.to_window(self._transform.to_view((point.x(), point.y())))
        return QPointF(*at) / self.ratio

    def device(self, position: QPointF) -> tuple[float, float]:
        """A position in the widget in device pixels."""
        ratio = self.ratio
        return position.x() * ratio, position.y() * ratio

    def device_point(self, position: QPointF) -> QPoint:
        """The device pixel at a position in the widget."""
        x, y = self.device(position)
        return QPoint(int(x), int(y))

    def pixel_at(self, position: QPointF) -> tuple[int, int]:
        """Column and row of the image pixel shown at a position; (-1, -1) without an image, else perhaps outside it."""
        if self._transform is None:
            return -1, -1
        at = self.device_point(position)
        return self._transform.pixel_at(self._turn.to_frame((at.x() + 0.5, at.y() + 0.5)))

    @property
    def outgrown(self) -> bool:
        """Whether the widget has other device pixels than the view knows, as on a move to another screen."""
        return self._turn.window != self.device_size

    def follow_size(self) -> None:
        """Take in the widget's size: the middle stays in the middle, or the whole image in sight while it is fitted."""
        self._turn = replace(self._turn, window=self.device_size)
        if self._transform is not None:
            view = self._transform.resized(self._turn.frame, self._turn.sight)
            self._move_to(self._whole(view) if self._fitted else view)

    def show_image(self, size: Size | None) -> None:
        """View an image of this ``size``: the view stays for the same size, else fits all of it; None for no image."""
        if size is None:
            self._transform = None
        elif self._transform is None or self._transform.image != size:
            self._fitted = True
            self._turn = replace(self._turn, window=self.device_size)
            self._transform = self._whole(ViewTransform(size, self._turn.frame, sight=self._turn.sight))
        self.changed.emit()

    def apply(self, action: Action, position: QPointF) -> None:
        """Zoom, turn or pan about ``position`` (logical pixels); without an image, do nothing."""
        if self._transform is None:
            return
        if isinstance(action, Zoom):
            self.zoom_to(action.applied(self.scale), position)
        elif isinstance(action, Rotate):
            self.rotate_to(self.angle + action.degrees, position)
        else:
            self._fitted = False
            way = self._turn.vector_to_frame(self.device(QPointF(action.dx, action.dy)))
            self._move_to(self._transform.panned(*way))

    def _anchor(self, position: QPointF | None) -> tuple[float, float]:
        """A logical position in device pixels of the window, its middle for None."""
        width, height = self._turn.window
        return (width / 2, height / 2) if position is None else self.device(position)

    def _whole(self, view: ViewTransform) -> ViewTransform:
        """The view of all of the image."""
        margin = _MARGIN * self.ratio
        return view.fitted(margin, self._turn.window, self._turn.spread(view.image))

    def _turn_to(self, turn: ViewTurn, anchor: QPointF | None) -> None:
        if turn == self._turn:
            return
        at, before = self._anchor(anchor), self._turn
        self._turn = turn
        if self._transform is not None:
            point = self._transform.to_image(before.to_frame(at))
            self._transform = self._transform.resized(turn.frame, turn.sight).placed(point, turn.to_frame(at))
        self.changed.emit()

    def _move_to(self, view: ViewTransform) -> None:
        if view != self._transform:
            self._transform = view
            self.changed.emit()
