"""The sheet before anything leaves: what it shows, that Enter alone never sends, and what follows from the answer."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from maskstudio import settings as stored
from maskstudio.core.geometry import Rect
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.errors import Busy, CapReached, KeyNeeded, PaymentNeeded, Unreachable
from maskstudio.jobs import Job
from maskstudio.params.runware import RunwareAccount
from maskstudio.services import accounts
from maskstudio.services.amounts import money
from maskstudio.ui.services.departurepicture import DeparturePicture

K, M = Qt.Key, Qt.KeyboardModifier
WIDTH, HEIGHT = 640, 480


@pytest.fixture
def studio(window, qtbot, service, tmp_path):
    """The window with a photo, and a layer by hand in the middle of it."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    pixels = np.stack([columns * 255 // WIDTH, rows * 255 // HEIGHT, rows * 0 + 90], axis=2).astype(np.uint8)
    path = tmp_path / "photo.png"
    QImage(pixels.tobytes(), WIDTH, HEIGHT, 3 * WIDTH, QImage.Format.Format_RGB888).save(str(path))
    window.open(path)
    qtbot.waitUntil(lambda: window.session.document is not None and window.isActiveWindow())
    plane = np.zeros((HEIGHT, WIDTH), np.uint8)
    plane[200:280, 300:420] = 255
    mask = Mask.from_array(plane)
    window.session.commit(window.session.document.add([Layer(0, "subject", mask, mask)]), "By hand")
    return window


def ask(window, qtbot, panel="detect_panel", service="runware"):
    getattr(window, panel).elsewhere.choose(service)
    (window.detect_panel.detect if panel == "detect_panel" else window.refine_panel.refine)()
    sheet = window.outgoing.sheet
    assert sheet.objectName() == "departureSheet"
    qtbot.waitUntil(lambda: sheet.isVisible() and sheet.isActiveWindow())
    return sheet


def part(sheet, name):
    return sheet.findChild(QWidget, name)


def press(sheet, name):
    QTest.mouseClick(part(sheet, name), Qt.MouseButton.LeftButton)


def layers(window):
    return len(window.session.document.layers)


def came_home(window, qtbot, count):
    qtbot.waitUntil(lambda: layers(window) == count and not window.session.runner.jobs)


def test_it_says_what_leaves_to_whom_and_at_what_price(studio, service, qtbot):
    service["adobe"].price = 0.2
    sheet = ask(studio, qtbot, "refine_panel", "adobe")
    assert sheet.windowModality() == Qt.WindowModality.WindowModal
    assert part(sheet, "to").text() == "Adobe (api.adobe.example)"
    assert part(sheet, "what").text() == "248 × 208 px as JPEG, and the layer's mask"
    assert part(sheet, "price").text() == "USD 0.20."
    assert part(sheet, "month").text() == "USD 0.00 of USD 10.00 spent; USD 0.20 with this"
    assert part(sheet, "aroundLayer").isChecked()
    assert not part(sheet, "askPrice").isVisible()
    part(sheet, "wholePhoto").click()
    assert part(sheet, "what").text() == "640 × 480 px as JPEG, and the layer's mask"
    press(sheet, "send")
    came_home(studio, qtbot, 2)
    (errand,) = service["adobe"].errands
    assert errand.photo.shape == (HEIGHT, WIDTH, 3)
    assert errand.mask.shape == (HEIGHT, WIDTH)


