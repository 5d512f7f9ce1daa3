"""Started where there is no screen: one sentence and status 1, whatever Qt would have done; and where there is one."""

import os
import subprocess
import sys

import pytest

HIDDEN = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_SESSION_TYPE")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a screen")
@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "There is no screen here to open a window on"),
        ({"DISPLAY": ":7777"}, "The screen :7777 cannot be reached"),
        ({"WAYLAND_DISPLAY": "wayland-77"}, "The screen wayland-77 cannot be reached"),
        ({"QT_QPA_PLATFORM": "nothing"}, "No window can be opened here"),
    ],
)
def test_no_screen_is_one_sentence(environment, says):
    kept = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    command = [sys.executable, "-m", "maskstudio"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**kept, **environment})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(says)
    assert done.stderr.endswith(".\n")
    assert done.stderr.count("\n") == 1


def test_with_a_screen_the_words_of_qt_go_where_they_went(qapp):
    from PySide6.QtCore import qInstallMessageHandler

    from maskstudio.ui.window import no_screen

    heard = []
    before = qInstallMessageHandler(lambda *message: heard.append(message[2]))
    try:
        with no_screen.explained():
            pass
        from PySide6.QtCore import qDebug

        qDebug("after")
        assert heard == ["after"]
    finally:
        qInstallMessageHandler(before)
