"""A window with a canvas, the tools and nothing else, and hands for them."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget

from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.session.session import Session
from maskstudio.settings import Settings
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.registry.table import ACTIONS
from maskstudio.ui.tools.tools import Tools

NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
SIZE = (400, 300)  # px of the photo


@dataclass(repr=False)
class Stage:
    """The tools at work on one photo; ``at`` gives the place of an image point in the canvas."""

    window: QMainWindow
    canvas: Canvas
    session: Session
    settings: Settings
    tools: Tools
    actions: dict[str, QAction]
    told: list[str]

    def at(self, x, y):
        return self.canvas.view.from_image(QPointF(x, y)).toPoint()

    def press(self, x, y, button=LEFT, modifiers=NONE):
        QTest.mousePress(self.canvas, button, modifiers, self.at(x, y))

    def move(self, x, y, button=LEFT, modifiers=NONE):
        """QTest sends moves without buttons and modifiers, unlike any mouse."""
        from PySide6.QtCore import QCoreApplication, QEvent
        from PySide6.QtGui import QMouseEvent

        at = QPointF(self.at(x, y))
        buttons = button or Qt.MouseButton.NoButton
        event = QMouseEvent(
            QEvent.Type.MouseMove, at, self.canvas.mapToGlobal(at), Qt.MouseButton.NoButton, buttons, modifiers
        )
        QCoreApplication.sendEvent(self.canvas, event)

    def release(self, x, y, button=LEFT, modifiers=NONE):
        QTest.mouseRelease(self.canvas, button, modifiers, self.at(x, y))

    def drag(self, *points, button=LEFT, modifiers=NONE):
        self.press(*points[0], button, modifiers)
        for point in points[1:]:
            self.move(*point, button, modifiers)
        self.release(*points[-1], button, modifiers)

    def click(self, x, y, button=LEFT, modifiers=NONE):
        self.drag((x, y), button=button, modifiers=modifiers)

    def key(self, key, modifiers=NONE):
        QTest.keyClick(self.canvas, key, modifiers)

    @property
    def alpha(self):
        return self.session.document.alpha.array()

    @property
    def steps(self):
        return [step.label for step in self.session.history.steps]


@pytest.fixture
def stage(qtbot):
    """A photo of 400 × 300 px at 100 %, with the tools at first use."""
    window = QMainWindow()
    canvas, settings = Canvas(), Settings()
    session = Session(Runner(immediate, Inline()))
    told = []
    tools = Tools(canvas, settings, window)
    verbs = tools.verbs()
    group, actions = QActionGroup(window), {}
    for spec in (each for each in ACTIONS if not each.does):
        action = actions[spec.id] = QAction(spec.text, window)
        action.setObjectName(spec.id)
        action.setToolTip(spec.tip)
        action.setShortcuts(list(spec.keys))
        if spec.group == "tool":
            group.addAction(action)
            action.setCheckable(True)
        if spec.id in verbs:
            action.triggered.connect(lambda _=False, verb=verbs[spec.id]: verb())
        window.addAction(action)
    tools.build(actions)
    middle = QWidget()
    column = QVBoxLayout(middle)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(tools.options)
    column.addWidget(canvas, 1)
    window.setCentralWidget(middle)
    window.addToolBar(Qt.ToolBarArea.LeftToolBarArea, tools.strip)
    pixels = np.random.default_rng(1).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
    session.history = History(Document(Image(pixels)))

    def changed():
        canvas.contents.set_document(session.document)
        tools.refresh()

    session.told = told.append
    session.changed.connect(changed)
    session.adopting.connect(canvas.contents.adopt)
    session.ending.connect(canvas.contents.touch)
    canvas.contents.set_document(session.document)
    tools.follow(session)
    window.resize(900, 640)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    canvas.setFocus()
    canvas.view.actual_pixels()
    QApplication.processEvents()
    yield Stage(window, canvas, session, settings, tools, actions, told)
    canvas.removeEventFilter(tools)


@pytest.fixture
def select(pointer, stage):
    """The Select tool in use, with the model that needs no weights."""
    tool = stage.tools.tool_called("select")
    tool.set_params(replace(tool.params, model="none"))
    stage.tools.choose("select")
    return stage
