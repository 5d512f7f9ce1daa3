"""Finds in the window: the list marks the canvas, and every filter is a step of undo beside what the hand has done."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from maskstudio.core.document import Detection
from maskstudio.core.mask import Mask

LEFT = Qt.MouseButton.LeftButton


class Seeing:
    """Finds three upright strips of the photo, and counts how often it is asked."""

    name = "local"

    def __init__(self, inner):
        self.models = inner.models
        self.asked = 0

    def detect(self, image, params, token):
        self.asked += 1
        width, height = image.size
        found = []
        for at, (label, score) in enumerate((("person", 0.9), ("dog", 0.6), ("person", 0.1))):
            plane = np.zeros((height, width), np.uint8)
            left, right = width * at // 3, width * (at + 1) // 3 - 5
            plane[:, left:right] = 255
            found.append(Detection(label, score, (left, 0, right, height), Mask.from_array(plane), params.model))
        return found


@pytest.fixture
def detected(opened, qtbot):
    opened.session.provider = Seeing(opened.session.provider)
    qtbot.mouseClick(opened.detect_panel.detect_button, LEFT)
    qtbot.waitUntil(lambda: opened.detect_panel.objects.list.finds.rowCount() == 3)
    return opened


def names(window):
    return [layer.name for layer in window.session.document.layers]


def middle(view, row):
    return QPoint(120, view.visualRect(view.finds.index(row)).center().y())


def test_the_row_under_the_pointer_is_marked_on_the_photo(detected, qtbot):
    view, tags = detected.detect_panel.objects.list, detected.canvas.tags
    second = detected.session.document.layers[1].id
    qtbot.mouseMove(view.viewport(), middle(view, 0))
    qtbot.mouseMove(view.viewport(), middle(view, 1))
    assert tags.pointed == second
    qtbot.mouseMove(view.viewport(), middle(view, 2))
    assert tags.pointed is None
    assert [mark.text for mark in tags.apart] == ["person  10 %"]
    qtbot.mouseMove(view.viewport(), middle(view, 1))
    qtbot.mouseClick(view.viewport(), LEFT, pos=middle(view, 1))
    assert detected.session.active.id == second
    assert tags.apart == []


def test_filters_are_steps_and_the_model_is_asked_once(detected, qtbot):
    panel = detected.detect_panel
    panel.form.field("confidence").setValue(0.05)
    qtbot.waitUntil(lambda: len(names(detected)) == 3)
    panel.objects.steps.labels.line.setText("person")
    panel.objects.steps.labels.line.editingFinished.emit()
    qtbot.waitUntil(lambda: names(detected) == ["person", "person"])
    detected.actions_by_id["edit.undo"].trigger()
    assert sorted(names(detected)) == ["dog", "person", "person"]
    assert panel.objects.steps.labels.line.text() == ""
    detected.actions_by_id["edit.undo"].trigger()
    assert names(detected) == ["person", "dog"]
    assert panel.params().confidence == 0.25
    detected.actions_by_id["edit.redo"].trigger()
    assert panel.params().confidence == 0.05
    assert detected.session.provider.asked == 1


def test_all_people_is_an_action_that_says_what_it_lacks(opened, qtbot):
    opened.actions_by_id["select.people"].trigger()
    assert opened.notice.sentence.startswith("No model that finds people is ready here")
    assert opened.session.document.layers == ()
    assert not opened.session.runner.jobs
