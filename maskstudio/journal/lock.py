"""Who owns a journal: a lock on a file that the system lets go when its owner dies, however it dies."""

import os
import sys
from pathlib import Path
from typing import Self

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

NAME = "lock"


class Lock:
    """Held from ``taken`` to ``release``."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    @classmethod
    def taken(cls, folder: Path) -> Self | None:
        """The lock of a folder, or None where a living owner has it. Raises OSError where nobody could have it."""
        handle = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
        except OSError:
            os.close(handle)
            return None
        return cls(handle)

    def release(self) -> None:
        """Let go."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


if sys.platform == "win32":

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
