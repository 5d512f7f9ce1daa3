"""What is around the photo: hidden by Tab, walked by F6; the photo on the whole screen."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

K, M = Qt.Key, Qt.KeyboardModifier


def test_tab_hides_what_is_around_the_photo_and_brings_it_back(opened):
    around = [opened.sidebar, opened.top_bar, opened.status, opened.tabs]
    QTest.keyClick(opened.canvas, K.Key_Tab)
    assert not any(widget.isVisible() for widget in around)
    assert opened.actions_by_id["window.panels"].isChecked()
    QTest.keyClick(opened.canvas, K.Key_Tab)
    assert all(widget.isVisible() for widget in around)
    QTest.keyClick(opened.canvas, K.Key_Tab, M.ShiftModifier)
    assert not opened.sidebar.isVisible()
    assert opened.top_bar.isVisible()
    QTest.keyClick(opened.canvas, K.Key_Tab)
    assert all(widget.isVisible() for widget in around)
    assert not opened.actions_by_id["window.panels"].isChecked()


def test_tab_walks_fields_everywhere_else(opened, qtbot):
    field = opened.detect_panel.findChild(QWidget, "confidence")
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    QTest.keyClick(field, K.Key_Tab)
    assert opened.sidebar.isVisible()
    assert not field.hasFocus()


def test_f6_goes_round_all_areas(opened):
    seen = [opened.canvas]
    for _ in range(16):
        QTest.keyClick(QApplication.focusWidget(), K.Key_F6)
        seen.append(QApplication.focusWidget())
    areas = (opened.detect_panel, opened.top_bar, opened.tabs)
    assert all(any(area is each or area.isAncestorOf(each) for each in seen) for area in areas)
    assert seen.count(opened.canvas) > 1


def test_f11_fills_the_screen_and_goes_back(opened):
    QTest.keyClick(opened.canvas, K.Key_F11)
    assert opened.isFullScreen()
    QTest.keyClick(opened.canvas, K.Key_F11)
    assert not opened.isFullScreen()
