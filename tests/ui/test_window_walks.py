"""The window in awkward moments, with real events: work that is cancelled or overtaken, strangers' files, themes."""

import threading

import numpy as np
import pytest
import torch
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton, QToolButton, QWidget

from maskstudio.core.document import Detection, Layer
from maskstudio.core.files import read_image
from maskstudio.core.mask import Mask
from maskstudio.errors import Cancelled
from maskstudio.params.local import ExportParams
from maskstudio.ui.files import unsaved_work
from maskstudio.ui.window.waiting_sheet import WaitingSheet
from tests.patience import PATIENCE
from tests.ui.test_window import SAMPLE, act, idle

LEFT = Qt.MouseButton.LeftButton


class Slow:
    """A provider whose work lasts until it is let go or cancelled."""

    def __init__(self, inner):
        self._inner = inner
        self.models = inner.models
        self.go, self.working = threading.Event(), threading.Event()
        self.cancelled = 0

    def detect(self, image, params, token):
        self.working.set()
        while not self.go.wait(0.005):
            try:
                token.step(0.25, "Looking")
            except Cancelled:
                self.cancelled += 1
                raise
        mask = Mask.from_array((image.pixels[..., 0] > 127).astype("uint8") * 255)
        return [Detection("thing", 0.5, (0, 0, 10, 10), mask, params.model)]

    def cutout(self, image, params, token):
        return self.detect(image, params, token)[0]


@pytest.fixture
def opened(window, qtbot):
    window.open(SAMPLE)
    qtbot.waitUntil(lambda: window.session.document is not None and idle(window))
    return window


@pytest.fixture
def slow(opened, qtbot):
    """The window with a detection that is at work and stays so until told."""
    opened.session.provider = provider = Slow(opened.session.provider)
    qtbot.mouseClick(opened.detect_panel.detect_button, LEFT)
    assert provider.working.wait(PATIENCE)
    yield provider
    provider.go.set()


@pytest.fixture
def answers(monkeypatch):
    """The user agrees to lose masks."""
    monkeypatch.setattr(unsaved_work, "ask_leave", lambda *_: "discard")


def button(window, name):
    return window.findChild(QToolButton, name)


