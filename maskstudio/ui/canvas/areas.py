"""Rectangles and regions between logical and device pixels, and between the upright frame and a turned window."""

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QRegion, QTransform

from maskstudio.ui.canvas.tiling import qrect, rect_of, rects
from maskstudio.ui.canvas.turn import ViewTurn


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


def in_frame(turn: ViewTurn, region: QRegion) -> QRegion:
    """The device pixels of the upright frame that ``region`` of the window shows."""
    if turn.upright:
        return region
    made = QRegion()
    for rect in rects(region):
        made += qrect(turn.rect_to_frame(rect_of(rect)))
    return made


def turning(turn: ViewTurn) -> QTransform:
    """The transform from the upright frame to the window, in device pixels."""
    a, b, c, d, e, f = turn.matrix
    return QTransform(a, c, b, d, e, f)
