"""The page of services in the preferences, and the whole way through the real window against a real server."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QTreeWidget, QWidget
from starlette.applications import Starlette

from maskstudio import settings as stored
from maskstudio.errors import KeyNeeded
from maskstudio.params.adobe import AdobeAccount
from maskstudio.params.runware import RunwareAccount
from maskstudio.providers.remote.gate import gate
from maskstudio.services import accounts, directory
from maskstudio.services.keychain import keychain

K = Qt.Key


class Ring:
    """A keychain of the system, in memory."""

    def __init__(self):
        self.held = {}

    def set_password(self, app, name, secret):
        self.held[app, name] = secret

    def get_password(self, app, name):
        return self.held.get((app, name))

    def delete_password(self, app, name):
        del self.held[app, name]


@pytest.fixture
def page(window, qtbot):
    dialog = window.preferences.open("services")
    qtbot.waitUntil(lambda: dialog.isVisible() and dialog.isActiveWindow())
    return dialog.services


def keep(section, field, secret):
    line = section.findChild(QLineEdit, field)
    line.setFocus()
    QTest.keyClicks(line, secret)
    QTest.keyClick(line, K.Key_Return)


def set_address(section, address):
    line = section.findChild(QLineEdit, "baseUrl")
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, address)
    QTest.keyClick(line, K.Key_Return)


def words(widget):
    return " ".join(each.text() for each in widget.findChildren(QLabel) if each.isVisibleTo(widget))


def test_every_account_has_its_form_and_its_keys_under_dots(page):
    assert list(page.accounts) == list(directory.accounts())
    for name, section in page.accounts.items():
        section.fold(False)
        for spec in directory.account(name).account.specs():
            assert section.findChild(QWidget, spec.wire).accessibleName() == spec.label
        for field in directory.account(name).secrets:
            line = section.findChild(QLineEdit, field.name)
            assert line.echoMode() == QLineEdit.EchoMode.Password
            assert field.label in line.accessibleName()


def test_a_key_goes_into_the_keychain_and_is_never_shown(page, window, qtbot, monkeypatch):
    ring = Ring()
    monkeypatch.setattr(keychain(), "_open", lambda: ring)
    page.open_account("runware")
    section = page.accounts["runware"]
    keep(section, "apiKey", "planted-secret")
    assert list(ring.held.values()) == ["planted-secret"]
    assert page.isVisible()  # Enter closed nothing
    assert "In the keychain." in words(section)
    line = section.findChild(QLineEdit, "apiKey")
    assert line.text() == ""
    assert set(line.placeholderText()) == {"•"}
    assert "planted-secret" not in repr(stored.load())
    QTest.mouseClick(section.findChild(QWidget, "forgetKeys"), Qt.MouseButton.LeftButton)
    assert ring.held == {}
    assert "Not set." in words(section)


def test_without_a_keychain_a_key_is_for_this_session(page):
    page.open_account("adobe")
    section = page.accounts["adobe"]
    keep(section, "clientSecret", "planted-secret")
    assert "For this session only: this system has no keychain." in words(section)
    assert keychain().look_up("adobe", accounts.address(AdobeAccount()), "clientSecret") == "planted-secret"


def test_a_key_of_the_environment_is_said_to_be_one(page, monkeypatch, qtbot):
    monkeypatch.setenv("RUNWARE_API_KEY", "planted-secret")
    page.open_account("runware")
    says = "From the environment variable RUNWARE_API_KEY."
    qtbot.waitUntil(lambda: says in words(page.accounts["runware"]))


def test_what_was_typed_and_not_kept_does_not_stay(page):
    page.open_account("runware")
    line = page.accounts["runware"].findChild(QLineEdit, "apiKey")
    QTest.keyClicks(line, "half a key")
    page.window().close()
    assert line.text() == ""


def test_another_address_does_not_get_the_keys_of_the_old_one(page, window, qtbot):
    page.open_account("runware")
    section = page.accounts["runware"]
    keep(section, "apiKey", "planted-secret")
    set_address(section, "https://other.example/v1")
    assert accounts.account(window.settings, "runware").base_url == "https://other.example/v1"
    qtbot.waitUntil(lambda: "Your keys belong to api.runware.ai and are not sent elsewhere" in words(section))
    assert "Not set." in words(section)
    qtbot.waitUntil(lambda: accounts.account(stored.load(), "runware").base_url == "https://other.example/v1")
    keep(section, "apiKey", "another-secret")
    qtbot.waitUntil(lambda: "Your keys belong to" not in words(section))
    set_address(section, "https://api.runware.ai/v1")
    qtbot.waitUntil(lambda: "In the keychain" in words(section) or "For this session only" in words(section))


def test_what_is_no_web_address_is_refused_where_it_is_typed(page, window):
    page.open_account("runware")
    section = page.accounts["runware"]
    set_address(section, "ftp://x")
    assert "The address of Runware must be a web address" in words(section)
    assert section.findChild(QLineEdit, "baseUrl").text() == "https://api.runware.ai/v1", "what is used"
    assert accounts.account(window.settings, "runware").base_url == "https://api.runware.ai/v1"
    set_address(section, "https://other.example/v1")
    assert "web address" not in words(section)
    assert accounts.account(window.settings, "runware").base_url == "https://other.example/v1"


def test_the_connection_is_tested_and_the_test_can_be_cancelled(page, service, qtbot):
    page.open_account("runware")
    section = page.accounts["runware"]
    press = section.findChild(QWidget, "testConnection").click
    press()
    qtbot.waitUntil(lambda: section.outcome.text() == "Runware answers.")
    assert section.outcome.property("tone") == "good"
    service["runware"].error = KeyNeeded("Runware does not accept this key.")
    press()
    qtbot.waitUntil(lambda: section.outcome.text() == "Runware does not accept this key.")
    assert section.outcome.property("tone") == "bad"
    press()
    assert section.cancel_button.isVisible()
    section.cancel_button.click()
    assert section.outcome.text() == "Cancelled."
    assert section.test_button.isEnabled()
    qtbot.waitUntil(lambda: not page._session().runner.jobs)
    assert section.outcome.text() == "Cancelled."


def test_what_was_spent_is_told_and_listed(page, window, qtbot):
    ledger = window.session.services.access.ledger
    for number, (state, amount) in enumerate([("done", 0.0125), ("unclear", None), ("failed", None)]):
        ledger.agree(f"job {number}", "runware", "detect", 0.5, 10.0)
        ledger.note(f"job {number}", state, amount)
    page.open_account("runware")
    assert "USD 0.5125 of USD 10.00 are spent this month." in words(page.accounts["runware"])
    page.ledger_button.click()
    table = page.findChild(QWidget, "ledger").findChild(QTreeWidget)
    rows = [[table.topLevelItem(row).text(column) for column in range(1, 5)] for row in range(3)]
    assert sorted(rows) == sorted(
        [
            ["Runware", "Detect", "Failed", "not charged"],
            ["Runware", "Detect", "Unclear", "0.5000 ?"],
            ["Runware", "Detect", "Done", "0.0125"],
        ]
    )
    page.findChild(QWidget, "ledger").close()


def test_not_being_asked_is_undone_here(page, window):
    accounts.keep(window.settings, "runware", RunwareAccount(ask_first=False))
    page.refresh()
    page.open_account("runware")
    box = page.accounts["runware"].findChild(QWidget, "askFirst")
    assert not box.isChecked()
    box.click()
    assert accounts.account(window.settings, "runware").ask_first


def scene():
    """Dark ground with two bright shapes, uint8 (H, W, 3)."""
    rows, columns = np.mgrid[:120, :200]
    out = np.full((120, 200, 3), (30, 20, 40), np.uint8)
    out[(columns - 50) ** 2 + (rows - 60) ** 2 < 30**2] = (250, 240, 230)
    out[30:90, 130:180] = (200, 220, 210)
    return out


def test_the_whole_way_at_runware(window, qtbot, tmp_path):
    from tests.servers.running import serve
    from tests.servers.runware import RunwareServer

    gate.cache_clear()
    picture = scene()
    path = tmp_path / "scene.png"
    QImage(picture.tobytes(), 200, 120, 600, QImage.Format.Format_RGB888).save(str(path))
    window.open(path)
    qtbot.waitUntil(lambda: window.session.document is not None)
    server = RunwareServer(keys=("planted-key",))
    with serve(Starlette(routes=server.routes)) as base:
        accounts.keep(window.settings, "runware", RunwareAccount(send_as="PNG"))
        box = window.detect_panel.findChild(QWidget, "provider")
        box.setFocus()
        QTest.keyClick(box, K.Key_Down)
        assert box.currentText() == "Runware"
        QTest.mouseClick(window.detect_panel.findChild(QWidget, "serviceWayOut"), Qt.MouseButton.LeftButton)
        dialog = window.findChild(QWidget, "preferences")
        qtbot.waitUntil(lambda: dialog.isVisible() and dialog.isActiveWindow())
        section = dialog.services.accounts["runware"]
        set_address(section, f"{base}/v1")
        keep(section, "apiKey", "planted-key")
        section.test_button.click()
        qtbot.waitUntil(lambda: section.outcome.property("tone") == "good")
        dialog.close()
        assert not window.detect_panel.elsewhere.where.way_out.isVisible()
        window.actions_by_id["select.detect"].trigger()
        sheet = window.findChild(QWidget, "departureSheet")
        qtbot.waitUntil(sheet.isVisible)
        assert server.charges == []
        QTest.mouseClick(sheet.findChild(QWidget, "send"), Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: len(window.session.document.layers) == 2 and not window.session.runner.jobs)
    weights = np.array([299, 587, 114])
    bright = np.where((picture.astype(int) @ weights + 500) // 1000 > 127, 255, 0).astype(np.uint8)
    masks = [layer.mask.array() for layer in window.session.document.layers]
    assert (np.maximum(*masks) == bright).all()
    assert len(server.charges) == 1
    assert window.session.services.access.ledger.spent("runware") == pytest.approx(0.0013)
