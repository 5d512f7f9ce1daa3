"""Showing a file in the system's file manager, chosen in its folder where the system can do that."""

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

_NAME, _AT = "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1"


def show_in_folder(path: Path) -> None:
    """Open the folder of ``path`` with the file chosen in it, or at least the folder."""
    if sys.platform == "win32":
        QProcess.startDetached("explorer", [f"/select,{path}"])
    elif sys.platform == "darwin":
        QProcess.startDetached("open", ["-R", str(path)])
    elif not _asked_for(path):
        QDesktopServices.openUrl(_url(path.parent))


def _url(path: Path) -> QUrl:
    """The address of a file, byte by byte as its name is."""
    return QUrl.fromEncoded(path.absolute().as_uri().encode())


def _asked_for(path: Path) -> bool:
    """Whether the desktop's file manager was asked to show the file. Where it refuses, the folder is opened."""
    try:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
    except ImportError:  # a Qt without it
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
