"""Showing a file in the system's file manager, selected in its folder if the system can do that."""

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

_NAME, _AT = "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1"


def show_in_folder(path: Path) -> None:
    """Open the folder of ``path`` with the file selected, or, if that fails, just the folder."""
    if sys.platform == "win32":
        QProcess.startDetached("explorer", [f"/select,{path}"])
    elif sys.platform == "darwin":
        QProcess.startDetached("open", ["-R", str(path)])
    elif not _asked_for(path):
        QDesktopServices.openUrl(_url(path.parent))


def _url(path: Path) -> QUrl:
    """The URL of a file, with the bytes of its name."""
    return QUrl.fromEncoded(path.absolute().as_uri().encode())


def _asked_for(path: Path) -> bool:
    """Whether the desktop's file manager was asked to show the file; if it refuses, the folder is opened."""
    try:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
    except ImportError:  # this Qt is built without D-Bus
        return False
    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    call = QDBusMessage.createMethodCall(_NAME, _AT, _NAME, "ShowItems")
    call.setArguments([[path.absolute().as_uri()], ""])
    watcher = QDBusPendingCallWatcher(bus.asyncCall(call))

    def answered() -> None:
        if watcher.isError():
            QDesktopServices.openUrl(_url(path.parent))
        watcher.deleteLater()

    watcher.finished.connect(answered)
    return True
