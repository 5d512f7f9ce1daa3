"""File names as text: to show, to store, and to turn back into a path.

On POSIX a name is bytes. Python represents bytes that its locale does not know as lone surrogates, which no C library,
no toolkit and no UTF-8 file accepts; under a plain ASCII locale that is every name with an accent. So no path leaves
Python as ``str(path)``: sentences use ``shown``, stored names and names for Qt use ``text_of``, and ``path_of`` turns
them back. Files are opened by Python itself, and libraries get bytes.
"""

import os
import re
from pathlib import Path

_HALF = re.compile("[\ud800-\udfff]+")
_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_LONGEST = 255  # bytes of one name, on every common disk


def text_of(path: str | Path) -> str:
    """A path as text that is the same under any locale; ``path_of`` turns it back into the path.

    Bytes that are UTF-8 are decoded; only other bytes stay lone surrogates.
    """
    return _HALF.sub(lambda run: _read(run[0], "surrogateescape"), str(path))


def path_of(text: str) -> Path:
    """The path for a text that comes from ``text_of``, from the user or from the toolkit."""
    return Path(os.fsdecode(_NO_BYTE.sub("\ufffd", text).encode("utf-8", "surrogateescape")))


def shown(name: str | Path) -> str:
    """A name, a path or a sentence that contains one, safe to show, in one line.

    U+FFFD replaces what cannot be decoded, control characters, and characters that change the direction of writing.
    """
    return _UNSEEN.sub("\ufffd", _HALF.sub(lambda run: _read(run[0], "replace"), str(name)))


def fitting(stem: str, ending: str) -> str:
    """``stem`` and ``ending`` as a file name; the stem is cut so that the name has at most 255 bytes."""
    whole = shown(stem).encode()[: _LONGEST - len(ending.encode())]
    return whole.decode("utf-8", "ignore") + ending


def _read(run: str, odd: str) -> str:
    if _NO_BYTE.search(run):
        return "\ufffd" * len(run)
    return bytes(ord(half) & 0xFF for half in run).decode("utf-8", odd)
