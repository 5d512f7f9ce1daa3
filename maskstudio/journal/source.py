"""The photo beside a journal: a copy of its file, so that recovery works even when that is moved, changed or gone."""

import json
import logging
import os
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from maskstudio.core.about import chunks_of
from maskstudio.core.atomic import replacing
from maskstudio.core.checked import Fields, parsed
from maskstudio.core.files import decode_image, read_image
from maskstudio.core.image import Image
from maskstudio.core.png import png_pieces, raster_of
from maskstudio.errors import BadProject, CannotWrite, MaskStudioError

log = logging.getLogger(__name__)

_ABOUT = "source.json"
_FILE = "source"
_CHUNK = 1 << 20


class _Stopped(Exception):
    """The journal is no longer wanted."""


def keep(folder: Path, image: Image, opened: float, stopped: threading.Event) -> None:
    """Put the photo into ``folder``; on a thread of its own, until ``stopped``. A failure is logged: the journal goes
    on, and tells the user if it cannot be written itself.

    A file that has been changed since ``opened`` (s since the epoch) is not what is on screen: the pixels are kept.
    """
    if (folder / _ABOUT).exists():
        return
    try:
        name = _copied(folder, image, opened, stopped)
        about = {"name": name, "digest": image.digest}
        with replacing(folder / _ABOUT) as file:
            file.write(json.dumps(about).encode())
    except _Stopped:
        return
    except (OSError, CannotWrite):
        log.info("the photo could not be kept beside its journal", exc_info=True)


def restored(folder: Path, header: Fields) -> Image:
    """The photo a journal is about. Raises BadProject where it is gone or has become another."""
    path = Path(header.text("path")) if header.values.get("path") else None
    size = header.whole("width", 1), header.whole("height", 1)
    image = _kept(folder)
    if image is None and path is not None:
        try:
            image = read_image(path, limit=None).image
        except MaskStudioError as error:
            raise BadProject(f"{header.text('name')} cannot be continued: its photo is gone.") from error
    if image is None or image.size != size or image.depth != header.whole("depth", 8, 16):
        raise BadProject(f"{header.text('name')} cannot be continued: its photo is gone.")
    return replace(image, name=header.text("name"), path=path, notes=())


def _copied(folder: Path, image: Image, opened: float, stopped: threading.Event) -> str:
    """The name the photo's file had; it tells its kind."""
    if image.path is not None:
        try:
            with image.path.open("rb") as source:
                if os.fstat(source.fileno()).st_mtime < opened:
                    _copy(source, folder, stopped)
                    return image.path.name
        except OSError:
            log.info("the photo's file could not be copied", exc_info=True)
    pieces_of = png_pieces(raster_of(image.whole), about=chunks_of(image, "all"))
    with replacing(folder / _FILE) as file, closing(pieces_of) as pieces:
        for piece in pieces:
            _check(stopped)
            file.write(piece)
    return "pixels.png"


def _copy(source: BinaryIO, folder: Path, stopped: threading.Event) -> None:
    with replacing(folder / _FILE) as file:
        while chunk := source.read(_CHUNK):
            _check(stopped)
            file.write(chunk)


def _check(stopped: threading.Event) -> None:
    if stopped.is_set():
        raise _Stopped


def _kept(folder: Path) -> Image | None:
    """The copy, if it is whole and what it should be."""
    try:
        about = parsed((folder / _ABOUT).read_bytes(), "the photo")
        image = decode_image((folder / _FILE).read_bytes(), about.text("name"), limit=None).image
        return image if image.digest == about.text("digest") else None
    except (OSError, MaskStudioError):
        return None
