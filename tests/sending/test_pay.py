"""Buying a token at Server402: on the user's word, within the cap, written down once, and never by itself."""

import json
from dataclasses import replace

import pytest

from maskstudio.errors import CapReached, PaymentNeeded
from maskstudio.params.server402 import Server402RefineParams
from maskstudio.services.ledger import PAYMENT, Ledger
from tests.sending.scene import opened
from tests.sending.test_session_services import by_hand, refined, visible_alpha


def payments(place):
    """What was asked of the server."""
    return [one for one in place.server402.requests if one["route"] == "server402.payments"]


@pytest.fixture(autouse=True)
def forgetful(place):
    place.server402.requests.clear()


def test_a_token_is_bought_paid_and_used_and_counts_once(place):
    session, came = opened(place), []
    purchase = session.services.tokens.prepare("server402")
    assert (purchase.price, purchase.host, purchase.problem) == (0.2, "127.0.0.1", "")
    assert payments(place) == []
    session.services.tokens.buy(purchase, came.append, provider="x402-base-usdc")
    (bought,) = came
    assert [one["body"] for one in payments(place)] == [
        {"serviceId": "mask-refinement", "providerId": "x402-base-usdc"}
    ]
    assert (bought.payment.status, bought.payment.amount, bought.kept) == ("pending", 0.2, "session")
    assert session.services.access.keys_of("server402")["paymentToken"] == bought.token
    assert session.services.access.ledger.spent("server402") == pytest.approx(0.2)
    by_hand(session)
    stranded = []
    session.services.stranded = lambda _departure, error: stranded.append(error)
    session.services.send(
        session.services.prepare("server402", "refine", Server402RefineParams(), session.document.frame)
    )
    assert isinstance(stranded[0], PaymentNeeded)  # not paid yet
    place.server402.mark_paid(bought.payment.payment_id)
    session.services.tokens.look("server402", came.append)
    assert came[-1].payment.status == "paid"
    ask = session.services.prepare("server402", "refine", Server402RefineParams(), session.document.frame)
    assert (ask.price, ask.price_note) == (0.0, "It is paid already, with the token that you bought.")
    job = session.services.send(ask)
    assert (visible_alpha(session) == refined()).all()
    assert job.closing == "It cost nothing more."
    assert session.services.access.ledger.spent("server402") == pytest.approx(0.2)
    lines = {line.operation: line for line in session.services.access.ledger.lines() if line.state == "done"}
    assert (lines[PAYMENT].amount, lines["refine"].amount) == (0.2, 0.0)
    assert len(payments(place)) == 1
    session.services.tokens.look("server402", came.append)
    assert came[-1].payment.status == "exhausted"
    # The token is used up: the next one would be paid for again.
    assert session.services.prepare("server402", "refine", Server402RefineParams()).price == 0.2
    late = replace(ask, identity="another")
    session.services.send(late)
    assert "used up" in str(stranded[-1])


def test_what_was_bought_elsewhere_counts_when_it_is_used(place):
    session = opened(place)
    by_hand(session)
    session.services.send(
        session.services.prepare("server402", "refine", Server402RefineParams(), session.document.frame)
    )
    assert session.services.access.ledger.spent("server402") == pytest.approx(0.2)


def test_a_payment_that_expires_cost_nothing(place):
    session, came = opened(place), []
    session.services.tokens.buy(session.services.tokens.prepare("server402"), came.append)
    place.server402.payments.expire(came[0].payment.payment_id)
    session.services.tokens.look("server402", came.append)
    assert came[-1].payment.status == "expired"
    assert session.services.access.ledger.spent("server402") == 0
    assert session.services.access.ledger.lines()[0].charged == "no"


def test_more_than_agreed_is_not_taken(place, monkeypatch):
    monkeypatch.setattr("tests.servers.payments.CENTS", 90)
    session, failed = opened(place), []
    session.services.tokens.buy(
        session.services.tokens.prepare("server402"), lambda _: pytest.fail("it was taken"), failed.append
    )
    assert "USD 0.90, more than the USD 0.20 agreed to" in str(failed[0])
    assert session.services.access.ledger.spent("server402") == 0
    assert session.services.access.keys_of("server402")["paymentToken"] == place.secrets["server402", "paymentToken"]


def test_the_cap_holds_before_anything_is_asked(place):
    session, failed = opened(place), []
    account = place.account("server402")
    kind = type(account)
    capped = kind.from_wire(account.to_wire() | {"monthlyCap": 0.3})
    session.services.access.account = lambda name: capped if name == "server402" else place.account(name)
    session.services.access.keys.keep(
        "server402", capped.base_url, "paymentToken", place.secrets["server402", "paymentToken"]
    )
    session.services.tokens.buy(session.services.tokens.prepare("server402"), lambda _: None)
    session.services.tokens.buy(session.services.tokens.prepare("server402"), lambda _: None, failed.append)
    assert isinstance(failed[0], CapReached)
    assert len(payments(place)) == 1


@pytest.mark.parametrize(
    ("fault", "state", "charged"),
    [("500", "failed", "no"), ("drop", "unclear", "maybe"), ("errors200", "failed", "no")],
)
def test_a_payment_that_does_not_come_about(place, fault, state, charged):
    session, failed = opened(place), []
    place.faults.next("server402.payments", fault, 9)
    session.services.tokens.buy(session.services.tokens.prepare("server402"), lambda _: None, failed.append)
    assert len(failed) == 1
    (line,) = session.services.access.ledger.lines()
    assert (line.state, line.charged) == (state, charged)
    assert len(payments(place)) <= 1


def test_the_command_line_asks_shows_and_waits(maskstudio, place):
    status, out, err = maskstudio("providers", "pay", "server402", "--yes")
    assert status == 1  # there is no keychain here, and the token would be lost
    assert "--show-token" in err
    status, _, err = maskstudio("providers", "pay", "server402", "--show-token")
    assert (status, err.splitlines()[-1].split(";")[0]) == (1, "Nothing was asked for")
    assert payments(place) == []
    status, out, err = maskstudio("providers", "pay", "server402", "--show-token", "--yes", "--json")
    assert status == 0
    assert "A payment of USD 0.20 at 127.0.0.1" in err
    report = json.loads(out)
    assert (report["status"], report["amount"], report["payTo"][:2]) == ("pending", 0.2, "0x")
    assert report["token"].startswith("tok_")
    assert "Pay USD 0.20 to 0x" in maskstudio("providers", "pay", "server402", "--state", "--show-token")[1]
    place.server402.mark_paid(report["paymentId"])
    status, out, _ = maskstudio("providers", "pay", "server402", "--state", "--show-token", "--wait", "60")
    assert "The payment has arrived" in out
    assert len(payments(place)) == 1
    assert [line.state for line in Ledger().lines()] == ["done"]
    assert "payment" in maskstudio("providers", "spent")[1]


def test_only_server402_sells_tokens(maskstudio):
    status, _, err = maskstudio("providers", "pay", "runware", "--yes", "--show-token")
    assert (status, err) == (2, "Runware is not paid with tokens; Server402 is.\n")


def test_the_cap_on_the_command_line(maskstudio, place):
    assert maskstudio("providers", "set", "server402", "monthlyCap=0.1")[0] == 0
    status, _, err = maskstudio("providers", "pay", "server402", "--yes", "--show-token")
    assert status == 1
    assert "monthly cap of USD 0.10" in err
    assert payments(place) == []


def test_who_sells_no_tokens_is_said_before_anything_else(maskstudio):
    status, _, err = maskstudio("providers", "pay", "adobe")
    assert (status, err) == (2, "Adobe is not paid with tokens; Server402 is.\n")
