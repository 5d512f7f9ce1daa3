"""Importing masks from a file, the clipboard or a drop, with a sheet if there is something to choose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from maskstudio.errors import MaskStudioError
from maskstudio.names import shown
from maskstudio.params.local import MaskInParams

if TYPE_CHECKING:
    from maskstudio.core.maskin import Incoming
    from maskstudio.jobs import Token
    from maskstudio.session.clipboard import Place
    from maskstudio.session.session import Session
    from maskstudio.ui.files.maskinsheet import MaskInSheet
    from maskstudio.ui.widgets.notice import Notice


def _tr(text: str) -> str:
    return QCoreApplication.translate("maskin", text)


class MaskIn:
    """Imports masks: it asks over ``window``, or by ``notice`` where the user must not be interrupted."""

    def __init__(self, window: QWidget, notice: Notice) -> None:
        self._window, self._notice = window, notice
        self.sheet: MaskInSheet | None = None  # the sheet while it is open

    def from_file(self, session: Session, path: Path) -> None:
        """Read a file, and ask how its mask is imported."""
        session.importing.look_at_mask(path, path.name, partial(self._ask, session, name=shown(path.stem)))

    def paste(self, session: Session, source: Path | bytes, place: Place | None) -> None:
        """Import the copied picture as a mask.

        A cut-out copied from a photo of the same size goes to its place there, and a picture of the photo's size covers
        it; for anything else the user is asked.
        """
        document, name = session.document, _tr("Pasted mask")
        if document is None:
            return
        if place is not None and isinstance(source, bytes) and (place.width, place.height) == document.size:
            session.importing.paste_mask(source, name, MaskInParams("alpha", mask_offset=(place.x, place.y)))
        elif place is not None:
            session.importing.look_at_mask(source, name, partial(self._centre, session, name))
        else:
            session.importing.look_at_mask(source, name, partial(self._take, session, name))

    def dropped(self, session: Session, path: Path, opened: Callable[[], object]) -> None:
        """Open a dropped file as a photo, or ask first if it looks like a mask for the open photo."""
        document = session.document
        if document is None:
            opened()
            return
        size = document.size

        def work(_token: Token) -> bool:
            from maskstudio.core.files import looks_like_mask

            return looks_like_mask(path, size)

        def done(like: bool) -> None:
            if like and session.document is document:
                as_mask = partial(self.from_file, session, path)
                sentence = _tr("{} looks like a mask for this photo.").format(path.name)
                as_photo = (_tr("Open as Photo"), opened)
                self._notice.show_sentence(sentence, "info", _tr("Open as Mask"), as_mask, [as_photo], holds=True)
            else:
                opened()

        def failed(_error: MaskStudioError) -> None:
            opened()  # opening it says what is wrong with it

        session.runner.start(
            _tr("Look at {}").format(path.name), work, done, lane=f"look {path}", failed=failed, quiet=True
        )

    def _take(self, session: Session, name: str, incoming: Incoming) -> None:
        document = session.document
        if document is not None and incoming.size == document.size:
            session.importing.take_mask(incoming, name, MaskInParams(), "exact", "layer")
        else:
            self._ask(session, incoming, name=name)

    def _centre(self, session: Session, name: str, incoming: Incoming) -> None:
        document = session.document
        if document is None:
            return
        middle = tuple((whole - part) // 2 for whole, part in zip(document.size, incoming.size, strict=True))
        params = MaskInParams("alpha", mask_offset=(middle[0], middle[1]))
        note = _tr("It comes from a photo of another size, so it lies in the middle until you say where.")
        self._ask(session, incoming, name=name, params=params, note=note)

    def _ask(
        self, session: Session, incoming: Incoming, *, name: str, params: MaskInParams | None = None, note: str = ""
    ) -> None:
        """Open the sheet over the window; on Import, hand the mask to ``session`` under this name."""
        from maskstudio.ui.files.maskinsheet import ImportParams, MaskInSheet

        document = session.document
        if document is None:
            return
        chosen = ImportParams(mask_channel=incoming.best)
        if params is not None:
            chosen = replace(chosen, **vars(params), stretch=False)
        sheet = self.sheet = MaskInSheet(self._window, document, incoming, chosen, note)

        def agreed(wanted: ImportParams) -> None:
            base = MaskInParams(wanted.mask_channel, wanted.mask_invert, wanted.mask_offset)
            session.importing.take_mask(incoming, name, base, wanted.fit, wanted.join)

        def over() -> None:
            if self.sheet is sheet:
                self.sheet = None

        sheet.agreed.connect(agreed)
        sheet.finished.connect(lambda _result: over())
        sheet.open()
