"""Amounts of money as text. Knows no Qt."""


def money(amount: float) -> str:
    """An amount of US dollars as text, with four decimals if two would not show it exactly."""
    whole_cents = abs(amount - round(amount, 2)) < 5e-7
    return f"USD {amount:.2f}" if whole_cents else f"USD {amount:.4f}"
