"""Helpers of file dialogs: the folder they begin in, and the question before a file is replaced."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from maskstudio.names import shown, text_of


def _tr(text: str) -> str:
    return QCoreApplication.translate("fileDialogs", text)


def place(folder: str | Path) -> str:
    """The nearest folder, this one or a parent, whose name is UTF-8, since Qt's file dialog takes no other."""
    path = Path(text_of(folder))
    return str(next((each for each in (path, *path.parents) if shown(each) == str(each)), "")) if str(folder) else ""


def may_replace(parent: QWidget, path: Path) -> bool:
    """Ask whether an existing file may be replaced; returns whether it may."""
    text = _tr("{} is there already. Replace it?").format(shown(path.name))
    return QMessageBox.question(parent, _tr("Export"), text) == QMessageBox.StandardButton.Yes
