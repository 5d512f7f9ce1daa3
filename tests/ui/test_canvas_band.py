"""A trimap over the photo: its pixels against a composition made here, where it is not, and what a change costs."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QImage, QRegion

from maskstudio.core.document import Document, Layer
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.pane import CompareView
from maskstudio.ui.canvas.style import BAND, Style
from tests.ui.test_canvas_views import COLOURS_OF_PHOTOS, OVERLAY, SIGHTS, lab

WIDTH, HEIGHT = 330, 300  # more than a tile each way
WORST = (200, 40, 150)


def photo():
    return np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


def trimap(seed=2):
    """A winding band, with islands of all three kinds, one pixel large and larger."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    away = columns - 165 - 40 * np.sin(rows / 25)
    plane = np.select([away < -12, away > 9], [255, 0], 128).astype(np.uint8)
    random = np.random.default_rng(seed)
    for _ in range(60):
        x, y, side = random.integers(0, WIDTH), random.integers(0, HEIGHT), random.integers(1, 9)
        plane[y : y + side, x : x + side] = random.choice([0, 128, 255])
    return plane


def alpha():
    return np.where(trimap() == 128, np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH)), trimap()).astype(
        np.uint8
    )


@pytest.fixture
def show(qtbot):
    def make(ratio=1.0, style=None, scale=1.0, kept=True):
        canvas = Canvas()
        if ratio != 1.0:
            canvas.devicePixelRatioF = lambda: ratio
        canvas.set_show_extras(False)
        if kept:
            qtbot.addWidget(canvas)
        canvas.resize(480, 420)
        mask = Mask.from_array(alpha())
        canvas.contents.set_document(Document(Image(photo())).add([Layer(0, "subject", mask, mask)]))
        canvas.styling.set_style(style or Style("image"))
        canvas.show()
        canvas.view.look_at(scale, QPointF(WIDTH / 2, HEIGHT / 2))
        return canvas

    return make


