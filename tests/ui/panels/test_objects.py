"""Objects in the detect panel: presets, the list of finds, and what filters do to it, live."""

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from maskstudio.core.document import Detection
from maskstudio.params.local import CutoutParams, DetectParams
from maskstudio.session.findpresets import FIND_PRESETS
from maskstudio.ui.panels.detect import DetectPanel
from maskstudio.ui.panels.find_row import HEIGHT
from maskstudio.ui.widgets import theme
from tests.ui.panels.stage import HEIGHT as PHOTO_HEIGHT
from tests.ui.panels.stage import LEFT, WIDTH, StubProvider, disc

FOUND = [
    ("person", 0.91, (480, 200, 90)),
    ("dog", 0.72, (300, 300, 60)),
    ("person", 0.64, (110, 200, 80)),
    ("cup", 0.40, (300, 60, 20)),
    ("dog", 0.12, (40, 40, 30)),
]


class Seeing(StubProvider):
    """Finds people, dogs and a cup; counts how often it is asked."""

    ready = ("yolo11n-seg", "mediapipe_face_mesh", "auto", "yoloe-11s-seg")

    def models(self):
        extra = [
            SimpleNamespace(
                name=name, title=f"Model {name}", operations=frozenset({"detect", "cutout"}),
                state="ready", note="", size=None, outlines=True, words=name.startswith("yoloe"),
            )
            for name in self.ready
        ]  # fmt: skip
        return [*super().models(), *extra]

    def detect(self, image, params, token):
        self.params.append(params)
        found = [
            Detection(label, score, (x - radius, y - radius, x + radius, y + radius), disc(x, y, radius), params.model)
            for label, score, (x, y, radius) in FOUND
        ]
        return [find for find in found if find.score > params.confidence][: params.max_detections]


@pytest.fixture
def empty(layered):
    """A session with a photo and no layers, whose model finds five things."""
    layered.provider = Seeing()
    for layer in layered.document.layers:
        layered.layers.delete(layer.id)
    return layered


@pytest.fixture
def panel(show, empty):
    made = show(DetectPanel, empty, 320, 900)
    made.model.set_value("yolo11n-seg")
    made.model.edited.emit()
    return made


@pytest.fixture
def detected(panel, qtbot):
    qtbot.mouseClick(panel.detect_button, LEFT)
    return panel


def rows(panel):
    return [(row.detection.label, row.ticked, row.why) for row in panel.objects.list.finds.rows]


def layers(panel):
    return [layer.name for layer in panel._session.document.layers]


def place(panel, at, x):
    area = panel.objects.list.visualRect(panel.objects.list.finds.index(at))
    return QPoint(area.left() + x, area.center().y())


def tick(panel, qtbot, at):
    qtbot.mouseClick(panel.objects.list.viewport(), LEFT, pos=place(panel, at, 14))


def test_a_model_that_understands_words_is_asked_in_words(panel, empty, qtbot):
    field = panel.findChild(QWidget, "prompt")
    assert not field.isVisible()
    panel.model.set_value("yoloe-11s-seg")
    panel.model.edited.emit()
    assert field.isVisible()
    qtbot.keyClicks(field, " red car, dog ")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert [each.prompt for each in empty.provider.params] == ["red car, dog"]
    panel.model.set_value("yolo11n-seg")
    panel.model.edited.emit()
    assert not field.isVisible()
    qtbot.mouseClick(panel.detect_button, LEFT)
    assert [each.prompt for each in empty.provider.params] == ["red car, dog", ""]


def test_nothing_is_listed_before_a_detection(panel):
    assert not panel.objects.list.isVisible()


def test_every_find_is_listed_also_what_is_left_out(detected, empty):
    assert layers(detected) == ["person", "dog", "person", "cup"]
    assert rows(detected) == [
        ("person", True, ""), ("dog", True, ""), ("person", True, ""), ("cup", True, ""),
        ("dog", False, "not surer than 25 %"),
    ]  # fmt: skip
    share = np.count_nonzero(disc(480, 200, 90).array()) / (WIDTH * PHOTO_HEIGHT)
    first = detected.objects.list.finds.rows[0]
    assert first.details == f"91 %  ·  {share * 100:.0f} % of the photo"
    assert (first.number, first.layer) == (1, empty.document.layers[0].id)
    assert len(empty.provider.params) == 1


def test_a_tick_takes_a_layer_away_and_brings_it_back_in_a_step_each(detected, empty, qtbot):
    tick(detected, qtbot, 1)
    assert layers(detected) == ["person", "person", "cup"]
    assert rows(detected)[1] == ("dog", False, "")
    tick(detected, qtbot, 0)
    assert layers(detected) == ["person", "cup"]
    empty.undo()
    assert layers(detected) == ["person", "person", "cup"]
    assert [ticked for _, ticked, _ in rows(detected)] == [True, False, True, True, False]
    empty.undo()
    assert layers(detected) == ["person", "dog", "person", "cup"]
    tick(detected, qtbot, 4)  # what filters leave out has no tick to give
    assert layers(detected) == ["person", "dog", "person", "cup"]
    assert len(empty.provider.params) == 1


