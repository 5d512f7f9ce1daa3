"""Pictures in and out: copy and paste with transparency, drops from other programs, the cut-out dragged to them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QIODevice, QMimeData
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter

from maskstudio.core.formats import MIME_TYPES
from maskstudio.params.local import CutoutParams, ExportParams
from maskstudio.session.clipboard import Place
from maskstudio.session.session import Session
from maskstudio.ui.files.copied_cutout import PLACE, Parcel
from maskstudio.ui.files.file_urls import from_text, host_in, named_in, path_in
from maskstudio.ui.files.filemenu import FileMenu
from maskstudio.ui.files.masks_in import MaskIn
from maskstudio.ui.files.tabs import Tabs

# Formats in which programs put pictures on the clipboard, the most faithful first.
_FORMATS = ("image/png", "PNG", *(f"image/{name}" for name in MIME_TYPES))
Propose = Callable[[str, str, Callable[[], object]], None]  # a sentence, the words of a button, and the verb it runs


def _tr(text: str) -> str:
    return QCoreApplication.translate("exchange", text)


class Openable(NamedTuple):
    """What mime data holds that can be opened: files, bytes of an image file, or an address on the web."""

    files: tuple[Path, ...] = ()
    data: bytes = b""
    address: str = ""

    def __bool__(self) -> bool:
        return bool(self.files or self.data or self.address)


class Exchange:
    """Copy, paste and drop. ``offer`` asks the user above the canvas before anything is fetched from the web."""

    def __init__(self, tabs: Tabs, files: FileMenu, masks: MaskIn, offer: Propose) -> None:
        self._tabs, self._files, self._masks, self._offer = tabs, files, masks, offer

    @property
    def _session(self) -> Session:
        return self._tabs.front.session

    def copy(self, params: ExportParams, written: CutoutParams, *, merged: bool) -> None:
        """Put the cut-out of the active layer, or of all, on the clipboard as it would be exported."""
        session = self._session
        if session.document is not None and session.document.layers:
            done = partial(self._copied, session, written)
            session.clipboard.hand_out(params, merged=merged, prepare=Parcel.of, done=done, written=written)

    def paste(self) -> None:
        """Open what the clipboard holds in a tab of its own."""
        self.take(found_in(QGuiApplication.clipboard().mimeData()))

    def paste_mask(self) -> None:
        """Add the picture on the clipboard to the document in front as a mask."""
        mime, session = QGuiApplication.clipboard().mimeData(), self._session
        found, place = found_in(mime), place_in(mime)
        if session.document is None:
            return
        if place is not None:
            self._masks.paste(session, bytes(mime.data("image/png").data()), place)
        elif found.files or found.data:
            self._masks.paste(session, found.files[0] if found.files else found.data, None)
        else:
            session.told(_tr("There is no picture on the clipboard."))

    def take(self, found: Openable) -> None:
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
        session.clipboard.fetch(address, partial(self._open, name))

    def _open(self, name: str, data: bytes) -> None:
        tab = self._tabs.fresh()
        tab.opening = Path(name)
        tab.session.clipboard.paste_image(data, name)

    def _copied(self, session: Session, written: CutoutParams, parcel: Parcel) -> None:
        QGuiApplication.clipboard().setMimeData(parcel.mime())
        if written.return_only_mask:
            session.told(_tr("Copied the mask, as Export is set."))
        elif written.rgba[3]:
            session.told(_tr("Copied the cut-out on the background that is set in Export."))
        else:
            session.told(_tr("Copied the cut-out with its transparency."))


def found_in(mime: QMimeData | None) -> Openable:
    """What can be opened: files first, then a picture, then a path or address as text."""
    if mime is None:
        return Openable()
    files = tuple(path for path in map(path_in, mime.urls()) if path is not None)
    if files:
        return Openable(files)
    for name in _FORMATS:
        if mime.hasFormat(name) and (data := bytes(mime.data(name).data())):
            return Openable(data=data)
    if mime.hasImage() and (data := _png(mime.imageData())):
        return Openable(data=data)
    meant = from_text(mime.urls()[0].toString() if mime.urls() else mime.text())
    return Openable((meant,)) if isinstance(meant, Path) else Openable(address=meant or "")


def place_in(mime: QMimeData | None) -> Place | None:
    """The place on its photo of the PNG in it, if maskstudio copied it; else None."""
    if mime is None or not mime.hasFormat(PLACE) or not mime.hasFormat("image/png"):
        return None
    return Place.unpacked(bytes(mime.data(PLACE).data()))


def _png(image: object) -> bytes:
    if not isinstance(image, QImage) or image.isNull():
        return b""
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(held.data())
