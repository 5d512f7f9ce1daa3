"""Copy, paste, drop and drag: transparency survives, whatever other programs put on the clipboard."""

import io
import os
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image as Pil
from PySide6.QtCore import QByteArray, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QMouseEvent
from PySide6.QtTest import QTest

from maskstudio import paths
from maskstudio.core.history import History
from maskstudio.params.local import CutoutParams, ExportParams
from maskstudio.session.clipboard import Place
from maskstudio.ui.files.exchange import found_in, place_in
from tests.core.documents import disc, document


def png(array):
    held = io.BytesIO()
    Pil.fromarray(array).save(held, "PNG")
    return held.getvalue()


@pytest.fixture
def clipboard(qapp):
    board = QGuiApplication.clipboard()
    yield board
    board.clear()


@pytest.fixture
def edited(window):
    """The window with a photo and a disc cut out of it."""
    window.session.history = History(document(disc()))
    window.session.changed()
    return window


def act(window, name):
    assert window.actions_by_id[name].isEnabled()
    window.actions_by_id[name].trigger()


def test_a_copied_cutout_has_the_photo_s_colours_and_straight_alpha(edited, clipboard, qtbot):
    act(edited, "edit.copyMerged")
    qtbot.waitUntil(lambda: bool(clipboard.mimeData()) and clipboard.mimeData().hasFormat("image/png"))
    mime = clipboard.mimeData()
    cut = np.asarray(Pil.open(io.BytesIO(bytes(mime.data("image/png").data()))))
    rows, columns = np.nonzero(disc())
    box = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    np.testing.assert_array_equal(cut[..., 3], disc()[box])
    np.testing.assert_array_equal(cut[..., :3], edited.session.document.image.pixels[box])
    assert QImage(mime.imageData()).pixelColor(0, 0).alpha() == 0
    from pathlib import Path

    assert Path(mime.urls()[0].toLocalFile()).read_bytes() == bytes(mime.data("image/png").data())


HIDDEN = {"keep": None, "clear": 0}


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("soft", [False, True])
def test_no_form_of_a_copy_shows_what_lay_behind(edited, clipboard, qtbot, hidden, soft):
    """Hidden colours are as the export panel says; forms that know no transparency are laid on white."""
    plane = disc()
    plane = np.where(plane > 0, 128, 0).astype(np.uint8) if soft else plane
    edited.session.painting.select(plane, 0, 0, "replace", "Disc")
    edited.export_panel.form.set_params(ExportParams(hidden=hidden))
    act(edited, "edit.copyMerged")
    qtbot.waitUntil(lambda: bool(clipboard.mimeData()) and clipboard.mimeData().hasFormat("image/png"))
    mime = clipboard.mimeData()
    rows, columns = np.nonzero(plane)
    box = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    photo, alpha = edited.session.document.image.pixels[box], plane[box]
    hidden_there = alpha == 0
    assert hidden_there.any()
    cut = opened_bytes(mime, "image/png")
    np.testing.assert_array_equal(cut[..., 3], alpha)
    expected = photo if HIDDEN[hidden] is None else np.where(hidden_there[..., None], HIDDEN[hidden], photo)
    np.testing.assert_array_equal(cut[..., :3], expected)
    share = alpha[..., None] / 255
    white = photo * share + 255 * (1 - share)
    assert np.abs(opened_bytes(mime, "image/bmp")[..., :3] - white).max() <= 2
    assert mime.data("image/jpg") == mime.data("image/jpeg") == mime.data("image/jfif")
    jpeg = opened_bytes(mime, "image/jpeg").astype(float)
    deep = ~cv2.dilate((~hidden_there).astype(np.uint8), np.ones((33, 33))).astype(bool)  # away from noise: blocks
    assert np.abs(jpeg - 255)[deep].max() <= 2
    bitmap = QImage(mime.imageData()).convertToFormat(QImage.Format.Format_ARGB32)
    raw = np.array(bitmap.constBits(), np.uint8).reshape(*alpha.shape, 4)
    np.testing.assert_array_equal(raw[..., 3], alpha)
    assert (raw[hidden_there][:, :3] == 255).all()
    np.testing.assert_array_equal(raw[~hidden_there][:, 2::-1], photo[~hidden_there])


def opened_bytes(mime, kind):
    return np.asarray(Pil.open(io.BytesIO(bytes(mime.data(kind).data()))))


