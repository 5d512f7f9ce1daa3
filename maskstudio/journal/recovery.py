"""Recovery: finds journals whose editor was killed, and reads them."""

import logging
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from maskstudio import paths
from maskstudio.core.checked import Fields, clean
from maskstudio.core.document import Document
from maskstudio.core.fileframes import read_kinds, whole_frames
from maskstudio.core.history import History
from maskstudio.core.lock import Lock
from maskstudio.errors import BadProject
from maskstudio.journal import mark, promise
from maskstudio.journal.background import THUMBNAIL
from maskstudio.journal.journal import LOG
from maskstudio.journal.replay import Replay, Tale, summed_up
from maskstudio.journal.source import restored

log = logging.getLogger(__name__)

_SMALL = 1 << 20  # bytes; a log without changes has a few hundred


@dataclass(frozen=True)
class Recoverable:
    """A journal without an owner: the editor that wrote it was killed.

    ``size`` is width and height in px, ``when`` the last change (s since the epoch), ``thumbnail`` the bytes of a PNG.
    One written by a ``newer`` version of this program can be listed but not opened.
    """

    folder: Path
    name: str
    size: tuple[int, int]
    when: float
    steps: int
    thumbnail: bytes | None
    newer: bool = False


@dataclass(frozen=True, eq=False)
class Recovered:
    """The content of a journal.

    ``lock`` makes it ours, ``notes`` are sentences for the user, ``digest`` is the sha256 of the ``project``'s file as
    we last read or wrote it.
    """

    history: History
    project: Path | None
    saved: Document | None
    notes: tuple[str, ...]
    folder: Path
    lock: Lock
    digest: str


def home() -> Path:
    """The folder of all journals."""
    return paths.home() / "journal"


def recoverable() -> list[Recoverable]:
    """The journals that can be continued, the latest first. Those that hold only an unchanged file are removed."""
    folders: list[Path] = []
    with suppress(OSError):
        folders = list(home().iterdir())
    found = [one for one in map(_looked_at, folders) if one is not None]
    return sorted(found, key=lambda one: one.when, reverse=True)


def recover(found: Recoverable) -> Recovered:
    """The whole history of a journal. Raises BadProject if nothing can be recovered; the journal then stays."""
    try:
        lock = Lock.taken(found.folder)
    except OSError as error:
        raise BadProject(f"The journal of {found.name} is gone.") from error
    if lock is None:
        raise BadProject(f"{found.name} is open in another window.")
    try:
        tale, header = _tale(found)
        image, notes = restored(found.folder, header)
        replay = Replay(tale, image)
        history = replay.history()
        saved = replay.saved
    except BaseException:
        lock.release()
        raise
    if tale.damaged or replay.lost:
        notes = (*notes, f"Parts of the journal of {found.name} were damaged; look whether anything is missing.")
    digest = promise.known(found.folder, replay.project, replay.digest)
    return Recovered(history, replay.project, saved, notes, found.folder, lock, digest)


def discard(found: Recoverable) -> None:
    """Remove a journal for good, at the user's request."""
    lock = None
    with suppress(OSError):
        lock = Lock.taken(found.folder)
    if lock is not None:
        lock.release()
        shutil.rmtree(found.folder, ignore_errors=True)


def _logs(folder: Path) -> list[Path]:
    """The logs of a journal, the newest first. There are several only if writing a new one was interrupted."""
    numbered = [(int(path.suffix[1:]), path) for path in folder.glob(f"{LOG}*") if path.suffix[1:].isdigit()]
    return [path for _, path in sorted(numbered, reverse=True)]


def _tale(found: Recoverable) -> tuple[Tale, Fields]:
    """The content of the newest complete log, and its header. Raises BadProject if there is none."""
    for path in _logs(found.folder):
        try:
            with path.open("rb") as file:
                tale = Tale.read(file)
        except OSError:
            log.info("a journal could not be read", exc_info=True)
            continue
        if tale.newer:
            raise BadProject(f"{found.name} was worked on in a newer version of maskstudio; please update to go on.")
        if tale.told and tale.header is not None:
            return tale, tale.header
    raise BadProject(f"Nothing of {found.name} could be recovered: its journal is damaged.")


def _looked_at(folder: Path) -> Recoverable | None:
    """The journal in a folder as one to be continued; None if it is closed, in use or unreadable."""
    try:
        logs = [] if mark.found(folder) else _logs(folder)  # documents that were closed properly need no recovery
        lock = Lock.taken(folder) if logs else None
        if lock is None:
            return None
        try:
            return _summed_up(folder, logs)
        finally:
            lock.release()
    except (OSError, BadProject):
        log.info("a journal could not be looked at", exc_info=True)
        return None


def _summed_up(folder: Path, logs: list[Path]) -> Recoverable | None:
    """What is shown of a journal, from its newest readable log; None if it holds no work."""
    for path in logs:
        with path.open("rb") as file:
            frames = list(read_kinds(file, b"HSBD"))
        tale = summed_up(frames)
        header, steps = tale.header, len(tale.steps)
        if header is not None and tale.newer:
            return Recoverable(folder, _name(header), (0, 0), path.stat().st_mtime, 0, None, newer=True)
        if header is None or steps == 0:
            continue
        if steps == 1 and header.values.get("path") and all(frame.kind != b"B" for frame in frames):
            if _whole(path):
                shutil.rmtree(folder, ignore_errors=True)
            return None
        size = header.whole("width", 1), header.whole("height", 1)
        picture = folder / THUMBNAIL
        thumbnail = picture.read_bytes() if picture.is_file() else None
        return Recoverable(folder, header.text("name"), size, path.stat().st_mtime, steps, thumbnail)
    return None


def _name(header: Fields) -> str:
    """The name of a journal's document, even if a later version writes the header differently."""
    name = header.values.get("name")
    return clean(name) if isinstance(name, str) and name else "A document"


def _whole(path: Path) -> bool:
    """Whether a log is small and complete; only then may it be removed without asking."""
    with path.open("rb") as file:
        data = file.read(_SMALL + 1)
    try:
        return len(data) <= _SMALL and len(list(whole_frames(data))) > 0
    except ValueError:
        return False
