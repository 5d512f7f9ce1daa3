"""What the user does with files: asks which one and where, warns of what would be lost, and hands it to the session."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QWidget

from maskstudio.errors import MaskStudioError, TooLarge, Untrusted
from maskstudio.params import ExportParams
from maskstudio.session import Session
from maskstudio.settings import Settings
from maskstudio.ui import dialogs

_MODELS = (".pt", ".onnx")
Offer = tuple[str, Callable[[], object]]  # the words of a button and what it does


def _tr(text: str) -> str:
    return QCoreApplication.translate("files", text)


class Files:
    """The verbs of the File menu. ``model_added(name)`` is called once a weight file is in the models folder."""

    def __init__(self, window: QWidget, session: Session, settings: Settings) -> None:
        self._window, self._session, self._settings = window, session, settings
        self._opening: Path | None = None
        self._adding: Path | None = None
        self.model_added: Callable[[str], None] = lambda _name: None

    # Photos

    def open(self, path: Path, *, anyway: bool = False) -> None:
        """Open an image; the document that is open stays until the new one is there."""
        if not self.may_leave():
            return
        self._opening = path
        if anyway:
            self._session.open(path, limit=None)
        else:
            self._session.open(path)

    def drop(self, paths: list[Path]) -> None:
        """Open the first photo of those dropped on the window; a model file is added instead."""
        models = [path for path in paths if path.suffix.lower() in _MODELS]
        photos = [path for path in paths if path not in models]
        if photos:
            self.open(photos[0])
        elif models:
            self._add(models[0], trust=False)
        if len(paths) > 1:
            name = (photos or models)[0].name
            self._session.told(_tr("Of the {} files dropped, {} was taken.").format(len(paths), name))

    def ask_open(self) -> None:
        """Let the user choose an image."""
        if path := dialogs.ask_image(self._window, self._settings):
            self.open(path)

    def import_mask(self) -> None:
        """Let the user choose a mask to add as a layer."""
        if path := dialogs.ask_image(self._window, self._settings, _tr("Import Mask")):
            self._session.import_mask(path, resize=True)

    def close(self) -> None:
        """Close the photo; asks first if its cut-out was never exported."""
        if self.may_leave():
            self._session.close()

    def may_leave(self) -> bool:
        """Whether the open document may go: nothing is lost, or the user agrees."""
        return not self._session.unexported or dialogs.may_discard(self._window)

    def fill_recent(self, menu: QMenu) -> None:
        """The recent files that are still there."""
        menu.clear()
        for text in self._settings.recent:
            if Path(text).is_file():
                menu.addAction(dialogs.short(Path(text).name), partial(self.open, Path(text))).setToolTip(text)
        menu.setEnabled(not menu.isEmpty())

    # Results

    def export(self, params: ExportParams) -> None:
        """Ask where, and write the cut-out."""
        self._export(params, "-cutout", self._session.export)

    def export_mask(self, params: ExportParams) -> None:
        """Ask where, and write the mask."""
        self._export(params, "-mask", self._session.export_mask)

    def _export(self, params: ExportParams, suffix: str, write: Callable[[Path, ExportParams], object]) -> None:
        document = self._session.document
        if document and (path := dialogs.ask_export(self._window, self._settings, document.image, suffix)):
            write(path, params)

    # Models

    def add_model(self) -> None:
        """Let the user choose a weight file and copy it into the models folder."""
        if path := dialogs.ask_model(self._window):
            self._add(path, trust=False)

    def _add(self, path: Path, *, trust: bool) -> None:
        self._adding = path
        self._session.add_model(path, trust=trust, done=lambda name: self.model_added(name))

    # When it fails

    def way_out(self, error: MaskStudioError) -> Offer | None:
        """What could be offered to go on in spite of ``error``."""
        if isinstance(error, TooLarge) and (path := self._opening):
            return _tr("Open Anyway"), partial(self.open, path, anyway=True)
        if isinstance(error, Untrusted) and (weights := self._adding):
            return _tr("Trust This File"), partial(self._add, weights, trust=True)
        return None
