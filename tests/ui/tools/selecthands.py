"""The Select tool at work in the tests' small window, and hands for it."""

from dataclasses import replace

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from maskstudio.selection.prompt import Prompt
from tests.pointer import RADII, selected
from tests.ui.tools.conftest import SIZE

K, M = Qt.Key, Qt.KeyboardModifier
ALT, SHIFT, CTRL = M.AltModifier, M.ShiftModifier, M.ControlModifier
RIGHT = Qt.MouseButton.RightButton
HERE, THERE, ELSEWHERE = (120, 90), (300, 200), (60, 240)


def use(stage, **values):
    tool = stage.tools.tool_called("select")
    tool.set_params(replace(tool.params, **values))


def tool(stage):
    return stage.tools.tool


def points(stage, *places):
    """Image points where the mouse, which stands on whole pixels of the screen, really was."""
    return tuple(stage.canvas.view.to_image(QPointF(stage.at(*place))).toTuple() for place in places)


def button(stage, name):
    return stage.tools.options._page.findChild(QToolButton, name)


def pressed(widget):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def wanted(radius=RADII[0], **prompt):
    return selected(Prompt(**prompt), *SIZE, radius)


def asked(pointer):
    return pointer.asked[-1][1]
