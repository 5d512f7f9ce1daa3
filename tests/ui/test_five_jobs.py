"""A designer's five jobs with keys alone, from open to export: what was pressed, what was said, what was written."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from maskstudio.session.finding import unsure
from tests.bench.five_jobs import jobs, overlap, plane

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
# What is said without any weights, and the least overlap with the truth where that is said to be sure.
SAID = {
    "portrait": "Person, by MediaPipe.",
    "dog": "Main object",
    "car": "Main object",
    "clock": "Main object",
    "product": "Main object",
}
SURE = 0.9


@pytest.mark.parametrize("name", SAID)
def test_a_job(window, qtbot, tmp_path, monkeypatch, shared_data, name):
    job = next((each for each in jobs(shared_data, tmp_path) if each.name == name), None)
    if job is None:
        pytest.skip(f"the photo of the {name} is not on this machine")
    target = tmp_path / "out.png"
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(job.photo)], ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    QTest.keyClick(window, Qt.Key.Key_O, CTRL)
    qtbot.waitUntil(lambda: window.session.document is not None)
    QTest.keyClick(window.canvas, Qt.Key.Key_C)
    assert window.session.runner.jobs
    qtbot.waitUntil(lambda: not window.session.runner.jobs)
    (layer,) = window.session.document.layers
    assert window.notice.sentence.startswith(SAID[name])
    offered = [each.text() for each in window.notice.buttons]
    assert bool(offered) == unsure(layer) == window.notice.sentence.endswith("unsure, check it.")
    found = overlap(layer.alpha.array() >= 128, job.truth)
    if name in ("portrait", "product"):
        assert not unsure(layer)
    if not unsure(layer) and name != "clock":  # beside the clock stands an owl, which may be meant as well
        assert found >= SURE
    QTest.keyClick(window.canvas, Qt.Key.Key_E, CTRL | SHIFT)
    qtbot.waitUntil(lambda: target.exists() and not window.session.runner.jobs)
    assert (plane(target) == layer.alpha.array()).all()
    assert (plane(target) == 0).any()
