"""One sentence and status 1 if there is no screen, where Qt writes pages of text and aborts."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_UNREACHED = ("could not connect to display", "wl_display")  # Qt's words for X11 and for Wayland


@contextmanager
def explained() -> Iterator[None]:
    """The context in which the application object is made; without a screen the process ends there."""
    said: list[str] = []

    def take(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        said.append(text)
        if kind == QtMsgType.QtFatalMsg:  # Qt aborts as soon as this returns
            if sys.stderr is not None:
                sys.stderr.write(f"{_sentence(' '.join(said))}\n")
                sys.stderr.flush()
            os._exit(1)

    before = qInstallMessageHandler(take)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def _sentence(said: str) -> str:
    screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if any(words in said for words in _UNREACHED):
        if not screen:
            return "There is no screen here to open a window on; the commands of maskstudio --help work without one."
        return f"The screen {screen} cannot be reached, so no window can be opened on it."
    return "No window can be opened here; maskstudio doctor says what is missing."
