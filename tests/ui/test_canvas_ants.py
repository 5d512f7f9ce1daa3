"""Marching ants: where the line is, that it marches, that it costs nothing where nobody sees it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from maskstudio.core.document import Document, Layer
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.ants import edge
from maskstudio.ui.canvas.canvas import Canvas
from tests.ui.canvases import wear

GREY = 120


def line_of(inside):
    """Pixels that are in and have a neighbour above, below, left or right that is not; outside nothing is in."""
    padded = np.pad(inside, 1)
    core = padded[1:-1, 1:-1] & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return inside & ~core


def document(alpha):
    mask = Mask.from_array(alpha)
    return Document(Image(np.full((*alpha.shape, 3), GREY, np.uint8))).add([Layer(0, "subject", mask, mask)])


def blob(height=500, width=620, seed=3):
    """Steps of 40 px in every direction, soft and hard; some touch the image's border and those of blocks."""
    coarse = np.random.default_rng(seed).integers(0, 256, (-(-height // 40), -(-width // 40)), np.uint8)
    return np.repeat(np.repeat(coarse, 40, axis=0), 40, axis=1)[:height, :width]


@pytest.fixture
def canvas(qtbot):
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(700, 560)
    wear(made, mode="ants")
    made.styling.set_surround(QColor(60, 60, 60))
    made.contents.set_document(document(blob()))
    made.show()
    made.march._clock.stop()
    made.view.look_at(1.0, QPointF(310, 250))
    settle(qtbot, made)
    return made


def settle(qtbot, canvas):
    qtbot.waitUntil(lambda: canvas.repaint() or canvas.complete)


def shown(canvas, pixels):
    left, top = canvas.view.transform.origin
    box = canvas.view.transform.shown
    return pixels(canvas.grab().toImage())[max(top, 0) : top + box.height, max(left, 0) : left + box.width]


def test_ants_hide_with_the_other_extras(canvas, pixels, qtbot):
    assert (shown(canvas, pixels) != GREY).any()
    canvas.set_show_extras(False)
    assert (shown(canvas, pixels) == GREY).all()
    assert not canvas.march._clock.isActive()
    canvas.set_show_extras(True)
    settle(qtbot, canvas)
    assert (shown(canvas, pixels) != GREY).any()


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_the_line_is_the_border_at_half_coverage(canvas, pixels, qtbot, scale):
    canvas.view.look_at(scale, QPointF(310, 250))
    settle(qtbot, canvas)
    seen = pixels(canvas.grab().toImage())
    left, top = canvas.view.transform.origin
    rows = np.floor((np.arange(seen.shape[0]) + 0.5 - top) / scale).astype(int)
    columns = np.floor((np.arange(seen.shape[1]) + 0.5 - left) / scale).astype(int)
    alpha = np.pad(blob(), 400)
    inside = alpha[rows + 400][:, columns + 400] >= 128
    wanted = line_of(inside)[1:-1, 1:-1]  # what is beyond the window is not known here
    assert np.array_equal((seen != GREY).any(axis=2)[1:-1, 1:-1] & wanted, wanted)
    on_image = ((rows >= 0) & (rows < 500))[1:-1, None] & ((columns >= 0) & (columns < 620))[None, 1:-1]
    assert not ((seen != GREY).any(axis=2)[1:-1, 1:-1] & on_image & ~wanted).any()


def test_dashes_are_black_and_white_and_march(canvas, pixels):
    line = line_of(blob() >= 128)
    first = shown(canvas, pixels)[line][:, 0]
    assert set(np.unique(first)) == {0, 255}
    assert 0.4 < (first == 255).mean() < 0.6
    canvas.march.step()
    second = shown(canvas, pixels)[line][:, 0]
    assert 0.1 < (first != second).mean() < 0.5
    for _ in range(7):
        canvas.march.step()
    assert np.array_equal(shown(canvas, pixels)[line][:, 0], first)  # eight dots are one period


def test_a_step_repaints_only_where_the_line_is(canvas):
    region = canvas.march.ants.region(canvas.view.transform)
    assert 0 < sum(rect.width() * rect.height() for rect in region) < 700 * 560
    painted = canvas.sides.result.painted
    canvas.march.step()
    canvas.repaint()
    assert canvas.sides.result.painted == painted


def test_a_reduced_view_has_the_line_of_its_own_size(canvas, pixels, qtbot):
    canvas.view.look_at(0.5, QPointF(310, 250))
    settle(qtbot, canvas)
    halves = blob().reshape(250, 2, 310, 2).mean(axis=(1, 3))
    assert np.array_equal((shown(canvas, pixels) != GREY).any(axis=2), line_of(halves >= 127.5))


def test_a_stroke_looks_for_the_edge_only_where_it_was(canvas, pixels, qtbot):
    after = blob()
    after[100:140, 150:200] = 255 - after[100:140, 150:200]
    found = canvas.march.ants.searches
    canvas.contents.set_live(lambda rect: after[rect.slices()])
    canvas.contents.touch(Rect(150, 100, 50, 40))
    settle(qtbot, canvas)
    assert np.array_equal((shown(canvas, pixels) != GREY).any(axis=2), line_of(after >= 128))
    assert 1 <= canvas.march.ants.searches - found <= 2


def test_panning_keeps_what_was_found(canvas, qtbot):
    found = canvas.march.ants.searches
    for step in range(5):
        canvas.view.look_at(1.0, QPointF(310 + step, 250))
        settle(qtbot, canvas)
    assert canvas.march.ants.searches == found


def test_they_rest_when_nobody_sees_them(canvas, monkeypatch):
    canvas.march.keep()
    assert canvas.march._clock.isActive()
    canvas.compared.hold_original(True)
    assert not canvas.march._clock.isActive()
    canvas.compared.hold_original(False)
    assert canvas.march._clock.isActive()
    canvas.hide()
    assert not canvas.march._clock.isActive()
    canvas.show()
    assert canvas.march._clock.isActive()
    wear(canvas, mode="black")
    assert not canvas.march._clock.isActive()
    monkeypatch.setattr(type(QApplication.styleHints()), "cursorFlashTime", lambda _self: 0)
    wear(canvas, mode="ants")
    assert not canvas.march._clock.isActive()  # whoever wants no blinking gets a line that stands still


def test_an_empty_mask_has_no_line_and_a_full_one_that_of_the_image(canvas, pixels, qtbot):
    for value in (0, 255):
        mask = Mask.from_array(np.full((500, 620), value, np.uint8))
        layer = replace(canvas.contents.document.layers[0], mask=mask, shaped=mask)
        canvas.contents.set_document(canvas.contents.document.put(layer))
        settle(qtbot, canvas)
        line = (shown(canvas, pixels) != GREY).any(axis=2)
        assert np.array_equal(line, line_of(np.full((500, 620), value == 255)))


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_edge_is_what_touches_the_outside(seed, width):
    random = np.random.default_rng(seed)
    inside = np.kron(random.integers(0, 2, (6, 6)), np.ones((7, 7), int)).astype(bool)
    line = edge((inside * 255).astype(np.uint8), width) == 255
    reach = max(1, width)
    rows, columns = np.nonzero(~inside)
    for y, x in zip(*np.nonzero(inside), strict=True):
        dy, dx = np.abs(rows - y), np.abs(columns - x)
        near = (dy + dx <= 1) if width == 1 else (np.maximum(dy, dx) <= reach)
        assert line[y, x] == near.any()
    assert not line[~inside].any()


def test_snapshots(canvas, snapshot, qtbot):
    rows, columns = np.mgrid[:500, :620]
    alpha = np.clip((180 - np.hypot(rows - 250, columns - 310)) * 16, 0, 255).astype(np.uint8)
    canvas.contents.set_document(document(alpha))
    canvas.resize(300, 220)
    canvas.view.fit()
    settle(qtbot, canvas)
    snapshot(canvas.grab().toImage(), "canvas_ants")
