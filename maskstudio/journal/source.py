"""The copy of the photo beside a journal, so that recovery works even if the photo's file is moved, changed or gone."""

import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from maskstudio.core.atomic import replacing
from maskstudio.core.checked import Fields, parsed
from maskstudio.core.edition import Edition
from maskstudio.core.files import decode_image, read_image
from maskstudio.core.image import Image
from maskstudio.core.png import png_pieces, raster_of
from maskstudio.core.pngabout import chunks_of
from maskstudio.errors import BadProject, CannotWrite, MaskStudioError
from maskstudio.jobs import step_aside

log = logging.getLogger(__name__)

_ABOUT = "source.json"
_FILE = "source"
_CHUNK = 1 << 20


class _Stopped(Exception):
    """Raised when the journal is not needed any more."""


def keep(
    folder: Path, image: Image, opened: float, stopped: threading.Event, digested: Callable[[], None] = lambda: None
) -> None:
    """Copy the photo into ``folder``; runs on a thread of its own until ``stopped`` is set.

    A failure is logged only: the journal tells the user itself if the disk cannot be written. ``digested`` is called
    once the image knows its digest. If the file was changed after ``opened`` (s since the epoch), it is not what is on
    the screen, and the pixels are written instead.
    """
    step_aside()
    digest = image.digest
    digested()
    if (folder / _ABOUT).exists():
        return
    try:
        name, bytes_digest = _copied(folder, image, opened, stopped)
        about = {"name": name, "digest": digest, "file": bytes_digest}
        with replacing(folder / _ABOUT) as file:
            file.write(json.dumps(about).encode())
    except _Stopped:
        return
    except (OSError, CannotWrite):
        log.info("the photo could not be kept beside its journal", exc_info=True)


def restored(folder: Path, header: Fields) -> tuple[Image, tuple[str, ...]]:
    """The photo of a journal, and sentences about it for the user: from the copy, or from the file if it is unchanged.

    Raises BadProject if there is neither.
    """
    name, path = header.text("name"), header.path("path")
    kept, file_digest = _kept(folder)
    notes: tuple[str, ...] = ()
    if kept is not None and _fits(kept, header):
        image, notes = kept, _changes(name, path, file_digest)
    else:
        image = _from_file(path, header)
        if not (header.values.get("digest") or header.values.get("sample")):  # an earlier version wrote it
            notes = (f"Nobody noted what {name} looked like; see whether it is still the photo you worked on.",)
    return replace(image, name=name, path=path, notes=()), notes


def _from_file(path: Path | None, header: Fields) -> Image:
    """The photo from its original file. Raises BadProject if it is gone or another photo."""
    name = header.text("name")
    if path is None:
        raise BadProject(f"{name} cannot be continued: its photo is gone.")
    try:
        image = read_image(path, limit=None).image
    except MaskStudioError as error:
        raise BadProject(f"{name} cannot be continued: its photo is gone.") from error
    if not _is_photo(image, header):
        raise BadProject(f"{name} cannot be continued: another photo is in its place now; put the first one back.")
    return image


def _is_photo(image: Image, header: Fields) -> bool:
    """Whether an image is the one of the journal, as exactly as the journal knows it."""
    if not _fits(image, header):
        return False
    if header.values.get("digest"):
        return image.digest == header.text("digest")
    return not header.values.get("sample") or image.sample == header.text("sample")


def _fits(image: Image, header: Fields) -> bool:
    size = header.whole("width", 1), header.whole("height", 1)
    return image.size == size and image.depth == header.whole("depth", 8, 16)


def _changes(name: str, path: Path | None, file_digest: str) -> tuple[str, ...]:
    """What to tell about the original file, if it has changed or is gone."""
    if path is None or not file_digest:
        return ()
    try:
        now = Edition.of(path)
    except OSError:
        return ()  # the drive is not there, or the file may not be read: the copy is used
    if now is not None and now.digest == file_digest:
        return ()
    what = "has been moved or deleted" if now is None else "is another file now"
    return (f"{name} {what}; you go on with the copy that was kept with your work.",)


def _copied(folder: Path, image: Image, opened: float, stopped: threading.Event) -> tuple[str, str]:
    """The name of the photo's file, which tells its format, and its sha256; an empty sha256 if the pixels were
    written.
    """
    if image.path is not None:
        try:
            with image.path.open("rb") as source:
                if os.fstat(source.fileno()).st_mtime < opened:
                    return image.path.name, _copy(source, folder, stopped)
        except OSError:
            log.info("the photo's file could not be copied", exc_info=True)
    pieces_of = png_pieces(raster_of(image.whole), about=chunks_of(image, "all"))
    with replacing(folder / _FILE) as file, closing(pieces_of) as pieces:
        for piece in pieces:
            _check(stopped)
            file.write(piece)
    return "pixels.png", ""


def _copy(source: BinaryIO, folder: Path, stopped: threading.Event) -> str:
    sha = hashlib.sha256()
    with replacing(folder / _FILE) as file:
        while chunk := source.read(_CHUNK):
            _check(stopped)
            sha.update(chunk)
            file.write(chunk)
    return sha.hexdigest()


def _check(stopped: threading.Event) -> None:
    if stopped.is_set():
        raise _Stopped


def _kept(folder: Path) -> tuple[Image | None, str]:
    """The copy if it is complete and unchanged, and the sha256 of its original file; None otherwise."""
    try:
        about = parsed((folder / _ABOUT).read_bytes(), "the photo")
        data = (folder / _FILE).read_bytes()
        image, file_digest = decode_image(data, about.text("name"), limit=None).image, about.text("file", "")
    except (OSError, MaskStudioError):
        return None, ""
    # Another version of a decoder may round differently, but the same bytes are still the same photo.
    same = image.digest == about.values.get("digest") or hashlib.sha256(data).hexdigest() == file_digest
    return (image, file_digest) if same else (None, "")
