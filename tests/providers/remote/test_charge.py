"""The last word of a paid piece of work, where the ledger cannot take it."""

import pytest

from maskstudio.errors import CannotWrite
from maskstudio.providers.remote.base import Trip
from maskstudio.providers.remote.charge import Charge


def trip_without(states: set[str], heard: list[str]) -> Trip:
    """A trip whose ledger is full when it hears one of ``states``."""

    def charged(state: str, _amount: float | None, _remote: str) -> None:
        heard.append(state)
        if state in states:
            raise CannotWrite("The disk is full.")

    return Trip(charged=charged)


@pytest.mark.parametrize("state", ["done", "failed", "unclear"])
def test_work_that_was_paid_is_not_lost_with_its_line(state: str) -> None:
    heard: list[str] = []
    with Charge(trip_without({state}, heard), "it") as charge:
        charge.sent(0.2)
        if state == "done":
            charge.done(0.2)
        elif state == "failed":
            charge.failed()
    assert heard == ["sent", state]


def test_an_error_is_not_hidden_by_the_ledger() -> None:
    with pytest.raises(KeyError), Charge(trip_without({"unclear"}, []), "it") as charge:
        {}[charge.sent(None)]


def test_without_a_first_line_nothing_is_sent() -> None:
    heard: list[str] = []
    with pytest.raises(CannotWrite), Charge(trip_without({"sent"}, heard), "it") as charge:
        charge.sent(0.2)
    assert heard == ["sent"]
