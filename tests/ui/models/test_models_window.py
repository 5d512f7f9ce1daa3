"""The window of models, driven by hand in the real window, against a real server on this machine."""

import shutil
import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton

from maskstudio.errors import ModelUnavailable
from maskstudio.providers.local import measured
from maskstudio.providers.local.networks import yolo_files
from maskstudio.providers.weights import store
from maskstudio.ui.models import model_words
from tests.providers.test_weights import evil
from tests.ui.models.driving import CONTENT, LEFT, cell, drop, offered, press, words


def test_it_says_what_is_known_and_what_is_not(shelf, qtbot):
    shelf.table.choose("yolov8n-seg")
    said = words(shelf.details)
    for part in ("outlines them.", "Can be downloaded", "Licence of weights AGPL-3.0", "COCO 2017", "Not measured yet"):
        assert part in said
    assert yolo_files.BY_NAME["yolov8n-seg"].digests[0] in said
    assert offered(shelf) == {"download"}
    shelf.table.choose("yolov8s-seg")
    assert "Nobody has published its checksum" in words(shelf.details)
    assert offered(shelf) == set()
    shelf.table.choose("mediapipe_selfie")
    assert "Ready." in words(shelf.details)
    assert "Inside MediaPipe" in words(shelf.details)
    assert offered(shelf) == {"measure"}
    shelf.table.choose("silueta")
    assert "Licence of code Unknown" in words(shelf.details)


def test_a_download_is_paused_resumed_by_a_mirror_and_checked(shelf, window, server, qtbot):
    window.settings.mirror = server.address
    window.effects.by_name()["mirror"]()
    shelf.table.choose("face_yolov8n")
    press(shelf, "download")
    qtbot.waitUntil(lambda: bool(server.asked) and offered(shelf) == {"pause"})
    qtbot.waitUntil(lambda: "Downloading" in cell(shelf, "face_yolov8n"))
    press(shelf, "pause")
    qtbot.waitUntil(lambda: cell(shelf, "face_yolov8n").startswith("Paused at"))
    assert offered(shelf) == {"download", "discard"}
    assert shelf.details.buttons["download"].text() == "Resume"
    assert 0 < store.received(yolo_files.BY_NAME["face_yolov8n"]) <= 400_000
    server.going.set()
    press(shelf, "download")
    qtbot.waitUntil(lambda: (store.folder() / "face_yolov8n.pt").exists())
    assert (store.folder() / "face_yolov8n.pt").read_bytes() == CONTENT
    assert [path for path, _ in server.asked] == ["/models/face_yolov8n.pt"] * 2
    assert server.asked[1][1].startswith("bytes=")
    qtbot.waitUntil(lambda: cell(shelf, "face_yolov8n") == "Ready")
    assert window.detect_panel.model._states["face_yolov8n"].state == "ready"


