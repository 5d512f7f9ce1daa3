"""A stroke that is not in the document yet: what is on show, what is repainted for it, and how it ends."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QRegion

from maskstudio.core.document import Document, Layer
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.pyramid import Pyramid, merged
from tests.ui.canvases import wear

WIDTH, HEIGHT = 1500, 1101
NEVER = float("inf")


def pyramid_of(plane):
    height, width = plane.shape[:2]
    channels = 1 if plane.ndim == 2 else plane.shape[2]
    return Pyramid(width, height, channels, lambda rect: plane[rect.slices()])


def built(pyramid, level):
    frame = pyramid.frame(level)
    assert pyramid.ensure(level, frame, NEVER)
    return pyramid.view(level, frame)


boxes = st.tuples(st.integers(-40, 700), st.integers(-40, 620), st.integers(1, 420), st.integers(1, 420))


@settings(max_examples=40)
@given(st.lists(boxes, min_size=1, max_size=4), st.sets(st.integers(0, 4), min_size=1), st.booleans(), st.randoms())
def test_a_patch_equals_a_full_rebuild_at_every_size(rects, levels, later, random):
    noise = np.random.default_rng(random.randrange(1 << 30))
    plane = noise.integers(0, 256, (601, 703), np.uint8)
    pyramid = pyramid_of(plane)
    for level in levels:
        built(pyramid, level)
    builds = pyramid.builds
    frame = Rect(0, 0, 703, 601)
    for box in rects:
        rect = Rect(*box).intersect(frame)
        if rect:
            plane[rect.slices()] = noise.integers(0, 256, (rect.height, rect.width))
        pyramid.refresh([rect]) if later else pyramid.patch(rect)
    for level in sorted(levels):
        assert np.array_equal(built(pyramid, level), built(pyramid_of(plane), level))
    assert pyramid.builds == builds


@settings(max_examples=25)
@given(boxes, boxes, st.randoms())
def test_a_patch_across_what_was_never_looked_at_is_right_too(seen, changed, random):
    noise = np.random.default_rng(random.randrange(1 << 30))
    plane = noise.integers(0, 256, (1201, 1403), np.uint8)
    pyramid = pyramid_of(plane)
    frame = pyramid.frame(2)
    pyramid.ensure(2, Rect(0, 0, 1 + abs(seen[0]) // 4, 1 + abs(seen[1]) // 4).intersect(frame), NEVER)
    pyramid.ensure(0, Rect(300, 300, 10, 10), NEVER)
    rect = Rect(*changed).intersect(Rect(0, 0, 1403, 1201))
    plane[rect.slices()] = noise.integers(0, 256, (rect.height, rect.width))
    pyramid.patch(rect)
    for level in (0, 1, 2, 3):
        assert np.array_equal(built(pyramid, level), built(pyramid_of(plane), level))


def test_a_tile_that_becomes_flat_is_known_to_be():
    plane = np.random.default_rng(0).integers(0, 256, (512, 512), np.uint8)
    pyramid = pyramid_of(plane)
    built(pyramid, 0)
    tile = Rect(256, 0, 256, 256)
    assert pyramid.flat(0, tile) is None
    plane[tile.slices()] = 255
    pyramid.patch(tile)
    assert pyramid.flat(0, tile) == 255
    plane[3, 300] = 254
    pyramid.patch(Rect(300, 3, 1, 1))
    assert pyramid.flat(0, tile) is None


def test_so_many_changes_that_patching_would_take_long_are_made_anew_when_seen():
    plane = np.zeros((2000, 2000), np.uint8)
    pyramid = pyramid_of(plane)
    built(pyramid, 1)
    builds = pyramid.builds
    plane[:] = 77
    pyramid.refresh([Rect(x, y, 20, 20) for x in range(0, 2000, 200) for y in range(0, 2000, 200)])
    assert pyramid.builds == builds
    assert (built(pyramid, 1)[:10, :10] == 77).all()
    assert pyramid.builds > builds


def test_rows_of_tiles_become_one_rectangle():
    tiles = [Rect(512, 256, 256, 256), Rect(0, 0, 256, 256), Rect(256, 256, 256, 256), Rect(768, 256, 100, 256)]
    assert merged(tiles) == [Rect(0, 0, 256, 256), Rect(256, 256, 612, 256)]


class Painted:
    """A canvas, and the plane that a stroke on it changes."""

    def __init__(self, canvas, layers=1):
        random = np.random.default_rng(4)
        alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
        alpha[200:700, 300:1100] = random.integers(0, 256, (500, 800))
        mask = Mask.from_array(alpha)
        image = Image(random.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8))
        self.first = Document(image).add([Layer(0, "subject", mask, mask)] * layers)
        self.plane = alpha.copy()
        self.canvas = canvas
        self.reads = []
        canvas.contents.set_document(self.first)

    def read(self, rect):
        assert self.first.frame.intersect(rect) == rect
        self.reads.append(rect)
        return self.plane[rect.slices()]

    def stamp(self, x, y, size=60, value=255):
        rect = Rect(x, y, size, size)
        self.plane[rect.intersect(self.first.frame).slices()] = value
        self.canvas.contents.touch(rect)

    @property
    def last(self):
        mask = Mask.from_array(self.plane)
        return self.first.put(replace(self.first.layers[0], mask=mask, shaped=mask))


@pytest.fixture
def painted(qtbot, nothing_ahead):
    canvas = Canvas()
    canvas.resize(700, 500)
    canvas.styling.set_surround(QColor(60, 60, 60))
    qtbot.addWidget(canvas)
    made = Painted(canvas)
    canvas.show()
    settle(qtbot, canvas)
    return made


def settle(qtbot, canvas):
    canvas.repaint()
    qtbot.waitUntil(lambda: canvas.complete)


def shown(qtbot, canvas, pixels):
    settle(qtbot, canvas)
    return pixels(canvas.grab().toImage())


def fresh(qtbot, painted, document, pixels):
    """What a canvas shows that never saw anything else."""
    canvas = Canvas()
    canvas.resize(700, 500)
    canvas.styling.set_surround(QColor(60, 60, 60))
    qtbot.addWidget(canvas)
    canvas.contents.set_document(document)
    wear(canvas, mode=painted.canvas.styling.mode)
    canvas.view.set_mirrored(painted.canvas.view.mirrored)  # which turns the angle round, as a mirror does
    canvas.view.rotate_to(painted.canvas.view.angle)
    canvas.view.look_at(painted.canvas.view.scale, painted.canvas.view.centre)
    canvas.show()
    return shown(qtbot, canvas, pixels)


@pytest.mark.parametrize("mode", ["overlay", "mask", "black", "checker"])
@pytest.mark.parametrize("scale", [0.3, 0.5, 1.0, 2.5])
def test_a_stroke_shows_while_it_is_made_and_stays_when_it_is_done(qtbot, painted, pixels, mode, scale):
    canvas = painted.canvas
    wear(canvas, mode=mode)
    canvas.view.look_at(scale, QPointF(800, 500))
    settle(qtbot, canvas)
    canvas.contents.set_live(painted.read)
    for step in range(8):
        painted.stamp(700 + 21 * step, 430 + 13 * step, value=step * 32)
        canvas.repaint()
    live = shown(qtbot, canvas, pixels)
    builds = canvas.contents.scene.builds
    canvas.contents.adopt(painted.last)
    after = shown(qtbot, canvas, pixels)
    assert canvas.contents.scene.builds == builds
    assert np.array_equal(live, after)
    wanted = fresh(qtbot, painted, painted.last, pixels)
    assert np.abs(after - wanted).max() <= 2
    assert np.abs(after - fresh(qtbot, painted, painted.first, pixels)).max() > 50


@pytest.mark.parametrize("mode", ["overlay", "black"])
def test_adopting_paints_nothing_and_the_same_document_again_is_free(qtbot, painted, mode):
    canvas = painted.canvas
    wear(canvas, mode=mode)
    settle(qtbot, canvas)
    canvas.contents.set_live(painted.read)
    for x in range(0, 1400, 100):
        painted.stamp(x, x // 2, 300)
    settle(qtbot, canvas)
    last = painted.last
    assert last.alpha is not None
    before = canvas.contents.scene.builds, canvas.sides.result.painted
    canvas.contents.adopt(last)
    assert canvas.complete
    canvas.contents.set_document(last)
    settle(qtbot, canvas)
    assert (canvas.contents.scene.builds, canvas.sides.result.painted) == before
    assert canvas.contents.document is last


def test_a_touch_repaints_its_pixels_and_reads_no_others(qtbot, painted):
    canvas = painted.canvas
    canvas.view.look_at(1.0, QPointF(750, 500))
    settle(qtbot, canvas)
    canvas.contents.set_live(painted.read)
    before = canvas.sides.result.painted
    painted.stamp(700, 480, 40)
    settle(qtbot, canvas)
    assert canvas.sides.result.painted - before == 42 * 42
    assert all(Rect(699, 479, 42, 42).intersect(rect) == rect for rect in painted.reads)
    before = canvas.sides.result.painted
    canvas.contents.touch(Rect(5, 5, 20, 20))  # out of sight
    canvas.contents.touch(Rect(-90, -90, 50, 50))  # not on the image
    settle(qtbot, canvas)
    assert canvas.sides.result.painted == before


def test_what_is_put_off_is_still_read_from_the_stroke(qtbot, painted, pixels):
    """The button may go up before the last touch was painted, and a view may be turned to much later."""
    canvas = painted.canvas
    wear(canvas, mode="mask")
    canvas.view.look_at(1.0, QPointF(750, 500))
    settle(qtbot, canvas)
    canvas.contents.set_live(painted.read)
    painted.stamp(700, 480, 90)
    canvas.contents.adopt(painted.last)
    assert np.abs(shown(qtbot, canvas, pixels) - fresh(qtbot, painted, painted.last, pixels)).max() <= 1
    canvas.view.fit()
    assert np.abs(shown(qtbot, canvas, pixels) - fresh_fit(qtbot, painted, pixels)).max() <= 1


def fresh_fit(qtbot, painted, pixels):
    painted.canvas.view.fit()
    return fresh(qtbot, painted, painted.last, pixels)


def test_a_cancelled_stroke_leaves_nothing(qtbot, painted, pixels):
    canvas = painted.canvas
    before = shown(qtbot, canvas, pixels)
    canvas.contents.set_live(painted.read)
    for x in (100, 400, 900):
        painted.stamp(x, 300, 200)
    during = shown(qtbot, canvas, pixels)
    assert np.abs(during - before).max() > 50
    canvas.contents.set_live(None)
    assert np.abs(shown(qtbot, canvas, pixels) - before).max() <= 2  # smoothed in pieces now
    canvas.contents.touch(Rect(0, 0, 100, 100))  # nobody is there
    assert canvas.complete


def test_another_image_ends_a_stroke(qtbot, painted, pixels):
    canvas = painted.canvas
    ended = []
    canvas.strokes.interrupted.connect(lambda: ended.append(True))
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton)
    canvas.contents.set_live(painted.read)
    other = Document(Image(np.full((HEIGHT, WIDTH, 3), 99, np.uint8)))
    canvas.contents.set_document(other)
    assert ended == [True]
    painted.stamp(500, 500)
    wear(canvas, mode="image")
    assert (shown(qtbot, canvas, pixels)[250, 350] == 99).all()


def test_the_place_tells_the_alpha_of_the_stroke(qtbot, painted):
    canvas = painted.canvas
    told = []
    canvas.hover.over.connect(lambda *values: told.append(values))
    canvas.view.look_at(1.0, QPointF(100, 100))
    canvas.contents.set_live(painted.read)
    painted.stamp(90, 90, 30, 201)
    qtbot.mouseMove(canvas, canvas.view.from_image(QPointF(100, 100)).toPoint())
    assert told[-1][2] == 201
    canvas.contents.set_live(None)
    canvas.view.actual_pixels()
    assert told[-1][2] == 0


@pytest.mark.parametrize(("angle", "mirrored"), [(0, True), (90, False), (180, True), (30, False), (217.5, True)])
def test_touches_reach_a_turned_view(qtbot, painted, pixels, angle, mirrored):
    canvas = painted.canvas
    canvas.view.rotate_to(angle)
    canvas.view.set_mirrored(mirrored)
    for scale in (0.4, 1.0):
        canvas.view.look_at(scale, QPointF(750, 500))
        settle(qtbot, canvas)
        canvas.contents.set_live(painted.read)
        painted.stamp(740, 440, 73, 255 if scale < 1 else 30)
        painted.stamp(700, 520, 11, 128)
        live = shown(qtbot, canvas, pixels)
        canvas.contents.adopt(painted.last)
        wanted = fresh(qtbot, painted, painted.last, pixels)
        assert np.abs(live - wanted).max() <= 3
        painted.first = painted.last


@pytest.mark.parametrize("angle", [0, 30])
@pytest.mark.parametrize("ratio", [1.25, 1.5, 2.0])
def test_touches_reach_every_kind_of_screen(qtbot, pixels, ratio, angle):
    """Nothing of the old stays where the widget's pixels are not the screen's."""
    canvas = Canvas()
    canvas.devicePixelRatioF = lambda: ratio
    canvas.resize(301, 203)
    qtbot.addWidget(canvas)
    painted = Painted(canvas)
    wear(canvas, mode="mask")
    canvas.view.rotate_to(angle)
    canvas.show()
    canvas.view.look_at(0.83, QPointF(750, 500))

    def picture():
        image = QImage(*canvas.view.device_size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        canvas.render(image, QPoint(), QRegion(canvas.rect()))
        return image

    qtbot.waitUntil(lambda: bool(picture()) and canvas.complete)
    canvas.contents.set_live(painted.read)
    for step in range(6):
        painted.stamp(640 + 37 * step, 420 + 23 * step, 41, 40 * step)
        picture()
    seen = pixels(picture())
    canvas.sides.result.outdate()
    qtbot.waitUntil(lambda: bool(picture()) and canvas.complete)
    difference = np.abs(pixels(picture()) - seen)
    assert difference.max() <= 2


def test_the_first_stroke_on_a_bare_photo_tints_all_of_it(qtbot, pixels):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(200, 160)
    canvas.show()
    bare = Document(Image(np.full((100, 120, 3), 200, np.uint8)))
    canvas.contents.set_document(bare)
    qtbot.waitUntil(lambda: canvas.complete)
    photo = pixels(canvas.grab().toImage())
    canvas.contents.set_live(lambda rect: np.zeros((rect.height, rect.width), np.uint8))
    canvas.contents.touch(Rect(10, 10, 5, 5))
    qtbot.waitUntil(lambda: canvas.complete)
    tinted = pixels(canvas.grab().toImage())
    assert (tinted[80, 100] != photo[80, 100]).any()
    canvas.contents.set_live(None)
    qtbot.waitUntil(lambda: canvas.complete)
    np.testing.assert_array_equal(pixels(canvas.grab().toImage()), photo)