def drop(window, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    window.dropEvent(event)


def test_the_status_line_shows_the_work_and_its_button_ends_it(opened, slow, qtbot):
    work = opened.status.findChild(QWidget, "work")
    qtbot.waitUntil(lambda: work.text().startswith("Looking, "))
    assert opened.findChild(QAction, "edit.cancelJobs").isEnabled()
    qtbot.mouseClick(button(opened, "cancelJob"), LEFT)
    qtbot.waitUntil(lambda: idle(opened))
    assert slow.cancelled == 1
    assert opened.session.document.layers == ()
    assert not button(opened, "cancelJob").isVisible()
    assert not opened.findChild(QAction, "edit.cancelJobs").isEnabled()


def test_a_key_ends_the_work(opened, slow, qtbot):
    qtbot.waitUntil(opened.isActiveWindow)
    qtbot.keyClick(opened, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: idle(opened))
    assert slow.cancelled == 1


def test_the_jobs_panel_ends_one_job(opened, slow, qtbot):
    opened.sidebar.fold("jobsPanel", False)
    rows = opened.jobs_panel.findChildren(QToolButton, "cancelThisJob")
    (shown,) = [each for each in rows if each.isVisible()]
    qtbot.mouseClick(shown, LEFT)
    qtbot.waitUntil(lambda: idle(opened))
    assert slow.cancelled == 1


def test_a_photo_opened_meanwhile_leaves_the_work_on_the_other_one_alone(opened, slow, qtbot, tmp_path):
    from PIL import Image

    Image.new("RGB", (30, 20), (90, 120, 90)).save(tmp_path / "lawn.png")
    first = opened.session
    opened.open(tmp_path / "lawn.png")
    qtbot.waitUntil(lambda: opened.session.document.image.name == "lawn.png")
    assert slow.cancelled == 0
    slow.go.set()
    qtbot.waitUntil(lambda: bool(first.document.layers))
    assert opened.session.document.layers == ()
    assert opened.settings.recent == [str(tmp_path / "lawn.png"), str(SAMPLE)]
    act(opened, "window.previousTab")
    assert opened.session is first
    assert opened.layers_panel.model.rowCount() == 1


def test_a_photo_opened_again_comes_to_the_front(opened, qtbot, tmp_path):
    from PIL import Image

    Image.new("RGB", (30, 20), (90, 120, 90)).save(tmp_path / "lawn.png")
    first = opened.session
    opened.open(tmp_path / "lawn.png")
    qtbot.waitUntil(lambda: opened.tabs.count() == 2)
    opened.open(SAMPLE)
    assert opened.session is first
    assert opened.tabs.count() == 2
    act(opened, "file.close")
    assert opened.session.document.image.name == "lawn.png"
    act(opened, "file.close")
    assert opened.session.document is None
    assert opened.welcome.isVisible()


def test_closing_does_not_wait_for_the_work(opened, slow):
    opened.close()
    assert not opened.isVisible()
    assert opened.farewell.wait(PATIENCE)
    assert slow.cancelled == 1


def test_an_undo_meanwhile_keeps_what_is_found_later(opened, slow, qtbot):
    mask = Mask.from_array((opened.session.document.image.pixels[..., 1] > 99).astype("uint8") * 255)
    found = Detection("first", 0.9, (0, 0, 5, 5), mask, "another")
    opened.session.commit(opened.session.document.add([Layer(0, "first", mask, mask, source=found)]), "First")
    act(opened, "edit.undo")
    assert opened.session.document.layers == ()
    slow.go.set()
    qtbot.waitUntil(lambda: bool(opened.session.document.layers))
    qtbot.waitUntil(lambda: idle(opened))
    assert [layer.name for layer in opened.session.document.layers] == ["thing"]


def test_nothing_found_is_said_in_a_sentence(opened, qtbot, tmp_path):
    from PIL import Image

    Image.new("RGB", (300, 200), (90, 120, 90)).save(tmp_path / "lawn.png")
    opened.open(tmp_path / "lawn.png")
    qtbot.waitUntil(lambda: opened.session.document.size == (300, 200))
    qtbot.mouseClick(opened.detect_panel.detect_button, LEFT)
    qtbot.waitUntil(lambda: "nothing found" in opened.notice.sentence)
    assert opened.session.document.layers == ()
    assert not opened.findChild(QAction, "file.export").isEnabled()


def test_a_strangers_model_is_taken_only_after_a_word(window, qtbot, tmp_path, monkeypatch, home):
    weights = tmp_path / "stranger.pt"
    torch.save({"model": None}, weights)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(weights), ""))
    qtbot.mouseClick(window.detect_panel.add_button, LEFT)
    qtbot.waitUntil(lambda: "stranger.pt" in window.notice.sentence)
    assert not list(home.rglob("*.pt"))
    trust = next(each for each in window.notice.findChildren(QPushButton) if each.text() == "Trust This File")
    qtbot.mouseClick(trust, LEFT)
    qtbot.waitUntil(lambda: "Added the model" in window.notice.sentence)
    assert window.detect_panel.model.value() == "stranger"
    assert [path.name for path in home.rglob("*.pt")] == ["stranger.pt"]


def test_a_dropped_model_asks_for_trust_too(window, qtbot, tmp_path):
    weights = tmp_path / "stranger.pt"
    torch.save({"model": None}, weights)
    drop(window, weights)
    qtbot.waitUntil(lambda: "stranger.pt" in window.notice.sentence)
    assert window.session.document is None


def test_of_several_dropped_files_each_gets_a_tab_or_a_sentence(window, qtbot, tmp_path):
    from PIL import Image

    (tmp_path / "notes.txt").write_text("hello")
    Image.new("RGB", (30, 20), (90, 120, 90)).save(tmp_path / "lawn.png")
    drop(window, SAMPLE, tmp_path / "notes.txt", tmp_path / "lawn.png")
    qtbot.waitUntil(lambda: window.tabs.count() == 2)
    qtbot.waitUntil(lambda: "notes.txt" in window.notice.sentence)
    assert len(window.tabs.open) == 2


