"""Every operation of every service through the window: accounts typed, sheets agreed to, pixels as worked out here."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from scipy import ndimage

from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.providers.remote.gate import gate
from maskstudio.services import accounts
from tests.budgets import PATIENT
from tests.sending.scene import luma, photo, world

LEFT = Qt.MouseButton.LeftButton
BRIGHT = np.where(luma(photo()) > 127, 255, 0).astype(np.uint8)


@pytest.fixture
def studio(window, qtbot, tmp_path):
    """The window with the scene, every account as a user sets it up, and the servers behind them."""
    gate.cache_clear()
    picture = photo()
    path = tmp_path / "scene.png"
    QImage(picture.tobytes(), 96, 64, 288, QImage.Format.Format_RGB888).save(str(path))
    window.open(path)
    qtbot.waitUntil(lambda: window.session.document is not None)
    window.session.services.access.times = PATIENT
    with world() as place:
        page = window.preferences.open("services").services
        for name, section in page.accounts.items():
            accounts.keep(window.settings, name, place.account(name))
            page.open_account(name)
            section.refresh()
            for (service, field), secret in place.secrets.items():
                if service == name:
                    section.findChild(QLineEdit, field).setText(secret)
                    QTest.keyClick(section.findChild(QLineEdit, field), Qt.Key.Key_Return)
            section.test_button.click()
            qtbot.waitUntil(lambda section=section: bool(section.outcome.property("tone")))
            assert section.outcome.property("tone") == "good", section.outcome.text()
        page.window().close()
        yield window, place


def by_hand(window):
    """A layer of the bright parts; the document then is as if freshly masked."""
    made = Mask.from_array(BRIGHT)
    window.session.commit(window.session.document.add([Layer(0, "subject", made, made)]), "By hand")


def run(window, qtbot, panel, service, button):
    """Choose the service, press the button, send the whole photo; returns the layers that came."""
    before = {layer.id for layer in window.session.document.layers}
    panel.elsewhere.choose(service)
    panel.findChild(QWidget, f"{service}Pane").findChild(QWidget, button).click()
    sheet = window.findChild(QWidget, "departureSheet")
    qtbot.waitUntil(sheet.isVisible)
    sheet.findChild(QWidget, "wholePhoto").click()
    QTest.mouseClick(sheet.findChild(QWidget, "send"), LEFT)
    qtbot.waitUntil(lambda: window.outgoing.sheet is None and not window.session.runner.jobs)
    assert window.notice.property("kind") != "error", window.notice.sentence
    return [layer for layer in window.session.document.layers if layer.id not in before]


def alpha(window):
    return window.session.document.alpha.array()


def test_every_operation_through_the_window(studio, qtbot):
    window, place = studio
    find, refine = window.detect_panel, window.refine_panel
    masks = [layer.mask.array() for layer in run(window, qtbot, find, "runware", "detectThere")]
    assert (np.maximum.reduce(masks) == BRIGHT).all()
    window.session.undo()
    (layer,) = run(window, qtbot, find, "runware", "cutoutThere")
    assert (layer.alpha.array() == BRIGHT).all()
    window.session.undo()
    made = run(window, qtbot, find, "adobe", "objectsThere")
    assert [layer.visible for layer in made] == [True, True, False]
    assert (alpha(window) == BRIGHT).all()
    window.session.undo()
    grey = luma(photo())
    run(window, qtbot, find, "adobe", "cutoutThere")
    assert (alpha(window) == np.where((grey >= 64) & (grey <= 191), grey, BRIGHT)).all()
    window.session.undo()
    by_hand(window)
    assert len(run(window, qtbot, find, "adobe", "bodyPartsThere")) == 3
    assert (alpha(window) == BRIGHT).all()
    window.session.undo()
    near = ndimage.distance_transform_edt(BRIGHT == 0) <= 16
    expected = np.where(near, grey, 0).astype(np.uint8)
    for service in ("adobe", "server402"):
        run(window, qtbot, refine, service, "refineThere")
        assert (alpha(window) == expected).all()
        window.session.undo()
    run(window, qtbot, refine, "alibaba", "refineThere")  # its photos travel as JPEG
    assert np.abs(alpha(window).astype(int) - expected).mean() < 3
    assert [len(place.charges(name)) for name in ("runware", "adobe", "server402", "alibaba")] == [2, 4, 1, 1]
    assert len(window.session.services.access.ledger.lines()) == 8
    assert place.bucket.keys() == []
