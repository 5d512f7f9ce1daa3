"""States one must be able to see: focus by keyboard, disabled, under the pointer; in both themes."""

import numpy as np
import pytest
from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QListView,
    QPushButton,
    QSlider,
    QTabBar,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from maskstudio.settings import preferences
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.fields import Choice, ColourButton, Segments
from maskstudio.ui.widgets.number import NumberField
from tests.ui.test_theme import BOTH, contrast

SPECS = {each.spec.name: each.spec for each in preferences()}


def tabs():
    bar = QTabBar()
    for name in ("One", "Two"):
        bar.addTab(name)
    return bar


def table():
    tree = QTreeWidget()
    QTreeWidgetItem(tree, ["Brush"])
    return tree


def rows():
    view = QListView()
    view.setModel(QStringListModel(["Brush", "Eraser"], view))
    return view


def box():
    made = QComboBox()
    made.addItem("One")
    return made


MAKERS = {
    "button": lambda: QPushButton("Go"), "flat": lambda: QPushButton("Go", flat=True),
    "primary": lambda: primary(), "tool": lambda: QToolButton(text="Go", focusPolicy=Qt.FocusPolicy.StrongFocus),
    "check": lambda: QCheckBox("On"), "combo": box, "line": QLineEdit, "tabs": tabs, "tree": table, "list": rows,
    "slider": lambda: QSlider(Qt.Orientation.Horizontal), "number": lambda: NumberField(SPECS["overlay_opacity"]),
    "segments": lambda: Segments(SPECS["theme"]), "choice": lambda: Choice(SPECS["surround"]), "colour": ColourButton,
}  # fmt: skip


def primary():
    made = QPushButton("Go")
    made.setProperty("primary", True)
    return made


@pytest.fixture
def app(qapp):
    palette, sheet = qapp.palette(), qapp.styleSheet()
    yield qapp
    qapp.styleHints().unsetColorScheme()
    qapp.setPalette(palette)
    qapp.setStyleSheet(sheet)


@pytest.fixture
def stage(app, qtbot):
    """A window with one widget of a kind, and another one to give the focus to."""

    def make(name, tokens):
        theme.apply(app, tokens.name)
        window = QWidget()
        other, widget = QPushButton("Other"), MAKERS[name]()
        column = QVBoxLayout(window)
        column.addWidget(other)
        column.addWidget(widget)
        qtbot.addWidget(window)
        window.resize(260, 160)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        other.setFocus()
        qtbot.waitUntil(other.hasFocus)
        return window, widget

    return make


@pytest.mark.parametrize("tokens", BOTH, ids=lambda tokens: tokens.name)
@pytest.mark.parametrize("name", MAKERS)
def test_one_sees_where_the_keyboard_is(stage, tokens, name, pixels, qtbot):
    _window, widget = stage(name, tokens)
    widget.setCursor(Qt.CursorShape.ArrowCursor)
    before = pixels(widget.grab().toImage())
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: QApplication.focusWidget() in (widget, widget.focusProxy()))
    after = pixels(widget.grab().toImage())
    assert (np.abs(before - after).max(axis=2) > 50).sum() > 25


@pytest.mark.parametrize("tokens", BOTH, ids=lambda tokens: tokens.name)
@pytest.mark.parametrize("name", ["button", "check", "combo", "line", "number", "segments", "primary", "tool"])
def test_what_is_disabled_looks_so(stage, tokens, name, pixels):
    _window, widget = stage(name, tokens)
    if isinstance(widget, QLineEdit):
        widget.setText("Words")
    before = pixels(widget.grab().toImage())
    widget.setEnabled(False)
    assert (np.abs(before - pixels(widget.grab().toImage())).max(axis=2) > 30).sum() > 15


@pytest.mark.parametrize("tokens", BOTH, ids=lambda tokens: tokens.name)
def test_rings_and_words_stand_out_on_every_ground(tokens):
    for ground in ("bar", "window", "field", "raised", "hover", "surround"):
        assert contrast(tokens.accent_text, getattr(tokens, ground)) >= 3, ground
    for ground in ("bar", "window", "field", "raised"):
        assert contrast(tokens.disabled, getattr(tokens, ground)) >= 2.5, ground
    assert contrast(tokens.text, tokens.selection) >= 4.5
    assert contrast(tokens.muted, tokens.selection) >= 4  # only of what cannot be done
    assert contrast(tokens.on_accent, tokens.accent_hover) >= 4.5
    assert contrast(tokens.text, tokens.hover) >= 4.5
