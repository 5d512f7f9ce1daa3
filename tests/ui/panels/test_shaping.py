"""The mask panel: live parameters that follow the layer."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from maskstudio.params.local import MaskParams
from maskstudio.ui.panels.mask import MaskPanel
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
    layered.layers.activate(3)
    assert padding.value() == 0
    layered.layers.activate(2)
    assert padding.value() == 25
    layered.undo()
    assert padding.value() == 0


def test_mask_panel_without_a_layer_says_so(show, session):
    panel = show(MaskPanel, session)
    assert not panel.form.isEnabled()
    assert "Choose a layer" in words(panel)
