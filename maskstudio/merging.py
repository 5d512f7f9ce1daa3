"""Merges two versions of the same values: each side keeps what it changed."""

from typing import Any


def merged(before: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Values of both sides by name: what one side changed since ``before``; if both changed it, ours.

    Dicts are merged by their own names. Of lists, the entries that each side added are kept, ours first.
    """
    names = [*ours, *(name for name in theirs if name not in ours)]
    found = {name: _value(before.get(name, _NONE), ours.get(name, _NONE), theirs.get(name, _NONE)) for name in names}
    return {name: value for name, value in found.items() if value is not _NONE}


_NONE = object()


def _value(before: Any, ours: Any, theirs: Any) -> Any:
    """One value merged; ``_NONE`` stands for a missing one."""
    if ours in (before, theirs):
        return theirs
    if theirs == before:
        return ours
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return merged(before if isinstance(before, dict) else {}, ours, theirs)
    if isinstance(ours, list) and isinstance(theirs, list):
        old = before if isinstance(before, list) else []
        return [*ours, *(each for each in theirs if each not in ours and each not in old)]
    return ours