def test_a_dropped_text_is_refused_in_a_sentence(opened, qtbot, tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    before = opened.session.document
    drop(opened, tmp_path / "notes.txt")
    qtbot.waitUntil(lambda: "notes.txt" in opened.notice.sentence)
    assert opened.session.document is before
    assert opened.settings.recent == [str(SAMPLE)]


def test_a_huge_image_is_offered_though_another_one_is_open(opened, qtbot, tmp_path):
    from PIL import Image

    Image.new("1", (30_000, 20_000)).save(tmp_path / "huge.png")
    opened.open(tmp_path / "huge.png")
    qtbot.waitUntil(lambda: "huge.png" in opened.notice.sentence)
    assert any(each.isVisible() and each.text() == "Open Anyway" for each in opened.notice.findChildren(QPushButton))


def test_a_long_name_widens_nothing(opened, qtbot, tmp_path):
    qtbot.waitUntil(lambda: opened.status.findChild(QWidget, "safety").text() == "Changes kept")
    qtbot.wait(20)  # until the layout knows
    narrow = opened.minimumSizeHint().width()
    long = tmp_path / f"{'a' * 220}.jpg"
    long.write_text("no photo")
    opened.open(long)
    assert opened.minimumSizeHint().width() <= narrow + 420  # the progress has come, not the name
    qtbot.waitUntil(lambda: "not an image" in opened.notice.sentence)
    qtbot.waitUntil(lambda: opened.minimumSizeHint().width() == narrow)  # once the progress is gone again


def test_a_name_without_ending_asks_before_it_replaces_a_file(opened, qtbot, tmp_path, monkeypatch, slow):
    slow.go.set()
    qtbot.waitUntil(lambda: bool(opened.session.document.layers) and idle(opened))
    (tmp_path / "there.png").write_bytes(b"mine")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "there"), ""))
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    act(opened, "file.export")
    assert idle(opened)
    assert (tmp_path / "there.png").read_bytes() == b"mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "gone" / "there.png"), ""))
    act(opened, "file.export")
    qtbot.waitUntil(lambda: bool(opened.notice.sentence) and idle(opened))
    assert "gone" in opened.notice.sentence or "there.png" in opened.notice.sentence
    assert "•" in opened.windowTitle()


def test_actions_are_enabled_as_the_layers_allow(opened, slow, qtbot):
    def enabled(*names):
        return [opened.findChild(QAction, name).isEnabled() for name in names]

    assert enabled("file.export", "layer.delete", "select.refine", "edit.undo") == [False] * 4
    slow.go.set()
    qtbot.waitUntil(lambda: bool(opened.session.document.layers) and idle(opened))
    assert enabled("file.export", "layer.delete", "select.refine", "edit.undo") == [True] * 4
    assert enabled("layer.up", "layer.down", "edit.redo") == [False] * 3
    assert "•" in opened.windowTitle()
    act(opened, "layer.delete")
    assert enabled("file.export", "layer.delete", "select.refine") == [False] * 3
    assert "•" not in opened.windowTitle()
    opened.detect_panel.model.set_value("face_yolov8n")
    opened.detect_panel.model.edited.emit()
    assert enabled("select.detect", "select.subject") == [False, True]
    assert not opened.detect_panel.detect_button.isEnabled()


def test_boxes_are_shown_where_they_do_not_hide_the_edge(opened, slow, qtbot):
    slow.go.set()
    qtbot.waitUntil(lambda: bool(opened.session.document.layers) and idle(opened))
    shown = {}
    for mode in ("overlay", "black", "white", "checker", "mask", "image"):
        act(opened, f"view.{mode}")
        shown[mode] = bool(opened.canvas.tags.laid)
    assert shown == {"overlay": True, "image": True, "black": False, "white": False, "checker": False, "mask": False}


def test_a_photo_without_a_mask_is_not_tinted_and_one_with_is(opened, slow, qtbot, pixels):
    opened.viewing.choices.choose_overlay(colour="#e5484d")

    def surely_red():
        qtbot.waitUntil(lambda: opened.canvas.complete)
        seen = pixels(opened.canvas.grab().toImage())
        return ((seen[..., 0] - seen[..., 1:].max(axis=2)) > 60).mean()

    plain = surely_red()
    slow.go.set()
    qtbot.waitUntil(lambda: bool(opened.session.document.layers) and idle(opened))
    assert surely_red() > plain + 0.1
    act(opened, "edit.undo")
    assert surely_red() == plain


def test_a_new_theme_reaches_every_picture(opened, qtbot, pixels):
    def ink(each):
        image = each.icon().pixmap(16, 16).toImage()
        return max(
            image.pixelColor(x, y).lightness()
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha()
        )

    buttons = [each for each in opened.findChildren(QToolButton) if each.isEnabled() and not each.icon().isNull()]
    plain = [each for each in buttons if each.objectName() != "overlayColour" and not each.isChecked()]
    act(opened, "window.dark")
    assert [each.accessibleName() for each in plain if ink(each) < 128] == []
    act(opened, "window.light")
    assert [each.accessibleName() for each in plain if ink(each) > 128] == []
    assert opened.settings.theme == "light"


