"""The ledger: nothing is spent beyond the cap, nothing is forgotten, whatever happens at the same time."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskstudio.errors import CannotWrite, CapReached
from maskstudio.services.ledger import Ledger


def test_a_line_follows_its_work(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.agree("a", "runware", "detect", 0.5, 2.0)
    assert ledger.spent("runware") == pytest.approx(0.5)
    ledger.note("a", "sent", None, "job-1")
    ledger.note("a", "done", 0.25)
    (line,) = ledger.lines()
    assert (line.state, line.expected, line.amount, line.remote) == ("done", 0.5, 0.25, "job-1")
    assert ledger.spent("runware") == pytest.approx(0.25)
    assert ledger.spent("adobe") == 0
    assert ledger.last_price("runware", "detect") == pytest.approx(0.25)
    assert ledger.last_price("runware", "cutout") is None


def test_what_failed_is_free_and_what_is_unclear_counts(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for name, state in (("a", "failed"), ("b", "unclear"), ("c", "sent")):
        ledger.agree(name, "server402", "refine", 0.2, 10)
        ledger.note(name, state, None)
    assert ledger.spent("server402") == pytest.approx(0.4)


def test_the_cap_counts_what_is_agreed_and_not_over(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.agree("a", "server402", "refine", 0.2, 0.5)
    ledger.agree("b", "server402", "refine", 0.2, 0.5)
    with pytest.raises(CapReached):
        ledger.agree("c", "server402", "refine", 0.2, 0.5)
    ledger.note("a", "failed", None)
    ledger.agree("c", "server402", "refine", 0.2, 0.5)
    assert len(ledger.lines()) == 3


def test_a_cap_of_nothing_allows_nothing(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite")
    with pytest.raises(CapReached):
        ledger.agree("a", "runware", "detect", None, 0.0)


def test_many_at_once_do_not_pass_the_cap_together(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite")

    def agree(number):
        try:
            ledger.agree(str(number), "server402", "refine", 0.2, 1.0)
        except CapReached:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        agreed = list(pool.map(agree, range(20)))
    assert agreed.count(True) == 5
    assert ledger.spent("server402") == pytest.approx(1.0)


def test_last_month_is_over(tmp_path):
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    ledger.agree("a", "runware", "detect", 1.0, 10)
    with sqlite3.connect(path) as base:
        base.execute("UPDATE spent SET at = ?", (time.time() - 40 * 86400,))
    base.close()
    assert ledger.spent("runware") == 0


@pytest.mark.logs
def test_where_it_cannot_be_written_nothing_may_be_sent(tmp_path):
    (tmp_path / "ledger.sqlite").mkdir()
    with pytest.raises(CannotWrite, match="nothing is sent"):
        Ledger(tmp_path / "ledger.sqlite").agree("a", "runware", "detect", 1.0, 10)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(["done", "failed", "unclear", ""]), st.floats(0, 0.4)), max_size=12))
def test_what_is_spent_is_never_more_than_the_cap(tmp_path_factory, works):
    ledger = Ledger(tmp_path_factory.mktemp("ledger") / "ledger.sqlite")
    expected = 0.0
    for number, (state, price) in enumerate(works):
        try:
            ledger.agree(str(number), "runware", "detect", price, 1.0)
        except CapReached:
            assert expected + price > 1.0
            continue
        if state:
            ledger.note(str(number), state, price if state == "done" else None)
        expected += 0 if state == "failed" else price
    assert ledger.spent("runware") == pytest.approx(expected)
    assert ledger.spent("runware") <= 1.0 + 1e-6
