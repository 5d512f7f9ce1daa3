"""Masks on their way into the window: the sheet with its live preview, what is pasted, what is dropped."""

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from maskstudio.core.history import History
from tests.core.documents import disc, document
from tests.ui.test_exchange import act, png

SMALL = disc(radius=20, centre=(60, 50))
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def edited(window):
    """The window with a photo of 300 × 280 px and a disc as its mask."""
    window.session.history = History(document(disc()))
    window.session.changed()
    return window


def blue(plane):
    out = np.zeros((*plane.shape, 3), np.uint8)
    out[..., 2] = plane
    return out


def saved(tmp_path, array, name="mask.png"):
    (tmp_path / name).write_bytes(png(array))
    return tmp_path / name


def sheet_of(window, qtbot, path):
    window.masks.from_file(window.session, path)
    qtbot.waitUntil(lambda: window.masks.sheet is not None and window.masks.sheet.isVisible())
    return window.masks.sheet


def idle(window, qtbot, layers):
    qtbot.waitUntil(lambda: not window.session.runner.jobs and len(window.session.document.layers) == layers)


def tinted(sheet):
    """Where the preview shows the mask, at the size of the photo."""
    image = sheet.findChild(QWidget, "maskInPreview")._mask
    pixels = np.array(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return pixels[..., 2] > 128


JOINS = {
    "layer": SMALL, "replace": SMALL, "add": np.maximum(disc(), SMALL), "subtract": np.minimum(disc(), 255 - SMALL),
    "intersect": np.minimum(disc(), SMALL),
    "xor": np.maximum(np.minimum(disc(), 255 - SMALL), np.minimum(255 - disc(), SMALL)),
}  # fmt: skip


@pytest.mark.parametrize("join", JOINS)
def test_the_sheet_offers_the_channel_and_shows_what_comes_of_it(edited, qtbot, tmp_path, monkeypatch, join):
    path = saved(tmp_path, blue(SMALL))
    monkeypatch.setattr("maskstudio.ui.files.choosing_files.ask_image", lambda *_: path)
    act(edited, "file.importMask")
    qtbot.waitUntil(lambda: edited.masks.sheet is not None and edited.masks.sheet.isVisible())
    sheet = edited.masks.sheet
    assert sheet.form.params().mask_channel == "blue"
    field = sheet.form.field("join")
    field.set_value(join)
    field.edited.emit()
    np.testing.assert_array_equal(tinted(sheet), JOINS[join] > 128)
    qtbot.keyClick(sheet, Qt.Key.Key_Return)
    idle(edited, qtbot, 2 if join == "layer" else 1)
    np.testing.assert_array_equal(edited.session.active.alpha.array(), JOINS[join])
    edited.session.undo()
    np.testing.assert_array_equal(edited.session.document.alpha.array(), disc())


def test_invert_and_offset_are_live_and_esc_takes_nothing_in(edited, qtbot, tmp_path):
    sheet = sheet_of(edited, qtbot, saved(tmp_path, blue(SMALL)))
    sheet.form.field("mask_invert").setChecked(True)
    np.testing.assert_array_equal(tinted(sheet), SMALL < 128)
    across = sheet.findChild(QWidget, "maskOffsetX")
    across.setValue(40)
    expected = np.zeros_like(SMALL)
    expected[:, 40:] = (255 - SMALL)[:, :-40]
    np.testing.assert_array_equal(tinted(sheet), expected > 128)
    assert across.accessibleName() == "Offset, to the right"
    assert "px" in across.toolTip()
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: edited.masks.sheet is None)
    assert len(edited.session.document.layers) == 1


def test_a_mask_of_another_size_is_stretched_or_keeps_its_size(edited, qtbot, tmp_path):
    sheet = sheet_of(edited, qtbot, saved(tmp_path, np.full((28, 30), 255, np.uint8)))
    assert tinted(sheet).all()
    sheet.form.field("stretch").setChecked(False)
    assert tinted(sheet).sum() == 28 * 30
    sheet.findChild(QPushButton, "import").click()
    idle(edited, qtbot, 2)
    assert edited.session.active.alpha.bounds.area == 28 * 30


