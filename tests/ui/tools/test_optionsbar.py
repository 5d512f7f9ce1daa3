"""The bar above the canvas: whatever room there is, every parameter of the tool in use can be reached."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from maskstudio.ui.tools.morepopup import MoreButton

WIDTHS = (1400, 1280, 1024, 800, 640, 500, 400, 300, 200)


def page(stage):
    return stage.tools.options._page


def in_bar(stage):
    return {name for name, field in page(stage).fields.items() if field.isVisibleTo(page(stage))}


def behind(stage):
    """The parameters in the form behind the last button; none without a button."""
    more = page(stage).findChild(MoreButton)
    if more is None or not more.isVisibleTo(page(stage)):
        return set()
    return {name for name, field in more.form._fields.items() if field.isVisibleTo(more.form)}


def resized(stage, width):
    """Let the bar be so wide."""
    strip = stage.window.width() - stage.tools.options.width()
    stage.window.resize(width + strip, stage.window.height())
    QApplication.processEvents()
    assert stage.tools.options.width() == width


def test_every_parameter_of_every_tool_is_in_the_bar_or_behind_its_button(stage):
    for tool in stage.tools._tools.values():
        stage.tools.choose(tool.name)
        for width in WIDTHS:
            resized(stage, width)
            assert in_bar(stage) | behind(stage) == {*tool.bar, *tool.more}, (tool.name, width)
            assert not in_bar(stage) & behind(stage)
        resized(stage, 2000)
        assert (in_bar(stage), behind(stage)) == (set(tool.bar), set(tool.more))


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_what_went_behind_the_button_is_set_there(stage):
    stage.tools.choose("select")
    resized(stage, 300)
    assert "drag" in behind(stage)
    more = page(stage).findChild(MoreButton)
    QTest.mouseClick(more, Qt.MouseButton.LeftButton)
    field = more.form.findChild(QWidget, "drag")
    assert field.isVisible()
    assert stage.tools.tool.params.drag != "scribble"
    field.set_value("scribble")
    field.edited.emit()
    assert stage.tools.tool.params.drag == "scribble"
    more._popup.close()
    resized(stage, 2000)
    assert page(stage).fields["drag"].value() == "scribble"


@pytest.mark.parametrize("width", [740, 660])
def test_the_select_tool_has_its_controls_whole_on_small_screens(stage, width):
    stage.tools.choose("select")
    resized(stage, width)
    controls = page(stage).findChild(QWidget, "selectControls")
    assert controls.geometry().right() < width
    assert controls.width() >= controls.minimumSizeHint().width()
