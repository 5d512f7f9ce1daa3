"""Doubt on the canvas: marked over greys, settled by paint, made only where it is shown, explained and gone through."""

from dataclasses import replace

import numpy as np
import pytest

from maskstudio.core.document import Document, Layer
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.paint import Paint
from maskstudio.subject.subject import judged
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.style import MODES, SOFT, Style
from maskstudio.ui.help.palette_entries import commands
from tests.ui.canvases import wear
from tests.ui.windows import act, show_document

WIDTH, HEIGHT = 600, 400
PLACES = {"large": (slice(100, 200), slice(50, 150)), "small": (slice(300, 320), slice(500, 520))}


def doubtful(*, shade=120):
    """A photo of one grey with a subject on its left half, in doubt at two places."""
    plane = np.zeros((HEIGHT, WIDTH), np.uint8)
    plane[:, : WIDTH // 2] = 255
    apart = np.zeros_like(plane)
    for place in PLACES.values():
        apart[place] = 255
    mask = Mask.from_array(plane)
    source = replace(judged(mask, 0.9, "auto", way="Thing"), doubt=Mask.from_array(apart))
    photo = Image(np.full((HEIGHT, WIDTH, 3), shade, np.uint8), name="photo.png")
    return Document(photo).add([Layer(0, "subject", mask, mask, source=source)])


@pytest.fixture
def opened(window):
    show_document(window, doubtful())
    return window


def seen(qtbot, pixels, canvas):
    """The image's part of a canvas, once it is there."""
    qtbot.waitUntil(lambda: canvas.repaint() or canvas.complete)
    left, top = canvas.view.transform.origin
    ratio = canvas.devicePixelRatioF()
    assert ratio == 1
    box = canvas.view.transform.shown
    return pixels(canvas.grab().toImage())[max(top, 0) : top + box.height, max(left, 0) : left + box.width]


@pytest.fixture
def canvas(qtbot):
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(WIDTH, HEIGHT)
    made.contents.set_document(doubtful())
    made.show()
    made.view.actual_pixels()
    return made


def test_marks_lie_over_greys_that_are_darker_outside(canvas, qtbot, pixels):
    canvas.styling.set_style(Style("doubt"))
    got = seen(qtbot, pixels, canvas).astype(int)
    expected = np.empty((HEIGHT, WIDTH, 3))
    expected[:, : WIDTH // 2], expected[:, WIDTH // 2 :] = 120 * 0.6, 120 * 0.3
    for place in PLACES.values():
        expected[place] = SOFT
    assert got.shape == expected.shape
    assert np.abs(got - expected).max() <= 1


def test_what_was_painted_over_is_marked_no_more(canvas, qtbot, pixels):
    canvas.styling.set_style(Style("doubt"))
    seen(qtbot, pixels, canvas)
    shown = canvas.contents.document
    cover = np.zeros((HEIGHT, WIDTH), np.uint8)
    cover[PLACES["large"]] = 255  # in, where it is in already: the mask does not change
    paint = Paint(Mask.from_array(cover), Mask.from_array(cover))
    canvas.contents.set_document(shown.put(shown.layers[0].changed(paint=paint)))
    got = seen(qtbot, pixels, canvas)
    assert (np.abs(got[PLACES["large"]].astype(int) - 72) <= 1).all()
    assert (np.abs(got[PLACES["small"]].astype(int) - list(SOFT)) <= 1).all()


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "doubt"])
def test_other_modes_make_nothing_of_it(canvas, qtbot, pixels, mode, monkeypatch):
    read = []
    plain = Document.doubt
    monkeypatch.setattr(Document, "doubt", property(lambda self: read.append(self) or plain._make(self)))
    wear(canvas, mode=mode)
    qtbot.waitUntil(lambda: canvas.repaint() or canvas.complete)
    shown = canvas.contents.document
    canvas.contents.set_document(shown.put(shown.layers[0].changed(visible=False)))
    qtbot.waitUntil(lambda: canvas.repaint() or canvas.complete)
    assert read == []


def test_a_document_without_doubt_is_shown_by_the_overlay(canvas, qtbot):
    canvas.styling.set_style(Style("doubt"))
    shown = canvas.contents.document
    assert canvas.styling.result_mode == "doubt"
    canvas.contents.set_document(shown.put(shown.layers[0].changed(source=None)))
    assert canvas.styling.result_mode == "overlay"
    canvas.contents.set_document(Document(shown.image))
    assert canvas.styling.result_mode == "image"


def test_the_window_says_how_much_is_in_doubt(opened, qtbot):
    legend = opened.viewing.legend
    act(opened, "view.doubt")
    assert legend.isVisible()
    qtbot.waitUntil(lambda: "subject" in legend.accessibleName())
    share = 100 * (100 * 100 + 20 * 20) / (WIDTH // 2 * HEIGHT + 20 * 20)
    assert legend.accessibleName() == f"Doubt: the two models differ here, {share:.0f} % of the subject"
    act(opened, "view.doubt")
    assert opened.canvas.styling.mode == "overlay"
    qtbot.waitUntil(legend.isHidden)


def test_the_places_are_gone_through_and_back(opened, qtbot):
    def middle():
        look = opened.canvas.view.look
        x, y = look.centre((WIDTH, HEIGHT))
        return next((name for name, (rows, columns) in PLACES.items() if int(y) in _range(rows) and
                     int(x) in _range(columns)), None)  # fmt: skip

    said = []
    opened.session.told = said.append
    for name, number, action in (
        ("large", 1, "view.nextDoubt"), ("small", 2, "view.nextDoubt"), ("large", 1, "view.previousDoubt"),
    ):  # fmt: skip
        act(opened, action)
        qtbot.waitUntil(lambda name=name: middle() == name)
        assert said[-1] == f"Doubt {number} of 2, in the middle of the view."


def _range(part):
    return range(part.start, part.stop)


def test_without_a_second_model_the_actions_say_why_not(opened):
    opened.session.history = History(Document(doubtful().image))
    opened.session.changed()
    opened.states.refresh()
    reasons = {entry.id: entry.reason for entry in commands(opened.actions_by_id)}
    for name in ("view.doubt", "view.nextDoubt", "view.previousDoubt"):
        assert not opened.actions_by_id[name].isEnabled()
        assert reasons[name] == "No second model differs from this: choose one and cut out the subject again."
