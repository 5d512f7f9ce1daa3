"""The box about the program."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget


def _tr(text: str) -> str:
    return QCoreApplication.translate("about", text)


def show_about(parent: QWidget) -> None:
    """Show version, licence and the libraries in use."""
    text = _tr(
        "<h3>maskstudio {}</h3><p>Free software under the GNU Affero General Public License, version 3 or later.</p>"
        "<p>Detection by Ultralytics YOLO (AGPL-3.0) and MediaPipe (Apache-2.0). Nothing is sent anywhere unless you "
        "ask for it.</p>"
    )
    from importlib.metadata import version  # imports much of the e-mail library, so it waits until it is needed

    QMessageBox.about(parent, _tr("About maskstudio"), text.format(version("maskstudio")))
