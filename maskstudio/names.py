"""Names of files as text: for a person, for a file that is kept, and back to a path.

On POSIX a name is bytes. Python holds those that its locale does not know as half letters (lone surrogates), which no
C library, no toolkit and no UTF-8 file takes; under a locale of plain ASCII that is every name with an accent. So no
path leaves Python as ``str(path)``: a sentence gets ``shown``, what is kept or handed to Qt gets ``text_of``, and what
comes back from there goes through ``path_of``. Files are read by Python itself, and libraries get bytes.
"""

import os
import re
from pathlib import Path

_HALF = re.compile("[\ud800-\udfff]+")
_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_LONGEST = 255  # bytes of one name, on every common disk


def text_of(path: str | Path) -> str:
    """A path as text that means the same under any locale: UTF-8 is read as such, and only bytes that are none stay
    half letters. ``path_of`` makes the path of it again.
    """
    return _HALF.sub(lambda run: _read(run[0], "surrogateescape"), str(path))


def path_of(text: str) -> Path:
    """The path that a text stands for: one kept by ``text_of``, typed, or given by the toolkit."""
    return Path(os.fsdecode(_NO_BYTE.sub("\ufffd", text).encode("utf-8", "surrogateescape")))


def shown(name: str | Path) -> str:
    """A name, a path or a sentence with such in it, as a person can be shown it, in one line: what cannot be read, and
    what would move the cursor of a terminal or turn the direction of writing, is U+FFFD.
    """
    return _UNSEEN.sub("\ufffd", _HALF.sub(lambda run: _read(run[0], "replace"), str(name)))


def fitting(stem: str, ending: str) -> str:
    """``stem`` and ``ending`` as the name of a file; the stem is cut where the whole would be too long for a disk."""
    whole = shown(stem).encode()[: _LONGEST - len(ending.encode())]
    return whole.decode("utf-8", "ignore") + ending


def _read(run: str, odd: str) -> str:
    if _NO_BYTE.search(run):
        return "\ufffd" * len(run)
    return bytes(ord(half) & 0xFF for half in run).decode("utf-8", odd)
