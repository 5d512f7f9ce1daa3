"""What lies over the image: a tool's drawing, its cursor, the ring of the brush; and how little is repainted for it."""

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QRegion

from maskstudio.core.document import Document, Layer
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.tiling import rects

GREY = 128


class Watched(Canvas):
    """A canvas that notes which of its pixels are repainted."""

    repainted = QRegion()

    def paintEvent(self, event):
        self.repainted = self.repainted.united(event.region())
        super().paintEvent(event)

    def count(self):
        area = sum(rect.width() * rect.height() for rect in rects(self.repainted))
        self.repainted = QRegion()
        return area


@pytest.fixture
def canvas(qtbot, unhurried, nothing_ahead):
    mask = Mask.from_array(np.full((600, 800), 255, np.uint8))
    widget = Watched()
    widget.styling.set_surround(QColor(GREY, GREY, GREY))
    widget.resize(640, 480)
    qtbot.addWidget(widget)
    widget.contents.set_document(
        Document(Image(np.full((600, 800, 3), GREY, np.uint8))).add([Layer(0, "x", mask, mask)])
    )
    widget.show()
    widget.view.actual_pixels()
    qtbot.mouseMove(widget, QPoint(5, 5))
    settle(qtbot, widget)
    return widget


def settle(qtbot, canvas):
    """Wait until the canvas shows all it should and nothing more is made or painted for it."""
    before = None
    while (
        now := (canvas.sides.result.painted, canvas.contents.scene.builds, canvas.count())
    ) != before or not canvas.complete:
        before = (*now[:2], 0)
        qtbot.wait(5)


def test_a_tool_draws_in_logical_pixels_over_everything(qtbot, canvas, pixels):
    given = []

    def paint(painter, on):
        given.append(on)
        painter.fillRect(QRectF(100, 50, 20, 10), QColor(1, 2, 3))

    canvas.set_painter(paint)
    seen = pixels(canvas.grab().toImage())
    assert given[-1] is canvas
    assert (seen[50:60, 100:120] == (1, 2, 3)).all()
    assert (seen[49, 90:130] == GREY).all()
    canvas.set_painter(None)
    assert (pixels(canvas.grab().toImage())[50:60, 100:120] == GREY).all()


def test_a_tool_draws_in_logical_pixels_on_a_fine_screen(qtbot, canvas, pixels):
    canvas.devicePixelRatioF = lambda: 2.0
    canvas.set_painter(lambda painter, on: painter.fillRect(QRectF(on.rect()), QColor(1, 2, 3)))
    assert (pixels(canvas.grab().toImage()) == (1, 2, 3)).all()


def test_repainting_over_the_image_repaints_just_there_and_makes_nothing(qtbot, canvas):
    painted, builds = canvas.sides.result.painted, canvas.contents.scene.builds
    canvas.update_over(QRectF(100.5, 50, 30, 20))
    qtbot.wait(1)
    assert canvas.count() == 31 * 20
    assert (canvas.sides.result.painted, canvas.contents.scene.builds) == (painted, builds)


def test_a_tool_has_its_cursor_except_under_the_hand(qtbot, canvas):
    canvas.set_tool_cursor(QCursor(Qt.CursorShape.CrossCursor))
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor
    canvas.setFocus()
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor
    canvas.set_tool_cursor(None)
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor


def distances(at):
    rows, columns = np.mgrid[:480, :640] + 0.5
    return np.hypot(rows - at[1], columns - at[0])


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_ring_has_the_true_size_and_two_tones(qtbot, canvas, pixels, scale):
    canvas.view.look_at(scale, QPointF(400, 300))
    canvas.ring.show(100.0)
    qtbot.mouseMove(canvas, QPoint(300, 220))
    seen = pixels(canvas.grab().toImage())[..., 0]
    radius, away = 50 * scale, distances((300, 220))
    ring = np.abs(away - radius)
    assert (seen[ring > 2.5] == GREY).all()
    assert (seen[(away < radius - 0.35) & (away > radius - 0.65)] > GREY + 20).all()
    assert (seen[(away > radius + 0.35) & (away < radius + 0.65)] < GREY - 20).all()


