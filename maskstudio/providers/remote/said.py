"""Values that a service reported about its work, kept under its own names; each is checked, as it is not trusted."""

import math
from collections.abc import Mapping
from typing import Any

from maskstudio.providers.remote.redact import sentence

_SIDES = 8  # most numbers of a box


def said(item: Any, *names: str, secrets: tuple[str, ...] = ()) -> dict[str, Any]:
    """The values of ``item``, a JSON object, under ``names`` that are texts, numbers or small objects of numbers.

    Texts are put in one line, without ``secrets``, and shortened. Everything else is left out.
    """
    if not isinstance(item, Mapping):
        return {}
    found = ((name, _sound(item.get(name), secrets)) for name in names)
    return {name: value for name, value in found if value is not None}


def _sound(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        return sentence(value, *secrets) or None
    if isinstance(value, Mapping):
        inner = {str(name)[:40]: number(side) for name, side in list(value.items())[:_SIDES]}
        return {name: side for name, side in inner.items() if side is not None} or None
    return number(value)


def number(value: Any) -> float | None:
    """A finite number, unchanged; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:  # JSON allows whole numbers that no float can hold
        return None
