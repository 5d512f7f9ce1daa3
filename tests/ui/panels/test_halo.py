"""The halo meter: measured by itself, when it is seen and nothing has changed for a moment."""

from dataclasses import replace

import numpy as np
import pytest

from maskstudio.core.document import Document, Refinement
from maskstudio.core.fringe import Spot
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.errors import MaskStudioError
from maskstudio.session import operations
from maskstudio.ui.panels.halo_meter import Meter, judged, rim
from maskstudio.ui.panels.refine import RefinePanel
from maskstudio.ui.widgets.colourname import named
from tests.ui.panels.stage import LEFT


@pytest.fixture
def panel(show, layered, measured, qtbot):
    """The panel with the meter unfolded by a click."""
    made = show(RefinePanel, layered)
    qtbot.mouseClick(made.halo.header, LEFT)
    return made


def test_nothing_is_measured_while_it_is_folded(show, layered, measured, qtbot):
    panel = show(RefinePanel, layered)
    layered.layers.activate(1)
    qtbot.wait(500)
    assert panel.halo.folded
    assert measured.documents == []


def test_it_measures_by_itself_and_says_what_it_found(panel, layered, measured, qtbot):
    assert panel.halo.number.text() == "measuring…"
    assert measured.documents == []
    qtbot.waitUntil(lambda: panel.halo.number.text() == "3.4  visible on light green")
    assert panel.halo.meter.amount == 3.4
    assert not panel.halo.meter.stale
    assert panel.halo.meter.accessibleDescription() == "3.4  visible on light green"
    qtbot.wait(500)
    assert measured.documents == [layered.document]


def test_a_change_is_measured_once_it_rests(panel, layered, measured, qtbot):
    qtbot.waitUntil(lambda: not panel.halo.meter.stale)
    measured.fringe = replace(measured.fringe, amount=7.25, backdrop=(20, 20, 20))
    for padding in (5, 9, 12):
        layered.shaping.set_mask_params(2, replace(layered.active.params, mask_padding=padding))
    assert panel.halo.number.text() == "measuring…"
    assert panel.halo.meter.stale
    assert panel.halo.meter.amount == 3.4
    qtbot.waitUntil(lambda: panel.halo.number.text() == "7.2  strong on black")
    assert len(measured.documents) == 2


def test_choosing_another_layer_looks_the_same(panel, layered, measured, qtbot):
    qtbot.waitUntil(lambda: not panel.halo.meter.stale)
    layered.layers.activate(3)
    assert not panel.halo.meter.stale


def test_without_a_fringe_there_is_no_backdrop_to_name(panel, layered, measured, qtbot):
    measured.fringe = operations.Fringe((255, 255, 255), 0.0, None, Mask(600, 400))
    qtbot.waitUntil(lambda: panel.halo.number.text() == "0.0  clean")


def test_a_bad_clump_is_not_clean_whatever_the_mean_is(panel, layered, measured, qtbot):
    spot = Spot((310, 130), 12.34, (255, 255, 255))
    measured.fringe = replace(measured.fringe, amount=1.6, spots=(spot,))
    qtbot.waitUntil(lambda: panel.halo.number.text() == "1.6 mean, 12.3 worst\nstrong on white")
    assert (panel.halo.meter.amount, panel.halo.meter.peak) == (1.6, 12.34)
    assert "clean" not in panel.halo.meter.accessibleDescription()


def test_without_a_layer_it_says_so(show, session, measured, qtbot):
    panel = show(RefinePanel, session)
    panel.halo.fold(False)
    assert panel.halo.number.text() == "No cut-out to measure yet"
    qtbot.wait(500)
    assert measured.documents == []


