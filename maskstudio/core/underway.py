"""Files under way: what is being written beside its target until it takes its place. A process may be killed at any
moment, and nothing of that may stay beside the user's files.

On Linux such a file has no name before it is whole, and the system removes it with its process. Elsewhere it is listed
in the user's folder, so that the next process finds and removes it, and never a file of others: an entry is named as
the file is, holds its path, and is locked by its writer. The system lets go of the lock when the writer dies.
"""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO

from maskstudio import paths
from maskstudio.core.callbacks import Check
from maskstudio.core.lock import Lock

_LONGEST = 1 << 16  # bytes of a path
_NO_FOLDER = (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
_TRIES = 3  # while others take the empty folder away


def part_of(target: Path) -> Path:
    """A new name beside ``target`` to write it under."""
    return target.with_name(f".{os.urandom(8).hex()}.part")


@contextmanager
def new_file(part: Path) -> Iterator[tuple[BinaryIO, Check]]:
    """An empty file to write and read, and what is to be called once it is whole: it has the name ``part`` then at the
    latest. After the block nothing is left of it but what has been given another name. Raises OSError.
    """
    try:
        handle = _nameless(part.parent)
        if handle is not None:
            with os.fdopen(handle, "w+b") as file:
                yield file, lambda: _name(file, part)
        else:
            with _listed(part), part.open("x+b") as file:
                yield file, lambda: None
    finally:
        with suppress(OSError):
            part.unlink()


def _nameless(folder: Path) -> int | None:
    """A file in ``folder`` that has no name yet; None where the system or the disk knows no such thing."""
    if not hasattr(os, "O_TMPFILE") or not os.path.isdir("/proc/self/fd"):  # noqa: PTH112 - one look, often
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o666)
    except OSError as error:
        if error.errno in _NO_FOLDER:
            raise
        return None


def _name(file: BinaryIO, part: Path) -> None:
    """Gives the nameless file the name ``part``, by a link or, where there is none, as a copy."""
    folder = os.open(part.parent, os.O_PATH)
    try:  # given a folder, Python uses the call that follows the link in /proc to the file
        os.link(f"/proc/self/fd/{file.fileno()}", part.name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        file.seek(0)
        with _listed(part), part.open("xb") as copy:
            shutil.copyfileobj(file, copy)
            copy.flush()
            os.fsync(copy.fileno())
    finally:
        os.close(folder)


@contextmanager
def _listed(part: Path) -> Iterator[None]:
    """Have ``part`` on the list during the block. Where no list can be kept, it is written all the same."""
    _begin()
    entry, lock = _folder() / part.name, None
    for _ in range(_TRIES):
        with suppress(OSError):
            entry.parent.mkdir(parents=True, exist_ok=True)
            lock = Lock.on(entry)
            break
    if lock is not None:
        with suppress(OSError):
            entry.write_bytes(os.fsencode(part.absolute()))
    try:
        yield
    finally:
        if lock is not None:
            lock.release()
            if not os.path.lexists(part):
                _struck(entry)


def sweep() -> None:
    """Remove what killed processes left; what living ones write stays. Takes a moment: not for the window's thread."""
    entries: list[Path] = []
    with suppress(OSError):
        entries = list(_folder().iterdir())
    for entry in entries:
        with suppress(OSError):
            _swept(entry)
    with suppress(OSError):
        _folder().rmdir()  # where a process was killed before it put anything on the list


@cache
def _begin() -> None:
    """Clean up once a process, for those that never do it by themselves."""
    sweep()


def _swept(entry: Path) -> None:
    """Removes the file that ``entry`` lists, unless its owner lives."""
    if not stat.S_ISREG(entry.lstat().st_mode):
        return
    lock = Lock.on(entry)
    if lock is None:  # its owner lives
        return
    try:
        with entry.open("rb") as file:
            part = Path(os.fsdecode(file.read(_LONGEST)))
        done = _removed(part, entry.name)
    finally:
        lock.release()
    if done:
        _struck(entry)


def _struck(entry: Path) -> None:
    """Off the list, of which nothing is left when it is empty."""
    with suppress(OSError):
        entry.unlink()
        entry.parent.rmdir()


def _removed(part: Path, name: str) -> bool:
    """Whether nothing of that name is left to remove; a drive that is not there now may come back."""
    if part.name != name or not part.is_absolute():
        return True
    if not part.parent.is_dir():
        return False
    with suppress(FileNotFoundError):
        if stat.S_ISREG(part.lstat().st_mode):
            part.unlink()
    return True


def _folder() -> Path:
    return paths.home() / "under-way"
