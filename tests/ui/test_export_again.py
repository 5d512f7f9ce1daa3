"""Ctrl+E: to where the cut-out went last, asked for once a photo."""

from pathlib import Path

import pytest
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
