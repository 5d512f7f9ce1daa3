"""What two programs made of the same values, put together: whoever changed something keeps it."""

from typing import Any


def merged(before: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Of each name what was changed since ``before``, by us if both did; dicts within by their own names, of lists what
    each side put in, ours first.
    """
    names = [*ours, *(name for name in theirs if name not in ours)]
    found = {name: _value(before.get(name, _NONE), ours.get(name, _NONE), theirs.get(name, _NONE)) for name in names}
    return {name: value for name, value in found.items() if value is not _NONE}


_NONE = object()


def _value(before: Any, ours: Any, theirs: Any) -> Any:
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
