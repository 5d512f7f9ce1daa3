"""A download under way: the file NAME.part beside its target, and NAME.part.json, which says where its bytes come from.

What is there stays after a pause, a broken connection or a crash, and is continued. One process or thread at a time has
it; it becomes the target only after its sha256 was checked.
"""

import hashlib
import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from maskstudio.core import jsonfile
from maskstudio.core.lock import Lock
from maskstudio.errors import ModelUnavailable
from maskstudio.jobs import Token

_BLOCK = 1 << 20
_LONGEST = 4096  # characters of an address or validator that are kept


class Partial:
    """The part of ``target`` that has been received. Its methods raise OSError if the disk fails."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self._note = target.with_name(f"{target.name}.part.json")

    @property
    def size(self) -> int:
        """How many bytes are there; 0 if there is no part."""
        try:
            return 0 if self.path.is_symlink() else self.path.stat().st_size
        except OSError:
            return 0

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The block in which nobody else downloads this file. An empty part is removed afterwards.

        Raises ModelUnavailable if another window or process downloads it.
        """
        if self.path.is_symlink():  # it would have another file overwritten
            self.path.unlink()
        lock = Lock.on(self.path if os.name != "nt" else self.target.with_name(f"{self.target.name}.part.lock"))
        if lock is None:
            raise ModelUnavailable(
                f"{self.target.name} is being downloaded by another window or program; wait until that has ended."
            )
        try:
            yield
        finally:
            if self.size == 0:
                self._remove()
            lock.release()

    def open(self, *, resume: bool) -> BinaryIO:
        """The part, to write to its end, or from its start without ``resume``. Nothing is buffered, so that a full disk
        is noticed at once.
        """
        return self.path.open("ab" if resume else "wb", buffering=0)

    def validator(self, address: str) -> str:
        """The server's mark of the edition the part is of, if it came from ``address``; empty if that is unknown."""
        note = jsonfile.read(self._note)
        if note.get("address") != address:
            return ""
        mark = str(note.get("validator", ""))
        return mark if len(mark) <= _LONGEST and mark.isprintable() else ""

    def remember(self, address: str, validator: str) -> None:
        """Keep where the part comes from."""
        if self._note.is_symlink():
            self._note.unlink()
        self._note.write_text(json.dumps({"address": address[:_LONGEST], "validator": validator[:_LONGEST]}), "utf-8")

    def clear(self) -> None:
        """Drop what was received; the empty file stays until the end of ``alone``, which holds it."""
        with self.path.open("wb"):
            pass
        with suppress(OSError):
            self._note.unlink()

    def holds(self, digests: Collection[str], token: Token) -> bool:
        """Whether the part's sha256 is one of ``digests``."""
        sha, done, total = hashlib.sha256(), 0, max(self.size, 1)
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                sha.update(block)
                done += len(block)
                token.step(done / total, f"Checking {self.target.name}")
        return sha.hexdigest() in digests

    def install(self) -> None:
        """Make the part the target, in one step."""
        with self.path.open("rb+") as file:
            os.fsync(file.fileno())
        self.path.chmod(0o644)  # the lock made it for its owner alone
        self.path.replace(self.target)
        with suppress(OSError):
            self._note.unlink()

    def discard(self) -> None:
        """Remove what a paused download has left. Raises ModelUnavailable while somebody downloads the file."""
        with self.alone():
            self.clear()

    def _remove(self) -> None:
        for path in (self.path, self._note):
            with suppress(OSError):
                path.unlink()