@pytest.fixture
def taken(qtbot, pixels):
    """The pixels of the image's part of a canvas once everything is there."""

    def grab(canvas):
        image = QImage(*canvas.view.device_size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(canvas.devicePixelRatioF())
        canvas.march._clock.stop()

        def settled():
            canvas.render(image, QPoint(), QRegion(canvas.rect()))
            return canvas.complete

        qtbot.waitUntil(settled)
        left, top = canvas.view.transform.origin
        box = canvas.view.transform.shown
        return pixels(image)[max(top, 0) : top + box.height, max(left, 0) : left + box.width]

    return grab


def neighbours_differ(zones, zone, dot):
    """Where a pixel of a zone has one of another zone within ``dot`` steps straight up, down, left or right."""
    found = np.zeros(zones.shape, bool)
    for axis in (0, 1):
        for step in [*range(-dot, 0), *range(1, dot + 1)]:
            moved = np.roll(zones, step, axis)
            edge = np.arange(zones.shape[axis])
            wrapped = (edge < step) if step > 0 else (edge >= zones.shape[axis] + step)
            moved = np.where(wrapped[:, None] if axis == 0 else wrapped[None, :], zones, moved)
            found |= moved != zone
    return found & (zones == zone)


def laid_over(below, zones, strength, dot=1):
    out = np.where((zones == 128)[..., None], below * (1 - strength) + np.array(BAND) * strength, below)
    out[neighbours_differ(zones, 255, dot)] = 255
    out[neighbours_differ(zones, 0, dot)] = 0
    return out


@pytest.mark.parametrize("mode", ["image", "overlay", "black", "worst", "white"])
def test_at_100_percent_it_equals_the_composition(show, taken, mode):
    canvas = show(style=Style(mode, worst=WORST))
    below = taken(canvas).astype(float)
    a = alpha()[..., None] / 255
    composed = {
        "image": photo() + 0.0 * a,
        "overlay": photo() * (1 - (1 - a) / 2) + np.array(OVERLAY) * (1 - a) / 2,
        "black": photo() * a,
        "white": photo() * a + 255 * (1 - a),
        "worst": photo() * a + np.array(WORST) * (1 - a),
    }[mode]
    canvas.contents.set_trimap(Mask.from_array(trimap()))
    strength = 0.5 if mode in ("image", "overlay") else 0.25
    assert np.abs(taken(canvas) - laid_over(composed, trimap(), strength)).max() <= 3
    canvas.contents.set_trimap(None)
    assert np.array_equal(taken(canvas), below)


@pytest.mark.parametrize(("ratio", "scale"), [(1.0, 3.0), (2.0, 1.0), (2.0, 2.0)])
def test_its_lines_are_as_thin_at_every_zoom(show, taken, ratio, scale):
    canvas = show(ratio=ratio, scale=scale)
    canvas.contents.set_trimap(Mask.from_array(trimap()))
    seen = taken(canvas)
    left, top = canvas.view.transform.origin
    rows = ((np.arange(seen.shape[0]) + max(-top, 0) + 0.5) / scale).astype(int)
    columns = ((np.arange(seen.shape[1]) + max(-left, 0) + 0.5) / scale).astype(int)
    zones, colours = trimap()[rows][:, columns], photo()[rows][:, columns].astype(float)
    inner = (slice(6, -6), slice(6, -6))  # what lies beside the part in sight counts too
    wanted = laid_over(colours, zones, 0.5, dot=int(ratio))
    assert np.abs(seen - wanted)[inner].max() <= 3


@pytest.mark.parametrize("width", [2, 3, 6])
def test_a_narrow_band_stays_in_sight_from_afar(show, taken, width):
    plane = np.zeros((HEIGHT, WIDTH), np.uint8)
    plane[:, :161], plane[:, 161 : 161 + width] = 255, 128
    canvas = show(scale=0.3)
    plain = taken(canvas).astype(int)
    canvas.contents.set_trimap(Mask.from_array(plane))
    differs = np.abs(taken(canvas) - plain).max(axis=2) > 8
    assert differs.any(axis=1).all()
    assert differs.sum(axis=1).max() <= 4


@pytest.mark.parametrize("mode", ["mask", "soft"])
def test_planes_are_shown_without_it(show, taken, mode):
    canvas = show(style=Style(mode))
    before = taken(canvas)
    canvas.contents.set_trimap(Mask.from_array(trimap()))
    assert np.array_equal(taken(canvas), before)


def test_the_photo_to_compare_with_stays_bare(show, taken, qtbot, pixels):
    canvas = show()
    canvas.contents.set_trimap(Mask.from_array(trimap()))
    tinted = taken(canvas)
    canvas.compared.hold_original(True)
    assert np.array_equal(taken(canvas), photo())
    canvas.compared.hold_original(False)
    assert np.array_equal(taken(canvas), tinted)
    canvas.divider.set_on(True)
    canvas.divider.hide()
    canvas.divider.set_on(True)
    line = round(canvas.divider.x_of_line) - canvas.view.transform.origin[0]
    both = taken(canvas)
    assert np.array_equal(both[:, : line - 8], photo()[:, : line - 8])
    assert np.array_equal(both[:, line + 8 :], tinted[:, line + 8 :])


def test_the_pane_beside_stays_bare(show, qtbot, pixels):
    canvas = show(kept=False)
    both = CompareView(canvas)
    qtbot.addWidget(both)
    both.resize(900, 420)
    both.show()
    both.set_side_by_side(True)
    canvas.view.look_at(1.0, QPointF(WIDTH / 2, HEIGHT / 2))
    canvas.contents.set_trimap(Mask.from_array(trimap()))
    qtbot.waitUntil(lambda: both.pane.repaint() or both.pane.complete)
    left, top = both.pane.view.transform.origin
    assert np.array_equal(
        pixels(both.pane.grab().toImage())[top : top + HEIGHT, left : left + WIDTH], photo()[:, : both.pane.width()]
    )


def test_a_change_repaints_what_it_touches_and_ends_up_as_if_made_anew(show, taken):
    canvas, other = show(), show()
    before = trimap()
    canvas.contents.set_trimap(Mask.from_array(before))
    taken(canvas)
    painted, told = canvas.sides.result.painted, []
    canvas.sides.outdated.connect(told.append)
    after = before.copy()
    after[100:140, 150:200] = np.random.default_rng(9).choice([0, 128, 255], (40, 50))
    canvas.contents.set_trimap(canvas.contents.trimap.put(after[100:140, 150:200], 150, 100), Rect(150, 100, 50, 40))
    got = taken(canvas)
    assert canvas.sides.result.painted - painted <= 60 * 50
    assert told
    other.contents.set_trimap(Mask.from_array(after))
    assert np.array_equal(got, taken(other))
    canvas.contents.set_trimap(Mask.from_array(before))
    other.contents.set_trimap(Mask.from_array(before))
    assert np.array_equal(taken(canvas), taken(other))


@pytest.mark.parametrize("scale", [1.0, 0.4])
def test_panning_shows_what_a_fresh_view_would(show, taken, scale):
    canvas, other = show(scale=scale), show(scale=scale)
    for each in (canvas, other):
        each.contents.set_trimap(Mask.from_array(trimap()))
    taken(canvas)
    for step in range(5):
        canvas.view.look_at(scale, QPointF(WIDTH / 2 + 40 - 9 * step, HEIGHT / 2 - 31 + 8 * step))
        taken(canvas)
    other.view.look_at(scale, QPointF(WIDTH / 2 + 4, HEIGHT / 2 + 1))
    same = (np.abs(taken(canvas) - taken(other)).max(axis=2) <= 2).mean()
    assert same == 1.0 if scale == 1 else same > 0.995  # reduced ones are sampled from where a piece begins


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_band_is_told_from_photo_and_overlay_by_every_kind_of_eyes(sight):
    def perceived(colours):
        encoded = colours / 255
        linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
        return lab(linear @ SIGHTS[sight].T)

    def apart(one, other):
        return np.sqrt(((perceived(one) - perceived(other)) ** 2).sum(axis=1)).min()

    band = COLOURS_OF_PHOTOS * 0.5 + np.array(BAND) * 0.5
    overlaid = COLOURS_OF_PHOTOS * 0.5 + np.array(OVERLAY) * 0.5
    assert apart(COLOURS_OF_PHOTOS, band) > 13
    assert apart(overlaid, band) > 30
    assert apart(overlaid, overlaid * 0.5 + np.array(BAND) * 0.5) > 30


def test_it_goes_with_the_photo(show):
    canvas = show()
    canvas.contents.set_trimap(Mask.from_array(trimap()))
    canvas.contents.set_document(Document(Image(photo()[:200])))
    assert canvas.contents.trimap is None