def test_recent_files_appear_as_soon_as_there_are_some(window, qtbot):
    assert not window.recent_menu.isEnabled()
    window.open(SAMPLE)
    qtbot.waitUntil(lambda: window.session.document is not None)
    assert window.recent_menu.isEnabled()
    window.recent_menu.aboutToShow.emit()
    assert [action.text() for action in window.recent_menu.actions()] == ["grace_hopper.jpg"]


def test_closing_lets_a_file_be_written_out(opened, qtbot, tmp_path):
    target = tmp_path / "cutout.png"
    opened.session.exporting.export(target, ExportParams(compression="smallest"))
    assert not opened.close()
    assert opened.isVisible()
    sheet = opened.findChild(WaitingSheet)
    assert sheet.sentence.text() == "Writing cutout.png before quitting…"
    qtbot.waitUntil(lambda: not opened.isVisible())
    assert read_image(target).image.size == opened.session.document.size


def test_an_export_that_fails_keeps_the_window(opened, qtbot, tmp_path):
    opened.session.exporting.export(tmp_path / "gone" / "cutout.png", ExportParams())
    assert not opened.close()
    qtbot.waitUntil(lambda: "could not be written" in opened.notice.sentence)
    qtbot.wait(50)
    assert opened.isVisible()


def test_closing_offers_to_save_first(opened, qtbot, tmp_path, monkeypatch):
    opened.session.layers.add()
    monkeypatch.setattr(unsaved_work, "ask_leave", lambda *_: "save")
    target = tmp_path / "hopper.ora"
    monkeypatch.setattr("maskstudio.ui.files.saving.QFileDialog.getSaveFileName", lambda *_: (str(target), ""))
    act(opened, "file.close")
    assert opened.session.document is not None
    qtbot.waitUntil(lambda: opened.session.document is None)
    assert target.is_file()
    opened.open(target)
    qtbot.waitUntil(lambda: opened.session.document is not None)
    assert [layer.name for layer in opened.session.document.layers] == ["Mask 1"]


def test_a_save_given_up_keeps_the_photo(opened, monkeypatch):
    opened.session.layers.add()
    monkeypatch.setattr(unsaved_work, "ask_leave", lambda *_: "save")
    monkeypatch.setattr("maskstudio.ui.files.saving.QFileDialog.getSaveFileName", lambda *_: ("", ""))
    act(opened, "file.close")
    assert opened.session.document is not None


def test_refine_strokes_while_earlier_ones_are_being_solved(opened, qtbot):
    """Pressed, moved and let go faster than anything is solved; then walked back to the very documents there were."""
    document, canvas = opened.session.document, opened.canvas
    rows, columns = np.mgrid[: document.size[1], : document.size[0]]
    mask = Mask.from_array(np.where(np.hypot(columns - 256, rows - 300) < 150, 255, 0).astype(np.uint8))
    opened.session.commit(document.add([Layer(0, "disc", mask, mask)]), "Add")
    act(opened, "tool.refine")
    before, covered = opened.session.document, np.zeros(mask.array().shape, bool)
    for x, y in ((256, 150), (256, 450), (106, 300)):
        for step, event in ((0, qtbot.mousePress), (20, qtbot.mouseMove), (40, qtbot.mouseRelease)):
            at = canvas.view.from_image(QPointF(x + step, y)).toPoint()
            event(canvas, LEFT, pos=at) if event is not qtbot.mouseMove else event(canvas, at)
        covered |= np.hypot(columns - x, rows - y) < 25
    qtbot.waitUntil(lambda: idle(opened) and not opened.session.active.unsolved)
    layer = opened.session.active
    assert (layer.hints.array()[covered] > 0).all()
    soft = (layer.alpha.array() > 0) & (layer.alpha.array() < 255)
    assert soft[covered].any()
    assert np.array_equal(layer.alpha.array()[layer.hints.array() == 0], mask.array()[layer.hints.array() == 0])
    assert [step.label for step in opened.session.history.steps][2:] == ["Refine edge here"] * 3
    for _ in range(3):
        act(opened, "edit.undo")
    assert opened.session.document is before
    assert np.array_equal(opened.session.document.alpha.array(), mask.array())
    for _ in range(3):
        act(opened, "edit.redo")
    qtbot.waitUntil(lambda: idle(opened) and not opened.session.active.unsolved)
    assert np.array_equal(opened.session.document.alpha.array(), layer.alpha.array())
