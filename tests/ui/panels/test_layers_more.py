"""The layers panel: solo, colours, copies, merging, where a layer came from, and pictures that nobody waits for."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel

from maskstudio.core.layer import COLOURS, Layer, Origin, Region
from maskstudio.params.local import AdjustParams, BrushParams, RefineParams
from maskstudio.ui.panels.layer_list import COUNTS, details, marks
from maskstudio.ui.panels.layer_row import HEIGHT, _colour, _solo, _thumb
from maskstudio.ui.panels.layers import LayersPanel
from maskstudio.ui.panels.provenance import Provenance, facts
from tests.ui.panels.stage import LEFT, disc, layer, row


def click(qtbot, panel, where, modifiers=Qt.KeyboardModifier.NoModifier):
    qtbot.mouseClick(panel.view.viewport(), LEFT, modifiers, where)


def actions(panel, layered, layer_id):
    menu = panel.menu(layered.document.layer(layer_id))
    return {action.objectName(): action for action in menu.findChildren(type(menu.actions()[0]))}


def test_alt_click_on_the_eye_lets_one_layer_alone_count(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=320)
    assert not panel.solo_bar.isVisible()
    eye = QPoint(row(panel, 1).left() + 14, row(panel, 1).top() + 14)
    click(qtbot, panel, eye, Qt.KeyboardModifier.AltModifier)
    assert layered.document.solo == 1
    assert all(each.visible for each in layered.document.layers)
    assert [panel.model.index(at).data(COUNTS) for at in range(3)] == [False, False, True]
    assert panel.solo_bar.isVisible()
    assert "Only bottom counts." in [each.text() for each in panel.solo_bar.findChildren(QLabel)]
    assert ", solo" in panel.model.index_of(1).data(Qt.ItemDataRole.AccessibleTextRole)
    click(qtbot, panel, eye, Qt.KeyboardModifier.AltModifier)
    assert layered.document.solo is None


def test_the_solo_mark_and_the_way_out(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=320)
    click(qtbot, panel, _solo(row(panel, 3)).center())
    assert layered.document.solo == 3
    np.testing.assert_array_equal(layered.document.alpha.array(), disc(450, 90, 50).array())
    qtbot.mouseClick(panel.solo_bar.button, LEFT)
    assert layered.document.solo is None
    layered.undo()
    assert layered.document.solo == 3
    assert panel.solo_bar.isVisible()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_click_on_the_colour_opens_the_palette(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=320)
    click(qtbot, panel, _colour(row(panel, 3)).center())
    menu = QApplication.activePopupWidget()
    assert [action.objectName() for action in menu.actions()][:2] == ["colour.Orange", "colour.Sky blue"]
    assert [action.isChecked() for action in menu.actions()][:3] == [False, False, True]
    menu.actions()[5].trigger()
    menu.close()
    assert layered.document.layer(3).colour == COLOURS[5]
    layered.undo()
    assert layered.document.layer(3).colour == COLOURS[2]


def test_new_and_duplicate(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=320)
    qtbot.mouseClick(panel.duplicate_button, LEFT)
    assert [each.name for each in layered.document.layers] == ["bottom", "middle", "middle copy", "top"]
    assert panel.view.currentIndex().data() == "middle copy"
    qtbot.mouseClick(panel.duplicate_button, LEFT)
    assert panel.view.currentIndex().data() == "middle copy 2"  # not "middle copy copy", which reads alike when cut
    layered.undo()
    qtbot.mouseClick(panel.add_button, LEFT)
    assert layered.active.name == "Mask 1"
    assert details(layered.active) == "by hand"


def test_the_menu_does_what_it_says(show, layered):
    panel = show(LayersPanel, layered, height=320)
    actions(panel, layered, 2)["layer.mergeDown"].trigger()
    assert [each.name for each in layered.document.layers] == ["bottom", "top"]
    both = np.maximum(disc(150, 200, 100).array(), disc(300, 200, 80).array())
    np.testing.assert_array_equal(layered.document.layers[0].alpha.array(), both)
    assert not actions(panel, layered, 1)["layer.mergeDown"].isEnabled()
    actions(panel, layered, 3)["layer.solo"].trigger()
    assert layered.document.solo == 3
    actions(panel, layered, 3)["layer.solo"].trigger()
    assert layered.document.solo is None
    actions(panel, layered, 3)["layer.down"].trigger()
    assert [each.name for each in layered.document.layers] == ["top", "bottom"]


def test_removing_paint_and_inversion(show, layered):
    panel = show(LayersPanel, layered, height=320)
    assert not actions(panel, layered, 2)["layer.reset"].isEnabled()
    layered.painting.invert()
    layered.painting.begin_stroke(BrushParams(size=30), 255)
    layered.painting.stroke_to(20, 20)
    layered.end_stroke()
    assert [word for _, word in marks(layered.active)] == ["painted", "inverted"]
    layered.layers.activate(1)
    actions(panel, layered, 2)["layer.reset"].trigger()
    np.testing.assert_array_equal(layered.document.layer(2).alpha.array(), disc(300, 200, 80).array())


def test_where_a_layer_came_from():
    params = {"model": "face_yolov8n", "confidence": 0.25, "maxDetections": 6}
    origin = Origin("detection", "face_yolov8n", "ultralytics 8.3", params, "Ada", "2026-11-24T00:41:00+0000")
    made = layer("face", disc(100, 100, 40), 0.974).changed(origin=origin, refine=RefineParams(), inverted=True)
    known = dict(facts(made))
    assert known["Made"] == "found by a model"
    assert known["Model"] == "Faces, light (YOLOv8n)"
    assert known["Version"] == "ultralytics 8.3"
    assert known["Score"] == "97.4 %"
    assert known["Parameters"] == "Confidence 0.25\nMax detections 6"
    assert known["By"] == "Ada"
    assert "2026" in known["When"] or "26" in known["When"]
    assert known["Inverted"] == "yes"
    assert "Band width 20 px" in known["Refined"]
    assert "Spill colour automatic" in known["Refined"]
    assert "Painted" not in known
    assert {"Regions", "Trimap", "Adjusted"}.isdisjoint(known)
    hair = Region(1, "Hair", disc(100, 100, 9))
    edged = made.changed(regions=(hair,), hints=disc(90, 90, 9), edge=AdjustParams(feather=3, outer_only=True))
    known = dict(facts(edged))
    assert known["Regions"] == "Hair"
    assert known["Trimap"] == "painted"
    assert known["Adjusted"] == "Feather 3 px\nFade outwards only on"
    plain = Layer(1, "a", disc(10, 10, 5), disc(10, 10, 5))
    assert [name for name, _ in facts(plain)] == ["Made", "Shaped"]


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_details_open_and_close(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=320)
    popover = panel.show_details(layered.document.layer(2))
    assert popover.accessibleName() == "Details of middle"
    said = [each.text() for each in popover.findChildren(QLabel)]
    assert {"middle", "Model", "Faces, near and far"} <= set(said)
    assert "mediapipe_face_full" in {each.toolTip() for each in popover.findChildren(QLabel)}
    qtbot.keyClick(popover, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: panel.findChild(Provenance) is None)


def test_pictures_come_and_follow_without_anybody_waiting(show, layered, qtbot, pixels):
    panel = show(LayersPanel, layered, height=320)
    where = _thumb(row(panel, 3)).center()

    def colour():
        return pixels(panel.view.viewport().grab().toImage())[where.y(), where.x()]

    ground = colour()
    qtbot.waitUntil(lambda: (colour() != ground).any())
    shown = colour()
    panel.view.setCurrentIndex(panel.model.index_of(3))
    layered.painting.clear()
    qtbot.waitUntil(lambda: (colour() != shown).any())


def test_a_commit_looks_at_no_pixel(show, layered, monkeypatch):
    panel = show(LayersPanel, layered, height=320)
    panel.grab()
    asked = []
    monkeypatch.setattr("maskstudio.core.mask_samples.Samples._take", lambda *at: asked.append(at))
    monkeypatch.setattr("maskstudio.core.mask.Mask.bounds", property(lambda mask: asked.append(mask)))
    layered.painting.begin_stroke(BrushParams(size=30), 255)
    layered.painting.stroke_to(20, 20)
    layered.end_stroke()
    panel.view.viewport().repaint()
    assert asked == []


def test_the_panel_grows_with_its_layers_within_bounds(show, layered, qtbot):
    panel = show(LayersPanel, layered)
    heights = []
    for _ in range(9):
        heights.append((len(layered.document.layers), panel.minimumSizeHint().height()))
        layered.layers.add()
        panel.refresh()
    by_count = dict(heights)
    rows = {count: (height - heights[0][1]) / HEIGHT for count, height in by_count.items()}
    assert rows == {count: min(max(count, 2), 6) - min(max(heights[0][0], 2), 6) for count in by_count}
    panel.show_compact(True)
    assert panel.maximumHeight() < heights[-1][1]
    panel.show_compact(False)
    assert panel.minimumSizeHint().height() == heights[-1][1]
