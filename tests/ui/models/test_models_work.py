"""Work on models as the window of models shows it: measuring, downloads, and what was begun before it was opened."""

import threading
import time
from types import SimpleNamespace

import pytest
from PySide6.QtTest import QTest

from maskstudio.providers.local import measured
from maskstudio.providers.local.networks import yolo_files
from maskstudio.providers.weights import store
from tests.patience import PATIENCE
from tests.ui.models.driving import LEFT, cell, offered


@pytest.fixture
def slow(monkeypatch):
    """Models that are measured only as far as they may, and report under words of their own meanwhile."""
    going, reached = threading.Event(), []

    def run(model, _provider, _image, token):
        reached.append(model.name)
        while not going.is_set():
            token.step(0.5, "Words of its own")
            time.sleep(0.01)

    monkeypatch.setattr(measured, "_run", run)
    yield SimpleNamespace(going=going, reached=reached)
    going.set()


def test_how_far_measuring_all_is_shows_in_each_line_and_above(shelf, slow, qtbot):
    names = shelf._unmeasured
    QTest.mouseClick(shelf.measure_button, LEFT)
    first, second = names[:2]
    qtbot.waitUntil(lambda: cell(shelf, first) == "Measuring 20 %")  # half of the first run, which is 40 %
    assert cell(shelf, second) == "Waiting"
    assert f"measuring 1 of {len(names)}, " in shelf._summary.text()
    title = shelf._shelf[first].model.title
    shelf.table.choose(first)
    assert shelf.details._progress.text() == f"Measuring {title}, 20 %"
    assert shelf.details.bar.isVisibleTo(shelf.details)
    shelf.table.choose(second)
    assert shelf.details._progress.text() == "Waiting, 0 %"
    assert shelf.details.buttons["pause"].text() == "Cancel"
    slow.going.set()
    qtbot.waitUntil(lambda: shelf.work.measuring is None)
    qtbot.waitUntil(lambda: cell(shelf, names[-1], 3).endswith(" s"))
    assert {cell(shelf, name) for name in names} == {"Ready"}
    assert "measuring" not in shelf._summary.text()


def test_a_measured_model_says_its_speed_while_others_are_measured(shelf, qtbot, monkeypatch):
    going, names = threading.Event(), shelf._unmeasured

    def run(model, _provider, _image, token):
        token.step(0.1)
        if model.name != names[0]:
            going.wait(PATIENCE)

    monkeypatch.setattr(measured, "_run", run)
    QTest.mouseClick(shelf.measure_button, LEFT)
    try:
        qtbot.waitUntil(lambda: cell(shelf, names[0], 3).endswith(" s"))
        assert shelf.work.measuring is not None
        qtbot.waitUntil(lambda: cell(shelf, names[1]).startswith("Measuring"))
        assert cell(shelf, names[0]) == "Ready"
    finally:
        going.set()
    qtbot.waitUntil(lambda: shelf.work.measuring is None)


def test_work_is_shown_again_when_the_window_is(shelf, window, slow, qtbot):
    names = shelf._unmeasured
    QTest.mouseClick(shelf.measure_button, LEFT)
    qtbot.waitUntil(lambda: cell(shelf, names[0]) == "Measuring 20 %")
    shelf.close()
    window.show_theme("light")
    window.actions_by_id["edit.models"].trigger()
    qtbot.waitUntil(lambda: shelf.isVisible() and cell(shelf, names[0]) == "Measuring 20 %")
    assert shelf.measure_button.text() == "Stop Measuring"
    window.show_theme("dark")
    assert cell(shelf, names[0]) == "Measuring 20 %"
    QTest.mouseClick(shelf.measure_button, LEFT)
    slow.going.set()
    qtbot.waitUntil(lambda: shelf.work.measuring is None)


def test_work_that_began_before_the_window_was_opened_is_shown(window, server, qtbot):
    window.settings.mirror = server.address
    window.effects.by_name()["mirror"]()
    window.session.shelving.pull("face_yolov8n", lambda: None)
    qtbot.waitUntil(lambda: bool(server.asked) and store.received(yolo_files.BY_NAME["face_yolov8n"]) > 0)
    (job,) = window.session.runner.jobs
    assert job.label == "Download Faces, light (YOLOv8n)"
    window.actions_by_id["edit.models"].trigger()
    shelf = window.models._made
    qtbot.waitUntil(lambda: shelf.table.topLevelItemCount() > 0)
    assert cell(shelf, "face_yolov8n").startswith("Downloading ")
    shelf.table.choose("face_yolov8n")
    assert offered(shelf) == {"pause"}
    server.going.set()
    qtbot.waitUntil(lambda: cell(shelf, "face_yolov8n") == "Ready")


@pytest.mark.parametrize("name", ["auto", "isnet_general_fp16", "silueta", "face_yolov8n", "own"])
def test_a_model_has_the_same_dot_in_every_list(shelf, window, qtbot, name):
    (store.folder() / "own.pt").write_bytes(b"PK")
    shelf.refresh()
    qtbot.waitUntil(lambda: "own" in shelf.table._rows)
    state = shelf._shelf[name].model.state

    def look(dot):
        return dot.pixmap(12, 12).toImage()

    lists = (window.detect_panel.subject.model, window.detect_panel.model)
    rows = [(each, each.findData(name)) for each in lists if each.findData(name) >= 0]
    assert rows or name == "own"
    for each, row in rows:
        assert each._states[name].state == state
        assert look(each.itemIcon(row)) == look(shelf.table._rows[name].icon(0))
