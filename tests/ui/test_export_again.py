"""Ctrl+E: to where the cut-out went last, asked for once a photo; and what is written in its place or behind it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "grace_hopper.jpg"


@pytest.fixture
def masked(window, qtbot):
    window.open(SAMPLE)
    qtbot.waitUntil(lambda: window.session.document is not None)
    window.session.layers.add()
    window.session.painting.fill()
    window.canvas.setFocus()
    qtbot.waitUntil(window.canvas.hasFocus)
    return window


def test_it_asks_once_and_then_writes_to_the_same_place(masked, qtbot, tmp_path, monkeypatch):
    asked, target = [], tmp_path / "out.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (asked.append(1), (str(target), ""))[1])
    for number in range(3):
        QTest.keyClick(masked.canvas, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: target.exists() and not masked.session.runner.jobs)
        assert masked.session.projects.unsaved
        target.unlink()
        assert len(asked) == 1, number


def test_a_dialog_that_is_left_is_asked_again(masked, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (asked.append(1), ("", ""))[1])
    for _ in range(2):
        QTest.keyClick(masked.canvas, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert len(asked) == 2


def test_the_colour_behind_the_subject_is_written(masked, qtbot, tmp_path, monkeypatch):
    target, photo = tmp_path / "out.png", masked.session.document.image.pixels
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    masked.session.painting.select(np.full((300, 512), 255, np.uint8), 0, 0, "replace", "Upper half")
    masked.export_panel.written.field("rgba").set_value((200, 100, 50, 255))
    masked.export_panel.written.field("rgba").edited.emit()
    QTest.keyClick(masked.canvas, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: target.exists() and not masked.session.runner.jobs)
    written = np.asarray(Picture.open(target))
    assert (written[:300, :, :3] == photo[:300]).all()
    assert (written[300:, :, :3] == (200, 100, 50)).all()
    assert (written[..., 3] == 255).all()


def test_mask_only_writes_the_mask_by_every_key_of_exporting(masked, qtbot, tmp_path, monkeypatch):
    asked, target = [], tmp_path / "mask.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *parts: (asked.append(parts[2]), (str(target), ""))[1])
    masked.session.painting.select(np.full((300, 512), 255, np.uint8), 0, 0, "replace", "Upper half")
    masked.export_panel.written.field("return_only_mask").click()
    shift = Qt.KeyboardModifier.ShiftModifier
    for modifiers in (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ControlModifier | shift):
        QTest.keyClick(masked.canvas, Qt.Key.Key_E, modifiers)
        qtbot.waitUntil(lambda: target.exists() and not masked.session.runner.jobs)
        written = np.asarray(Picture.open(target))
        assert written.shape == (600, 512)
        assert (written[:300] == 255).all()
        assert (written[300:] == 0).all()
        target.unlink()
    assert [Path(each).name for each in asked] == ["grace_hopper-mask.png"] * 2
    QTest.keyClick(masked.canvas, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: target.exists() and not masked.session.runner.jobs)
    assert len(asked) == 2