def test_without_a_layer_only_a_new_one_is_offered(edited, qtbot, tmp_path):
    edited.session.layers.delete(edited.session.active.id)
    sheet = sheet_of(edited, qtbot, saved(tmp_path, SMALL))
    assert sheet.form.field("join").count() == 1
    assert [sheet.form.field("mask_channel").itemData(0)] == ["luminance"]
    sheet.reject()


# The clipboard


@pytest.fixture
def clipboard(qapp):
    board = QGuiApplication.clipboard()
    yield board
    board.clear()


def test_a_copied_mask_keeps_its_place_in_a_photo_of_the_same_size(edited, clipboard, qtbot):
    """Also one that is a full rectangle, whose alpha alone says nothing."""
    plane = np.zeros_like(disc())
    plane[40:90, 200:270] = 255
    edited.session.painting.select(plane, 0, 0, "replace", "Box")
    act(edited, "edit.copy")
    qtbot.waitUntil(lambda: bool(clipboard.mimeData()) and clipboard.mimeData().hasFormat("image/png"))
    edited.session.history = History(document(seed=7))
    edited.session.changed()
    act(edited, "edit.pasteMask")
    idle(edited, qtbot, 1)
    np.testing.assert_array_equal(edited.session.document.alpha.array(), plane)


def test_in_a_photo_of_another_size_it_lies_in_the_middle_until_the_user_says_where(edited, clipboard, qtbot):
    act(edited, "edit.copyMerged")
    qtbot.waitUntil(lambda: bool(clipboard.mimeData()) and clipboard.mimeData().hasFormat("image/png"))
    edited.session.history = History(document(width=400, height=200))
    edited.session.changed()
    act(edited, "edit.pasteMask")
    qtbot.waitUntil(lambda: edited.masks.sheet is not None and edited.masks.sheet.isVisible())
    sheet = edited.masks.sheet
    assert "another size" in sheet.findChild(QWidget, "note").text()
    sheet.findChild(QPushButton, "import").click()
    idle(edited, qtbot, 1)
    expected = disc(width=400, height=200, radius=80, centre=(199, 99))
    np.testing.assert_array_equal(edited.session.document.alpha.array(), expected)


def test_a_strangers_picture_of_another_size_is_asked_about(edited, clipboard, qtbot):
    mime = QMimeData()
    mime.setData("image/png", QByteArray(png(np.full((28, 30), 255, np.uint8))))
    clipboard.setMimeData(mime)
    act(edited, "edit.pasteMask")
    qtbot.waitUntil(lambda: edited.masks.sheet is not None and edited.masks.sheet.isVisible())
    edited.masks.sheet.reject()
    assert len(edited.session.document.layers) == 1


# Drops


def test_a_mask_dropped_on_its_photo_asks_what_it_is(edited, qtbot, tmp_path):
    path = saved(tmp_path, SMALL)
    edited.files.drop([path])
    qtbot.waitUntil(lambda: edited.notice.sentence != "")
    assert edited.notice.sentence == "mask.png looks like a mask for this photo."
    assert [button.text() for button in edited.notice.buttons] == ["Open as Mask", "Open as Photo"]
    edited.notice.buttons[0].click()
    qtbot.waitUntil(lambda: edited.masks.sheet is not None and edited.masks.sheet.isVisible())
    edited.masks.sheet.reject()
    edited.files.drop([path])
    qtbot.waitUntil(lambda: edited.notice.sentence != "")
    edited.notice.buttons[1].click()
    qtbot.waitUntil(lambda: edited.tabs.count() == 2 and edited.session.document.image.path == path)


@pytest.mark.parametrize("kind", ["photo", "other size", "two"])
def test_other_drops_open_without_a_word(edited, qtbot, tmp_path, kind):
    picture = document(seed=3).image.pixels if kind == "photo" else SMALL[:100] if kind == "other size" else SMALL
    paths = [saved(tmp_path, picture, f"{number}.png") for number in range(2 if kind == "two" else 1)]
    edited.files.drop(paths)
    qtbot.waitUntil(lambda: edited.tabs.count() == 1 + len(paths))
    assert edited.masks.sheet is None
    assert edited.notice.sentence == ""
