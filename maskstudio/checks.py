"""Checks of values that come from a file or a user. Each gets only values of the right type."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

Fits = Callable[[Any], bool]

_HERE = ("localhost", "127.0.0.1", "::1")  # this machine
_LONGEST = 4096  # characters of a text


def one_of(*values: object) -> Fits:
    """A check for one of these values."""
    return lambda value: value in values


def matching(pattern: str) -> Fits:
    """A check for texts that match a regular expression completely."""
    return lambda value: re.fullmatch(pattern, value) is not None


def a_line(longest: int) -> Fits:
    """A check for texts in one line of at most ``longest`` characters."""
    return lambda value: len(value) <= longest and (value.isprintable() or not value)


def a_path(value: str) -> bool:
    """Whether a text may be a path of any characters and bytes; empty means that none is chosen."""
    return len(value) <= _LONGEST and "\0" not in value


def texts(value: Any) -> bool:
    """Whether all entries of a list, or all values of a dict, are texts of at most 4096 characters."""
    return all(isinstance(each, str) and len(each) <= _LONGEST for each in value)


def texts_by_name(value: dict[str, Any]) -> bool:
    """Whether all values of a dict are texts."""
    return all(isinstance(state, str) for state in value.values())


def dicts_by_name(value: dict[str, Any]) -> bool:
    """Whether all values of a dict are dicts."""
    return all(isinstance(form, dict) for form in value.values())


def key_lists(value: dict[str, Any]) -> bool:
    """Whether all values of a dict are lists of texts."""
    return all(isinstance(keys, list) and texts(keys) for keys in value.values())


def a_mirror(value: str) -> bool:
    """Whether a text may be the address of a mirror: https, or http on this machine; empty for none."""
    try:
        parts = urlsplit(value)
        ours = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
        return not value or bool(ours and parts.hostname and not parts.query and not parts.fragment)
    except ValueError:
        return False


a_colour = matching("#[0-9a-fA-F]{6}")
