"""Refining through the real window: regions reach the tools, a click gives the spill colour, folding is remembered."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QWidget

from maskstudio.core.document import Document, Layer
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.app import create_window
from tests.patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(window):
    """The window with a grey disc on green at the left and blue at the right."""
    rows, columns = np.mgrid[:300, :400]
    pixels = np.where(columns[..., None] < 200, np.uint8([20, 180, 40]), np.uint8([30, 40, 200])).astype(np.uint8)
    plane = np.where(np.hypot(columns - 200, rows - 150) < 80, 255, 0).astype(np.uint8)
    pixels[plane == 255] = 120
    mask = Mask.from_array(plane)
    window.session.history = History(Document(Image(pixels, name="photo.png")).add([Layer(0, "disc", mask, mask)]))
    window.session.changed()
    window.canvas.setFocus()
    QApplication.processEvents()
    return window


def idle(window):
    return not any(job.lane.startswith("layer") for job in window.session.runner.jobs)


def place(window, x, y):
    return window.canvas.view.from_image(QPointF(x, y)).toPoint()


def test_the_region_that_is_chosen_reaches_tools_and_controls(opened, qtbot):
    region = opened.session.edging.add_region(1, "Hair", Mask.from_array(np.full((300, 400), 255, np.uint8)))
    qtbot.waitUntil(lambda: idle(opened))
    opened.refine_panel.regions.fold(False)
    view = opened.refine_panel.regions.view
    opened.sidebar.ensureWidgetVisible(view)
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualItemRect(view.item(1)).center())
    assert opened.tools._bench.region == region
    opened.adjust_panel.form.field("feather").setValue(4)
    assert opened.session.active.regions[0].edge.feather == 4
    assert opened.session.active.edge.feather == 0
    opened.session.edging.delete_region(1, region)
    assert opened.tools._bench.region is None


def test_the_spill_colour_is_taken_with_a_click_on_the_photo(opened, qtbot):
    opened.tools.choose("hand")
    pick = opened.findChild(QWidget, "pickSpill")
    opened.sidebar.ensureWidgetVisible(pick)
    qtbot.mouseClick(pick, LEFT)
    assert opened.tools.name == "colourPick"
    qtbot.mouseClick(pick, LEFT)  # once more changes nothing
    qtbot.mouseMove(opened.canvas, place(opened, 40, 40))
    shown = opened.canvas.grab(opened.tools.tool._place().toRect()).toImage().pixelColor(17, 17)
    assert (shown.red(), shown.green(), shown.blue()) == (20, 180, 40)
    qtbot.mouseClick(opened.canvas, LEFT, pos=place(opened, 360, 40))
    assert opened.refine_panel.params().spill == (30, 40, 200, 255)
    qtbot.waitUntil(lambda: opened.tools.name == "hand")


@pytest.mark.parametrize("way", ["escape", "outside", "other tool"])
def test_the_spill_colour_is_left_alone(opened, qtbot, way):
    pick = opened.findChild(QWidget, "pickSpill")
    opened.sidebar.ensureWidgetVisible(pick)
    before = opened.tools.name
    qtbot.mouseClick(pick, LEFT)
    if way == "escape":
        qtbot.keyClick(opened.canvas, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: opened.tools.name == before)
    elif way == "outside":
        qtbot.mouseClick(opened.canvas, LEFT, pos=QPoint(2, 2))
        assert opened.tools.name == "colourPick"
    else:
        opened.actions_by_id["tool.hand"].trigger()
        qtbot.mouseClick(opened.canvas, LEFT, pos=place(opened, 40, 40))
        assert opened.tools.name == "hand"
    assert opened.refine_panel.params().spill == (0, 0, 0, 0)


@pytest.mark.parametrize("name", ["view.trimap", "view.rawColours"])
def test_buttons_of_the_panel_are_the_windows_actions(opened, qtbot, name):
    panel = opened.refine_panel
    button = panel.edge.trimap if name == "view.trimap" else panel.colours.before
    opened.sidebar.ensureWidgetVisible(button)
    qtbot.mouseClick(button, LEFT, pos=QPoint(8, 13))
    assert opened.actions_by_id[name].isChecked()
    opened.actions_by_id[name].trigger()
    assert not button.isChecked()


def test_folding_of_sections_is_remembered(window, qtbot):
    panel = window.refine_panel
    assert panel.halo.folded
    qtbot.mouseClick(panel.halo.header, LEFT)
    qtbot.mouseClick(panel.colours.header, LEFT)
    window.close()
    assert window.farewell.wait(PATIENCE)
    again = create_window([])
    qtbot.addWidget(again)
    assert not again.refine_panel.halo.folded
    assert again.refine_panel.colours.folded
    assert again.refine_panel.regions.folded
    assert not again.refine_panel.edge.folded


def test_the_refine_workspace_makes_room_and_gives_it_back(opened, qtbot):
    panels = ("detectPanel", "layersPanel", "maskPanel", "refinePanel", "adjustPanel", "exportPanel", "historyPanel")
    opened.sidebar.fold("refinePanel", True)
    before = {name: opened.sidebar.folded(name) for name in panels}
    tool, mode = opened.tools.name, opened.modes.now
    assert opened.refine_workspace.toggle()
    now = {name: opened.sidebar.folded(name) for name in panels}
    changed = {name for name in panels if now[name] != before[name]}
    assert changed == {"detectPanel", "maskPanel", "refinePanel", "adjustPanel"}
    assert not now["refinePanel"]
    assert not now["adjustPanel"]
    assert (opened.tools.name, opened.modes.now) == (tool, mode)
    header = opened.refine_panel.edge.header
    qtbot.waitUntil(lambda: not header.visibleRegion().isEmpty())
    assert not opened.refine_workspace.toggle()
    assert {name: opened.sidebar.folded(name) for name in panels} == before


def test_the_letters_of_the_workspace_act_while_it_is_on(opened, qtbot):
    def press(key, modifiers=Qt.KeyboardModifier.NoModifier):
        qtbot.keyClick(opened.canvas, key, modifiers)

    keys, chords = Qt.Key, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    outside = {keys.Key_M: "rectangle", keys.Key_V: "move", keys.Key_R: "rotate"}
    views = {keys.Key_M: "ants", keys.Key_A: "black", keys.Key_T: "white", keys.Key_K: "mask", keys.Key_Y: "checker",
             keys.Key_O: "onion", keys.Key_V: "overlay"}  # fmt: skip
    workspace = opened.actions_by_id["window.refineWorkspace"]
    for turn in range(2):
        press(keys.Key_R, chords)
        assert (workspace.isChecked(), opened.sidebar.folded("refinePanel")) == (True, False)
        tool = opened.tools.name
        for key, mode in views.items():
            press(key)
            assert (opened.modes.now, opened.tools.name) == (mode, tool), turn
        assert opened.actions_by_id["view.onion"].shortcut().toString() == "O"  # as the menu says
        press(keys.Key_R)
        assert opened.tools.name == "refine"
        press(keys.Key_R, chords)
        assert not workspace.isChecked()
        for key, name in outside.items():
            press(key)
            assert (opened.modes.now, opened.tools.name) == ("overlay", name)
        press(keys.Key_O)
        assert opened.modes.now == "overlay"


def test_one_key_hides_ants_and_boxes_and_the_view_for_ants_brings_them_back(opened, qtbot):
    extras, control = opened.actions_by_id["view.boxes"], Qt.KeyboardModifier.ControlModifier
    opened.modes.show("ants")
    assert opened.canvas.march.on
    qtbot.keyClick(opened.canvas, Qt.Key.Key_H, control)
    assert not extras.isChecked()
    assert not opened.canvas.march.on
    opened.modes.show("overlay")
    opened.modes.show("ants")
    assert extras.isChecked()
    assert opened.canvas.march.on
