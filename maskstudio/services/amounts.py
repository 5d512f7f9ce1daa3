"""Amounts of money in words. Knows no Qt."""


def money(amount: float) -> str:
    """An amount of US dollars, with as many digits as it takes to show a small one."""
    whole_cents = abs(amount - round(amount, 2)) < 5e-7
    return f"USD {amount:.2f}" if whole_cents else f"USD {amount:.4f}"
