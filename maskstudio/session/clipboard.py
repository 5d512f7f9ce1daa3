"""Verbs that exchange pictures with other programs: the cut-out for clipboard and drags, what is pasted or dropped."""

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
from maskstudio.params.local import ExportParams
from maskstudio.providers.weights import download
from maskstudio.session import operations
from maskstudio.session.desk import Desk
from maskstudio.session.keeping import KeptWork

T = TypeVar("T")

_FOLDER = "exchange"
_KEPT = 2 * 24 * 3600  # s


class Place(NamedTuple):
    """Where on its photo a cut-out lies: its left top corner, and the width and height of the photo, px."""

    x: int
    y: int
    width: int
    height: int

    def packed(self) -> bytes:
        """As text for a clipboard."""
        return json.dumps(self._asdict()).encode()

    @classmethod
    def unpacked(cls, data: bytes) -> "Place | None":
        """The place in a text that anybody may have made; None where it is none."""
        try:
            found = json.loads(data)
            values = [found[name] for name in cls._fields]
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        return cls(*values) if all(type(each) is int and abs(each) < 1 << 20 for each in values) else None


class Cutout(NamedTuple):
    """A cut-out to hand over: the PNG's bytes, a file holding the same, for programs that take files only, and where
    it lies.
    """

    png: bytes
    path: Path
    place: Place


class ClipboardVerbs:
    """Pixels cross as PNG bytes, so that no toolkit touches colours under partial transparency."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def hand_out(
        self,
        params: ExportParams,
        *,
        merged: bool,
        prepare: Callable[[Cutout], T],
        done: Callable[[T], None],
        lane: str = "copy",
    ) -> Job:
        """The cut-out of the active layer, or of all, written as ``params`` say and trimmed to what there is of it.

        ``prepare`` makes of it, on the job's thread, what ``done`` gets. In one ``lane`` only the newest counts.
        """
        entered, active = self._desk.entered(), self._desk.active
        name = fitting(Path(entered.document.image.name).stem, "-cutout.png")

        def work(token: Token) -> T:
            document = entered.whole(token.part(0.0, 0.5))
            layer = None if merged or active is None else document.layer(active.id)
            chosen = document if layer is None else _alone(document, layer)
            png, box = operations.cutout_png(chosen, params, token.part(0.5, 1.0))
            return prepare(Cutout(png, _kept(name, png), Place(box.x, box.y, *chosen.size)))

        return self._desk.start("Copy cut-out", work, done, lane=lane)

    def paste_image(self, data: bytes, name: str) -> Job:
        """Make an image from ``data`` (bytes of any image file) the document, under a name of its own."""

        def done(document: Document) -> None:
            history = History(document, limit=self._desk.history_limit)
            self._desk.take_up(history, KeptWork(history))

        return self._desk.start(
            f"Paste {name}", lambda _token: _pasted(data, name), done, lane="open"
        )  # fmt: skip

    def fetch(self, address: str, done: Callable[[bytes], None]) -> Job:
        """Download a picture because the user asked for it; https only."""
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
    root = paths.cache() / _FOLDER
    try:
        root.mkdir(parents=True, exist_ok=True)
        for old in root.iterdir():  # nobody pastes what was copied days ago
            with suppress(FileNotFoundError):  # another window tidies up as well
                if old.stat().st_mtime < time.time() - _KEPT:
                    shutil.rmtree(old, ignore_errors=True)
        path = Path(tempfile.mkdtemp(dir=root)) / path_of(name)
    except OSError as error:
        raise CannotWrite(f"{name} could not be written: {reason(error)}.") from error
    with replacing(path) as file:
        file.write(png)
    return path
