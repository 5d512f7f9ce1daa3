"""Closed documents: journals that were put away properly, to be reopened with their whole history for some days.

They lie among the other journals and are recognised by their mark; ``recovery.recover`` opens them as any journal. Code
that opens or removes one must hold its lock.
"""

import logging
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from maskstudio import paths
from maskstudio.core.lock import Lock
from maskstudio.journal import mark
from maskstudio.journal.background import THUMBNAIL
from maskstudio.journal.journal import LOG
from maskstudio.journal.recovery import Recoverable, home

log = logging.getLogger(__name__)

_DAY = 24 * 3600  # s
_GONE = ".gone-"  # prefix of folders that are being removed
_LEFT = 30 * _DAY  # s after which an empty folder is removed


@dataclass(frozen=True)
class Closed(Recoverable):
    """A document that was closed, at ``when``. One with a ``path`` was not changed: that file is opened instead."""

    path: Path | None = None


def at(folder: Path) -> Closed | None:
    """The closed document in a folder; None if there is none. Its thumbnail is not read, as there may be many."""
    found = mark.found(folder)
    if found is None:
        return None
    return Closed(folder, found.name, found.size, found.when, found.steps, None, path=found.path)


def picture(one: Closed) -> bytes | None:
    """The thumbnail of a closed document as bytes of a PNG; None if there is none."""
    try:
        return (one.folder / THUMBNAIL).read_bytes()
    except OSError:
        return None


def closed() -> list[Closed]:
    """All closed documents, the last closed first."""
    found = [one for one in map(at, _folders()) if one is not None]
    return sorted(found, key=lambda one: one.when, reverse=True)


def forget(one: Closed) -> None:
    """Remove a closed document for good; one that is being reopened stays."""
    _remove(one.folder, lambda folder: mark.found(folder) is not None)


def spent(one: Closed) -> None:
    """Forget a document that is reopened from its file, unless the file is missing: its drive may come back."""
    if one.path is not None and paths.is_file(one.path):
        forget(one)


def sweep(days: int, room: int) -> None:
    """Remove what was closed more than ``days`` ago, and the oldest until the rest takes at most ``room`` bytes.

    The last one closed stays however large it is, unless ``days`` is 0, which keeps none.
    """
    oldest, left = time.time() - days * _DAY, room
    for number, one in enumerate(closed()):
        left -= _size(one.folder)
        if days <= 0 or one.when < oldest or (left < 0 and number > 0):
            forget(one)
    for folder in _folders(gone=True):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in _folders():
        if _old(folder) and _empty(folder):
            _remove(folder, _empty)


def _folders(*, gone: bool = False) -> list[Path]:
    try:
        return [folder for folder in home().iterdir() if folder.name.startswith(_GONE) == gone]
    except OSError:
        return []


def _size(folder: Path) -> int:
    total = 0
    with suppress(OSError):
        for path in folder.iterdir():
            with suppress(OSError):
                total += path.stat().st_size
    return total


def _old(folder: Path) -> bool:
    try:
        return folder.stat().st_mtime < time.time() - _LEFT
    except OSError:
        return False


def _empty(folder: Path) -> bool:
    """Whether a folder holds neither a log nor a mark, so its journal was never begun."""
    try:
        return not any(path.name == mark.NAME or path.name.startswith(LOG) for path in folder.iterdir())
    except OSError:
        return False


def _remove(folder: Path, still: Callable[[Path], bool]) -> None:
    """Remove a journal's folder if ``still`` holds once its lock is taken."""
    try:
        lock = Lock.taken(folder)
    except OSError:
        return  # it is gone
    if lock is None:
        return
    try:
        if not still(folder):
            return
        if sys.platform == "win32":  # Windows moves no folder that holds an open file
            lock.release()
        gone = folder.with_name(f"{_GONE}{os.urandom(8).hex()}")
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
    except OSError:
        log.info("a closed document could not be removed", exc_info=True)
    finally:
        lock.release()
