"""Pictures in and out: copy and paste with transparency, drops from other programs, the cut-out dragged to them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QIODevice, QMimeData
from PySide6.QtGui import QGuiApplication, QImage, QImageReader, QImageWriter

from maskstudio.core.formats import MIME_TYPES
from maskstudio.session import Session
from maskstudio.ui.files import Files
from maskstudio.ui.pointers import from_text, host_in, named_in, path_in, url_of
from maskstudio.ui.tabs import Tabs
from maskstudio.verbs.exchange import Cutout

# What programs put on the clipboard for pictures, the most faithful first.
_FORMATS = ("image/png", "PNG", *(f"image/{name}" for name in MIME_TYPES))
Offer = Callable[[str, str, Callable[[], object]], None]  # a sentence, the words of a button and what it does


def _tr(text: str) -> str:
    return QCoreApplication.translate("exchange", text)


class Found(NamedTuple):
    """What mime data holds that could be opened: files, bytes of an image file, or an address on the web."""

    files: tuple[Path, ...] = ()
    data: bytes = b""
    address: str = ""

    def __bool__(self) -> bool:
        return bool(self.files or self.data or self.address)


class Exchange:
    """Copy, paste and drop. ``offer`` asks the user inline before anything is fetched from the web."""

    def __init__(self, tabs: Tabs, files: Files, offer: Offer) -> None:
        self._tabs, self._files, self._offer = tabs, files, offer

    @property
    def _session(self) -> Session:
        return self._tabs.front.session

    def copy(self, *, merged: bool) -> None:
        """Put the cut-out of the active layer, or of all, on the clipboard, with its transparency."""
        session = self._session
        if session.document is not None and session.document.layers:
            session.hand_out(merged=merged, prepare=Parcel.of, done=lambda parcel: self._copied(session, parcel))

    def paste(self) -> None:
        """Open what the clipboard holds in a tab of its own."""
        self.take(found_in(QGuiApplication.clipboard().mimeData()))

    def paste_mask(self) -> None:
        """Add the picture on the clipboard to the document in front as a mask."""
        found, session = found_in(QGuiApplication.clipboard().mimeData()), self._session
        if session.document is None:
            return
        if found.files:
            session.import_mask(found.files[0], resize=True)
        elif found.data:
            session.paste_mask(found.data, _tr("Pasted mask"))
        else:
            session.told(_tr("There is no picture on the clipboard."))

    def take(self, found: Found) -> None:
        """Open what was pasted or dropped: files, a picture, a path, or, once the user agrees, an address."""
        if found.files:
            self._files.drop(list(found.files))
        elif found.data:
            self._open(_tr("Pasted"), found.data)
        elif found.address:
            sentence = _tr("Download this picture from {}?").format(host_in(found.address))
            self._offer(sentence, _tr("Download"), partial(self._fetch, found.address))
        else:
            self._session.told(_tr("There is no picture on the clipboard."))

    def _fetch(self, address: str) -> None:
        session, name = self._session, named_in(address) or _tr("Downloaded")
        session.fetch(address, partial(self._open, name))

    def _open(self, name: str, data: bytes) -> None:
        tab = self._tabs.fresh()
        tab.opening = Path(name)
        tab.session.paste_image(data, name)

    def _copied(self, session: Session, parcel: "Parcel") -> None:
        QGuiApplication.clipboard().setMimeData(parcel.mime())
        session.told(_tr("Copied the cut-out with its transparency."))


class Parcel(NamedTuple):
    """A cut-out in the forms other programs take."""

    cutout: Cutout
    image: QImage

    @classmethod
    def of(cls, cutout: Cutout) -> "Parcel":
        """Unpack the bitmap, on whatever thread this is. One beyond Qt's limit of 256 MiB goes as PNG and file only."""
        held = QBuffer()
        held.setData(QByteArray(cutout.png))  # not its file: Qt cannot open one whose name is not UTF-8
        held.open(QIODevice.OpenModeFlag.ReadOnly)
        reader = QImageReader(held, QByteArray(b"PNG"))
        size = reader.size()
        fits = 4 * size.width() * size.height() < QImageReader.allocationLimit() << 20
        return cls(cutout, reader.read().convertToFormat(QImage.Format.Format_ARGB32) if fits else QImage())

    def mime(self) -> QMimeData:
        """PNG bytes, a bitmap with straight alpha (Windows makes a DIBv5 of it), and a file."""
        mime = QMimeData()
        mime.setData("image/png", QByteArray(self.cutout.png))
        if not self.image.isNull():
            mime.setImageData(self.image)
        mime.setUrls([url_of(self.cutout.path)])
        return mime


def found_in(mime: QMimeData | None) -> Found:
    """What could be opened: files first, then a picture, then a path or address as text."""
    if mime is None:
        return Found()
    files = tuple(path for path in map(path_in, mime.urls()) if path is not None)
    if files:
        return Found(files)
    for name in _FORMATS:
        if mime.hasFormat(name) and (data := bytes(mime.data(name).data())):
            return Found(data=data)
    if mime.hasImage() and (data := _png(mime.imageData())):
        return Found(data=data)
    meant = from_text(mime.urls()[0].toString() if mime.urls() else mime.text())
    return Found((meant,)) if isinstance(meant, Path) else Found(address=meant or "")


def _png(image: object) -> bytes:
    if not isinstance(image, QImage) or image.isNull():
        return b""
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(held.data())
