"""Replacing a file as a whole: the target holds the old bytes or all of the new ones, never a part."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from maskstudio.errors import CannotWrite
from maskstudio.names import path_of, text_of

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

    Whatever goes wrong in the block or on the disk, the old file stays as it was and nothing is left beside it.
    Raises CannotWrite for the system's errors; all others pass through.
    """
    target = _target(path)
    part = target.with_name(f".{os.urandom(8).hex()}.part")
    try:
        mode = _old_mode(target)
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            part.chmod(mode)
        part.replace(target)
        _sync_folder(target.parent)
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError):
            raise CannotWrite(f"{target.name} could not be written: {reason(error)}.") from error
        raise


def _target(path: str | Path) -> Path:
    """The file to replace, as the system's locale writes its name; through a link, the one it points to."""
    try:
        return Path(os.path.realpath(path_of(text_of(path))))
    except ValueError as error:  # a null byte
        raise CannotWrite(f"{Path(path).name} could not be written: no file can have that name.") from error


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
