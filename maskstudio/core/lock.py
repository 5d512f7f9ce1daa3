"""Who may change what several programs share: a lock on a file, which the system lets go when its owner dies."""

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

NAME = "lock"
_PATIENCE = 20.0  # s; whoever changes a small file is done long before
_LOOK = 0.01  # s between tries


class Lock:
    """Held from ``taken`` to ``release``."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    @classmethod
    def taken(cls, folder: Path) -> Self | None:
        """The lock of a folder, or None where a living owner has it. Raises OSError where it cannot be locked."""
        return cls.on(folder / NAME)

    @classmethod
    def on(cls, path: Path) -> Self | None:
        """As ``taken``, of a file, which is made if it is not there."""
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
        except OSError:
            os.close(handle)
            return None
        return cls(handle)

    def release(self) -> None:
        """Let go."""
        handle, self._handle = self._handle, None
        if handle is not None:
            with suppress(OSError):  # the disk may be gone, and the lock with it
                os.close(handle)


@contextmanager
def changing(path: Path, patience: float = _PATIENCE) -> Iterator[None]:
    """The block in which no other program changes the file ``path``, so that what was read there still holds when it is
    written. Waits ``patience`` s for others, then raises TimeoutError; OSError where there is no such folder.
    """
    handle = _handle(path)
    try:
        _wait(handle, time.monotonic() + patience)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, end: float) -> None:
    """Takes the lock, and looks again until ``end`` (monotonic s); raises TimeoutError then."""
    while True:
        try:
            _lock(handle)
        except (BlockingIOError, PermissionError):  # somebody has it
            if time.monotonic() > end:
                raise TimeoutError(errno.ETIMEDOUT, "another program is changing it") from None
            time.sleep(_LOOK)
        except OSError:  # a disk that knows no locks: better without than not at all
            return
        else:
            return


if sys.platform == "win32":

    def _handle(path: Path) -> int:
        return os.open(path.with_name(f"{path.name}.{NAME}"), os.O_RDWR | os.O_CREAT, 0o600)

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:

    def _handle(path: Path) -> int:
        return os.open(path.parent, os.O_RDONLY)  # the folder itself: nothing is left beside the file

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
