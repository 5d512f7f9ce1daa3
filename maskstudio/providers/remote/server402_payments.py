"""Reads what a Server402 reports about payments (docs/services.md, 3.1 and 3.2). Pure.

The names of the token and of its state are not documented, so all likely ones are read.
"""

import re
from collections.abc import Callable
from typing import Any

from maskstudio.providers.remote.base import PaymentRequest

TOOL = "api/tools/mask-refinement"
SERVICE = "mask-refinement"
_TOKEN = re.compile(r"[\x21-\x7e]{1,1024}")
_NUMBER = re.compile(r"[A-Za-z0-9_.~-]{1,128}")
_ADDRESS = re.compile(r"[\x21-\x7e]{1,128}")


def payment_in(data: Any) -> PaymentRequest | None:
    """The payment object in an answer: the answer itself, or below ``payment`` or ``data``; None if there is none."""
    if not isinstance(data, dict):
        return None
    for inner in (data.get("payment"), data.get("data"), data):
        if isinstance(inner, dict) and isinstance(inner.get("paymentId"), str):
            return _payment(inner)
    return None


def _payment(said: dict[str, Any]) -> PaymentRequest:
    """A payment object with every value checked; unusable ones are empty or None."""
    cents, calls = _count(said.get("amountCents")), _count(said.get("remainingCalls"))
    dollars = str(said.get("currency", "USD")).upper() == "USD"
    tokens = [_matching(_TOKEN, said.get(name)) for name in ("token", "paymentToken", "accessToken")]
    return PaymentRequest(
        payment_id=_matching(_NUMBER, said.get("paymentId")),
        token=next(filter(None, tokens), ""),
        status=_matching(_NUMBER, said.get("status")).lower(),
        amount=cents / 100 if dollars and cents is not None else None,
        pay_to=_matching(_ADDRESS, said.get("payTo")),
        expires=_matching(_ADDRESS, said.get("expiresAt")),
        calls=calls,
    )


def _matching(form: re.Pattern[str], value: Any) -> str:
    return value if isinstance(value, str) and form.fullmatch(value) else ""


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def usable_token(token: str) -> bool:
    """Whether a token may be put into a header."""
    return _TOKEN.fullmatch(token) is not None


def usable_number(number: str) -> bool:
    """Whether a payment's id may be put into an address."""
    return _NUMBER.fullmatch(number) is not None and not number.startswith(".")


def why_unpaid(payment: PaymentRequest | None, title: str, words: Callable[[object], str]) -> str:
    """One sentence that says why a token does not pay, as far as the payment object tells."""
    if payment is None:
        return f"{title} does not take the payment token: it is unknown there, used up, or not paid yet."
    if payment.status == "expired":
        return f"The payment token of {title} expired; a new payment is needed."
    if payment.status == "exhausted" or (payment.status == "paid" and payment.calls == 0):
        return f"The payment token of {title} is used up; a new payment is needed."
    if payment.status == "pending":
        amount = "" if payment.amount is None else f" of USD {payment.amount:.2f}"
        to = f" to {words(payment.pay_to)}" if payment.pay_to else ""
        until = f" by {words(payment.expires)}" if payment.expires else ""
        return f"{title} still waits for the payment{amount}{to}{until}; try again once it is made."
    state = f' (its state is "{words(payment.status)}")' if payment.status else ""
    return f"{title} does not take the payment token{state}."
