"""What a retoucher's hands expect of the window: keys that toggle, the menu over the photo, a photo that stays put."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget

from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.ui.widgets.barfields import BarNumber

K, M, NONE = Qt.Key, Qt.KeyboardModifier, Qt.KeyboardModifier.NoModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def editor(window, qtbot):
    """The window with a grey photo of 300 × 200 px at 100 %, and the keys on the canvas."""
    window.session.history = History(Document(Image(np.full((200, 300, 3), 120, np.uint8))))
    window.session.changed()
    qtbot.waitUntil(window.canvas.isVisible)
    window.canvas.view.actual_pixels()
    window.canvas.setFocus()
    return window


def key(editor, key, modifiers=NONE):
    QTest.keyClick(editor.windowHandle(), key, modifiers)


def mouse(editor, kind, x, y, button=LEFT, modifiers=NONE):
    place = editor.canvas.view.from_image(QPointF(x, y))
    own = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else button
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
    event = QMouseEvent(kind, place, editor.canvas.mapToGlobal(place), own, held, modifiers)
    QCoreApplication.sendEvent(editor.canvas, event)


def press(editor, *points, button=LEFT):
    """Press at the first point and go on to the others, without letting go."""
    mouse(editor, QEvent.Type.MouseButtonPress, *points[0], button)
    for point in points[1:]:
        mouse(editor, QEvent.Type.MouseMove, *point, button)


def release(editor, point, button=LEFT):
    mouse(editor, QEvent.Type.MouseButtonRelease, *point, button)


def labels(editor):
    return [step.label for step in editor.session.history.steps]


def test_backslash_turns_the_overlay_off_and_on(editor):
    seen = []
    for _ in range(3):
        key(editor, K.Key_Backslash)
        seen.append(editor.canvas.styling.mode)
    assert seen == ["image", "overlay", "image"]
    assert editor.actions_by_id["view.image"].isChecked()


def test_k_shows_the_mask_and_then_what_was_before(editor):
    editor.actions_by_id["view.black"].trigger()
    seen = []
    for _ in range(2):
        key(editor, K.Key_K)
        seen.append(editor.canvas.styling.mode)
    assert seen == ["mask", "black"]


def test_a_click_of_the_right_button_opens_a_menu_over_the_photo(editor, qtbot):
    key(editor, K.Key_L)
    press(editor, (50, 50), button=RIGHT)
    release(editor, (50, 50), RIGHT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    words = {action.text().split("\t")[0]: action for action in menu.actions()}
    assert {"Select All", "Select None", "Invert", "Fit", "View As"} <= set(words)
    assert not words["Select None"].isEnabled()
    words["Select All"].trigger()
    assert editor.session.document.alpha.array().min() == 255
    menu.close()


def test_the_right_button_of_the_brush_erases_and_opens_nothing(editor):
    key(editor, K.Key_A, M.ControlModifier)
    key(editor, K.Key_B)
    press(editor, (50, 50), button=RIGHT)
    release(editor, (50, 50), RIGHT)
    assert QApplication.activePopupWidget() is None
    assert editor.session.document.alpha.array()[50, 50] == 0


def test_a_verb_in_the_middle_of_a_stroke_ends_the_stroke_first(editor):
    key(editor, K.Key_B)
    editor.actions_by_id["layer.new"].trigger()
    press(editor, (50, 50), (90, 60))
    key(editor, K.Key_I, M.ControlModifier)
    release(editor, (200, 150))
    assert labels(editor)[-2:] == ["Paint", "Invert mask"]
    assert editor.session.document.alpha.array()[50, 50] == 0
    assert editor.session.document.alpha.array()[150, 200] == 255


def test_undo_in_the_middle_of_a_stroke_drops_the_stroke_alone(editor):
    key(editor, K.Key_B)
    press(editor, (50, 50))
    release(editor, (50, 50))
    before = editor.session.document
    press(editor, (100, 50), (150, 60))
    key(editor, K.Key_Z, M.ControlModifier)
    release(editor, (150, 60))
    assert editor.session.document is before


def test_undo_takes_a_corner_of_a_polygon_back(editor):
    editor.actions_by_id["select.all"].trigger()
    editor.actions_by_id["tool.polygon"].trigger()
    for point in ((20, 20), (100, 20), (100, 150)):
        press(editor, point)
        release(editor, point)
    key(editor, K.Key_Z, M.ControlModifier)
    assert len(editor.tools.tool.corners) == 2
    assert labels(editor)[-1] == "Select all"


def test_news_do_not_move_the_photo(editor):
    place = editor.canvas.mapToGlobal(editor.canvas.view.from_image(QPointF(10, 10)))
    editor.notice.show_sentence("Something happened.")
    QApplication.processEvents()
    assert editor.notice.isVisible()
    assert editor.notice.width() == editor.canvas.width()
    assert editor.canvas.mapToGlobal(editor.canvas.view.from_image(QPointF(10, 10))) == place
    editor.resize(1100, 700)
    QApplication.processEvents()
    assert editor.notice.width() == editor.canvas.width()


def test_precise_cursors_are_taken_at_once(editor):
    key(editor, K.Key_B)
    assert editor.canvas.cursor().shape() == Qt.CursorShape.BlankCursor
    editor.settings.precise_cursor = True
    editor.preferences._apply["precise_cursor"]()
    assert editor.canvas.cursor().shape() == Qt.CursorShape.CrossCursor


def test_a_sign_tells_that_the_opposite_is_painted(editor):
    key(editor, K.Key_B)
    canvas = editor.canvas
    QTest.keyPress(editor.windowHandle(), K.Key_Alt)
    shown = canvas.cursor()
    assert shown.shape() == Qt.CursorShape.BitmapCursor
    ink = shown.pixmap().toImage()
    dark = [(x, y) for x in range(32) for y in range(32) if ink.pixelColor(x, y).alpha() > 200]
    assert dark
    assert max(y for _, y in dark) - min(y for _, y in dark) <= 5  # a minus, not a plus
    QTest.keyRelease(editor.windowHandle(), K.Key_Alt)
    assert canvas.cursor().shape() == Qt.CursorShape.BlankCursor
    press(editor, (50, 50), button=RIGHT)
    assert canvas.cursor().shape() == Qt.CursorShape.BitmapCursor
    release(editor, (50, 50), RIGHT)
    assert canvas.cursor().shape() == Qt.CursorShape.BlankCursor


def test_the_tilde_is_held_wherever_a_layout_has_it(editor):
    """On a German keyboard it is AltGr and the key that is ] on a US one; AltGr goes up first."""
    key(editor, K.Key_B)
    size, bench = editor.tools.tool.params.size, editor.tools._bench
    down = QKeyEvent(QEvent.Type.KeyPress, K.Key_AsciiTilde, NONE, 35, 0x7E, 0, "~")
    QCoreApplication.sendEvent(editor.windowHandle(), down)
    assert bench.opposite
    assert editor.tools.tool.params.size == size
    up = QKeyEvent(QEvent.Type.KeyRelease, K.Key_Plus, NONE, 35, 0x2B, 0, "+")
    QCoreApplication.sendEvent(editor.windowHandle(), up)
    assert not bench.opposite


def test_the_bar_keeps_its_fields_apart_in_a_small_window(editor):
    key(editor, K.Key_B)
    for width in (1366, 900, 700):
        editor.resize(width, 600)
        QApplication.processEvents()
        page = editor.tools.options._page
        shown = sorted(
            (each.geometry() for each in page.children() if isinstance(each, QWidget) and each.isVisible()),
            key=lambda box: box.left(),
        )
        assert all(left.right() < right.left() for left, right in pairwise(shown))
        assert shown[-1].right() <= page.width()
        numbers = [each for each in page.findChildren(BarNumber) if each.isVisible()]
        assert numbers
    editor.resize(1366, 768)
    QApplication.processEvents()
    assert len([each for each in page.findChildren(BarNumber) if each.isVisible()]) == 4


def test_the_status_line_tells_of_the_first_tool(editor):
    hint = editor.tools.tool.hint
    assert hint in [label.toolTip() for label in editor.statusBar().findChildren(QLabel)]


def test_painting_is_what_one_begins_with(editor):
    assert editor.tools.name == "brush"


def test_a_long_press_opens_the_flyout(editor, qtbot):
    button = editor.tools.strip.button("lasso")
    seen = []

    def look():
        menu = button.menu()
        if menu.isVisible():
            seen.extend(action.text() for action in menu.actions())
            menu.actions()[1].trigger()
            menu.close()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(50)
    QTest.mousePress(button, LEFT)
    qtbot.waitUntil(lambda: bool(seen))
    timer.stop()
    QTest.mouseRelease(button, LEFT)
    assert seen == ["Lasso", "Polygon Lasso", "Magnetic Lasso"]
    assert editor.tools.name == "polygon"


def test_the_name_of_a_number_in_the_bar_is_dragged(editor):
    key(editor, K.Key_B)
    page = editor.tools.options._page
    name = next(each for each in page.findChildren(QLabel) if each.text() == "Size")
    before, middle = editor.tools.tool.params.size, name.rect().center()
    QTest.mousePress(name, LEFT, NONE, middle)
    QTest.mouseMove(name, middle + QPoint(40, 0))
    QTest.mouseRelease(name, LEFT, NONE, middle + QPoint(40, 0))
    assert editor.tools.tool.params.size > before


def test_ctrl_space_and_a_click_zoom_about_the_place(editor):
    key(editor, K.Key_B)
    QTest.keyPress(editor.windowHandle(), K.Key_Space)
    scales = []
    for modifiers in (M.ControlModifier, M.ControlModifier | M.AltModifier):
        place = editor.canvas.view.from_image(QPointF(200, 50))
        mouse(editor, QEvent.Type.MouseButtonPress, 200, 50, LEFT, modifiers)
        mouse(editor, QEvent.Type.MouseButtonRelease, 200, 50, LEFT, modifiers)
        scales.append(editor.canvas.view.scale)
        moved = editor.canvas.view.from_image(QPointF(200, 50)) - place
        assert moved.manhattanLength() < 1e-6
    QTest.keyRelease(editor.windowHandle(), K.Key_Space)
    assert scales[0] > 1
    assert scales[1] == 1
    assert labels(editor) == ["Open"]


def test_f6_reaches_the_bar_of_the_tool(editor):
    key(editor, K.Key_B)
    for _ in range(12):
        key(editor, K.Key_F6)
        if editor.tools.options.isAncestorOf(QApplication.focusWidget()):
            return
    pytest.fail("the bar was never reached")


def test_the_brushs_picture_follows_the_theme(editor):
    key(editor, K.Key_B)

    def lightness():
        ink = editor.tools.options._page._picker.icon().pixmap(44, 24).toImage()
        return ink.pixelColor(22, 12).lightness()

    editor.actions_by_id["window.dark"].trigger()
    dark = lightness()
    editor.actions_by_id["window.light"].trigger()
    assert dark > 180
    assert lightness() < 80
