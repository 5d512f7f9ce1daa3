"""The ways of looking in the window: bar, settings of each way, split and panes, lock, zooms to come back to."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QSlider, QToolButton

from maskstudio.core.cv import cv2
from maskstudio.core.document import Layer
from maskstudio.core.mask import Mask
from maskstudio.paths import resource
from maskstudio.settings import Settings
from maskstudio.ui.canvas.style import MODES
from maskstudio.ui.views.view_choices import ChosenView
from maskstudio.ui.widgets.swatch import Swatch

SAMPLE = resource("samples/grace_hopper.jpg")


@pytest.fixture
def opened(window, qtbot):
    window.open(SAMPLE)
    qtbot.waitUntil(lambda: window.session.document is not None)
    document = window.session.document
    alpha = np.zeros(document.size[::-1], np.uint8)
    alpha[100:300, 150:350] = 255
    mask = Mask.from_array(alpha)
    window.session.commit(document.add([Layer(0, "subject", mask, mask)]), "Add")
    return window


def act(window, name):
    window.actions_by_id[name].trigger()


SHOWABLE = [mode for mode in MODES if mode != "doubt"]  # which needs a second model, see test_doubt_view


def part(window, kind, name):
    return window.findChild(kind, name)


def test_every_mode_has_an_action_an_icon_and_a_place_in_the_bar(opened):
    row = opened.top_bar.modes
    inside = {button.defaultAction().objectName() for button in row.findChildren(QToolButton) if button.defaultAction()}
    menu = {action.objectName() for action in part(opened, QToolButton, "moreModes").menu().actions()}
    assert inside | menu == {f"view.{mode}" for mode in MODES}
    for mode in reversed(SHOWABLE):  # the overlay is on to begin with, and its action would turn it off
        act(opened, f"view.{mode}")
        assert opened.canvas.styling.mode == mode
        assert not opened.actions_by_id[f"view.{mode}"].icon().isNull()


def test_the_key_goes_round_through_all_modes(opened, qtbot):
    seen = []
    for _ in SHOWABLE:
        seen.append(opened.canvas.styling.mode)
        act(opened, "view.nextMode")
    assert seen == SHOWABLE
    assert opened.canvas.styling.mode == MODES[0]
    act(opened, "view.previousMode")
    assert opened.canvas.styling.mode == MODES[-1]


def test_the_menu_button_shows_the_mode_that_is_on(opened):
    more = part(opened, QToolButton, "moreModes")
    assert not more.isChecked()
    act(opened, "view.onion")
    assert more.isChecked()
    assert "Onion" in more.accessibleName()
    act(opened, "view.black")
    assert not more.isChecked()


def test_nothing_in_the_bar_moves_when_the_view_changes(opened):
    places = set()
    for mode in MODES:
        act(opened, f"view.{mode}")
        places.add((opened.top_bar.modes.geometry().getRect(), opened.top_bar.fields.geometry().getRect()))
    assert len(places) == 1
    assert opened.top_bar.fields.geometry().right() < 1366


def test_settings_of_the_view_on_show_reach_canvas_and_settings(opened, qtbot):
    act(opened, "view.overlay")
    part(opened, QSlider, "overlayOpacity").setValue(80)
    part(opened, Swatch, "overlayColour")._take("#00c853")
    qtbot.mouseClick(part(opened, QToolButton, "overlayHatched"), Qt.MouseButton.LeftButton)
    act(opened, "view.onion")
    part(opened, QSlider, "onionPhoto").setValue(30)
    part(opened, Swatch, "backdropColour")._take("#8ec5ee")
    style = opened.canvas.styling.style
    assert (style.mode, style.colour, style.opacity, style.hatched) == ("onion", (0, 0xC8, 0x53), 0.8, True)
    assert (style.onion, style.backdrop) == (0.3, (0x8E, 0xC5, 0xEE))
    kept = opened.settings
    assert (kept.overlay_colour, kept.overlay_opacity) == ("#00c853", 0.8)
    assert ChosenView.of(kept.views["choices"]) == opened.viewing.choices.now


def test_choices_that_do_not_fit_are_left_out():
    saved = {"hatched": "yes", "backdrop": "red", "onion": 7.0, "soft": "#123456", "loupe": 3, "picture": 4, "more": 1}
    assert ChosenView.of(saved) == ChosenView(soft="#123456")


def test_a_picture_is_read_and_shown(opened, qtbot, tmp_path):
    path = tmp_path / "beach.png"
    path.write_bytes(cv2.imencode(".png", np.full((30, 40, 3), (10, 200, 250), np.uint8))[1].tobytes())
    act(opened, "view.picture")
    opened.viewing.choices.choose_picture(path)
    qtbot.waitUntil(lambda: opened.canvas.styling.style.picture is not None)
    assert part(opened, QToolButton, "backdropPicture").text() == "beach.png"
    qtbot.waitUntil(lambda: opened.canvas.complete)
    at = opened.canvas.view.from_image(QPointF(20, 20)).toPoint()
    assert opened.canvas.grab().toImage().pixelColor(at).getRgb()[:3] == (250, 200, 10)


def test_a_picture_that_cannot_be_read_is_told_and_forgotten(opened, qtbot, tmp_path):
    path = tmp_path / "none.png"
    opened.viewing.choices.choose_picture(path)
    qtbot.waitUntil(lambda: "none.png" in opened.notice.sentence)
    assert opened.viewing.choices.now.picture == ""


def test_a_file_that_is_no_profile_is_told(opened, tmp_path):
    opened.settings.monitor_profile = str(tmp_path / "screen.icc")
    opened.viewing.choices.show()
    assert "screen.icc" in opened.notice.sentence


def test_split_and_side_by_side_exclude_each_other(opened):
    act(opened, "view.split")
    assert opened.canvas.divider.on
    act(opened, "view.sideBySide")
    assert not opened.canvas.divider.on
    assert opened.viewing.compare.side_by_side
    assert not opened.actions_by_id["view.split"].isChecked()
    act(opened, "view.sideBySide")
    assert not opened.viewing.compare.side_by_side


def test_navigator_and_loupe_come_and_go(opened):
    act(opened, "view.navigator")
    assert opened.viewing.navigator.isVisible()
    act(opened, "view.navigator")
    assert not opened.viewing.navigator.isVisible()
    act(opened, "view.loupe8")
    assert opened.viewing.loupe.on
    assert opened.viewing.loupe.factor == 8
    assert opened.actions_by_id["view.loupe"].isChecked()
    act(opened, "view.loupe")
    assert not opened.viewing.loupe.on


def test_zoom_to_the_subject_and_back(opened, qtbot):
    opened.canvas.view.fit()
    opened.viewing._settle()
    whole = opened.canvas.view.look
    act(opened, "view.zoomSubject")
    assert opened.canvas.view.centre == QPointF(250, 200)
    subject = opened.canvas.view.look
    act(opened, "view.previousZoom")
    assert opened.canvas.view.look == whole
    act(opened, "view.previousZoom")
    assert opened.canvas.view.look == subject


def test_turn_mirror_and_upright(opened):
    act(opened, "view.rotateRight")
    act(opened, "view.mirror")
    assert opened.canvas.view.mirrored
    assert opened.canvas.view.angle % 360 in (15, 345)
    act(opened, "view.resetRotation")
    assert (opened.canvas.view.angle, opened.canvas.view.mirrored) == (0, False)
    assert not opened.actions_by_id["view.mirror"].isChecked()


@pytest.mark.parametrize("locked", [False, True])
def test_the_lock_carries_the_look_to_the_next_photo(opened, qtbot, tmp_path, locked):
    path = tmp_path / "other.png"
    path.write_bytes(cv2.imencode(".png", np.zeros((900, 1100, 3), np.uint8))[1].tobytes())
    if locked:
        act(opened, "view.lock")
    opened.canvas.view.look_at(3.0, QPointF(128, 450))
    opened.open(path)
    qtbot.waitUntil(lambda: opened.session.document.size == (1100, 900))
    if locked:
        assert opened.canvas.view.scale == 3.0
        assert opened.canvas.view.centre == QPointF(275, 675)  # a quarter from the left, three quarters down
        assert opened.settings.views["switches"]["lock"]
    else:
        assert opened.canvas.view.look.fitted


def test_the_default_overlay_is_the_one_that_was_chosen_for_all_eyes():
    assert Settings().overlay_colour == "#d600ff"
