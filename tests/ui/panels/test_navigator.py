"""The navigator: shows all of the photo, follows the canvas and leads it."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QPalette

from maskstudio.core.document import Document, Layer
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.style import Style
from maskstudio.ui.panels.navigator import Navigator

WIDTH, HEIGHT = 1040, 608  # at an eighth on a widget of 146 x 92, less 8 px around


def document():
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    alpha[:, WIDTH // 2 :] = 255
    mask = Mask.from_array(alpha)
    grey = Image(np.full((HEIGHT, WIDTH, 3), 100, np.uint8))
    return Document(grey).add([Layer(0, "subject", mask, mask)])


@pytest.fixture
def canvas(qtbot, unhurried):
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.styling.set_style(Style(colour=(0, 200, 0), opacity=1.0))
    made.contents.set_document(document())
    made.show()
    return made


@pytest.fixture
def navigator(canvas, qtbot):
    made = Navigator(canvas)
    qtbot.addWidget(made)
    made.setFixedSize(146, 92)
    made.setPalette(QPalette(QColor(46, 46, 46)))
    made.show()
    settle(qtbot, made)
    return made


def settle(qtbot, navigator):
    qtbot.waitUntil(lambda: navigator.repaint() or navigator.complete)


def test_it_shows_the_photo_with_its_mask(navigator, pixels):
    seen = pixels(navigator.grab().toImage())
    assert (seen[40, 20] == (0, 200, 0)).all()  # outside
    assert (seen[40, 120] == 100).all()


def test_what_is_out_of_sight_is_veiled(navigator, canvas, qtbot, pixels):
    canvas.view.look_at(1.0, QPointF(WIDTH / 2, HEIGHT / 2))
    settle(qtbot, navigator)
    seen = pixels(navigator.grab().toImage())
    assert (seen[46, 90] == 100).all()  # 400 x 300 of the middle are 50 x 37 here
    assert (seen[46, 125] < 70).all()
    assert (seen[20, 90] < 70).all()


def test_dragging_the_frame_moves_the_canvas(navigator, canvas, qtbot):
    canvas.view.look_at(1.0, QPointF(WIDTH / 2, HEIGHT / 2))
    start = QPoint(73 + 10, 46 + 5)  # inside the frame: it keeps its distance
    qtbot.mousePress(navigator, Qt.MouseButton.LeftButton, pos=start)
    assert canvas.view.centre == QPointF(WIDTH / 2, HEIGHT / 2)
    qtbot.mouseMove(navigator, start + QPoint(10, -4))
    qtbot.mouseRelease(navigator, Qt.MouseButton.LeftButton, pos=start + QPoint(10, -4))
    assert canvas.view.centre == QPointF(WIDTH / 2 + 80, HEIGHT / 2 - 32)
    assert canvas.view.scale == 1.0
    qtbot.mouseMove(navigator, start)
    assert canvas.view.centre == QPointF(WIDTH / 2 + 80, HEIGHT / 2 - 32)


def test_a_click_beside_the_frame_goes_there(navigator, canvas, qtbot):
    canvas.view.look_at(2.0, QPointF(WIDTH / 2, HEIGHT / 2))
    qtbot.mouseClick(navigator, Qt.MouseButton.LeftButton, pos=QPoint(8 + 25, 8 + 30))
    assert canvas.view.centre == QPointF(200, 240)


def test_keys_move_and_zoom(navigator, canvas, qtbot):
    canvas.view.look_at(1.0, QPointF(500, 300))
    qtbot.keyClick(navigator, Qt.Key.Key_Right)
    qtbot.keyClick(navigator, Qt.Key.Key_Down)
    assert canvas.view.centre == QPointF(540, 330)
    qtbot.keyClick(navigator, Qt.Key.Key_Plus)
    assert canvas.view.scale == 2.0
    qtbot.keyClick(navigator, Qt.Key.Key_Minus)
    assert canvas.view.scale == 1.0
    assert navigator.accessibleName()


def test_a_stroke_repaints_only_what_it_changed(navigator, canvas, qtbot, pixels):
    painted = navigator._frame.painted
    after = canvas.contents.document.alpha.array()
    after[100:200, 100:200] = 255
    canvas.contents.set_live(lambda rect: after[rect.slices()])
    for _ in range(5):
        canvas.contents.touch(Rect(100, 100, 100, 100))
    qtbot.waitUntil(lambda: not navigator._pause.isActive())
    settle(qtbot, navigator)
    assert (pixels(navigator.grab().toImage())[8 + 18, 8 + 18] == 100).all()
    assert navigator._frame.painted - painted <= 5 * 17 * 17


def test_without_a_photo_it_is_empty(navigator, canvas):
    canvas.contents.set_document(None)
    navigator.repaint()
    assert not navigator.grab().isNull()


def test_snapshot(navigator, canvas, qtbot, snapshot):
    canvas.view.look_at(0.6, QPointF(700, 250))
    canvas.view.rotate_to(20)
    settle(qtbot, navigator)
    snapshot(navigator.grab().toImage(), "navigator")
