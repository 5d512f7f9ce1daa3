"""Replacing a file as a whole: the target holds the old bytes or all of the new ones, never a part."""

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from maskstudio.core.edition import Edition, Guard, guard_of, real
from maskstudio.core.lock import changing
from maskstudio.core.underway import new_file, part_of
from maskstudio.errors import CannotWrite

_PATIENCE = 1.0  # s, for what takes a moment

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your disk quota is used up",
    errno.EFBIG: "the file would be larger than the system allows",
    errno.ENOENT: "the folder does not exist",
    errno.ENOTDIR: "the folder does not exist",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.EROFS: "the disk is read-only",
    errno.EISDIR: "a folder has that name",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ETIMEDOUT: "another program is changing it",
}


@contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """A binary file that takes the place of ``path`` when the block ends well, with the permissions of the old one.

    Whatever goes wrong in the block or on the disk, the old file stays as it was and nothing is left beside it; what a
    killed process leaves, the next one removes (``underway.py``). Under a ``guarding`` of ``edition.py`` it is looked
    at before the work begins, and once more at the last moment.
    Raises CannotWrite for the system's errors, ChangedElsewhere for a guard's; all others pass through.
    """
    target = real(path)
    part, guard = part_of(target), guard_of(target)
    try:
        mode = _old_mode(target)
        if guard is not None:
            guard.check()
        with new_file(part) as (file, name):
            yield file
            written = Edition.written(file) if guard is not None else None
            file.flush()
            os.fsync(file.fileno())
            if mode is not None:
                os.fchmod(file.fileno(), mode) if hasattr(os, "fchmod") else part.chmod(mode)
            with _turn(target, guard):
                if guard is not None and written is not None:
                    guard.check()
                    guard.about(written.digest)
                name()
                file.close()
                part.replace(target)
            if guard is not None and written is not None:
                guard.written = written.placed(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise CannotWrite(f"{target.name} could not be written: {reason(error)}.") from error


@contextmanager
def _turn(target: Path, guard: Guard | None) -> Iterator[None]:
    """One guard after the other, in this process or another: none's look and replacement have another's in between.

    Where there is no such lock, or another program keeps it, the look a moment before must do.
    """
    with ExitStack() as stack:
        if guard is not None and os.name != "nt":  # there, a lock is a file, and nothing may stay beside the user's
            with suppress(OSError):
                stack.enter_context(changing(target, _PATIENCE))
        yield


def _old_mode(target: Path) -> int | None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder")
    if not target.exists():
        return None
    if not target.is_file():
        raise OSError(errno.EINVAL, "a device has that name")
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "write-protected")
    return target.stat().st_mode & 0o7777


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not every system can open or sync a folder; the file itself is safe
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def reason(error: OSError) -> str:
    """Why the system refused, as the end of a sentence."""
    return _REASONS.get(error.errno or 0, (error.strerror or "the system refused").lower())
