"""Buying a token in the preferences: nothing is asked for before the button with the price is pressed."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from maskstudio.errors import Unreachable
from maskstudio.params.server402 import Server402Account
from maskstudio.providers.remote.base import PaymentRequest
from maskstudio.services import accounts
from maskstudio.services.ledger import PAYMENT
from maskstudio.ui.preferences.token import TokenSheet, _when
from tests.ui.stubservice import StubService

PENDING = PaymentRequest("pay_1", "tok_of_the_test", "pending", 0.2, "0x2096", "2026-12-01T00:00:00Z", 1)


class Seller(StubService):
    """A service that sells tokens, and says what the test wants."""

    def __init__(self):
        super().__init__("server402")
        self.says, self.asked = PENDING, []

    async def new_payment(self, provider_id=""):
        self.asked.append(provider_id)
        if self.error:
            raise self.error
        return self.says

    async def payment_state(self, payment_id):
        return self.says


@pytest.fixture
def seller(service):
    made = service["server402"] = Seller()
    return made


@pytest.fixture
def section(window, seller, qtbot):
    account = Server402Account(base_url="https://pay.example", monthly_cap=1.0)
    accounts.keep(window.settings, "server402", account)
    preferences = window.preferences.open()
    preferences.open_account("server402")
    found = preferences.services.accounts["server402"]
    qtbot.waitUntil(lambda: found.token_button.isVisible())
    yield found
    preferences.close()


def sheet_of(section, qtbot):
    section.token_button.click()
    sheet = section.findChild(TokenSheet)
    qtbot.waitUntil(lambda: sheet.isVisible())
    return sheet


def says(sheet, name):
    label = sheet.findChild(QLabel, name)
    return label.text() if label.isVisible() else ""


def test_the_price_is_shown_and_only_its_button_asks(section, seller, window, qtbot):
    sheet = sheet_of(section, qtbot)
    assert says(sheet, "price") == "USD 0.20 (pay.example)"
    assert says(sheet, "month") == "USD 0.00 of USD 1.00 spent"
    assert sheet.ask_button.text() == "Ask for a payment of USD 0.20"
    QTest.keyClick(sheet, Qt.Key.Key_Return)  # Close has it
    qtbot.waitUntil(lambda: section.findChild(TokenSheet) is None)
    assert seller.asked == []
    assert window.session.services.access.ledger.lines() == []


def test_what_is_to_be_paid_is_shown_and_looked_at_again(section, seller, window, qtbot):
    sheet = sheet_of(section, qtbot)
    sheet.ask_button.click()
    qtbot.waitUntil(lambda: says(sheet, "state") == "Not paid yet")
    assert (says(sheet, "payTo"), says(sheet, "expires")) == ("0x2096", _when(PENDING.expires))
    assert not sheet.ask_button.isEnabled()
    seller.says = replace(PENDING, status="paid")
    sheet.look_button.click()
    qtbot.waitUntil(lambda: says(sheet, "state") == "Paid: the token is good")
    assert seller.asked == [""]
    (line,) = window.session.services.access.ledger.lines()
    assert (line.operation, line.state, line.amount) == (PAYMENT, "done", 0.2)
    sheet.reject()


def test_what_goes_wrong_is_said_and_the_cap_holds(section, seller, window, qtbot):
    sheet = sheet_of(section, qtbot)
    seller.error = Unreachable("Server402 cannot be reached.")
    sheet.ask_button.click()
    qtbot.waitUntil(lambda: says(sheet, "tokenSays") == "Server402 cannot be reached.")
    sheet.reject()
    window.session.services.access.ledger.agree("x", "server402", "refine", 0.9, 1.0)
    qtbot.waitUntil(lambda: section.findChild(TokenSheet) is None)
    sheet = sheet_of(section, qtbot)
    assert not sheet.ask_button.isEnabled()
    assert "monthly cap of USD 1.00" in says(sheet, "tokenSays")
    sheet.reject()


def test_other_services_sell_none(section):
    page = section.parent()
    shown = [each for each in page.findChildren(QPushButton, "buyToken") if each.isVisibleTo(page)]
    assert shown == [section.token_button]