def test_a_layer_deleted_by_hand_loses_its_tick_and_can_be_ticked_again(detected, empty, qtbot):
    empty.layers.delete(empty.document.layers[1].id)
    assert rows(detected)[1] == ("dog", False, "")
    tick(detected, qtbot, 2)
    assert layers(detected) == ["person", "cup"]
    tick(detected, qtbot, 1)
    assert sorted(layers(detected)) == ["cup", "dog", "person"]


def test_a_row_chooses_its_layer_and_a_layer_its_row(detected, empty, qtbot):
    qtbot.mouseClick(detected.objects.list.viewport(), LEFT, pos=place(detected, 2, 120))
    assert empty.active is empty.document.layers[2]
    assert layers(detected) == ["person", "dog", "person", "cup"]
    empty.layers.activate(empty.document.layers[3].id)
    assert detected.objects.list.currentIndex().row() == 3


def test_keys_walk_the_list_and_tick(detected, empty, qtbot):
    view = detected.objects.list
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Home)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert empty.active.name == "dog"
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert layers(detected) == ["person", "person", "cup"]
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert sorted(layers(detected)) == ["cup", "dog", "person", "person"]


def test_what_is_pointed_at_is_told_by_layer_or_as_a_find(detected, empty, qtbot):
    view, told = detected.objects.list, []
    detected.objects.pointed.connect(lambda layer, find: told.append((layer, find)))
    qtbot.mouseMove(view.viewport(), place(detected, 1, 100))
    qtbot.mouseMove(view.viewport(), place(detected, 1, 104))
    qtbot.mouseMove(view.viewport(), place(detected, 4, 100))
    view.leaveEvent(None)
    assert told == [(empty.document.layers[1].id, None), (None, view.finds.rows[4].detection), (None, None)]


def test_filters_act_live_and_grey_what_they_leave_out(detected, empty, qtbot):
    detected.findChild(QWidget, "confidence").setValue(0.5)
    assert layers(detected) == ["person", "dog", "person"]
    assert rows(detected)[3] == ("cup", False, "not surer than 50 %")
    detected.findChild(QWidget, "confidence").setValue(0.0)
    assert sorted(layers(detected)) == ["cup", "dog", "dog", "person", "person"]
    detected.findChild(QWidget, "minArea").setValue(5)
    assert sorted(layers(detected)) == ["person", "person"]
    assert rows(detected)[1] == ("dog", False, "smaller than 5 %")
    detected.findChild(QWidget, "minArea").setValue(0)
    detected.findChild(QWidget, "maxDetections").setValue(2)
    assert rows(detected)[2][2] == "beyond the 2 surest"
    detected.objects.steps.order.field("keep_by").set_value("area")
    detected.objects.steps.order.field("keep_by").edited.emit()
    assert sorted(layers(detected)) == ["person", "person"]
    assert [row.detection.score for row in detected.objects.list.finds.rows] == [0.91, 0.64, 0.72, 0.12, 0.4]
    assert rows(detected)[2] == ("dog", False, "beyond the 2 largest")
    assert len(empty.provider.params) == 1


def test_labels_are_typed_or_ticked_in_a_list(detected, empty, qtbot):
    labels = detected.objects.steps.labels
    labels.line.setText("Dog")
    labels.line.editingFinished.emit()
    assert layers(detected) == ["dog"]
    assert rows(detected)[0] == ("person", False, "another label")
    menu = labels.menu()
    texts = {action.text(): action for action in menu.actions() if action.text()}
    assert list(texts) == ["Every label", "dog  (2)", "person  (2)", "cup  (1)"]
    assert [text for text, action in texts.items() if action.isChecked()] == ["dog  (2)"]
    texts["cup  (1)"].trigger()
    assert sorted(layers(detected)) == ["cup", "dog"]
    texts["Every label"].trigger()
    assert len(layers(detected)) == 4
    menu.deleteLater()


def test_moving_growing_and_merging(detected, empty):
    steps = detected.objects.steps
    steps.moving.field("mask_offset").set_value((10, 0))
    steps.moving.field("mask_offset").edited.emit()
    moved = np.roll(disc(480, 200, 90).array(), 10, axis=1)
    assert np.array_equal(empty.document.layers[0].mask.array(), moved)
    detected.findChild(QWidget, "findsPadding").setValue(9)
    assert {layer.params.mask_padding for layer in empty.document.layers} == {9}
    steps.merging.field("merge_masks").set_value("merge")
    steps.merging.field("merge_masks").edited.emit()
    assert layers(detected) == ["4 objects"]
    assert [ticked for _, ticked, _ in rows(detected)] == [True, True, True, True, False]
    assert steps._note.text() == "3 set"
    empty.undo()
    assert steps.keep.merge_masks == "none"
    assert len(layers(detected)) == 4
    assert len(empty.provider.params) == 1


