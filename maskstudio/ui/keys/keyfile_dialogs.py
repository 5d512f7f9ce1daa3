"""The dialogs that ask for a file of keys to read or to write."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from maskstudio import paths
from maskstudio.names import path_of
from maskstudio.ui.widgets import file_dialogs


def _tr(text: str) -> str:
    return QCoreApplication.translate("keyfileDialogs", text)


def ask_keys_export(parent: QWidget, name: str) -> Path | None:
    """Ask where to write the keys of a set called ``name``; None if the user cancels."""
    name, _ = QFileDialog.getSaveFileName(
        parent, _tr("Export Keys"), f"maskstudio-{name}.json", f"{_tr('Keys')} (*.json)"
    )
    if not name:
        return None
    complete = name.lower().endswith(".json")
    path = path_of(name if complete else f"{name}.json")
    return path if complete or not paths.exists(path) or file_dialogs.may_replace(parent, path) else None


def ask_keys_import(parent: QWidget) -> Path | None:
    """Ask for a file of keys to read; None if the user cancels."""
    name, _ = QFileDialog.getOpenFileName(parent, _tr("Import Keys"), "", f"{_tr('Keys')} (*.json)")
    return path_of(name) if name else None
