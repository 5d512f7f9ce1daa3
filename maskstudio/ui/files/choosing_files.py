"""Asking which file: a photo to open, a weight file, and where a cut-out is written."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from maskstudio import paths
from maskstudio.core.formats import CAMERA_RAW, PICTURES, PROJECTS, patterns
from maskstudio.core.image import Image
from maskstudio.names import fitting, path_of, text_of
from maskstudio.session.shelving import MODEL_FILES
from maskstudio.settings import Settings
from maskstudio.ui.widgets import file_dialogs

_IMAGES = patterns(PICTURES, CAMERA_RAW, PROJECTS)


def _tr(text: str) -> str:
    return QCoreApplication.translate("choosingFiles", text)


def ask_image(parent: QWidget, settings: Settings, title: str = "") -> Path | None:
    """A file the user chooses to open, or None."""
    folder = file_dialogs.place(Path(settings.recent[0]).parent) if settings.recent else ""
    filters = f"{_tr('Images')} ({_IMAGES});;{_tr('All files')} (*)"
    name, _ = QFileDialog.getOpenFileName(parent, title or _tr("Open a Photo"), folder, filters)
    return path_of(name) if name else None


def ask_images(parent: QWidget, settings: Settings) -> list[Path]:
    """The files the user chooses to open, none if it was cancelled."""
    folder = file_dialogs.place(Path(settings.recent[0]).parent) if settings.recent else ""
    filters = f"{_tr('Images')} ({_IMAGES});;{_tr('All files')} (*)"
    names, _ = QFileDialog.getOpenFileNames(parent, _tr("Open Photos"), folder, filters)
    return [path_of(name) for name in names]


def ask_export(parent: QWidget, settings: Settings, image: Image, suffix: str) -> Path | None:
    """Where to write a PNG, or None; the folder is remembered."""
    folder = settings.export_folder or (image.path.parent if image.path else "")
    proposal = str(Path(file_dialogs.place(folder)) / fitting(Path(image.name).stem, f"{suffix}.png"))
    name, _ = QFileDialog.getSaveFileName(parent, _tr("Export"), proposal, "PNG (*.png)")
    if not name:
        return None
    complete = name.lower().endswith(".png")
    path = path_of(name if complete else f"{name}.png")
    if not complete and paths.exists(path) and not file_dialogs.may_replace(parent, path):
        return None  # the dialog asked about the name without its ending
    settings.export_folder = text_of(path.parent)
    return path


def ask_model(parent: QWidget) -> Path | None:
    """A weight file the user chooses, or None."""
    name, _ = QFileDialog.getOpenFileName(
        parent, _tr("Add Model File"), "", f"{_tr('Models')} ({' '.join(f'*{ending}' for ending in MODEL_FILES)})"
    )
    return path_of(name) if name else None
