"""Names too long for a button or a menu."""


def short(name: str, letters: int = 48) -> str:
    """A file name with its middle left out where it is too long for a button or a menu."""
    half = letters // 2
    return name if len(name) <= letters else f"{name[:half]}…{name[-half:]}"
