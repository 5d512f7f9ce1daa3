"""The layers panel: what it lists, and what clicks, keys and drops in it do."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from maskstudio.core.document import Layer, Origin
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.core.mask_samples import Samples
from maskstudio.params.local import MaskParams
from maskstudio.ui.panels.layer_list import details
from maskstudio.ui.panels.layers import LayersPanel
from maskstudio.ui.panels.thumbnail import LayerSight
from tests.ui.panels.stage import HEIGHT, LEFT, WIDTH, disc, layer, photo, row, words


def test_layers_stand_from_top_to_bottom_with_the_numbers_of_the_canvas(show, layered):
    panel = show(LayersPanel, layered)
    rows = [panel.model.index(at) for at in range(panel.model.rowCount())]
    assert [index.data() for index in rows] == ["top", "middle", "bottom"]
    spoken = [index.data(Qt.ItemDataRole.AccessibleTextRole) for index in rows]
    assert spoken[0] == "Layer 3: top, 90 %  Faces, near and far, visible, add"
    assert panel.view.currentIndex().data() == "middle"


def test_an_empty_list_says_what_to_do(show, session):
    panel = show(LayersPanel, session)
    assert "Press Cut Out Subject" in words(panel)


def test_clicking_a_row_activates_it(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=300)
    where = row(panel, 3).center()
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=where)
    assert layered.active.name == "top"
    qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    assert layered.active.name == "middle"


def test_the_eye_and_the_space_bar_hide(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=300)
    area = row(panel, 1)
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=QPoint(area.left() + 14, area.center().y()))
    assert [each.visible for each in layered.document.layers] == [False, True, True]
    panel.view.setFocus()
    panel.view.setCurrentIndex(panel.model.index_of(2))
    qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert not layered.document.layer(2).visible
    qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert layered.document.layer(2).visible


def test_renaming_with_f2_survives_a_refresh(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=300)
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_F2)
    editor = panel.view.findChild(QLineEdit)
    qtbot.keyClicks(editor, "Grace")
    layered.layers.set_visible(3, False)
    layered.shaping.set_mask_params(2, MaskParams(3, 3))
    assert panel.view.findChild(QLineEdit) is editor
    assert editor.text() == "Grace"
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: layered.document.layer(2).name == "Grace")
    assert panel.model.index_of(2).data() == "Grace"


def test_delete_key_and_buttons(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=300)
    qtbot.mouseClick(panel.up_button, LEFT)
    assert [each.name for each in layered.document.layers] == ["bottom", "top", "middle"]
    assert not panel.up_button.isEnabled()
    assert panel.view.currentIndex().data() == "middle"
    qtbot.mouseClick(panel.down_button, LEFT)
    qtbot.mouseClick(panel.down_button, LEFT)
    assert [each.name for each in layered.document.layers] == ["middle", "bottom", "top"]
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_Delete)
    assert [each.name for each in layered.document.layers] == ["bottom", "top"]
    qtbot.mouseClick(panel.delete_button, LEFT)
    qtbot.mouseClick(panel.delete_button, LEFT)
    assert layered.document.layers == ()
    assert not panel.delete_button.isEnabled()


@pytest.mark.parametrize(
    ("dragged", "row_below", "expected"),
    [
        (3, 3, ["top", "bottom", "middle"]),
        (3, 2, ["bottom", "top", "middle"]),
        (1, 0, ["middle", "top", "bottom"]),
        (2, 1, ["bottom", "middle", "top"]),
        (2, 2, ["bottom", "middle", "top"]),
    ],
)
def test_dropping_a_row_moves_the_layer(show, layered, qapp, dragged, row_below, expected):
    panel = show(LayersPanel, layered, height=300)
    data = panel.model.mimeData([panel.model.index_of(dragged)])
    assert isinstance(data, QMimeData)
    panel.model.dropMimeData(data, Qt.DropAction.MoveAction, row_below, 0, panel.view.rootIndex())
    qapp.processEvents()
    assert [each.name for each in layered.document.layers] == expected
    assert [panel.model.index(at).data() for at in range(3)] == expected[::-1]


def test_the_mode_menu(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=300)
    menu = panel.menu(layered.document.layer(3))
    qtbot.addWidget(menu)
    actions = {action.objectName(): action for action in menu.findChildren(type(menu.actions()[0]))}
    assert actions["mode.add"].isChecked()
    actions["mode.subtract"].trigger()
    assert layered.document.layer(3).mode == "subtract"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_click_on_the_mode_opens_its_menu(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=300)
    area = row(panel, 3)
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=QPoint(area.right() - 14, area.center().y()))
    menu = QApplication.activePopupWidget()
    assert [action.objectName() for action in menu.actions()] == [
        "mode.add",
        "mode.subtract",
        "mode.intersect",
        "mode.xor",
    ]
    menu.actions()[2].trigger()
    menu.close()
    assert layered.document.layer(3).mode == "intersect"


def test_scroll_position_and_selection_stay(show, layered, qapp):
    more = [layer(f"n{number}", disc(50, 50, 20)) for number in range(30)]
    layered.commit(layered.document.add(more, activate=False), "more")
    panel = show(LayersPanel, layered, height=260)
    panel.view.verticalScrollBar().setValue(300)
    layered.layers.rename(20, "renamed")
    qapp.processEvents()
    assert panel.view.verticalScrollBar().value() == 300
    assert panel.view.currentIndex().data() == "middle"


def test_scores_and_origins():
    mask = disc(10, 10, 5)
    assert details(layer("a", mask, 0.974)) == "97 %  Faces, near and far"
    assert details(layer("a", mask, None)) == "Faces, near and far"
    found = layer("a", mask, 0.5)
    subject = replace(found.source, model="auto", stand_in="isnet_general_fp16")
    assert details(found.changed(source=subject)).endswith("Any subject (ISNet)")
    assert details(found.changed(source=replace(subject, stand_in="none"))).endswith("no model")
    assert details(found.changed(source=replace(subject, stand_in="their_own"))).endswith("their_own")
    made = Origin("select", "sam2.1_t", "", {"score": 0.5}, "", "")
    assert details(Layer(1, "a", mask, mask, origin=made)) == "50 %  by clicks · Select anything (SAM 2.1 tiny)"
    assert details(Layer(1, "a", mask, mask)) == "from a file"


@pytest.mark.parametrize("step", [1, 3, 7, 100])
@pytest.mark.parametrize("area", [Rect(0, 0, WIDTH, HEIGHT), Rect(130, 7, 301, 260), Rect(255, 255, 3, 4)])
def test_sampling_by_tiles_equals_sampling_the_whole(step, area):
    noise = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    noise[:200, :260] = 255
    noise[256:, 256:512] = 0
    mask, samples = Mask.from_array(noise), Samples(area, step)
    np.testing.assert_array_equal(samples.follow(mask), noise[area.slices()][::step, ::step])
    noise[250:270, 240:300] = 77
    noise[:256, 512:] = 0
    changed = mask.put(noise, 0, 0)
    np.testing.assert_array_equal(samples.follow(changed), noise[area.slices()][::step, ::step])


@pytest.mark.parametrize("radius", [4, 20, 80, 300])
def test_a_thumbnail_shows_the_photo_where_the_mask_is(radius):
    image, alpha = photo(), disc(300, 200, radius)
    made = LayerSight(image).picture(alpha, 36)
    assert (made.width(), made.height()) == (36, 36)
    centre = made.pixelColor(18, 18)
    assert centre.alpha() == 255
    assert made.pixelColor(1, 1).alpha() == 0
    expected = image.pixels[200, 300].astype(int)
    assert np.abs(np.array(centre.getRgb()[:3]) - expected).max() <= 12
    assert radius < 10 or made.pixelColor(7, 18).alpha() == 255, "it fills the picture"


def test_a_thumbnail_follows_and_an_empty_mask_is_nothing():
    image = photo()
    sight = LayerSight(image)
    sight.picture(disc(300, 200, 80), 36)
    followed = sight.picture(disc(100, 100, 20), 36)
    assert followed == LayerSight(image).picture(disc(100, 100, 20), 36)
    assert sight.picture(Mask(WIDTH, HEIGHT), 36).pixelColor(18, 18).alpha() == 0