def test_a_drag_obeys_the_export_panel_too(edited, qtbot, monkeypatch):
    from maskstudio.ui.files import dragout

    taken = []
    monkeypatch.setattr(
        dragout.QDrag, "exec", lambda self, _action: taken.append(opened_bytes(self.mimeData(), "image/png"))
    )
    edited.export_panel.form.set_params(ExportParams(hidden="clear", depth="8"))
    button = edited.export_panel.drag_button
    edited.session.clipboard.hand_out(button._params(), merged=True, prepare=dragout.Parcel.of, done=button._drag)
    qtbot.waitUntil(lambda: bool(taken))
    assert (taken[0][taken[0][..., 3] == 0][:, :3] == 0).all()


WRITTEN = {
    "opaque": {"rgba": (255, 128, 0, 255)},
    "veil": {"rgba": (20, 200, 90, 120)},
    "mask": {"return_only_mask": True, "rgba": (255, 128, 0, 255)},
    "deep mask": {"return_only_mask": True},
}


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("way", ["copy", "drag"])
def test_what_is_copied_or_dragged_is_what_is_exported(edited, clipboard, qtbot, monkeypatch, tmp_path, name, way):
    from maskstudio.ui.files import choosing_files, dragout

    taken = []
    monkeypatch.setattr(
        dragout.QDrag, "exec", lambda self, _action: taken.append(opened_bytes(self.mimeData(), "image/png"))
    )
    monkeypatch.setattr(choosing_files, "ask_export", lambda *_: tmp_path / "out.png")
    soft = cv2.GaussianBlur(disc(), (0, 0), 5)
    edited.session.history = History(document(soft))
    edited.session.changed()
    edited.export_panel.form.set_params(ExportParams(depth="16" if name == "deep mask" else "8"))
    edited.export_panel.written.set_params(CutoutParams(**WRITTEN[name]))
    act(edited, "file.export")
    qtbot.waitUntil(lambda: (tmp_path / "out.png").exists() and not edited.session.runner.jobs)
    exported = np.asarray(Pil.open(tmp_path / "out.png"))
    if way == "copy":
        act(edited, "edit.copyMerged")
        qtbot.waitUntil(lambda: bool(clipboard.mimeData()) and clipboard.mimeData().hasFormat("image/png"))
        taken.append(opened_bytes(clipboard.mimeData(), "image/png"))
        assert place_in(clipboard.mimeData()) == Place(0, 0, *edited.session.document.size)
    else:
        button = edited.export_panel.drag_button
        monkeypatch.setattr(button, "_from", button.rect().center())
        monkeypatch.setattr(button, "cursor", lambda: SimpleNamespace(pos=lambda: QPoint(-50, -50)))
        QTest.mousePress(button, Qt.LeftButton)
        qtbot.waitUntil(lambda: bool(taken))
    np.testing.assert_array_equal(taken[0], exported)
    assert taken[0].dtype == exported.dtype
    if name == "opaque":
        where = soft == 0
        assert where.any()
        assert (taken[0][where] == (255, 128, 0, 255)).all()


NO_PLACES = (
    "", "[]", "{}", "[1, 2]", '{"x": 1, "y": 2, "width": 3}', "{" * 9999,
    '{"x": "1", "y": 0, "width": 3, "height": 4}', '{"x": 1e9, "y": 0, "width": 3, "height": 4}',
)  # fmt: skip


@pytest.mark.parametrize("text", NO_PLACES)
def test_a_place_that_is_none_is_not_believed(text):
    assert Place.unpacked(text.encode()) is None
    assert Place.unpacked(Place(-3, 4, 50, 60).packed()) == Place(-3, 4, 50, 60)


def test_copy_takes_the_active_layer_alone(edited, clipboard, qtbot):
    small = disc(radius=20, centre=(50, 50))
    edited.session.layers.add(edited.session.document.layers[0].mask.put(np.zeros_like(small), 0, 0).put(small, 0, 0))
    act(edited, "edit.copy")
    qtbot.waitUntil(lambda: bool(clipboard.mimeData()) and clipboard.mimeData().hasFormat("image/png"))
    size = Pil.open(io.BytesIO(bytes(clipboard.mimeData().data("image/png").data()))).size
    assert size == (41, 41)


def test_paste_opens_a_tab_with_the_alpha_as_its_mask(edited, clipboard, qtbot):
    array = np.random.default_rng(0).integers(0, 256, (20, 30, 4), np.uint8)
    mime = QMimeData()
    mime.setData("image/png", QByteArray(png(array)))
    clipboard.setMimeData(mime)
    act(edited, "edit.paste")
    qtbot.waitUntil(lambda: edited.session.document.size == (30, 20))
    np.testing.assert_array_equal(edited.session.document.image.pixels, array[..., :3])
    np.testing.assert_array_equal(edited.session.document.alpha.array(), array[..., 3])
    assert edited.tabs.count() == 2
    assert edited.session.document.image.name == "Pasted"


