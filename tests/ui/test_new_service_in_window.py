"""A new service in the window: its account, its place in the panels, its sheet and its pixels, with nothing edited."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from maskstudio.providers.remote.gate import gate
from tests.budgets import PATIENT
from tests.sending.newservice.join import joined
from tests.sending.newservice.server import KEY
from tests.sending.scene import luma, photo

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def lumen(monkeypatch):
    gate.cache_clear()
    with joined(monkeypatch) as there:
        yield there


def places(panel):
    box = panel.findChild(QComboBox, "provider")
    return [box.itemText(row) for row in range(box.count())]


def test_a_new_service_is_set_up_chosen_and_asked_in_the_window(lumen, window, qtbot, tmp_path):
    server, base = lumen
    path = tmp_path / "scene.png"
    QImage(photo().tobytes(), 96, 64, 288, QImage.Format.Format_RGB888).save(str(path))
    window.open(path)
    qtbot.waitUntil(lambda: window.session.document is not None)
    window.session.services.access.times = PATIENT

    page = window.preferences.open("services").services
    page.open_account("lumen")
    section = page.accounts["lumen"]
    assert [line.objectName() for line in section.form.findChildren(QLineEdit)].count("baseUrl") == 1
    for name, text in (("baseUrl", base), ("apiKey", KEY)):
        line = section.findChild(QLineEdit, name)
        line.setText(text)
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert not section.token_button.isVisibleTo(section)
    section.test_button.click()
    qtbot.waitUntil(lambda: bool(section.outcome.property("tone")))
    assert section.outcome.text() == "Lumen accepts the key."
    page.window().close()

    panel = window.detect_panel
    assert places(panel) == ["This machine", "Runware", "Adobe", "Lumen"]
    assert "Lumen" not in places(window.refine_panel)
    panel.elsewhere.choose("lumen")
    pane = panel.findChild(QWidget, "lumenPane")
    assert pane.findChild(QWidget, "above").isVisibleTo(panel)
    pane.forms["detect"].set_params(type(pane.forms["detect"].params())(above=180))
    pane.findChild(QWidget, "detectThere").click()
    sheet = window.findChild(QWidget, "departureSheet")
    qtbot.waitUntil(sheet.isVisible)
    assert sheet.findChild(QLabel, "to").text() == "Lumen (127.0.0.1)"
    assert sheet.findChild(QWidget, "send").text() == "Pay USD 0.05 and send"
    assert not sheet.findChild(QWidget, "askPrice").isVisibleTo(sheet)
    assert server.requests == []
    QTest.mouseClick(sheet.findChild(QWidget, "send"), LEFT)
    qtbot.waitUntil(lambda: window.outgoing.sheet is None and not window.session.runner.jobs)
    (layer,) = window.session.document.layers
    assert (layer.mask.array() == np.where(luma(photo()) > 180, 255, 0)).all()
    assert window.session.services.access.ledger.spent("lumen") == pytest.approx(0.05)
    assert len(server.charges) == 1
