"""Digits as percentages: one digit means tens of per cent, two in quick succession the exact number."""

import time
from collections.abc import Callable

_PAUSE = 0.6  # seconds within which a second digit belongs to the first


class Digits:
    """Calls ``apply(share)`` with 0.01..1 at every digit. ``now()`` is a clock in seconds."""

    def __init__(self, apply: Callable[[float], object], now: Callable[[], float] = time.monotonic) -> None:
        self._apply, self._now = apply, now
        self._first: int | None = None
        self._at = 0.0

    def press(self, digit: int) -> None:
        """Take a digit 0..9: 3 is 30 %, 0 is 100 %, 3 and then 5 at once are 35 %, 0 and then 7 are 7 %."""
        at = self._now()
        if self._first is not None and at - self._at <= _PAUSE:
            percent = self._first * 10 + digit
            self._first = None
            self._apply((percent or 100) / 100)
            return
        self._first, self._at = digit, at
        self._apply((digit or 10) / 10)
