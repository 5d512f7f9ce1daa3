"""The mask and refine panels: live parameters that follow the layer."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from maskstudio import operations
from maskstudio.core.document import Refinement
from maskstudio.jobs import Job
from maskstudio.params import MaskParams, RefineParams
from maskstudio.ui.panels.mask import MaskPanel
from maskstudio.ui.panels.refine import RefinePanel
from tests.ui.panels.stage import LEFT, words


def test_mask_parameters_are_live(show, layered, qtbot):
    panel = show(MaskPanel, layered)
    blur = panel.findChild(QWidget, "maskBlur")
    before = layered.active.shaped
    start, stop = blur.track
    qtbot.mouseClick(blur, LEFT, pos=QPoint(round((start + stop) / 2), 13))
    assert layered.active.params.mask_blur == 30
    assert layered.active.shaped is not before
    qtbot.mouseClick(panel.reset_button, LEFT)
    assert layered.active.params == MaskParams()
    assert blur.value() == 4
    assert not panel.reset_button.isEnabled()


def test_mask_panel_follows_the_active_layer_and_undo(show, layered):
    panel = show(MaskPanel, layered)
    padding = panel.findChild(QWidget, "maskPadding")
    padding.setValue(25)
    layered.activate(3)
    assert padding.value() == 0
    layered.activate(2)
    assert padding.value() == 25
    layered.undo()
    assert padding.value() == 0


def test_mask_panel_without_a_layer_says_so(show, session):
    panel = show(MaskPanel, session)
    assert not panel.form.isEnabled()
    assert "Choose a layer" in words(panel)


# Refine


@pytest.fixture
def solved(monkeypatch):
    """Edges that are solved at once; returns what was asked."""
    asked = []

    def refine(image, layer, params, token):
        asked.append(params)
        return replace(layer, refine=params, refinement=Refinement(layer.shaped, {}))

    monkeypatch.setattr(operations, "refine", refine)
    return asked


def test_refine_then_live_then_remove(show, layered, solved, qtbot):
    panel = show(RefinePanel, layered)
    width = panel.findChild(QWidget, "bandWidth")
    width.setValue(20)
    assert solved == []
    assert panel.button.text() == "Refine"
    qtbot.mouseClick(panel.button, LEFT)
    assert solved == [RefineParams(band_width=20)]
    assert panel.button.text() == "Remove refinement"
    width.setValue(33)
    assert layered.active.refine.band_width == 33
    qtbot.mouseClick(panel.findChild(QWidget, "colorDecontamination"), LEFT, pos=QPoint(8, 13))
    assert layered.active.amount == 0
    assert len(solved) == 2
    qtbot.mouseClick(panel.button, LEFT)
    assert layered.active.refine is None
    assert panel.button.text() == "Refine"


def test_refine_panel_follows_the_layer(show, layered, solved):
    panel = show(RefinePanel, layered)
    panel.findChild(QWidget, "bandWidth").setValue(50)
    panel.refine()
    layered.activate(1)
    assert panel.button.text() == "Refine"
    panel.findChild(QWidget, "bandWidth").setValue(9)
    layered.activate(2)
    assert panel.findChild(QWidget, "bandWidth").value() == 50
    layered.activate(3)
    assert panel.findChild(QWidget, "bandWidth").value() == 9
    layered.activate(2)
    assert "refined" in words(panel)


def test_what_is_being_solved_is_not_taken_back_from_the_slider(show, layered, solved):
    panel = show(RefinePanel, layered)
    panel.refine()
    held = Job("Refine edge", "layer 2 refine")
    layered.runner._jobs.append(held)
    panel.form.set_params(RefineParams(band_width=77))
    panel.refresh()
    assert panel.findChild(QWidget, "bandWidth").value() == 77
    assert "Solving" in words(panel)
    layered.runner._jobs.remove(held)
    panel.refresh()
    assert panel.findChild(QWidget, "bandWidth").value() == 12


def test_refine_without_a_layer(show, session):
    panel = show(RefinePanel, session)
    assert not panel.button.isEnabled()
    panel.refine()
