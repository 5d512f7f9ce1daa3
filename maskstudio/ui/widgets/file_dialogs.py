"""What every dialog that chooses a file needs: where it begins, and whether a file may be written over."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from maskstudio.names import shown, text_of


def _tr(text: str) -> str:
    return QCoreApplication.translate("fileDialogs", text)


def place(folder: str | Path) -> str:
    """A folder as the file dialog can be told it: Qt knows no name that is not UTF-8, so maybe one further up."""
    path = Path(text_of(folder))
    return str(next((each for each in (path, *path.parents) if shown(each) == str(each)), "")) if str(folder) else ""


def may_replace(parent: QWidget, path: Path) -> bool:
    """Whether the user agrees that a file which is there already is written over."""
    text = _tr("{} is there already. Replace it?").format(shown(path.name))
    return QMessageBox.question(parent, _tr("Export"), text) == QMessageBox.StandardButton.Yes
