"""Server402's payments: a token that is pending until paid, then good for a number of calls (docs/services.md, 3.2)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

ASKED = {"serviceId", "providerId"}
LIFETIME = 900.0  # seconds a payment is open, and its token good
CENTS = 20


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Payment:
    """One payment; times in seconds since 1970, ``paid`` None until then."""

    number: str
    token: str
    service: str
    pay_to: str
    most: int
    remaining: int
    expires: float
    paid: float | None = None

    def status(self, now: float) -> str:
        """Only "paid" lets a call through."""
        if now >= self.expires:
            return "expired"
        if self.paid is None:
            return "pending"
        return "paid" if self.remaining > 0 else "exhausted"

    def shown(self, now: float) -> dict[str, Any]:
        """As the service tells it."""
        return {
            "amountCents": CENTS,
            "billingMode": "per_call",
            "clientId": "c_1",
            "currency": "USD",
            "expiresAt": _stamp(self.expires),
            "internalServiceId": "aliyun-imageseg-refine-mask",
            "maxCalls": self.most,
            "paidAt": None if self.paid is None else _stamp(self.paid),
            "payTo": self.pay_to,
            "paymentId": self.number,
            "provider": "x402_facilitator",
            "providerId": "x402-base-usdc",
            "remainingCalls": self.remaining,
            "serviceId": self.service,
            "status": self.status(now),
            "token": self.token,
        }


class Payments:
    """All payments of a server, those planted as paid ``tokens`` included."""

    def __init__(
        self, tokens: Mapping[str, int] | Iterable[str], pay_to: str, max_calls: int, clock: Callable[[], float]
    ) -> None:
        self.max_calls = max_calls
        self._pay_to = pay_to
        self._clock = clock
        self._all: dict[str, Payment] = {}
        calls = tokens if isinstance(tokens, Mapping) else dict.fromkeys(tokens, 1000)
        for token, most in calls.items():
            number = f"pay_{uuid4().hex}"
            never = clock() + 10 * 365 * 86400
            self._all[number] = Payment(number, token, "mask-refinement", pay_to, most, most, never, clock())

    def make(self, service: str) -> Payment:
        """A new pending payment with a token of its own."""
        number, token = f"pay_{uuid4().hex}", f"tok_{uuid4().hex}"
        expires = self._clock() + LIFETIME
        made = Payment(number, token, service, self._pay_to, self.max_calls, self.max_calls, expires)
        self._all[number] = made
        return made

    def find(self, number: str) -> Payment | None:
        """By its id."""
        return self._all.get(number)

    def of_token(self, token: str) -> Payment | None:
        """By its token."""
        return next((one for one in self._all.values() if one.token == token), None)

    def mark_paid(self, number: str) -> None:
        """Paid now; KeyError for an id that was never given out."""
        self._all[number].paid = self._clock()

    def expire(self, number: str) -> None:
        """Over now, paid or not."""
        self._all[number].expires = self._clock()
