"""The few places where a dialog is right: choosing files, and leaving work that was never exported."""

from importlib.metadata import version
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QFileDialog, QGridLayout, QLabel, QMessageBox, QScrollArea, QVBoxLayout, QWidget

from maskstudio.core.image import Image
from maskstudio.settings import Settings
from maskstudio.ui.actions import ACTIONS

_IMAGES = "*.jpg *.jpeg *.png *.webp *.tif *.tiff *.bmp *.gif *.avif"


def _tr(text: str) -> str:
    return QCoreApplication.translate("dialogs", text)


def short(name: str, letters: int = 48) -> str:
    """A file name with its middle left out where it is too long for a button or a menu."""
    half = letters // 2
    return name if len(name) <= letters else f"{name[:half]}…{name[-half:]}"


def ask_image(parent: QWidget, settings: Settings, title: str = "") -> Path | None:
    """A file the user chooses to open, or None."""
    folder = str(Path(settings.recent[0]).parent) if settings.recent else ""
    filters = f"{_tr('Images')} ({_IMAGES});;{_tr('All files')} (*)"
    name, _ = QFileDialog.getOpenFileName(parent, title or _tr("Open a Photo"), folder, filters)
    return Path(name) if name else None


def ask_export(parent: QWidget, settings: Settings, image: Image, suffix: str) -> Path | None:
    """Where to write a PNG, or None; the folder is remembered."""
    folder = settings.export_folder or (str(image.path.parent) if image.path else "")
    proposal = str(Path(folder) / f"{Path(image.name).stem}{suffix}.png")
    name, _ = QFileDialog.getSaveFileName(parent, _tr("Export"), proposal, "PNG (*.png)")
    if not name:
        return None
    path = Path(name) if name.lower().endswith(".png") else Path(name + ".png")
    if str(path) != name and path.exists() and not may_replace(parent, path):
        return None  # the dialog asked about the name without its ending
    settings.export_folder = str(path.parent)
    return path


def ask_model(parent: QWidget) -> Path | None:
    """A weight file the user chooses, or None."""
    name, _ = QFileDialog.getOpenFileName(parent, _tr("Add Model File"), "", f"{_tr('Weights')} (*.pt *.onnx)")
    return Path(name) if name else None


def may_replace(parent: QWidget, path: Path) -> bool:
    """Whether the user agrees that a file which is there already is written over."""
    text = _tr("{} is there already. Replace it?").format(path.name)
    return QMessageBox.question(parent, _tr("Export"), text) == QMessageBox.StandardButton.Yes


def may_discard(parent: QWidget) -> bool:
    """Whether the user agrees to lose layers that were never exported; Cancel is the default."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setText(_tr("The masks of this photo have not been exported."))
    box.setInformativeText(_tr("Leaving it now discards them."))
    discard = box.addButton(_tr("Discard Masks"), QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    return box.clickedButton() is discard


def show_about(parent: QWidget) -> None:
    """Version, licence and what it stands on."""
    text = _tr(
        "<h3>maskstudio {}</h3><p>Free software under the GNU Affero General Public License, version 3 or later.</p>"
        "<p>Detection by Ultralytics YOLO (AGPL-3.0) and MediaPipe (Apache-2.0). Nothing is sent anywhere unless you "
        "ask for it.</p>"
    )
    QMessageBox.about(parent, _tr("About maskstudio"), text.format(version("maskstudio")))


def _gestures() -> list[tuple[str, str]]:
    return [
        (_tr("Zoom at the pointer"), _tr("wheel, pinch")),
        (_tr("Pan"), _tr("Space + drag, middle drag, arrow keys")),
        (_tr("Pan sideways"), _tr("Shift + wheel")),
        (_tr("Photo alone"), _tr("hold `")),
        (_tr("Choose a layer"), _tr("click its number or box")),
        (_tr("Rename a layer"), _tr("F2 or double click in the list")),
        (_tr("Show or hide a layer"), _tr("click its eye, Space in the list")),
        (_tr("Change a number"), _tr("drag its name, Up and Down; Shift for ten steps")),
        (_tr("Default of a number"), _tr("double click its name")),
    ]


def show_shortcuts(parent: QWidget) -> None:
    """Every action that has keys, by menu."""
    sheet = QDialog(parent)
    sheet.setWindowTitle(_tr("Keyboard Shortcuts"))
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    page = QWidget()
    grid = QGridLayout(page)
    grid.setHorizontalSpacing(24)
    menu = ""
    for spec in (spec for spec in ACTIONS if spec.keys):
        if spec.menu != menu:
            menu = spec.menu
            heading = QLabel(menu)
            heading.setObjectName("dockName")
            grid.addWidget(heading, grid.rowCount(), 0, 1, 2)
        row = grid.rowCount()
        keys = [QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in spec.keys]
        grid.addWidget(QLabel(spec.text), row, 0)
        grid.addWidget(QLabel("   ".join(keys)), row, 1)
    heading = QLabel(_tr("Pointer and fields"))
    heading.setObjectName("dockName")
    grid.addWidget(heading, grid.rowCount(), 0, 1, 2)
    for text, gesture in _gestures():
        row = grid.rowCount()
        grid.addWidget(QLabel(text), row, 0)
        grid.addWidget(QLabel(gesture), row, 1)
    area = QScrollArea(widgetResizable=True)
    area.setWidget(page)
    QVBoxLayout(sheet).addWidget(area)
    sheet.resize(560, 620)
    sheet.show()
