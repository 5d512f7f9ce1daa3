"""One table of what can be done: id, text, keys, icon and when. Menus, toolbar and shortcuts are made from it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from maskstudio.ui.icons import icon

When = Literal["always", "document", "layer", "undo", "redo", "job", "model", "layers", "above", "below"]


@dataclass(frozen=True, slots=True)
class Spec:
    """An action. ``group`` makes it one of several exclusive choices."""

    id: str
    menu: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    when: When = "always"
    group: str = ""
    ends_section: bool = False


ACTIONS = (
    Spec("file.open", "File", "Open…", "Open a photo.", ("Ctrl+O",), "open"),
    Spec("file.sample", "File", "Open the Sample", "Open the sample photo.", (), "sample"),
    Spec("file.importMask", "File", "Import Mask…", "Add a mask from an image file as a layer.",
         (), "", "document", "", True),
    Spec("file.export", "File", "Export Cut-out…", "Write the cut-out as a PNG with transparency.",
         ("Ctrl+Shift+E", "Ctrl+E"), "export", "layers"),
    Spec("file.exportMask", "File", "Export Mask…", "Write the mask as a grey PNG.", (), "mask", "layers"),
    Spec("file.addModel", "File", "Add Model File…", "Add a YOLO weight file (.pt or .onnx).",
         (), "", "always", "", True),
    Spec("file.close", "File", "Close", "Close the photo.", ("Ctrl+W",), "", "document"),
    Spec("file.quit", "File", "Quit", "Close maskstudio.", ("Ctrl+Q",)),
    Spec("edit.undo", "Edit", "Undo", "Take the last step back.", ("Ctrl+Z",), "undo", "undo"),
    Spec("edit.redo", "Edit", "Redo", "Bring the last undone step back.",
         ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "redo", "", True),
    Spec("edit.cancelJobs", "Edit", "Cancel Running Work", "Stop every running job.", ("Ctrl+.",), "cancel", "job"),
    Spec("select.detect", "Select", "Detect", "Find objects with the chosen model.",
         ("Ctrl+Shift+D",), "detect", "model"),
    Spec("select.subject", "Select", "Remove Background", "Find the subject as a whole.",
         ("Ctrl+Alt+S",), "cutout", "document"),
    Spec("select.refine", "Select", "Refine Edge", "Solve the edge of the active layer.",
         ("Ctrl+Alt+R",), "refine", "layer"),
    Spec("layer.visible", "Layer", "Show or Hide", "Show or hide the active layer.", ("Ctrl+,",), "eye", "layer"),
    Spec("layer.up", "Layer", "Bring Forward", "Move the active layer up.", ("Ctrl+]",), "up", "above"),
    Spec("layer.down", "Layer", "Send Backward", "Move the active layer down.", ("Ctrl+[",), "down", "below", "", True),
    Spec("layer.delete", "Layer", "Delete", "Delete the active layer.", ("Delete",), "trash", "layer"),
    Spec("view.overlay", "View", "Overlay", "The photo, tinted where the mask is not.",
         ("\\",), "view-overlay", "document", "mode"),
    Spec("view.black", "View", "On Black", "The cut-out on black: shows light fringes.",
         (), "view-black", "document", "mode"),
    Spec("view.white", "View", "On White", "The cut-out on white: shows dark fringes.",
         (), "view-white", "document", "mode"),
    Spec("view.checker", "View", "On Checker", "The cut-out on a checkerboard.",
         (), "view-checker", "document", "mode"),
    Spec("view.mask", "View", "Mask", "The mask itself, white is in.", ("K",), "view-mask", "document", "mode"),
    Spec("view.image", "View", "Photo", "The photo alone. Hold ` for a glance.",
         (), "view-image", "document", "mode", True),
    Spec("view.nextMode", "View", "Next View", "Go to the next way of looking.", ("F",), "", "document"),
    Spec("view.previousMode", "View", "Previous View", "Go back to the last way of looking.",
         ("Shift+F",), "", "document", "", True),
    Spec("view.fit", "View", "Fit", "Show the whole photo.", ("Ctrl+0",), "fit", "document"),
    Spec("view.actual", "View", "100 %", "One pixel of the photo on one of the screen.",
         ("Ctrl+1",), "actual-size", "document"),
    Spec("view.zoomIn", "View", "Zoom In", "Closer.", ("Ctrl++", "Ctrl+="), "zoom-in", "document"),
    Spec("view.zoomOut", "View", "Zoom Out", "Further away.", ("Ctrl+-",), "zoom-out", "document", "", True),
    Spec("view.boxes", "View", "Show Detections", "Draw boxes and numbers of detections.", ("Ctrl+H",), "", "document"),
    Spec("window.system", "Window", "Theme of the System", "Light or dark as the system is.",
         (), "", "always", "theme"),
    Spec("window.light", "Window", "Light Theme", "Light greys.", (), "", "always", "theme"),
    Spec("window.dark", "Window", "Dark Theme", "Dark greys.", (), "", "always", "theme", True),
    Spec("help.shortcuts", "Help", "Keyboard Shortcuts", "Every key there is.", ("F1",)),
    Spec("help.about", "Help", "About maskstudio", "Version and licence."),
)  # fmt: skip
CHECKABLE = frozenset({"view.boxes"})


def build(parent: QObject, verbs: dict[str, Callable[[], object]]) -> dict[str, QAction]:
    """A QAction for each entry, named by its id and connected to the verb of that id."""
    groups: dict[str, QActionGroup] = {}
    actions = {}
    for spec in ACTIONS:
        action = QAction(_translated(spec.text), parent)
        action.setObjectName(spec.id)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setStatusTip(_translated(spec.tip))
        action.setToolTip(tooltip(spec))
        if spec.group:
            group = groups.setdefault(spec.group, QActionGroup(parent))
            group.addAction(action)
        action.setCheckable(bool(spec.group) or spec.id in CHECKABLE)
        action.triggered.connect(lambda _checked=False, verb=verbs[spec.id]: verb())
        actions[spec.id] = action
    return actions


def dress(actions: dict[str, QAction]) -> None:
    """Give every action its icon in the colours of the theme of now."""
    for spec in ACTIONS:
        if spec.icon:
            actions[spec.id].setIcon(icon(spec.icon))


def fill(bar: QMenuBar, actions: dict[str, QAction], recent: QMenu) -> None:
    """Menus from the table, with the recent files below Open."""
    menus: dict[str, QMenu] = {}
    for spec in ACTIONS:
        if spec.menu not in menus:
            menus[spec.menu] = bar.addMenu(_translated(spec.menu))
        menus[spec.menu].addAction(actions[spec.id])
        if spec.id == "file.open":
            menus[spec.menu].addMenu(recent)
        if spec.ends_section:
            menus[spec.menu].addSeparator()


def enable(actions: dict[str, QAction], holds: Iterable[When]) -> None:
    """Enable the actions whose condition is among ``holds``."""
    true = {"always", *holds}
    for spec in ACTIONS:
        actions[spec.id].setEnabled(spec.when in true)


def tooltip(spec: Spec) -> str:
    """What a button says when pointed at: its text, its key, and what it does."""
    key = QKeySequence(spec.keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if spec.keys else ""
    title = f"{_translated(spec.text)}  {key}".strip()
    return f"<p><b>{title}</b><br>{_translated(spec.tip)}</p>"


def _translated(text: str) -> str:
    return QCoreApplication.translate("actions", text)
