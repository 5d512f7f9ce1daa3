"""The project file: OpenRaster for every other program, with our document, complete, in a folder of its own inside.

``mimetype``, ``stack.xml``, ``data/*.png``, ``mergedimage.png`` and ``Thumbnails/thumbnail.png`` are as OpenRaster
0.0.6 has them. ``maskstudio/document.json`` is the record, ``maskstudio/planes`` its planes, ``maskstudio/image.*`` the
file the photo came from, byte for byte, or, where there is none any more, its pixels, and ``maskstudio/history`` the
steps around it, for undo and redo.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from maskstudio.core import flattened, foreign, projecthistory
from maskstudio.core.archive import Archive, sniff
from maskstudio.core.atomic import replacing
from maskstudio.core.callbacks import Check, Progress
from maskstudio.core.checked import parsed
from maskstudio.core.document import Document
from maskstudio.core.fileframes import whole_frames
from maskstudio.core.files import decode_image
from maskstudio.core.image import Image
from maskstudio.core.png import png_pieces, raster_of
from maskstudio.core.pngabout import chunks_of
from maskstudio.core.projecthistory import Past, Sink
from maskstudio.core.record import Reader, document_record, upgraded
from maskstudio.core.shelf import ShelfWriter
from maskstudio.core.shelved import KINDS, Limits, ShelfReader
from maskstudio.core.stack import read_stack
from maskstudio.errors import BadProject, CannotRead, MaskStudioError, TooLarge

SUFFIX = ".ora"
MIMETYPE = "image/openraster"
_RECORD, _PLANES, _IMAGE = "maskstudio/document.json", "maskstudio/planes", "maskstudio/image"
_TEXT = 64 << 20  # bytes of a record or a list of layers
_BIG = 4 << 30  # bytes of an image or of all planes
_DRAWN = "pixels.png"
_HUGE = 1 << 31  # bytes from which zip needs another form of header


@dataclass(frozen=True)
class Source:
    """Where the bytes of the photo's file can be had: a file, or a ``member`` of a project file.

    ``digest`` (sha256) is that of the bytes, where they are known to be the photo; ``name`` tells their kind. ``drawn``
    is that of the picture of the photo for other programs in the same project file, which need not be made again.
    """

    path: Path | None
    member: str = ""
    name: str = ""
    digest: str = ""
    drawn: str = ""

    def picture(self) -> bytes | None:
        """The picture of the photo for other programs, from an earlier save; None where there is none any more."""
        try:
            data = self._bytes(flattened.PHOTO) if self.drawn else None
        except (OSError, MaskStudioError):
            return None
        return data if data is not None and hashlib.sha256(data).hexdigest() == self.drawn else None

    def read(self, image: Image) -> tuple[str, bytes] | None:
        """Name and bytes of the file that ``image`` was decoded from; None where it is gone or has changed."""
        name = self.name or (self.path.name if self.path else "")
        try:
            data = self._bytes(self.member)
            if data is None:
                return None
            if self.digest:
                return (name, data) if hashlib.sha256(data).hexdigest() == self.digest else None
            return (name, data) if decode_image(data, name, limit=None).image.digest == image.digest else None
        except (OSError, MaskStudioError):
            return None

    def _bytes(self, member: str) -> bytes | None:
        if self.path is None or not self.path.is_file():  # a pipe in its place would wait for a writer
            return None
        if not member:
            return self.path.read_bytes()
        with self.path.open("rb") as file, Archive(file) as archive:
            return archive.read(member, _BIG)


@dataclass(frozen=True, eq=False)
class Project:
    """What a project file holds. ``own`` is false for one that another program made; ``notes`` are for the user.

    ``past`` are the steps that led to the document and those undone again, None where the file holds none.
    """

    document: Document
    source: Source
    own: bool = True
    notes: tuple[str, ...] = ()
    past: Past | None = None


def source_in(path: Path) -> Source | None:
    """Where a project file of ours has the photo's file; None where it is no such file. Whether it is still that photo
    is found out when it is read.
    """
    try:
        with path.open("rb") as file, Archive(file) as archive:
            about = parsed(archive.read(_RECORD, _TEXT), "its record").part("image")
            return Source(path, about.text("member"), PurePosixPath(about.text("file")).name)
    except (OSError, BadProject):
        return None


def is_project(path: Path) -> bool:
    """Whether a file is to be read as a project, by its first bytes."""
    return sniff(path)


# Writing


def write_project(
    path: Path, document: Document, source: Source, step: Progress = lambda _part: None, past: Past | None = None
) -> Source:
    """Write ``document`` whole or not at all; gives where the photo's file is from then on.

    ``past`` is the history that ``document`` is the present of; what of it fits within its limit is kept as well.
    Raises CannotWrite, and what ``step`` (0..1) raises; the file there was stays then.
    """
    name, data, member = _original(document.image, source)
    step(0.05)
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", MIMETYPE)
        archive.writestr("stack.xml", flattened.stack_of(document).xml(document.image.name), zipfile.ZIP_DEFLATED)
        _add(archive, "Thumbnails/thumbnail.png", [flattened.thumbnail_png(document)])
        _add_ours(archive, document, member, name, past, lambda: step(0.05))
        step(0.1)
        digest = ""
        if member != flattened.PHOTO:
            digest = _add(archive, member, _pixels(document.image) if data is None else [data], document.image)
        step(0.15)
        for number, layer in enumerate(document.layers):
            _add(archive, flattened.veil_name(number), flattened.veil_pieces(layer), document.image)
            step(0.15 + 0.1 * number / len(document.layers))
        known = source.picture()
        photo = flattened.photo_pieces(document, lambda part: step(0.25 + 0.35 * part)) if known is None else [known]
        drawn = _add(archive, flattened.PHOTO, photo, document.image)
        merged = flattened.merged_pieces(document, lambda part: step(0.6 + 0.4 * part))
        _add(archive, "mergedimage.png", merged, document.image)
    return Source(path, member, name, digest or drawn, drawn)


def _original(image: Image, source: Source) -> tuple[str, bytes | None, str]:
    """What the photo's file is called, its bytes, and the member that holds it.

    Without a file, its pixels stand in, which is the picture for other programs itself where that has them all.
    """
    if source.member == flattened.PHOTO and source.picture() is not None:
        return _DRAWN, None, flattened.PHOTO
    kept = source.read(image)
    if kept is not None:
        return *kept, _IMAGE + (PurePosixPath(kept[0]).suffix if _plain(kept[0]) else "")
    return _DRAWN, None, flattened.PHOTO if _plainly_drawn(image) else f"{_IMAGE}.png"


def _add_ours(
    archive: zipfile.ZipFile, document: Document, member: str, name: str, past: Past | None, check: Check
) -> None:
    """Adds what other programs do not know: planes, history and record."""
    image = document.image
    about = {"member": member, "file": name, "name": image.name, "depth": image.depth}
    sink, digest = Sink(), hashlib.sha256()
    shelf = ShelfWriter(sink)
    with archive.open(zipfile.ZipInfo(_PLANES), "w", force_zip64=_long(image)) as file:

        def put(data: bytes) -> None:
            digest.update(data)
            file.write(data)

        sink.to = put
        record = document_record(document, shelf)
    size = {"width": image.width, "height": image.height}
    text = json.dumps({"program": "maskstudio", **size, "image": about, **record}, default=str).encode()
    archive.writestr(_RECORD, text, zipfile.ZIP_DEFLATED)
    past = past and past.ending_in(document)
    if past is not None and past.limit > 0 and len(past.steps) > 1:
        belongs = projecthistory.fingerprint(text, digest)
        with archive.open(zipfile.ZipInfo(projecthistory.MEMBER), "w") as file:
            projecthistory.write_past(file.write, past, belongs, shelf, sink, check)


def _add(archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes], image: Image | None = None) -> str:
    """Add a member, stored as it is; gives its sha256."""
    digest = hashlib.sha256()
    with archive.open(zipfile.ZipInfo(name), "w", force_zip64=image is not None and _long(image)) as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
    if isinstance(pieces, Generator):
        pieces.close()
    return digest.hexdigest()


def _pixels(image: Image) -> Generator[bytes]:
    grey = image.grey and image.alpha is None
    pixels = image.pixels[..., 0] if grey else image.whole
    return png_pieces(raster_of(pixels), about=chunks_of(image, "all", grey=grey))


def _plainly_drawn(image: Image) -> bool:
    """Whether the picture of a photo for other programs holds all there is of it."""
    return image.depth == 8 and not image.grey and image.alpha is None


def _long(image: Image) -> bool:
    return 2 * image.pixels.nbytes > _HUGE


def _plain(name: str) -> bool:
    return re.fullmatch(r"\.[A-Za-z0-9]{1,8}", PurePosixPath(name).suffix) is not None


# Reading


def read_project(path: Path, *, limit: int | None, step: Progress = lambda _part: None) -> Project:
    """The project in a file, ours or that of another program. ``limit`` is in pixels of the photo, None for none.

    Raises CannotRead, BadProject, BadImage or TooLarge, one sentence each; or what ``step`` (0..1) raises.
    """
    try:
        with path.open("rb") as file:
            return _read(file, path, limit, step)
    except BadProject as error:
        raise BadProject(f"{path.name} cannot be opened: {error}.") from error
    except FileNotFoundError as error:
        raise CannotRead(f"{path.name} does not exist.") from error
    except OSError as error:
        raise CannotRead(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except MemoryError as error:
        raise TooLarge(f"{path.name} needs more memory than this computer can give.") from error


def _read(file: BinaryIO, path: Path, limit: int | None, step: Progress) -> Project:
    with Archive(file) as archive:
        if "mimetype" not in archive or archive.read("mimetype", 100).strip() != MIMETYPE.encode():
            raise BadProject("it is not an OpenRaster project")
        step(0.05)
        if _RECORD in archive:
            return _read_ours(archive, path, limit, step)
        document, notes = foreign.read(archive, read_stack(archive.read("stack.xml", _TEXT)), path.name, limit, step)
        return Project(document, Source(None), own=False, notes=notes)


def _read_ours(archive: Archive, path: Path, limit: int | None, step: Progress) -> Project:
    """The project in a file of ours; raises BadProject, half a sentence, where it cannot be believed."""
    text = archive.read(_RECORD, _TEXT)
    record = upgraded(parsed(text, "its record"))
    about = record.part("image")
    member, name = about.text("member"), PurePosixPath(about.text("file")).name
    data = archive.read(member, _BIG)
    step(0.2)
    image = decode_image(data, name, limit=limit).image
    if image.size != (record.whole("width", 1), record.whole("height", 1)) or image.depth != about.whole(
        "depth", 8, 16
    ):
        raise BadProject("its photo is of another size than its masks")
    digest = hashlib.sha256(data).hexdigest()
    source = Source(path, member, name, digest, digest if member == flattened.PHOTO else "")
    del data
    step(0.6)
    image = replace(image, name=about.text("name"))
    planes = archive.read(_PLANES, _BIG)
    shelf = _shelf(planes, image)
    reader = Reader(image, shelf)
    document = reader.document(record)
    belongs = projecthistory.fingerprint(text, hashlib.sha256(planes))
    del planes
    step(0.8)
    past, notes = _past(archive, path.name, belongs, document, shelf, reader)
    if image.large:
        _ = image.quarter
    step(1.0)
    return Project(document, source, notes=notes, past=past)


def _past(
    archive: Archive, name: str, belongs: str, document: Document, shelf: ShelfReader, reader: Reader
) -> tuple[Past | None, tuple[str, ...]]:
    """The history, as far as it is sound, and what is to be said of the rest. It never keeps a project from opening."""
    if projecthistory.MEMBER not in archive:
        return None, ()
    past, problem = None, ""
    try:
        data = archive.read(projecthistory.MEMBER, projecthistory.MOST)
        past, problem = projecthistory.read_past(data, belongs, document, shelf, reader)
    except BadProject as error:
        problem = str(error)
    except MemoryError:
        problem = "it needs more memory than this computer can give"
    return past, (f"The undo history of {name} is not complete: {problem}.",) if problem else ()


def _shelf(planes: bytes, image: Image) -> ShelfReader:
    shelf = ShelfReader(image.size, image.depth, Limits.for_size(*image.size))
    try:
        for frame in whole_frames(planes):
            if frame.kind not in KINDS:
                raise BadProject("a part of it is damaged")
            shelf.take(frame)
    except ValueError as error:
        raise BadProject("a part of it is damaged") from error
    return shelf
