"""The dialogs that choose a file: what is opened, and where something is written."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from maskstudio import paths
from maskstudio.core.formats import CAMERA_RAW, PICTURES, PROJECTS, patterns
from maskstudio.core.image import Image
from maskstudio.names import fitting, path_of, shown, text_of
from maskstudio.settings import Settings

_IMAGES = patterns(PICTURES, CAMERA_RAW, PROJECTS)


def _tr(text: str) -> str:
    return QCoreApplication.translate("fileDialogs", text)


def place(folder: str | Path) -> str:
    """A folder as the file dialog can be told it: Qt knows no name that is not UTF-8, so maybe one further up."""
    path = Path(text_of(folder))
    return str(next((each for each in (path, *path.parents) if shown(each) == str(each)), "")) if str(folder) else ""


def ask_image(parent: QWidget, settings: Settings, title: str = "") -> Path | None:
    """A file the user chooses to open, or None."""
    folder = place(Path(settings.recent[0]).parent) if settings.recent else ""
    filters = f"{_tr('Images')} ({_IMAGES});;{_tr('All files')} (*)"
    name, _ = QFileDialog.getOpenFileName(parent, title or _tr("Open a Photo"), folder, filters)
    return path_of(name) if name else None


def ask_images(parent: QWidget, settings: Settings) -> list[Path]:
    """The files the user chooses to open, none if it was cancelled."""
    folder = place(Path(settings.recent[0]).parent) if settings.recent else ""
    filters = f"{_tr('Images')} ({_IMAGES});;{_tr('All files')} (*)"
    names, _ = QFileDialog.getOpenFileNames(parent, _tr("Open Photos"), folder, filters)
    return [path_of(name) for name in names]


def ask_export(parent: QWidget, settings: Settings, image: Image, suffix: str) -> Path | None:
    """Where to write a PNG, or None; the folder is remembered."""
    folder = settings.export_folder or (image.path.parent if image.path else "")
    proposal = str(Path(place(folder)) / fitting(Path(image.name).stem, f"{suffix}.png"))
    name, _ = QFileDialog.getSaveFileName(parent, _tr("Export"), proposal, "PNG (*.png)")
    if not name:
        return None
    complete = name.lower().endswith(".png")
    path = path_of(name if complete else f"{name}.png")
    if not complete and paths.exists(path) and not may_replace(parent, path):
        return None  # the dialog asked about the name without its ending
    settings.export_folder = text_of(path.parent)
    return path


def ask_model(parent: QWidget) -> Path | None:
    """A weight file the user chooses, or None."""
    name, _ = QFileDialog.getOpenFileName(parent, _tr("Add Model File"), "", f"{_tr('Weights')} (*.pt *.onnx)")
    return path_of(name) if name else None


def ask_keys_export(parent: QWidget, name: str) -> Path | None:
    """Where to write the keys of a set called ``name``, or None."""
    name, _ = QFileDialog.getSaveFileName(
        parent, _tr("Export Keys"), f"maskstudio-{name}.json", f"{_tr('Keys')} (*.json)"
    )
    if not name:
        return None
    complete = name.lower().endswith(".json")
    path = path_of(name if complete else f"{name}.json")
    return path if complete or not paths.exists(path) or may_replace(parent, path) else None


def ask_keys_import(parent: QWidget) -> Path | None:
    """A file of keys the user chooses, or None."""
    name, _ = QFileDialog.getOpenFileName(parent, _tr("Import Keys"), "", f"{_tr('Keys')} (*.json)")
    return path_of(name) if name else None


def may_replace(parent: QWidget, path: Path) -> bool:
    """Whether the user agrees that a file which is there already is written over."""
    text = _tr("{} is there already. Replace it?").format(shown(path.name))
    return QMessageBox.question(parent, _tr("Export"), text) == QMessageBox.StandardButton.Yes