def test_a_preset_lends_its_values_and_detecting_has_the_users_own_again(panel, empty, qtbot):
    panel.findChild(QWidget, "confidence").setValue(0.5)
    qtbot.mouseClick(panel.objects.presets.buttons["animal"], LEFT)
    animal = FIND_PRESETS["animal"]
    assert layers(panel) == ["dog"]
    assert empty.document.layers[0].edge == animal.edge
    assert panel.objects.steps.keep.labels == animal.keep.labels
    assert panel.params().confidence == animal.confidence
    panel.findChild(QWidget, "maxDetections").setValue(7)  # this one is the user's from now on
    qtbot.mouseClick(panel.detect_button, LEFT)
    assert panel.objects.steps.keep.labels == ""
    assert (panel.params().confidence, panel.params().max_detections) == (0.5, 7)
    assert sorted(layers(panel)) == ["dog", "person", "person"]


def test_a_product_is_cut_out(panel, empty, qtbot):
    qtbot.mouseClick(panel.objects.presets.buttons["product"], LEFT)
    assert isinstance(empty.provider.params[-1], CutoutParams)


def test_all_people_are_layers(panel, empty, qtbot):
    qtbot.mouseClick(panel.objects.presets.people, LEFT)
    assert layers(panel) == ["Person 1", "Person 2"]
    assert np.array_equal(empty.document.layers[0].mask.array(), disc(110, 200, 80).array())


def test_without_a_model_a_preset_says_so_and_offers_one(panel, empty, qtbot):
    presets = panel.objects.presets
    assert not presets.buttons["hand"].isEnabled()
    assert presets.buttons["hand"].toolTip().startswith("No model that finds hands is ready here")
    assert presets.get_button.text() == "Get a model: Hand"
    with qtbot.waitSignal(panel.objects.shelfRequested) as asked:
        qtbot.mouseClick(presets.get_button, LEFT)
    assert asked.args == [FIND_PRESETS["hand"].models[-1]]
    empty.provider.ready = ()
    panel.refresh_models()
    assert not presets.people.isEnabled()
    assert presets.people.accessibleDescription().startswith("No model that finds people is ready here")


def test_without_a_photo_presets_say_what_to_do(show, session):
    session.provider = Seeing()
    presets = show(DetectPanel, session).objects.presets
    assert not any(button.isEnabled() for button in (*presets.buttons.values(), presets.people))
    assert presets.buttons["animal"].toolTip() == "Open a photo first."
    assert presets.people.toolTip() == "Open a photo first."


def test_nothing_kept_is_listed_all_the_same(panel, empty, qtbot):
    heard = []
    empty.told = heard.append
    panel.findChild(QWidget, "confidence").setValue(0.99)
    qtbot.mouseClick(panel.detect_button, LEFT)
    panel.job_changed()
    assert layers(panel) == []
    assert heard
    assert len(rows(panel)) == 5
    panel.findChild(QWidget, "confidence").setValue(0.8)
    assert layers(panel) == ["person"]


def test_another_photo_has_no_finds(detected, session):
    assert detected.objects.list.isVisible()
    session.close()
    detected.follow(session)
    assert not detected.objects.list.isVisible()
    assert detected.objects.list.finds.rows == ()


def test_names_for_those_who_do_not_see(detected):
    view = detected.objects.list
    assert view.accessibleName()
    words = [view.finds.index(at).data(Qt.ItemDataRole.AccessibleTextRole) for at in (0, 4)]
    assert words == ["person, layer 1, 91 %  ·  11 % of the photo, ticked", "dog, not surer than 25 %, left out"]
    for button in detected.objects.findChildren(QToolButton):
        assert button.accessibleName()
        assert button.toolTip()
    assert detected.objects.steps.strip.accessibleDescription() == "5 of 5 within"


@pytest.mark.parametrize("name", ["dark", "light"])
def test_looks_with_finds(detected, qtbot, qapp, picture_of, name):
    theme.apply(qapp, name)
    detected.objects.steps.fold(False)
    detected.findChild(QWidget, "minArea").setValue(1)
    tick(detected, qtbot, 2)
    detected.setFocus()
    qapp.processEvents()
    detected.resize(320, detected.sizeHint().height())
    detected.grab()
    view = detected.objects.list
    assert view.height() == 5 * HEIGHT + 2
    qtbot.waitUntil(lambda: not view.delegate.waiting)
    picture_of(detected, f"found_{name}")


def test_the_default_values_are_those_of_the_vocabulary(panel):
    assert panel.objects.wanted().params == DetectParams(model="yolo11n-seg")