def test_a_soft_brush_shows_where_it_is_hard(qtbot, canvas, pixels):
    canvas.ring.show(100.0, 40.0)
    qtbot.mouseMove(canvas, QPoint(300, 220))
    seen = pixels(canvas.grab().toImage())[..., 0]
    away = distances((300, 220))
    for radius in (50, 20):
        assert (seen[np.abs(away - radius) < 0.3] != GREY).any()
    assert (seen[(np.abs(away - 50) > 3) & (np.abs(away - 20) > 3)] == GREY).all()


def test_a_tiny_brush_is_a_cross_that_leaves_its_middle_free(qtbot, canvas, pixels):
    canvas.ring.show(5.0)
    qtbot.mouseMove(canvas, QPoint(300, 220))
    seen = pixels(canvas.grab().toImage())[..., 0]
    away = distances((300, 220))
    assert (seen[(away < 1.5) | (away > 9)] == GREY).all()
    assert (seen[218:222, 304:307] != GREY).any()
    assert (seen[225, 305] == GREY).all()


def test_the_ring_follows_the_pointer_and_leaves_with_it(qtbot, canvas, pixels):
    canvas.ring.show(60.0)
    qtbot.mouseMove(canvas, QPoint(300, 220))
    settle(qtbot, canvas)
    qtbot.mouseMove(canvas, QPoint(310, 220))
    qtbot.wait(1)
    assert 66 * 66 <= canvas.count() <= 78 * 70
    clean = pixels(canvas.grab().toImage())[..., 0]
    assert (clean[np.abs(distances((310, 220)) - 30) > 2.5] == GREY).all()
    QCoreApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert (pixels(canvas.grab().toImage()) == GREY).all()


def test_a_large_ring_repaints_its_band_only(qtbot, canvas, pixels):
    canvas.view.look_at(4.0, QPointF(400, 300))
    canvas.ring.show(210.0)  # 840 of 640 x 480 pixels
    qtbot.mouseMove(canvas, QPoint(20, 20))
    settle(qtbot, canvas)
    painted = canvas.sides.result.painted
    qtbot.mouseMove(canvas, QPoint(24, 23))
    qtbot.wait(1)
    assert 0 < canvas.count() < 0.5 * 640 * 480
    assert canvas.sides.result.painted == painted
    seen = pixels(canvas.grab().toImage())[..., 0]
    assert (seen[np.abs(distances((24, 23)) - 420) > 2.5] == GREY).all()


def test_the_ring_grows_with_the_zoom_and_can_be_held(qtbot, canvas, pixels):
    canvas.ring.show(40.0)
    canvas.ring.hold(QPointF(400, 300))
    qtbot.mouseMove(canvas, QPoint(10, 10))
    canvas.view.look_at(2.0, QPointF(400, 300))
    seen = pixels(canvas.grab().toImage())[..., 0]
    assert (seen[np.abs(distances((320, 240)) - 39.5) < 0.2] > GREY).all()
    canvas.ring.hold(None)
    seen = pixels(canvas.grab().toImage())[..., 0]
    assert (seen[np.abs(distances((320, 240)) - 40) < 2] == GREY).all()
    assert (seen[np.abs(distances((10, 10)) - 39.5) < 0.2] > GREY).all()
    canvas.ring.show(None)
    assert (pixels(canvas.grab().toImage()) == GREY).all()


def test_a_stroke_with_its_ring_repaints_little(qtbot, canvas):
    """Dirty pixels, old ring and new ring are one small rectangle, not a ragged region and not the window."""
    canvas.ring.show(40.0)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 220))
    canvas.contents.set_live(lambda rect: np.full((rect.height, rect.width), 9, np.uint8))
    settle(qtbot, canvas)
    at = canvas.view.to_image(QPointF(306, 222))
    canvas.strokes.moved.connect(
        lambda pointer: canvas.contents.touch(Rect(round(at.x()) - 20, round(at.y()) - 20, 40, 40))
    )
    qtbot.mouseMove(canvas, QPoint(306, 222))
    qtbot.wait(1)
    assert canvas.repainted.rectCount() == 1
    assert canvas.count() <= 54 * 50