def test_a_paused_download_is_discarded(shelf, window, qtbot):
    entry = yolo_files.BY_NAME["face_yolov8s"]
    (store.folder() / f"{entry.file}.part").write_bytes(bytes(entry.size // 4))
    shelf.refresh()
    qtbot.waitUntil(lambda: cell(shelf, "face_yolov8s") == "Paused at 25 %")
    shelf.table.choose("face_yolov8s")
    assert "of 23 MB are here" in words(shelf.details)
    press(shelf, "discard")
    qtbot.waitUntil(lambda: cell(shelf, "face_yolov8s") == "Can be downloaded")
    assert list(store.folder().iterdir()) == []


def test_a_failed_download_is_told_where_it_was_asked_for(shelf, window, server, qtbot):
    shelf.table.choose("face_yolov8n")  # no mirror is set, and the publisher's address is not encrypted
    press(shelf, "download")
    qtbot.waitUntil(shelf.question.isVisible)
    assert shelf.question.text.text().startswith("face_yolov8n.pt was not kept: publisher.invalid offers it without")
    assert server.asked == []
    QTest.mouseClick(shelf.question.no, LEFT)
    assert not shelf.question.isVisible()


def test_a_dropped_pickle_is_asked_about_and_nothing_runs(shelf, window, tmp_path, qtbot):
    marker, given = tmp_path / "ran", tmp_path / "mine.pt"
    evil(given, marker)
    assert drop(shelf, given)
    qtbot.waitUntil(shelf.question.isVisible)
    assert shelf.question.text.text().startswith("mine.pt is not a file we know, and a .pt file can run code")
    assert shelf.question.no.hasFocus()
    QTest.keyClick(shelf.question.no, Qt.Key.Key_Space)
    assert list(store.folder().iterdir()) == []
    drop(shelf, given)
    qtbot.waitUntil(shelf.question.isVisible)
    QTest.mouseClick(shelf.question.yes, LEFT)
    qtbot.waitUntil(lambda: shelf.table.chosen == "mine")
    assert (store.folder() / "mine.pt").read_bytes() == given.read_bytes()
    assert not marker.exists()


def test_what_is_no_model_is_not_taken_by_a_drop(shelf, tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    assert not drop(shelf, tmp_path / "photo.jpg")
    assert shelf._adding == {}


def test_a_file_in_the_folder_is_trusted_and_removed(shelf, shared_models, window, qtbot):
    shutil.copy(shared_models / "STANDIN_hand_yolov8n.pt", store.folder() / "own.pt")
    shelf.refresh()
    qtbot.waitUntil(lambda: "own" in shelf.table._rows)
    shelf.table.choose("own")
    assert offered(shelf) == {"trust", "reveal", "remove"}
    assert "Needs your trust. own.pt is not a file we know" in words(shelf.details)
    press(shelf, "trust")
    qtbot.waitUntil(lambda: cell(shelf, "own") == "Ready")
    assert {"measure", "reveal", "remove"} <= offered(shelf)
    shelf.table.setFocus()
    QTest.keyClick(shelf.table, Qt.Key.Key_Delete)
    assert shelf.question.text.text() == "Delete own.pt (6 MB) from this machine?"
    assert (store.folder() / "own.pt").exists()
    QTest.mouseClick(shelf.question.yes, LEFT)
    qtbot.waitUntil(lambda: "own" not in shelf.table._rows)
    assert list(store.folder().iterdir()) == []


def test_the_speed_is_measured_shown_and_kept(shelf, window, qtbot, monkeypatch):
    monkeypatch.setattr(measured, "_run", lambda *_: None)
    taken = iter([10.0, 11.25] * 3)
    monkeypatch.setattr(measured.time, "perf_counter", lambda: next(taken))
    shelf.table.choose("mediapipe_selfie")
    press(shelf, "measure")
    qtbot.waitUntil(lambda: cell(shelf, "mediapipe_selfie", 3) == "1.2 s")
    assert "1.2 s for a photo of a megapixel" in words(shelf.details)
    assert shelf.details.buttons["measure"].text() == "Measure Again"


def test_all_are_measured_though_one_does_not_run(shelf, window, qtbot, monkeypatch):
    seen = []

    def run(model, *_):
        seen.append(model.name)
        if model.name == "mediapipe_hands":
            raise ModelUnavailable("mediapipe_hands is not well.")

    monkeypatch.setattr(measured, "_run", run)
    QTest.mouseClick(shelf.measure_button, LEFT)
    qtbot.waitUntil(lambda: cell(shelf, "mediapipe_selfie", 3).endswith(" s"))
    qtbot.waitUntil(lambda: shelf.work.measuring is None)
    assert shelf.question.text.text() == "mediapipe_hands is not well."
    assert cell(shelf, "mediapipe_hands", 3) == ""
    assert {cell(shelf, name) for name in seen} == {"Ready"}  # no line shows work that is over


def test_measuring_all_is_stopped_by_the_same_button(shelf, qtbot, monkeypatch):
    def run(_model, _provider, _image, token):
        while True:
            token.check()
            time.sleep(0.01)

    monkeypatch.setattr(measured, "_run", run)
    shelf.measure_button.setFocus()
    QTest.mouseClick(shelf.measure_button, LEFT)
    assert (shelf.measure_button.text(), shelf.measure_button.isEnabled()) == ("Stop Measuring", True)
    QTest.mouseClick(shelf.measure_button, LEFT)
    qtbot.waitUntil(lambda: shelf.work.measuring is None)
    assert shelf.measure_button.text() == "Measure All"


def test_what_has_no_weights_has_no_file(shelf):
    shelf.table.choose("auto")
    assert "Inside" not in words(shelf.details)
    assert "auto · " not in words(shelf.details)
    shelf.table.choose("mediapipe_selfie")
    assert "Inside MediaPipe" in words(shelf.details)


def test_the_keyboard_stays_where_the_work_is(shelf, window, server, qtbot):
    window.settings.mirror = server.address
    window.effects.by_name()["mirror"]()
    shelf.table.choose("face_yolov8n")
    shelf.details.buttons["download"].setFocus()
    QTest.keyClick(shelf.details.buttons["download"], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: offered(shelf) == {"pause"} and shelf.details.buttons["pause"].hasFocus())
    qtbot.waitUntil(lambda: store.received(yolo_files.BY_NAME["face_yolov8n"]) > 0)
    QTest.keyClick(shelf.details.buttons["pause"], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: offered(shelf) == {"download", "discard"} and shelf.details.buttons["download"].hasFocus())


def test_everything_has_a_name_and_can_be_reached_by_keys(shelf, qtbot):
    for button in shelf.findChildren(QAbstractButton):
        if button.isVisibleTo(shelf):
            assert button.text() or button.accessibleName()
            assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    for button in shelf.details.buttons.values():
        assert button.toolTip()
    assert shelf.table.accessibleName() == "Models"
    assert shelf.table.headerItem().toolTip(3) == "Seconds for a photo of a megapixel on this machine"
    shelf.table.choose("mediapipe_selfie")
    shelf.table.setFocus()
    reached = set()
    for _ in range(12):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget().objectName())
    assert {"measureModel", "addModelFile", "modelSettings", "modelTable"} <= reached


def test_a_fact_is_copied_as_it_is_though_it_is_broken_where_there_is_no_room(shelf, window):
    shelf.table.choose("yolov8n-seg")
    value = shelf.details._values["Checksum"]
    assert "\u200b" in value.text()
    (copy,) = value.actions()
    copy.trigger()
    assert QApplication.clipboard().text() == f"sha256 {yolo_files.BY_NAME['yolov8n-seg'].digests[0]}"


def test_its_settings_are_a_page_of_the_preferences(shelf, window, qtbot):
    QTest.mouseClick(shelf.findChild(QPushButton, "modelSettings"), LEFT)
    dialog = window.preferences._made
    qtbot.waitUntil(dialog.isVisible)
    assert dialog._list.currentItem().text() == "Models"


@pytest.mark.parametrize(
    ("count", "said"), [(0, ""), (None, ""), (232_589, "0.2 MB"), (6_230_011, "6 MB"), (972_666_916, "973 MB")]
)
def test_sizes_in_words(count, said):
    assert model_words.size(count) == said
