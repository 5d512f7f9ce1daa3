"""Editions: what a file held when we last read or wrote it, so that what others wrote since is not written over.

The sha256 of the bytes decides. What the system says of a file (device, inode, size, times) only tells quickly that it
is untouched since it was read; that it looks newer or older says nothing.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from maskstudio.errors import CannotWrite, ChangedElsewhere
from maskstudio.names import path_of, text_of

_CHUNK = 1 << 18  # bytes
_CHANGED = "{} was changed from outside meanwhile; it was left as it is."
_GONE = "{} was moved or deleted meanwhile; it was not written again."
FileStamp = tuple[int, ...]  # device, inode, bytes, ns of the last change of content, and of anything


@dataclass(frozen=True)
class Edition:
    """One content of a file. ``digest`` is the sha256 (hex) of its bytes; an empty ``stamp`` is that of no file now."""

    digest: str
    stamp: FileStamp = ()

    @classmethod
    def of(cls, path: Path) -> "Edition | None":
        """What a file holds now; None where there is none. Raises OSError where it cannot be read or is no file."""
        try:
            state = path.stat()
            if not stat.S_ISREG(state.st_mode):  # a pipe would wait for a writer
                raise OSError(errno.EINVAL, "not a file")
            with path.open("rb") as file:
                stamp = _stamp(os.fstat(file.fileno()))  # before the bytes: what comes while they are read shows
                return cls(_digest(file), stamp)
        except FileNotFoundError:
            return None

    @classmethod
    def written(cls, file: BinaryIO) -> "Edition":
        """What has been written to an open file so far."""
        file.flush()
        file.seek(0)
        return cls(_digest(file), _stamp(os.fstat(file.fileno())))

    def placed(self, path: Path) -> "Edition":
        """This edition in its place, where the file is still the same: giving it its name has changed its last time."""
        stamp = _stamp_of(path)
        return Edition(self.digest, stamp) if stamp[:4] == self.stamp[:4] else self

    def untouched(self, path: Path) -> bool:
        """Whether nothing at all has happened to the file since."""
        return bool(self.stamp) and self.stamp == _stamp_of(path)


@dataclass(frozen=True)
class Agreed:
    """What the user has agreed to have replaced: the file as it was at that moment. An empty ``stamp`` is that of no
    file: one that appears since then is not to be replaced.
    """

    path: Path
    stamp: FileStamp = ()

    @classmethod
    def now(cls, path: Path) -> "Agreed":
        """What is there now. Quick: for the thread of the window, the moment a dialog has returned."""
        try:
            return cls(path, _stamp(real(path).stat()))
        except (OSError, CannotWrite):
            return cls(path)

    def digests(self) -> list[str]:
        """The sha256 of that file, for ``guarding``; none where there was no file, and none where it is another by now
        or cannot be read.
        """
        if not self.stamp:
            return []
        try:
            there = Edition.of(real(self.path))
        except OSError:  # whoever writes there says why
            return []
        return [there.digest] if there is not None and there.stamp == self.stamp else []


@dataclass
class Guard:
    """What is expected of a file that is being written anew; see ``guarding``. ``written`` is the edition that took its
    place, ``gone`` whether what was expected was no longer there.
    """

    path: Path
    target: Path  # the real one, behind all links
    expected: tuple[Collection[str], ...]
    anew: bool
    about: Callable[[str], None]
    written: Edition | None = None
    gone: bool = False
    _seen: Edition | None = field(default=None, init=False)

    def check(self) -> None:
        """Raise ChangedElsewhere unless the file is what it should be. Quick where it was so a moment ago and nothing
        has happened to it since.
        """
        if not self.expected:
            return
        while self._seen is None or not self._seen.untouched(self.target):
            self._seen = Edition.of(self.target)
            if self._seen is None:
                self._missed()
                return
            if not any(self._seen.digest in each for each in self.expected):
                raise ChangedElsewhere(_CHANGED.format(self.path.name), self.path)

    def _missed(self) -> None:
        if not any(self.expected):
            return
        if not self.anew:
            raise ChangedElsewhere(_GONE.format(self.path.name), self.path)
        self.gone = True


_guard: ContextVar[Guard | None] = ContextVar("guard", default=None)


@contextmanager
def guarding(
    path: Path,
    *expected: Collection[str],
    anew: bool = True,
    about: Callable[[str], None] = lambda _digest: None,
) -> Iterator[Guard]:
    """Whatever replaces ``path`` inside the block, on this thread, replaces nothing but an ``expected`` digest, out of
    any of these.

    Without any, it may hold whatever it holds; a single empty one expects that there is no file. Where the file is gone
    it is written ``anew``, or not. ``about`` is called with the digest of what is going to take the file's place, just
    before it does. Raises ChangedElsewhere.
    """
    guard = Guard(path, real(path), expected, anew, about)
    token = _guard.set(guard)
    try:
        yield guard
    finally:
        _guard.reset(token)


def real(path: str | Path) -> Path:
    """The file to replace, as the system's locale writes its name; through a link, the one it points to."""
    try:
        return Path(os.path.realpath(path_of(text_of(path))))
    except ValueError as error:  # a null byte
        raise CannotWrite(f"{Path(path).name} could not be written: no file can have that name.") from error


def guard_of(target: Path) -> Guard | None:
    """The guard of a file (its real path), where there is one on this thread."""
    guard = _guard.get()
    return guard if guard is not None and guard.target == target else None


def _digest(file: BinaryIO) -> str:
    sha = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        sha.update(chunk)
    return sha.hexdigest()


def _stamp(state: os.stat_result) -> FileStamp:
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _stamp_of(path: Path) -> FileStamp:
    try:
        return _stamp(path.stat())
    except OSError:
        return ()
