"""The result against another document: at the divider, in its place, beside it, and where the masks differ."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from maskstudio.core.document import Document, Layer
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.pane import CompareView

SIZE = HEIGHT, WIDTH = 300, 400
HERE, THERE = (255, 159, 10), (47, 168, 255)


def document(seed, photo=None):
    random = np.random.default_rng(seed)
    mask = Mask.from_array(random.integers(0, 256, SIZE, np.uint8))
    image = photo or Image(random.integers(0, 256, (*SIZE, 3), np.uint8))
    return Document(image).add([Layer(0, "subject", mask, mask)])


def settle(qtbot, view):
    qtbot.waitUntil(lambda: view.repaint() or view.complete)


@pytest.fixture
def canvas(qtbot):
    made = Canvas()
    qtbot.addWidget(made)
    made.set_surround(QColor(60, 60, 60))
    made.resize(WIDTH, HEIGHT)
    made.set_document(document(1))
    made.set_mode("mask")
    made.show()
    made.actual_pixels()
    settle(qtbot, made)
    return made


def shown(canvas, pixels, qtbot):
    settle(qtbot, canvas)
    return pixels(canvas.grab().toImage())


def alpha(of):
    return of.alpha.array()


def differing(photo, here, there):
    """The view of the difference, pixel by pixel as it is described: orange for what is only here, blue for there."""
    red, green, blue = (photo[..., channel].astype(float) for channel in range(3))
    grey = np.rint(0.299 * red + 0.587 * green + 0.114 * blue)
    here, there = here / 255.0, there / 255.0
    under = grey * (0.35 + 0.4 * np.minimum(here, there))
    out = np.empty(photo.shape)
    for channel in range(3):
        colour = np.where(here > there, HERE[channel], THERE[channel])
        out[..., channel] = under + (colour - under) * np.abs(here - there)
    return out


@pytest.mark.parametrize("same_photo", [True, False])
def test_split_shows_another_document_as_the_result_is_shown(canvas, pixels, qtbot, same_photo):
    mine = canvas.document
    other = document(2, mine.image if same_photo else None)
    canvas.set_split(True)
    canvas.set_other(other, ("Other", "Mine"))
    seen = shown(canvas, pixels, qtbot)
    assert np.array_equal(seen[60:, :180, 0], alpha(other)[60:, :180])
    assert np.array_equal(seen[60:, 220:, 0], alpha(mine)[60:, 220:])
    again = document(4, other.image)
    canvas.set_other(again)
    assert np.array_equal(shown(canvas, pixels, qtbot)[60:, :180, 0], alpha(again)[60:, :180])
    canvas.set_mode("image")
    seen = shown(canvas, pixels, qtbot)
    assert np.array_equal(seen[60:, :180], other.image.pixels[60:, :180])
    assert np.array_equal(seen[60:, 220:], mine.image.pixels[60:, 220:])
    canvas.set_mode("mask")
    changed = document(3, other.image)
    canvas.set_other(changed)
    assert np.array_equal(shown(canvas, pixels, qtbot)[60:, :180, 0], alpha(changed)[60:, :180])
    canvas.hold_original(True)
    assert np.array_equal(shown(canvas, pixels, qtbot)[60:, :180], mine.image.pixels[60:, :180])
    canvas.hold_original(False)
    assert np.array_equal(shown(canvas, pixels, qtbot)[60:, :180, 0], alpha(changed)[60:, :180])
    canvas.set_other(None)
    assert np.array_equal(shown(canvas, pixels, qtbot)[60:, :180], mine.image.pixels[60:, :180])


def test_the_sides_are_called_what_they_are(canvas):
    names = [label.text() for label in canvas.divider._names]
    canvas.set_split(True)
    canvas.set_other(document(2), ("Other", ""))
    assert names == ["Photo", "Result"]
    assert [label.text() for label in canvas.divider._names] == ["Other", "Result"]
    assert canvas.divider.accessibleName() == "Divider of Other and Result"


def test_another_document_takes_the_place_of_the_result_and_gives_it_back(canvas, pixels, qtbot):
    mine, other = canvas.document, document(2)
    canvas.stand_in(other)
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], alpha(other))
    assert canvas.document is mine
    canvas.set_document(document(3, mine.image))
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], alpha(other))
    canvas.stand_in(None)
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], alpha(canvas.document))
    canvas.stand_in(Document(Image(np.zeros((10, 10, 3), np.uint8))))  # of another size: nothing to compare
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], alpha(canvas.document))


def test_the_difference_shows_what_is_only_here_and_only_there(canvas, pixels, qtbot):
    mine, other = canvas.document, document(2)
    canvas.stand_in(mine, other)
    for mode in ("mask", "overlay", "ants"):  # whatever the way of looking
        canvas.set_mode(mode)
        wanted = differing(mine.image.pixels, alpha(mine), alpha(other))
        assert np.abs(shown(canvas, pixels, qtbot) - wanted).max() <= 1.5
    now = document(3, mine.image)
    canvas.stand_in(now, other)
    wanted = differing(mine.image.pixels, alpha(now), alpha(other))
    assert np.abs(shown(canvas, pixels, qtbot) - wanted).max() <= 1.5
    canvas.stand_in(now, now)
    seen = shown(canvas, pixels, qtbot)
    assert (np.ptp(seen, axis=2) == 0).all()  # nothing but greys


def test_from_afar_a_thin_difference_does_not_cancel_out(canvas, pixels, qtbot):
    lines = np.zeros(SIZE, np.uint8)
    lines[:, ::4] = 255
    image = Image(np.full((*SIZE, 3), 128, np.uint8))
    masks = Mask.from_array(lines), Mask.from_array(np.roll(lines, 2, axis=1))
    one, two = (Document(image).add([Layer(0, "lines", mask, mask)]) for mask in masks)
    canvas.set_document(one)
    canvas.stand_in(one, two)
    canvas.zoom_to(0.25)
    seen = shown(canvas, pixels, qtbot)[140:160, 180:220].astype(int)
    assert (np.ptp(seen, axis=2) > 10).all()


def test_a_stroke_is_seen_and_ends_what_stood_in(canvas, pixels, qtbot):
    ended = []
    canvas.standInEnded.connect(lambda: ended.append(True))
    canvas.stand_in(document(2))
    after = alpha(canvas.document).copy()
    after[100:200, 100:300] = 255
    canvas.set_live(lambda rect: after[rect.slices()])
    canvas.touch(Rect(100, 100, 200, 100))
    canvas.stand_in(document(2))  # not while it is made
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], after)
    assert ended == [True]


@pytest.fixture
def compare(canvas, qtbot):
    view = CompareView(canvas)
    qtbot.addWidget(view)
    view.resize(700, HEIGHT)
    view.show()
    canvas.show()
    view.set_side_by_side(True)
    return view


def test_the_pane_shows_what_is_compared_with(compare, canvas, pixels, qtbot):
    qtbot.waitUntil(lambda: compare.pane.width() == canvas.width())
    canvas.look_at(1.0, QPointF(200, 150))
    pane, mine, other = compare.pane, canvas.document, document(2)

    def seen():
        settle(qtbot, pane)
        image = pixels(pane.grab().toImage())
        left, top = pane._view.origin
        return image[top + 100 : top + 200, left + 150 : left + 250]

    for expected in (other, document(3, other.image), document(4, mine.image)):
        canvas.set_other(expected)
        assert np.array_equal(seen()[..., 0], alpha(expected)[100:200, 150:250])
    canvas.set_mode("image")
    assert np.array_equal(seen(), mine.image.pixels[100:200, 150:250])
    canvas.set_mode("mask")
    canvas.set_other(None)
    assert np.array_equal(seen(), mine.image.pixels[100:200, 150:250])


def test_what_is_compared_with_may_take_the_place_of_the_result_and_change_there(canvas, pixels, qtbot):
    mine = canvas.document
    one, two, three = (document(seed, mine.image) for seed in (2, 3, 4))
    canvas.set_other(one)
    canvas.stand_in(one)
    assert canvas.scene_on_show is canvas.scene_beside  # nothing is made twice
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], alpha(one))
    canvas.set_other(two)
    canvas.stand_in(two)
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], alpha(two))
    canvas.stand_in(three)
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], alpha(three))
    canvas.set_split(True)
    seen = shown(canvas, pixels, qtbot)
    assert np.array_equal(seen[60:, :180, 0], alpha(two)[60:, :180])
    assert np.array_equal(seen[60:, 220:, 0], alpha(three)[60:, 220:])
