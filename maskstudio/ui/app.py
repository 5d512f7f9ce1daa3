"""Starting the editor: the application object, the theme, and the window."""

import gc
import logging
import os
import sys
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMainWindow

from maskstudio import settings
from maskstudio.names import text_of
from maskstudio.paths import resource
from maskstudio.services import keychain
from maskstudio.ui.widgets import theme
from maskstudio.ui.window import no_screen
from maskstudio.ui.window.system_signals import Signals
from maskstudio.ui.window.window import MainWindow


def create_window(files: list[str]) -> QMainWindow:
    """Make the editor window, for a caller that owns the QApplication and the event loop.

    ``files`` are opened once the loop runs, so the window paints first.
    """
    keychain.take_in()
    sys.setswitchinterval(0.001)  # seconds a thread that runs Python keeps the window waiting; by default 0.005
    app = QApplication.instance()
    assert isinstance(app, QApplication), "create_window needs a QApplication"
    chosen = settings.load()
    theme.apply(app, chosen.theme)
    window = MainWindow(chosen)
    window.lost_work.begin()
    if files:
        QTimer.singleShot(0, partial(_open_all, window, files))
    return window


def _open_all(window: MainWindow, files: list[str]) -> None:
    for file in files:
        window.open(Path(file))


def run(files: list[str]) -> int:
    """Run the editor until its window is closed; returns the exit status."""
    logging.basicConfig(level=logging.WARNING)
    with no_screen.explained():
        app = QApplication(["maskstudio"])
    app.setApplicationName("maskstudio")
    app.setWindowIcon(QIcon(text_of(resource("icons/maskstudio.svg"))))
    window = create_window(files)
    assert isinstance(window, MainWindow)
    window.tour.first_run = True
    window.show()
    gc.freeze()  # the objects made so far live until the end, so later collections can skip them
    gc.enable()
    app.commitDataRequest.connect(window.leaving.session_ends)
    signals = Signals(window.leaving.end_by_signal, window)
    status = app.exec() or window.leaving.status
    signals.end()
    if not window.farewell.wait():
        sys.stderr.flush()
        os._exit(status)  # files and journals are written; what still computes is of no use to anybody
    return status
