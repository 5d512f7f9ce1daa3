"""Verbs that exchange pictures with other programs: cut-outs for clipboard and drags, pasted and dropped pictures."""

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from maskstudio import paths
from maskstudio.core.atomic import reason, replacing
from maskstudio.core.document import Document, Layer
from maskstudio.core.files import decode_image
from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from maskstudio.errors import CannotWrite
from maskstudio.jobs import Job, Token
from maskstudio.names import fitting, path_of
from maskstudio.params.local import CutoutParams, ExportParams
from maskstudio.providers.weights import download
from maskstudio.session import operations
from maskstudio.session.desk import Desk
from maskstudio.session.keeping import KeptWork

T = TypeVar("T")

_FOLDER = "exchange"
_KEPT = 2 * 24 * 3600  # s
_CLEAR = CutoutParams()  # a cut-out with nothing behind it


class Place(NamedTuple):
    """Where a cut-out lies on its photo: its top left corner, and the width and height of the photo, in px."""

    x: int
    y: int
    width: int
    height: int

    def packed(self) -> bytes:
        """The place as JSON text for a clipboard."""
        return json.dumps(self._asdict()).encode()

    @classmethod
    def unpacked(cls, data: bytes) -> "Place | None":
        """The place in a text from any source; None if the text holds no place."""
        try:
            found = json.loads(data)
            values = [found[name] for name in cls._fields]
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        return cls(*values) if all(type(each) is int and abs(each) < 1 << 20 for each in values) else None


class Cutout(NamedTuple):
    """A cut-out to hand over: the bytes of the PNG, a file with the same bytes for programs that take only files, and
    its place on the photo.
    """

    png: bytes
    path: Path
    place: Place


class ClipboardVerbs:
    """Pixels are exchanged as PNG bytes, so that no toolkit changes colours under partial transparency."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def hand_out(
        self,
        params: ExportParams,
        *,
        merged: bool,
        prepare: Callable[[Cutout], T],
        done: Callable[[T], None],
        written: CutoutParams = _CLEAR,
        lane: str = "copy",
    ) -> Job:
        """Make the cut-out of the active layer, or of all if ``merged``, as ``params`` say, trimmed to its content.

        ``written`` says what is put behind it, or that the mask alone is wanted, as for an export.
        ``prepare`` runs on the job's thread and turns the cut-out into the argument of ``done``. In one ``lane``, a
        newer job replaces an older one.
        """
        entered, active = self._desk.entered(), self._desk.active
        name = fitting(Path(entered.document.image.name).stem, "-cutout.png")

        def work(token: Token) -> T:
            document = entered.whole(token.part(0.0, 0.5))
            layer = None if merged or active is None else document.layer(active.id)
            chosen = document if layer is None else _alone(document, layer)
            if written.return_only_mask:
                png, box = operations.alpha_png(chosen, params), chosen.frame
            else:
                png, box = operations.cutout_png(chosen, params, written.rgba, token.part(0.5, 1.0))
            return prepare(Cutout(png, _kept(name, png), Place(box.x, box.y, *chosen.size)))

        return self._desk.start("Copy cut-out", work, done, lane=lane)

    def paste_image(self, data: bytes, name: str) -> Job:
        """Open an image from ``data`` (bytes of any image file) as a new document without a file, called ``name``."""

        def done(document: Document) -> None:
            history = History(document, limit=self._desk.history_limit)
            self._desk.take_up(history, KeptWork(history))

        return self._desk.start(
            f"Paste {name}", lambda _token: _pasted(data, name), done, lane="open"
        )  # fmt: skip

    def fetch(self, address: str, done: Callable[[bytes], None]) -> Job:
        """Download a picture at the user's request, over https only."""
        return self._desk.start(
            "Download picture", lambda token: download.picture(address, token), done, lane="download"
        )


def _alone(document: Document, layer: Layer) -> Document:
    return Document(document.image).add([layer.changed(visible=True, mode="add")])


def _pasted(data: bytes, name: str) -> Document:
    opened = decode_image(data, name)
    document = Document(replace(opened.image, path=None))
    if opened.alpha is None:
        return document
    mask = Mask.from_array(opened.alpha)
    return document.add([Layer(id=0, name="Alpha of the file", mask=mask, shaped=mask)])


def _kept(name: str, png: bytes) -> Path:
    """Write the PNG into a folder of its own in the cache and delete copies older than two days. Raises CannotWrite."""
    root = paths.cache() / _FOLDER
    try:
        root.mkdir(parents=True, exist_ok=True)
        for old in root.iterdir():  # copies that are days old are not pasted any more
            with suppress(FileNotFoundError):  # another window may delete them at the same time
                if old.stat().st_mtime < time.time() - _KEPT:
                    shutil.rmtree(old, ignore_errors=True)
        path = Path(tempfile.mkdtemp(dir=root)) / path_of(name)
    except OSError as error:
        raise CannotWrite(f"{name} could not be written: {reason(error)}.") from error
    with replacing(path) as file:
        file.write(png)
    return path