def test_a_bitmap_without_png_is_pasted_too(window, clipboard, qtbot):
    image = QImage(5, 4, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    clipboard.setImage(image)
    act(window, "edit.paste")
    qtbot.waitUntil(lambda: window.session.document is not None)
    assert (window.session.document.image.pixels == (0x33, 0x66, 0x99)).all()


def test_a_path_as_text_opens_the_file(window, clipboard, qtbot, tmp_path):
    path = tmp_path / "größe.png"
    path.write_bytes(png(np.full((4, 5, 3), 9, np.uint8)))
    clipboard.setText(f'"{path}"')
    act(window, "edit.paste")
    qtbot.waitUntil(lambda: window.session.document is not None)
    assert window.session.document.image.path == path


def test_an_address_is_fetched_only_after_a_yes(window, clipboard):
    clipboard.setText("https://pictures.example/cat.png")
    act(window, "edit.paste")
    assert window.notice.isVisible()
    assert window.session.runner.jobs == []


def test_nothing_to_paste_is_said(window, clipboard):
    clipboard.setText("hello")
    act(window, "edit.paste")
    assert window.session.document is None
    assert window.notice.isVisible()


def test_paste_as_mask_takes_brightness(edited, clipboard, qtbot):
    plane = np.random.default_rng(1).integers(0, 256, (280, 300), np.uint8)
    mime = QMimeData()
    mime.setData("image/png", QByteArray(png(plane)))
    clipboard.setMimeData(mime)
    act(edited, "edit.pasteMask")
    qtbot.waitUntil(lambda: len(edited.session.document.layers) == 2)
    np.testing.assert_array_equal(edited.session.active.alpha.array(), plane)


def test_dropped_pictures_open(window, qtbot):
    mime = QMimeData()
    mime.setData("image/png", QByteArray(png(np.full((6, 7, 3), 50, np.uint8))))
    where = window.rect().center()
    enter = QDragEnterEvent(where, Qt.CopyAction, mime, Qt.LeftButton, Qt.NoModifier)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(where), Qt.CopyAction, mime, Qt.LeftButton, Qt.NoModifier))
    qtbot.waitUntil(lambda: window.session.document is not None)
    assert window.session.document.size == (7, 6)


@pytest.mark.parametrize("text", ["", "no such file", "a\nb", "x" * 9999, "\0", "~nobody/x"])
def test_texts_that_are_no_picture_are_nothing(text):
    mime = QMimeData()
    mime.setText(text)
    assert not found_in(mime)


def test_a_web_address_is_found():
    mime = QMimeData()
    mime.setUrls([QUrl("https://pictures.example/cat.png")])
    assert found_in(mime).address == "https://pictures.example/cat.png"


def test_the_cutout_is_dragged_out_as_a_file(edited, qtbot, monkeypatch):
    from maskstudio.ui.files import dragout

    dragged = []
    monkeypatch.setattr(dragout.QDrag, "exec", lambda self, _action: dragged.append(self.mimeData().urls()[0]))
    button = edited.export_panel.drag_button

    def mouse(kind, x, held):
        event = QMouseEvent(kind, QPointF(x, 5), button.mapToGlobal(QPointF(x, 5)), Qt.LeftButton, held, Qt.NoModifier)
        QGuiApplication.sendEvent(button, event)

    mouse(QEvent.MouseButtonPress, 5, Qt.LeftButton)
    qtbot.waitUntil(lambda: button._ready is not None or bool(dragged))
    if not dragged:
        mouse(QEvent.MouseMove, 60, Qt.LeftButton)
    assert dragged[0].toLocalFile().endswith("-cutout.png")


def test_what_was_handed_out_long_ago_is_removed(edited, clipboard, qtbot):
    root = paths.cache() / "exchange"
    (root / "old").mkdir(parents=True)
    (root / "old" / "cutout.png").write_bytes(b"x")
    os.utime(root / "old", (0, 0))
    act(edited, "edit.copyMerged")
    qtbot.waitUntil(lambda: bool(clipboard.mimeData()) and clipboard.mimeData().hasFormat("image/png"))
    assert not (root / "old").exists()
    assert len(list(root.glob("*/*.png"))) == 1
