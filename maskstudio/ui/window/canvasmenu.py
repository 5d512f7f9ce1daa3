"""The context menu of the photo, with the actions most used there."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from maskstudio.ui.canvas.scene import MODES

_ROWS = (
    "edit.undo", "edit.redo", "",
    "select.all", "select.none", "mask.invert", "select.feather", "edit.transform", "",
    "edit.copy", "edit.paste", "",
    "view.fit", "view.actual", "view.zoomSubject",
)  # fmt: skip
_FULLER = {"select.all": "Select All", "select.none": "Select None"}  # actions of the menu Select that are left out
_LAST = ("view.split", "view.sideBySide", "view.difference", "view.compareWith", "view.resetRotation")


def show_menu(actions: Mapping[str, QAction], at: QPoint, parent: QWidget) -> QMenu:
    """Open the menu at a place of the screen; it is deleted when it closes."""
    menu = QMenu(parent)
    menu.setObjectName("canvasMenu")
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    _fill(menu, actions, _ROWS)
    looks = menu.addMenu(QCoreApplication.translate("canvasMenu", "View As"))
    _fill(looks, actions, tuple(f"view.{mode}" for mode in MODES))
    _fill(menu, actions, _LAST)
    menu.popup(at)
    return menu


def _fill(menu: QMenu, actions: Mapping[str, QAction], names: tuple[str, ...]) -> None:
    for name in names:
        if not name:
            menu.addSeparator()
        elif name in _FULLER and name in actions:
            _add_fuller(menu, actions[name])
        elif name in actions:
            menu.addAction(actions[name])


def _add_fuller(menu: QMenu, action: QAction) -> None:
    text = QCoreApplication.translate("canvasMenu", _FULLER[action.objectName()])
    key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    menu.addAction(f"{text}\t{key}", action.trigger).setEnabled(action.isEnabled())
