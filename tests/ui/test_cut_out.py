"""Cut Out Subject in the window: one key, a sentence on how it was found, and the next ways where that is unsure."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton, QToolButton

from maskstudio.core.mask import Mask
from maskstudio.params.tools import PointParams
from maskstudio.session.finding import unsure
from maskstudio.subject.subject import judged

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "grace_hopper.jpg"
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def finds(opened, monkeypatch):
    """What is found next: a box of the photo (left, top, right, bottom), with this certainty."""
    found = {"box": (100, 100, 400, 500), "certainty": 0.3}

    def cutout(image, params, token):
        plane = np.zeros((image.height, image.width), np.uint8)
        left, top, right, bottom = found["box"]
        plane[top:bottom, left:right] = 255
        return judged(Mask.from_array(plane), found["certainty"], "auto", way="Main object, without a model", by="none")

    monkeypatch.setattr(opened.session.provider, "cutout", cutout)
    return found


def cut_out(window, qtbot):
    QTest.keyClick(window.canvas, Qt.Key.Key_C)
    assert window.session.runner.jobs
    qtbot.waitUntil(lambda: not window.session.runner.jobs)


def choice(window, words):
    return next(each for each in window.notice.buttons if each.text() == words)


def test_one_key_finds_the_person_and_says_so(opened, qtbot):
    cut_out(opened, qtbot)
    (layer,) = opened.session.document.layers
    assert opened.notice.sentence == "Person, by MediaPipe."
    assert opened.notice.buttons == []
    assert layer.name == "person"
    alpha = layer.alpha.array()
    assert alpha[250, 256] == 255  # the face
    assert alpha[30, 480] == 0  # the sky behind her


def test_the_button_shows_its_job_and_the_key_is_said(opened, qtbot):
    button = opened.findChild(QPushButton, "cutOutSubject")
    qtbot.mouseClick(button, LEFT)
    assert button.busy
    qtbot.waitUntil(lambda: not button.busy)
    assert opened.session.document.layers


def test_what_is_unsure_is_marked_and_the_next_ways_are_offered(opened, finds, qtbot):
    cut_out(opened, qtbot)
    assert opened.notice.sentence == "Main object, without a model: unsure, check it."
    assert opened.notice.property("kind") == "warning"
    rows = opened.layers_panel.model
    assert "unsure" in rows.data(rows.index(0), Qt.ItemDataRole.AccessibleTextRole)
    finds["certainty"] = 0.9
    cut_out(opened, qtbot)
    assert len(opened.session.document.layers) == 1
    assert "unsure" not in rows.data(rows.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert opened.notice.sentence == "Main object, without a model."


def test_the_offer_goes_when_the_find_is_undone_or_worked_on(opened, finds, qtbot):
    for verb in (opened.session.undo, opened.session.painting.fill):
        cut_out(opened, qtbot)
        assert opened.notice.isVisible()
        verb()
        assert not opened.notice.isVisible()


def test_nothing_found_is_said_with_the_same_ways(opened, finds, qtbot):
    finds["box"] = (0, 0, 0, 0)
    cut_out(opened, qtbot)
    assert opened.notice.sentence == "No subject was found."
    assert opened.session.document.layers == ()
    assert choice(opened, "Another Model").isVisible()


def test_another_model_opens_the_list_of_those_that_cut_out(opened, finds, qtbot, monkeypatch):
    models, shown = opened.detect_panel.subject.model, []
    monkeypatch.setattr(models, "showPopup", lambda: shown.append(models.isVisible()))
    opened.sidebar.fold("detectPanel", True)
    opened.detect_panel.elsewhere.choose("adobe")
    opened.detect_panel.cut_out_here(opened.session)
    qtbot.waitUntil(lambda: not opened.session.runner.jobs)
    qtbot.mouseClick(choice(opened, "Another Model"), LEFT)
    assert shown == [True]
    assert opened.detect_panel.elsewhere.name == ""
    assert {"auto", "none", "mediapipe_selfie"} <= {models.itemData(row) for row in range(models.count())}


def test_of_a_photo_behind_it_only_says_so(opened, finds, qtbot, tmp_path):
    behind = opened.session
    QTest.keyClick(opened.canvas, Qt.Key.Key_C)
    other = tmp_path / "other.jpg"
    other.write_bytes(SAMPLE.read_bytes())
    opened.open(other)
    qtbot.waitUntil(lambda: opened.session is not behind and opened.session.document is not None)
    qtbot.waitUntil(lambda: not behind.runner.jobs)
    behind.finding.answered("Main object: unsure, check it.", False)
    assert opened.notice.sentence == "grace_hopper.jpg: Main object: unsure, check it."
    assert opened.notice.buttons == []


def test_undo_takes_the_whole_press_back(opened, qtbot):
    before = opened.session.document
    cut_out(opened, qtbot)
    opened.session.undo()
    assert opened.session.document is before


# With the Select tool


def click(window, x, y):
    place = window.tools.tool.place(x, y).toPoint()
    QTest.mouseMove(window.canvas, place)
    QTest.mouseClick(window.canvas, LEFT, pos=place)


def taken(window, qtbot):
    """Take what the Select tool shows, once it is there."""
    pending = window.tools.tool.pending
    qtbot.waitUntil(lambda: pending.now.shown is not None and not pending.waiting)
    QTest.keyClick(window.canvas, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not window.session.runner.jobs)


def test_clicking_it_instead_takes_the_doubtful_find_away_and_undo_brings_it_back(opened, finds, qtbot):
    opened.tools.tool_called("select").set_params(PointParams(how="subtract"))
    cut_out(opened, qtbot)
    doubtful = opened.session.document.layers[0].id
    qtbot.mouseClick(choice(opened, "Click It Instead"), LEFT)
    assert opened.tools.name == "select"
    assert opened.tools.tool.params.how == "layer"
    assert not opened.notice.isVisible()
    click(opened, 256, 480)  # her uniform
    taken(opened, qtbot)
    (layer,) = opened.session.document.layers
    assert layer.id != doubtful
    assert layer.alpha.array()[480, 256] == 255
    opened.session.undo()
    opened.session.undo()
    assert [layer.id for layer in opened.session.document.layers] == [doubtful]


def test_drawing_a_box_instead_sets_the_tool_to_boxes(opened, finds, qtbot):
    opened.tools.tool_called("select").set_params(PointParams(drag="scribble"))
    cut_out(opened, qtbot)
    qtbot.mouseClick(choice(opened, "Draw a Box Instead"), LEFT)
    assert (opened.tools.name, opened.tools.tool.params.drag) == ("select", "box")
    assert opened.session.document.layers == ()


def test_mending_keeps_the_find_and_changes_it(opened, finds, qtbot):
    cut_out(opened, qtbot)
    before = opened.session.document.layers[0]
    qtbot.mouseClick(choice(opened, "Mend It by Clicks"), LEFT)
    assert opened.tools.tool.params.how == "mend"
    click(opened, 440, 560)  # a sleeve that lies outside the box
    taken(opened, qtbot)
    (after,) = opened.session.document.layers
    assert after.id == before.id
    assert after.alpha.array()[560, 440] == 255
    assert not unsure(after)


def test_where_nothing_was_found_there_is_nothing_to_mend(opened, finds, qtbot):
    finds["box"] = (0, 0, 0, 0)
    cut_out(opened, qtbot)
    words = [each.text() for each in opened.notice.buttons]
    assert words == ["Click It Instead", "Draw a Box Instead", "Another Model"]


def test_what_was_worked_on_stays_when_something_else_is_clicked(opened, finds, qtbot):
    cut_out(opened, qtbot)
    button = choice(opened, "Click It Instead")
    opened.session.layers.rename(opened.session.document.layers[0].id, "mine")
    assert not opened.notice.isVisible()
    button.click()
    assert [layer.name for layer in opened.session.document.layers] == ["mine"]


def test_the_tool_is_as_the_user_set_it_once_it_is_left(opened, finds, qtbot):
    own = PointParams(how="subtract", drag="scribble")
    select = opened.tools.tool_called("select")
    for words, lent in (("Mend It by Clicks", "mend"), ("Click It Instead", "layer"), ("Draw a Box Instead", "layer")):
        select.set_params(own)
        cut_out(opened, qtbot)
        qtbot.mouseClick(choice(opened, words), LEFT)
        assert select.params.how == lent
        QTest.keyClick(opened.canvas, Qt.Key.Key_B)
        assert opened.tools.name == "brush"
        assert select.params == own


def test_what_the_user_sets_meanwhile_stays_set(opened, finds, qtbot):
    select = opened.tools.tool_called("select")
    select.set_params(PointParams(how="subtract", drag="scribble"))
    cut_out(opened, qtbot)
    qtbot.mouseClick(choice(opened, "Draw a Box Instead"), LEFT)
    qtbot.mouseClick(opened.tools.options.findChild(QToolButton, "mode.add"), LEFT)
    QTest.keyClick(opened.canvas, Qt.Key.Key_B)
    assert (select.params.how, select.params.drag) == ("add", "scribble")


def test_the_tool_is_as_the_user_set_it_in_the_next_document(opened, finds, qtbot, tmp_path):
    cut_out(opened, qtbot)
    qtbot.mouseClick(choice(opened, "Mend It by Clicks"), LEFT)
    other, first = tmp_path / "other.jpg", opened.session
    other.write_bytes(SAMPLE.read_bytes())
    opened.open(other)
    qtbot.waitUntil(lambda: opened.session is not first and opened.session.document is not None)
    assert opened.tools.tool.params.how == "layer"


def test_mending_says_what_clicks_do_now(opened, finds, qtbot):
    cut_out(opened, qtbot)
    hints = []
    opened.tools.hint.connect(hints.append)
    qtbot.mouseClick(choice(opened, "Mend It by Clicks"), LEFT)
    assert hints[-1].startswith("Click what is missing from the mask")
    qtbot.mouseClick(opened.tools.options.findChild(QToolButton, "mode.layer"), LEFT)
    assert hints[-1].startswith("Click what you want")


def test_looking_at_other_models_leaves_the_other_ways_on_offer(opened, finds, qtbot, monkeypatch):
    monkeypatch.setattr(opened.detect_panel.subject.model, "showPopup", lambda: None)
    cut_out(opened, qtbot)
    words = [each.text() for each in opened.notice.buttons]
    qtbot.mouseClick(choice(opened, "Another Model"), LEFT)
    assert [each.text() for each in opened.notice.buttons] == words
    assert opened.notice.isVisible()
    opened.session.undo()
    assert not opened.notice.isVisible()


def test_all_models_are_one_button_beside_the_list(opened, qtbot):
    models = opened.detect_panel.subject.model
    models.setCurrentIndex(models.findData("mediapipe_selfie"))
    qtbot.mouseClick(opened.findChild(QToolButton, "allModels"), LEFT)
    shelf = opened.findChild(QDialog, "modelsWindow")
    qtbot.waitUntil(lambda: shelf.table.chosen == "mediapipe_selfie")
    assert shelf.isVisible()
    shelf.close()
