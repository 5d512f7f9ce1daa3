"""The icons above the panels: what lies below the fold is one click away, and what is at the top is marked."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

LEFT = Qt.MouseButton.LeftButton
WHERE = {
    "detectPanel": "detectPanel", "layersPanel": "layersPanel", "maskPanel": "maskPanel", "refinePanel": "refinePanel",
    "haloSection": "haloSection", "adjustPanel": "adjustPanel", "exportPanel": "exportPanel",
    "historyPanel": "historyPanel", "jobsPanel": "jobsPanel",
}  # fmt: skip


def marked(sidebar):
    return [name for name, button in sidebar.strip.buttons.items() if button.isChecked()]


def test_every_panel_has_an_icon_in_the_order_of_the_work(window):
    assert list(window.sidebar.strip.buttons) == list(WHERE)
    assert all(button.accessibleName() for button in window.sidebar.strip.buttons.values())


@pytest.mark.parametrize("name", WHERE)
def test_a_click_brings_it_into_view_unfolded(window, qtbot, name):
    sidebar = window.sidebar
    for panel in sidebar.docks:
        sidebar.fold(panel, True)
    qtbot.mouseClick(sidebar.strip.buttons[name], LEFT)
    wanted = window.findChild(QWidget, WHERE[name])

    def in_view():
        top = wanted.mapTo(sidebar.viewport(), QPoint()).y()
        return wanted.isVisible() and -40 <= top < sidebar.viewport().height()

    qtbot.waitUntil(in_view)
    qtbot.waitUntil(lambda: marked(sidebar) == [name])


def test_scrolling_marks_what_is_at_the_top(window, qtbot):
    sidebar = window.sidebar
    bar = sidebar.verticalScrollBar()
    assert marked(sidebar) == ["detectPanel"]
    bar.setValue(sidebar.docks["maskPanel"].y() + 5)
    assert marked(sidebar) == ["maskPanel"]
    bar.setValue(0)
    assert marked(sidebar) == ["detectPanel"]


def test_what_unfolds_comes_to_the_top_once_there_is_room(window, qtbot):
    sidebar, halo = window.sidebar, window.refine_panel.halo
    qtbot.mouseClick(sidebar.strip.buttons["haloSection"], LEFT)
    bar = sidebar.verticalScrollBar()
    qtbot.waitUntil(lambda: marked(sidebar) == ["haloSection"])
    qtbot.waitUntil(lambda: bar.value() == min(bar.maximum(), halo.mapTo(sidebar.widget(), QPoint()).y()))


def test_tab_goes_through_the_icons_and_then_into_the_panels(window):
    strip, reached = window.sidebar.strip, []
    widget = window.nextInFocusChain()
    while widget is not window:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and window.sidebar.isAncestorOf(widget):
            reached.append(widget)
        widget = widget.nextInFocusChain()
    first = reached.index(strip.buttons["detectPanel"])
    assert reached[first : first + len(WHERE)] == list(strip.buttons.values())
    assert first < reached.index(window.detect_panel.model)