def test_what_is_in_sight_can_be_sent_alone_and_lands_in_its_place(studio, service, qtbot):
    studio.canvas.view.zoom_to(4.0)
    seen = studio.canvas.view.visible.intersect(studio.session.document.frame)
    assert seen.area < WIDTH * HEIGHT
    sheet = ask(studio, qtbot)
    part(sheet, "whatIsShown").click()
    press(sheet, "send")
    came_home(studio, qtbot, 2)
    assert service["runware"].errands[0].photo.shape == (seen.height, seen.width, 3)
    expected = np.zeros((HEIGHT, WIDTH), np.uint8)
    expected[seen.y : seen.y + seen.height // 2, seen.x : seen.x + seen.width // 2] = 255
    assert (studio.session.document.layers[-1].mask.array() == expected).all()


def test_enter_alone_neither_sends_nor_remembers(studio, service, qtbot):
    sheet = ask(studio, qtbot)
    part(sheet, "doNotAsk").click()
    QTest.keyClick(sheet, K.Key_Return)
    qtbot.waitUntil(lambda: studio.outgoing.sheet is None)
    assert service["runware"].errands == []
    assert accounts.account(studio.settings, "runware") == RunwareAccount()
    assert layers(studio) == 1


def test_it_can_be_sent_by_keyboard(studio, service, qtbot):
    sheet = ask(studio, qtbot)
    for _ in range(12):
        if part(sheet, "send").hasFocus():
            break
        QTest.keyClick(sheet.focusWidget(), K.Key_Tab)
    assert part(sheet, "send").hasFocus()
    QTest.keyClick(part(sheet, "send"), K.Key_Return)
    came_home(studio, qtbot, 2)
    QTest.keyClick(ask(studio, qtbot), K.Key_Return, M.ControlModifier)
    qtbot.waitUntil(lambda: len(service["runware"].errands) == 2)


def test_asked_once_for_all(studio, service, qtbot):
    sheet = ask(studio, qtbot)
    assert part(sheet, "doNotAsk").text() == "Do not ask again for Runware"
    part(sheet, "doNotAsk").click()
    press(sheet, "send")
    came_home(studio, qtbot, 2)
    assert accounts.account(stored.load(), "runware") == RunwareAccount(ask_first=False)
    studio.detect_panel.detect()
    qtbot.waitUntil(lambda: len(service["runware"].errands) == 2)
    assert studio.outgoing.sheet is None


def test_the_price_is_asked_for_where_a_service_tells(studio, service, qtbot):
    sheet = ask(studio, qtbot)
    assert "The price is told after each job." in part(sheet, "price").text()
    press(sheet, "askPrice")
    qtbot.waitUntil(lambda: "USD 0.0125" in part(sheet, "price").text())
    assert service["runware"].errands[0].dry
    assert studio.session.services.access.ledger.lines() == []
    service["runware"].error = Unreachable("Runware cannot be reached.")
    press(sheet, "askPrice")
    qtbot.waitUntil(lambda: any(label.text() == "Runware cannot be reached." for label in sheet.findChildren(QLabel)))
    assert part(sheet, "askPrice").isEnabled()
    press(sheet, "cancel")


def test_a_problem_forbids_sending_and_leads_to_the_account(studio, service, qtbot):
    service["runware"].problem = "Runware has no address."
    sheet = ask(studio, qtbot)
    assert not part(sheet, "send").isEnabled()
    says = next(label for label in sheet.findChildren(QLabel) if label.text() == "Runware has no address.")
    assert says.property("tone") == "bad"
    QTest.keyClick(sheet, K.Key_Return, M.ControlModifier)
    press(sheet, "account")
    preferences = studio.findChild(QWidget, "preferences")
    qtbot.waitUntil(preferences.isVisible)
    assert not preferences.services.accounts["runware"].folded
    assert service["runware"].errands == []
    service["adobe"].problem = "Name a bucket first."
    studio.activateWindow()
    press(ask(studio, qtbot, "refine_panel", "adobe"), "account")
    assert not preferences.services.accounts["hosting"].folded
    assert preferences.services.accounts["runware"].folded


def test_the_cap_is_a_problem_before_anything_is_sent(studio, service, qtbot):
    accounts.keep(studio.settings, "runware", RunwareAccount(monthly_cap=0.1))
    service["runware"].price = 0.2
    sheet = ask(studio, qtbot)
    assert any("monthly cap of USD 0.10" in label.text() for label in sheet.findChildren(QLabel))
    assert not part(sheet, "send").isEnabled()
    press(sheet, "cancel")


def test_a_payment_is_called_one_and_is_asked_for_each_time(studio, service, qtbot):
    accounts.keep(studio.settings, "server402", accounts.account(studio.settings, "server402").from_wire(
        {"baseUrl": "http://127.0.0.1:9"}
    ))  # fmt: skip
    service["server402"].price = 0.2
    sheet = ask(studio, qtbot, "refine_panel", "server402")
    assert part(sheet, "send").text() == "Pay USD 0.20 and send"
    assert not part(sheet, "doNotAsk").isVisible()
    press(sheet, "cancel")


def test_what_fails_there_can_be_done_here(studio, service, qtbot, monkeypatch):
    done = []
    job = Job("Detect", "detect", state="done")
    monkeypatch.setattr(studio.session.finding, "find", lambda wanted, live: done.append(wanted.params) or job)
    for kind in (Busy, PaymentNeeded, Unreachable, CapReached):
        sentence = f"{kind.__name__} at Runware."
        service["runware"].error = kind(sentence)
        press(ask(studio, qtbot), "send")
        qtbot.waitUntil(lambda sentence=sentence: studio.notice.sentence == sentence)
        assert studio.notice.buttons[0].text() == "Run here instead"
        QTest.mouseClick(studio.notice.buttons[0], Qt.MouseButton.LeftButton)
    assert done == [studio.detect_panel.params()] * 4


def test_a_refused_key_leads_to_the_account(studio, service, qtbot):
    service["runware"].error = KeyNeeded("Runware does not accept this key.")
    press(ask(studio, qtbot), "send")
    qtbot.waitUntil(lambda: studio.notice.sentence != "")
    assert studio.notice.buttons[0].text() == "Account…"


def test_the_answer_can_be_blinked_against_the_local_one(studio, service, qtbot):
    service["adobe"].note = "It was cheap."
    press(ask(studio, qtbot, "refine_panel", "adobe"), "send")
    came_home(studio, qtbot, 2)
    keys = "Ctrl+Alt+B"
    assert studio.notice.sentence == (f"It was cheap. Adobe's answer is shown; press {keys} to blink to the local one.")
    assert [layer.visible for layer in studio.session.document.layers] == [False, True]
    studio.activateWindow()
    qtbot.waitUntil(studio.isActiveWindow)
    for expected in ([True, False], [False, True]):
        QTest.keyClick(studio.canvas, K.Key_B, M.ControlModifier | M.AltModifier)
        assert [layer.visible for layer in studio.session.document.layers] == expected


def test_the_place_is_remembered_by_panel(studio, service, qtbot):
    from maskstudio.ui.app import create_window

    studio.detect_panel.elsewhere.choose("adobe")
    studio.refine_panel.elsewhere.choose("server402")
    studio.detect_panel.elsewhere.choose("runware")
    assert stored.load().forms == {"detectPanel": {"where": "runware"}, "refinePanel": {"where": "server402"}}
    second = create_window([])
    qtbot.addWidget(second)
    assert second.detect_panel.elsewhere.name == "runware"
    assert second.refine_panel.elsewhere.name == "server402"
    second.close()


def test_the_picture_is_bright_where_pixels_leave(studio, qtbot, pixels):
    picture = DeparturePicture(studio.session.document, studio.session.active)
    qtbot.addWidget(picture)
    picture.resize(320, 240)
    picture.show_area(Rect(200, 150, 300, 200))
    seen = pixels(picture.grab().toImage())
    rows, columns = np.mgrid[:240, :320]
    photo = np.stack([columns * 255 // 320, rows * 255 // 240, rows * 0 + 90], axis=2)
    assert np.abs(seen[90, 110] - photo[90, 110]).max() <= 3  # leaves, outside the mask
    assert np.abs(seen[20, 300] - photo[20, 300] * 80 // 255).max() <= 3  # stays
    tinted = photo[120, 180] + (np.array([77, 139, 255]) - photo[120, 180]) * 130 // 255
    assert np.abs(seen[120, 180] - tinted).max() <= 4
    assert picture.accessibleName() == "20 % of the photo would leave this machine."


@pytest.mark.parametrize(
    ("amount", "words"), [(0, "USD 0.00"), (0.2, "USD 0.20"), (0.0013, "USD 0.0013"), (12, "USD 12.00")]
)
def test_money(amount, words):
    assert money(amount) == words
