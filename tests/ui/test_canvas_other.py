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
from tests.ui.canvases import wear

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
    made.styling.set_surround(QColor(60, 60, 60))
    made.resize(WIDTH, HEIGHT)
    made.contents.set_document(document(1))
    wear(made, mode="mask")
    made.show()
    made.view.actual_pixels()
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
    mine = canvas.contents.document
    other = document(2, mine.image if same_photo else None)
    canvas.divider.set_on(True)
    canvas.divider.set_names("Other", "Mine")
    canvas.compared.set_other(other)
    seen = shown(canvas, pixels, qtbot)
    assert np.array_equal(seen[60:, :180, 0], alpha(other)[60:, :180])
    assert np.array_equal(seen[60:, 220:, 0], alpha(mine)[60:, 220:])
    again = document(4, other.image)
    canvas.compared.set_other(again)
    assert np.array_equal(shown(canvas, pixels, qtbot)[60:, :180, 0], alpha(again)[60:, :180])
    wear(canvas, mode="image")
    seen = shown(canvas, pixels, qtbot)
    assert np.array_equal(seen[60:, :180], other.image.pixels[60:, :180])
    assert np.array_equal(seen[60:, 220:], mine.image.pixels[60:, 220:])
    wear(canvas, mode="mask")
    changed = document(3, other.image)
    canvas.compared.set_other(changed)
    assert np.array_equal(shown(canvas, pixels, qtbot)[60:, :180, 0], alpha(changed)[60:, :180])
    canvas.compared.hold_original(True)
    assert np.array_equal(shown(canvas, pixels, qtbot)[60:, :180], mine.image.pixels[60:, :180])
    canvas.compared.hold_original(False)
    assert np.array_equal(shown(canvas, pixels, qtbot)[60:, :180, 0], alpha(changed)[60:, :180])
    canvas.compared.set_other(None)
    assert np.array_equal(shown(canvas, pixels, qtbot)[60:, :180], mine.image.pixels[60:, :180])


def test_the_sides_are_called_what_they_are(canvas):
    names = [label.text() for label in canvas.divider._names]
    canvas.divider.set_on(True)
    canvas.divider.set_names("Other", "")
    canvas.compared.set_other(document(2))
    assert names == ["Photo", "Result"]
    assert [label.text() for label in canvas.divider._names] == ["Other", "Result"]
    assert canvas.divider.accessibleName() == "Divider of Other and Result"


def test_another_document_takes_the_place_of_the_result_and_gives_it_back(canvas, pixels, qtbot):
    mine, other = canvas.contents.document, document(2)
    canvas.compared.set_stand_in(other)
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], alpha(other))
    assert canvas.contents.document is mine
    canvas.contents.set_document(document(3, mine.image))
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], alpha(other))
    canvas.compared.set_stand_in(None)
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], alpha(canvas.contents.document))
    canvas.compared.set_stand_in(
        Document(Image(np.zeros((10, 10, 3), np.uint8)))
    )  # of another size: nothing to compare
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], alpha(canvas.contents.document))


def test_the_difference_shows_what_is_only_here_and_only_there(canvas, pixels, qtbot):
    mine, other = canvas.contents.document, document(2)
    canvas.compared.set_stand_in(mine, other)
    for mode in ("mask", "overlay", "ants"):  # whatever the way of looking
        wear(canvas, mode=mode)
        wanted = differing(mine.image.pixels, alpha(mine), alpha(other))
        assert np.abs(shown(canvas, pixels, qtbot) - wanted).max() <= 1.5
    now = document(3, mine.image)
    canvas.compared.set_stand_in(now, other)
    wanted = differing(mine.image.pixels, alpha(now), alpha(other))
    assert np.abs(shown(canvas, pixels, qtbot) - wanted).max() <= 1.5
    canvas.compared.set_stand_in(now, now)
    seen = shown(canvas, pixels, qtbot)
    assert (np.ptp(seen, axis=2) == 0).all()  # nothing but greys


def test_from_afar_a_thin_difference_does_not_cancel_out(canvas, pixels, qtbot):
    lines = np.zeros(SIZE, np.uint8)
    lines[:, ::4] = 255
    image = Image(np.full((*SIZE, 3), 128, np.uint8))
    masks = Mask.from_array(lines), Mask.from_array(np.roll(lines, 2, axis=1))
    one, two = (Document(image).add([Layer(0, "lines", mask, mask)]) for mask in masks)
    canvas.contents.set_document(one)
    canvas.compared.set_stand_in(one, two)
    canvas.view.zoom_to(0.25)
    seen = shown(canvas, pixels, qtbot)[140:160, 180:220].astype(int)
    assert (np.ptp(seen, axis=2) > 10).all()


def test_a_stroke_is_seen_and_ends_what_stood_in(canvas, pixels, qtbot):
    ended = []
    canvas.compared.standInEnded.connect(lambda: ended.append(True))
    canvas.compared.set_stand_in(document(2))
    after = alpha(canvas.contents.document).copy()
    after[100:200, 100:300] = 255
    canvas.contents.set_live(lambda rect: after[rect.slices()])
    canvas.contents.touch(Rect(100, 100, 200, 100))
    canvas.compared.set_stand_in(document(2))  # not while it is made
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
    canvas.view.look_at(1.0, QPointF(200, 150))
    pane, mine, other = compare.pane, canvas.contents.document, document(2)

    def seen():
        settle(qtbot, pane)
        image = pixels(pane.grab().toImage())
        left, top = pane.view.transform.origin
        return image[top + 100 : top + 200, left + 150 : left + 250]

    for expected in (other, document(3, other.image), document(4, mine.image)):
        canvas.compared.set_other(expected)
        assert np.array_equal(seen()[..., 0], alpha(expected)[100:200, 150:250])
    wear(canvas, mode="image")
    assert np.array_equal(seen(), mine.image.pixels[100:200, 150:250])
    wear(canvas, mode="mask")
    canvas.compared.set_other(None)
    assert np.array_equal(seen(), mine.image.pixels[100:200, 150:250])


def test_what_is_compared_with_may_take_the_place_of_the_result_and_change_there(canvas, pixels, qtbot):
    mine = canvas.contents.document
    one, two, three = (document(seed, mine.image) for seed in (2, 3, 4))
    canvas.compared.set_other(one)
    canvas.compared.set_stand_in(one)
    assert canvas.compared.result is canvas.compared.beside  # nothing is made twice
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], alpha(one))
    canvas.compared.set_other(two)
    canvas.compared.set_stand_in(two)
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], alpha(two))
    canvas.compared.set_stand_in(three)
    assert np.array_equal(shown(canvas, pixels, qtbot)[..., 0], alpha(three))
    canvas.divider.set_on(True)
    seen = shown(canvas, pixels, qtbot)
    assert np.array_equal(seen[60:, :180, 0], alpha(two)[60:, :180])
    assert np.array_equal(seen[60:, 220:, 0], alpha(three)[60:, 220:])
