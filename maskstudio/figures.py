"""Numbers as a user reads them."""


def percent(share: float, digits: int = 0) -> str:
    """A share, 1 for all of it, in per cent with at most so many digits after the point: "50 %", "97.4 %"."""
    number = round(share * 100, digits)
    return f"{number:.{digits}f}".rstrip("0").rstrip(".") + " %" if digits else f"{number:.0f} %"