def test_a_measurement_that_fails_is_not_tried_for_ever(show, layered, monkeypatch, qtbot):
    tried = []

    def fail(document, token):
        tried.append(document)
        raise MaskStudioError("It cannot be measured.")

    monkeypatch.setattr(operations, "fringe", fail)
    panel = show(RefinePanel, layered)
    layered.failed = lambda _error: panel.refresh()
    panel.halo.fold(False)
    qtbot.waitUntil(lambda: len(tried) == 2)
    qtbot.wait(900)
    assert len(tried) == 2


def test_the_meter_fills_by_the_amount_in_the_colour_of_its_zone(qtbot, qapp, pixels):
    meter = Meter()
    qtbot.addWidget(meter)
    meter.resize(200, meter.height())
    tones = []
    for amount, filled in ((1.0, 20), (5.0, 100), (9.0, 180), (40.0, 200)):
        meter.show_amount(amount, stale=False)
        row = pixels(meter.grab().toImage())[3].astype(int)
        coloured = np.flatnonzero(row.max(axis=1) - row.min(axis=1) > 20)
        assert abs(coloured.max() + 1 - filled) <= 2
        tones.append(tuple(row[coloured[2]]))
    assert len(set(tones[:3])) == 3
    assert tones[2] == tones[3]
    meter.show_amount(5.0, stale=True)
    row = pixels(meter.grab().toImage())[3].astype(int)
    assert (row.max(axis=1) - row.min(axis=1)).max() <= 2  # grey


@pytest.mark.parametrize(
    ("amount", "word"), [(0, "clean"), (1.99, "clean"), (2.0, "visible"), (6.0, "visible"), (6.01, "strong")]
)
def test_zones(amount, word):
    assert judged(amount) == word


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ((0, 0, 0), "black"),
        ((255, 255, 255), "white"),
        ((128, 128, 128), "grey"),
        ((200, 196, 200), "light grey"),
        ((150, 235, 150), "light green"),
        ((84, 227, 72), "green"),
        ((0, 0, 255), "blue"),
        ((60, 0, 0), "black"),
        ((120, 0, 0), "dark red"),
        ((255, 0, 10), "red"),
        ((255, 0, 255), "magenta"),
        ((255, 255, 0), "yellow"),
        ((120, 70, 20), "brown"),
    ],
)
def test_colours_have_names(colour, name):
    assert named(colour) == name


def test_the_little_picture_is_the_cut_out_on_its_backdrop(pixels):
    photo = np.zeros((80, 120, 3), np.uint8)
    photo[..., 0] = 200
    plane = np.zeros((80, 120), np.uint8)
    plane[:, :60], plane[:, 60] = 255, 51
    mask = Mask.from_array(plane)
    document = Document(Image(photo)).add([Layer(0, "left", mask, mask)])
    shown = pixels(rim(document, (60, 40), (0, 100, 0)))
    height, width = shown.shape[:2]
    assert tuple(shown[height // 2, 4]) == (200, 0, 0)
    assert tuple(shown[height // 2, width - 4]) == (0, 100, 0)
    assert tuple(shown[height // 2, width // 2]) == (40, 80, 0)  # a fifth of 200, four fifths of 100
    corner = pixels(rim(document, (0, 0), (0, 100, 0)))
    assert tuple(corner[0, 0]) == (0, 100, 0)  # beyond the photo
    assert tuple(pixels(rim(document, None, (1, 2, 3)))[5, 5]) == (1, 2, 3)


def test_the_picture_uses_clean_colours(pixels):
    photo = np.full((80, 120, 3), 255, np.uint8)
    plane = np.full((80, 120), 128, np.uint8)
    mask = Mask.from_array(plane)
    clean = {index: np.zeros((*tile.shape, 3), np.uint8) for index, tile in mask.tiles.items()}
    layer = Layer(0, "soft", mask, mask, measured=Refinement(mask, clean), refinement=Refinement(mask, clean))
    document = Document(Image(photo)).add([layer])
    assert History(document).document is document
    shown = pixels(rim(document, (60, 40), (255, 255, 255)))
    assert abs(int(shown[20, 20, 0]) - 127) <= 1
