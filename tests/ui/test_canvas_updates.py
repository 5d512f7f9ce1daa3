"""What the canvas repaints, keeps and forgets when the document, the mode or the size changes."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPalette

from maskstudio.core.document import Document, Layer
from maskstudio.core.image import Image
from maskstudio.core.mask import TILE, Mask
from maskstudio.ui.canvas.canvas import Canvas
from tests.patience import until
from tests.ui.canvases import wear


def opened(width=2000, height=1500, seed=0):
    random = np.random.default_rng(seed)
    alpha = np.zeros((height, width), np.uint8)
    alpha[height // 4 : height // 2, width // 4 : width // 2] = random.integers(0, 256, (height // 4, width // 4))
    mask = Mask.from_array(alpha)
    image = Image(random.integers(0, 256, (height, width, 3), np.uint8))
    return Document(image).add([Layer(0, "subject", mask, mask)])


def patched(document, x, y, pixels):
    layer = document.layers[0]
    mask = layer.mask.put(pixels, x, y)
    return document.put(replace(layer, mask=mask, shaped=mask))


@pytest.fixture
def canvas(qtbot, unhurried, nothing_ahead):
    widget = Canvas()
    widget.resize(700, 500)
    qtbot.addWidget(widget)
    widget.contents.set_document(opened())
    widget.show()
    qtbot.waitUntil(lambda: widget.complete)
    return widget


def settle(qtbot, canvas):
    canvas.repaint()
    qtbot.waitUntil(lambda: canvas.complete)


@pytest.mark.parametrize("mode", ["overlay", "black", "mask"])
def test_one_changed_tile_makes_none_and_paints_just_that(qtbot, canvas, mode):
    wear(canvas, mode=mode)
    canvas.view.look_at(1.0, QPointF(900, 700))
    settle(qtbot, canvas)
    builds, painted = canvas.contents.scene.builds, canvas.sides.result.painted
    noise = np.random.default_rng(5).integers(0, 256, (40, 40), np.uint8)
    canvas.contents.set_document(patched(canvas.contents.document, 3 * TILE + 10, 2 * TILE + 20, noise))
    settle(qtbot, canvas)
    assert canvas.contents.scene.builds == builds  # patched in, at every size; no tile is made anew
    assert canvas.sides.result.painted - painted <= (TILE + 2) ** 2


def test_a_changed_tile_reaches_every_reduced_size_it_is_part_of(qtbot, canvas, pixels):
    wear(canvas, mode="mask")
    for scale in (1.0, 0.5, 0.25):
        canvas.view.look_at(scale, QPointF(900, 700))
        settle(qtbot, canvas)
    canvas.contents.set_document(patched(canvas.contents.document, 768, 512, np.full((256, 256), 99, np.uint8)))
    for scale in (1.0, 0.5, 0.25):
        canvas.view.look_at(scale, QPointF(896, 640))
        settle(qtbot, canvas)
        assert (pixels(canvas.grab().toImage())[250, 350] == 99).all()


def test_a_change_out_of_sight_paints_nothing(qtbot, canvas):
    canvas.view.look_at(2.0, QPointF(400, 400))
    settle(qtbot, canvas)
    painted = canvas.sides.result.painted
    canvas.contents.set_document(patched(canvas.contents.document, 1500, 1200, np.full((50, 50), 200, np.uint8)))
    settle(qtbot, canvas)
    assert canvas.sides.result.painted == painted


def test_two_far_tiles_do_not_repaint_what_lies_between(qtbot, canvas):
    settle(qtbot, canvas)
    painted = canvas.sides.result.painted
    dot = np.full((4, 4), 200, np.uint8)
    canvas.contents.set_document(patched(patched(canvas.contents.document, 0, 0, dot), 1900, 1400, dot))
    settle(qtbot, canvas)
    assert 0 < canvas.sides.result.painted - painted < 0.2 * 700 * 500


def test_panning_paints_only_what_comes_into_sight(qtbot, canvas):
    canvas.view.look_at(1.0, QPointF(900, 700))
    settle(qtbot, canvas)
    painted = canvas.sides.result.painted
    canvas.view.look_at(1.0, QPointF(910, 695))
    settle(qtbot, canvas)
    assert canvas.sides.result.painted - painted <= 10 * 500 + 5 * 700


def test_another_state_and_another_image_of_equal_size_keep_the_view(qtbot, canvas):
    canvas.view.look_at(3.0, QPointF(321, 234))
    canvas.contents.set_document(patched(canvas.contents.document, 0, 0, np.full((9, 9), 7, np.uint8)))
    assert (canvas.view.scale, canvas.view.centre) == (3.0, QPointF(321, 234))
    canvas.contents.set_document(opened(seed=9))
    assert (canvas.view.scale, canvas.view.centre) == (3.0, QPointF(321, 234))
    canvas.contents.set_document(opened(900, 2000))
    assert canvas.view.centre == QPointF(450, 1000)
    assert canvas.view.scale < 0.3


def test_another_image_leaves_nothing_of_the_last_one(qtbot, canvas, pixels):
    wear(canvas, mode="image")
    settle(qtbot, canvas)
    canvas.contents.set_document(Document(Image(np.full((1500, 2000, 3), 77, np.uint8))))
    settle(qtbot, canvas)
    seen = pixels(canvas.grab().toImage())
    assert (seen[60:-60, 60:-60] == 77).all()


def test_a_fitted_image_stays_fitted_until_the_user_moves_it(canvas):
    canvas.view.fit()
    before = canvas.view.scale
    canvas.resize(500, 400)
    assert canvas.view.scale < before
    canvas.view.zoom_in()
    kept, centre = canvas.view.scale, canvas.view.centre
    canvas.resize(800, 600)
    assert (canvas.view.scale, canvas.view.centre) == (kept, centre)


def test_actual_pixels_and_round_steps(canvas):
    canvas.view.actual_pixels()
    assert canvas.view.scale == 1.0
    canvas.view.zoom_in()
    assert canvas.view.scale == 2.0
    canvas.view.zoom_out()
    canvas.view.zoom_out()
    assert canvas.view.scale == pytest.approx(2 / 3)


def test_holding_the_original_shows_the_photo_and_lets_go(qtbot, canvas, pixels):
    wear(canvas, mode="black")
    settle(qtbot, canvas)
    black = pixels(canvas.grab().toImage())
    canvas.compared.hold_original(True)
    settle(qtbot, canvas)
    assert canvas.styling.mode == "black"
    held = pixels(canvas.grab().toImage())
    canvas.compared.hold_original(False)
    settle(qtbot, canvas)
    assert np.abs(pixels(canvas.grab().toImage()) - black).max() <= 2
    wear(canvas, mode="image")
    settle(qtbot, canvas)
    assert np.abs(pixels(canvas.grab().toImage()) - held).max() <= 2


def test_the_surround_is_neutral_and_follows_the_palette(qtbot, canvas, pixels):
    for window in ("#2a2b30", "#f2f0ee"):
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, QColor(window))
        canvas.setPalette(palette)
        settle(qtbot, canvas)
        corner = pixels(canvas.grab().toImage())[0, 0]
        assert len(set(corner)) == 1
        assert abs(int(corner[0]) - QColor(window).lightness()) < 50
    canvas.styling.set_surround(QColor(118, 118, 118))
    settle(qtbot, canvas)
    assert (pixels(canvas.grab().toImage())[0, 0] == 118).all()


def test_an_unknown_mode_is_refused(canvas):
    with pytest.raises(ValueError, match="sepia"):
        wear(canvas, mode="sepia")


def test_a_first_look_is_made_in_slices(qtbot, monkeypatch):
    """No single repaint makes everything of a large image; each makes something."""
    monkeypatch.setattr("maskstudio.ui.canvas.framepainter._SLICE", 0.0005)
    widget = Canvas()
    qtbot.addWidget(widget)
    widget.resize(700, 500)
    widget.contents.set_document(opened(5000, 4000))
    built = []
    paint = widget.sides.result.paint

    def counted(*args):
        paint(*args)
        built.append(widget.contents.scene.builds)

    monkeypatch.setattr(widget.sides.result, "paint", counted)
    widget.show()
    qtbot.waitUntil(lambda: widget.complete)
    assert len(built) > 5
    assert np.diff(built).max() < built[-1] / 3


def test_memory_beyond_the_limit_is_given_back(qtbot, canvas, monkeypatch, pixels):
    wear(canvas, mode="image")
    canvas.view.look_at(1.0, QPointF(900, 700))
    settle(qtbot, canvas)
    before = pixels(canvas.grab().toImage())
    monkeypatch.setattr("maskstudio.ui.canvas.pyramid.LIMIT", 4 * TILE * TILE * 4)
    canvas.view.look_at(1.0, QPointF(1200, 700))
    settle(qtbot, canvas)
    canvas.view.look_at(1.0, QPointF(900, 700))
    settle(qtbot, canvas)
    assert np.array_equal(pixels(canvas.grab().toImage()), before)


def test_what_a_pan_would_bring_into_sight_is_made_in_peace(qtbot, canvas):
    canvas.view.look_at(1.0, QPointF(1000, 750))
    settle(qtbot, canvas)
    builds = canvas.contents.scene.builds
    canvas.painting._idle.setInterval(0)
    canvas.painting._idle.start()
    qtbot.waitUntil(lambda: canvas.contents.scene.builds > builds and not canvas.painting._idle.isActive())
    builds = canvas.contents.scene.builds
    for step in (QPointF(180, 0), QPointF(-360, 90), QPointF(180, -180)):
        canvas.view.look_at(1.0, canvas.view.centre + step)
        until(lambda: canvas.complete, step=canvas.repaint)
        assert canvas.contents.scene.builds == builds
