"""The refine panel: live parameters that follow the layer, clean colours, and buttons that are actions."""

from concurrent.futures import Executor

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QWidget

from maskstudio.jobs import Runner, immediate
from maskstudio.params.local import RefineParams
from maskstudio.session import operations
from maskstudio.ui.panels.edge import trade_off
from maskstudio.ui.panels.refine import RefinePanel
from tests.ui.panels.stage import LEFT, words

CHECK = QPoint(8, 13)


def test_refine_then_live_then_remove(show, layered, solved, qtbot):
    panel = show(RefinePanel, layered)
    width = panel.findChild(QWidget, "bandWidth")
    width.setValue(24)
    assert solved == []
    assert panel.edge.button.text() == "Refine"
    qtbot.mouseClick(panel.edge.button, LEFT)
    assert [layer.refine for layer in solved] == [RefineParams(band_width=24)]
    assert panel.edge.button.text() == "Remove refinement"
    width.setValue(33)
    assert layered.active.refine.band_width == 33
    qtbot.mouseClick(panel.findChild(QWidget, "colorDecontamination"), LEFT, pos=CHECK)
    assert layered.active.amount == 0
    assert len(solved) == 2
    qtbot.mouseClick(panel.edge.button, LEFT)
    assert layered.active.refine is None
    assert panel.edge.button.text() == "Refine"


def test_refine_panel_follows_the_layer(show, layered, solved):
    panel = show(RefinePanel, layered)
    panel.findChild(QWidget, "bandWidth").setValue(50)
    panel.refine()
    layered.layers.activate(1)
    assert panel.edge.button.text() == "Refine"
    panel.findChild(QWidget, "bandWidth").setValue(9)
    layered.layers.activate(2)
    assert panel.findChild(QWidget, "bandWidth").value() == 50
    layered.layers.activate(3)
    assert panel.findChild(QWidget, "bandWidth").value() == 9
    layered.layers.activate(2)
    assert "refined" in words(panel)


class Held(Executor):
    """A pool that works when it is told to."""

    def __init__(self):
        self.work = []

    def submit(self, fn, /, *args, **kwargs):
        self.work.append(lambda: fn(*args, **kwargs))

    def go(self):
        while self.work:
            self.work.pop(0)()


def test_what_is_being_solved_is_not_taken_back_from_the_slider(show, layered, solved):
    pool = Held()
    layered.runner = Runner(immediate, pool)
    panel = show(RefinePanel, layered)
    panel.refine()
    panel.findChild(QWidget, "bandWidth").setValue(77)
    panel.refresh()
    assert panel.findChild(QWidget, "bandWidth").value() == 77
    assert layered.active.refine is None
    assert "Solving" in words(panel)
    pool.go()
    assert layered.active.refine.band_width == panel.findChild(QWidget, "bandWidth").value() == 77
    assert "Solving" not in words(panel)


def test_refine_without_a_layer(show, session):
    panel = show(RefinePanel, session)
    assert not panel.edge.button.isEnabled()
    assert not panel.edge.form.isEnabled()
    assert not panel.colours.form.isEnabled()
    assert not panel.regions.add_button.isEnabled()
    panel.refine()
    panel.choose_region(3)
    assert panel.region is None


# The solver


def test_the_trade_off_is_told_for_the_solver_that_is_chosen(show, layered, solved, qtbot):
    panel = show(RefinePanel, layered)
    solver = panel.findChild(QWidget, "solver")
    assert trade_off("balanced") in words(panel)
    solver.setFocus()
    qtbot.keyClick(solver, Qt.Key.Key_Down)
    assert panel.params().solver == "best"
    assert trade_off("best") in words(panel)
    assert trade_off("balanced") not in words(panel)
    qtbot.keyClick(solver, Qt.Key.Key_Down)  # over the line
    assert panel.params().solver == "closed-form"
    assert "minutes" in words(panel)
    panel.refine()
    assert layered.active.refine.solver == "closed-form"
    qtbot.keyClick(solver, Qt.Key.Key_Home)
    assert layered.active.refine.solver == "fast"
    assert trade_off("fast") in words(panel)


def test_pymattings_solvers_stand_below_a_line_and_explain_themselves(show, layered):
    solver = show(RefinePanel, layered).findChild(QWidget, "solver")
    rows = [solver.itemText(at) for at in range(solver.count())]
    line = rows.index("")
    assert rows[:line] == ["Fast preview", "Balanced", "Best"]
    assert len(rows[line + 1 :]) == 6
    assert all("pymatting" in each for each in rows[line + 1 :])
    tips = [solver.itemData(at, Qt.ItemDataRole.ToolTipRole) for at in range(solver.count()) if at != line]
    assert all(tips)
    assert "minutes" in tips[-1]


# Colours


def test_both_forms_are_one_set_of_parameters(show, layered, solved):
    panel = show(RefinePanel, layered)
    panel.refine()
    panel.findChild(QWidget, "decontaminationAmount").setValue(0.4)
    panel.findChild(QWidget, "bandWidth").setValue(31)
    panel.findChild(QWidget, "adaptiveBand").setChecked(False)
    assert layered.active.refine == RefineParams(band_width=31, adaptive=False, decontamination_amount=0.4)
    layered.undo()
    layered.undo()
    assert panel.findChild(QWidget, "decontaminationAmount").value() == 1.0


def test_the_amount_and_the_spill_wait_for_decontamination(show, layered, qtbot):
    panel = show(RefinePanel, layered)
    amount, spill = panel.findChild(QWidget, "decontaminationAmount"), panel.findChild(QWidget, "spillColor")
    assert amount.isEnabled()
    assert spill.isEnabled()
    qtbot.mouseClick(panel.findChild(QWidget, "colorDecontamination"), LEFT, pos=CHECK)
    assert not amount.isEnabled()
    assert not spill.isEnabled()


def test_the_spill_colour_is_picked_chosen_and_automatic_again(show, layered, solved, qtbot, monkeypatch):
    panel = show(RefinePanel, layered)
    panel.refine()
    swatch = panel.colours.spill.swatch
    assert swatch._words() == "automatic"
    with qtbot.waitSignal(panel.spillPickRequested):
        qtbot.mouseClick(panel.findChild(QWidget, "pickSpill"), LEFT)
    panel.set_spill((10, 200, 30))
    assert layered.active.refine.spill == (10, 200, 30, 255)
    assert swatch._words() == "#0ac81e"
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor(1, 2, 3))
    choices = {action.text(): action for action in swatch.menu.actions()}
    choices["Choose…"].trigger()
    assert layered.active.refine.spill == (1, 2, 3, 255)
    choices["Automatic"].trigger()
    assert layered.active.refine.spill == (0, 0, 0, 0)
    assert swatch._words() == "automatic"
    with qtbot.waitSignal(panel.spillPickRequested):
        choices["Pick From the Photo"].trigger()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_menu_of_the_spill_colour_opens_with_a_click(show, layered, qtbot):
    swatch = show(RefinePanel, layered).colours.spill.swatch
    qtbot.mouseClick(swatch, LEFT)
    assert swatch.menu.isVisible()
    qtbot.keyClick(swatch.menu, Qt.Key.Key_Escape)
    assert not swatch.menu.isVisible()


def test_a_dialog_left_without_a_colour_changes_nothing(show, layered, solved, monkeypatch):
    panel = show(RefinePanel, layered)
    panel.set_spill((9, 9, 9))
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor())
    next(action for action in panel.colours.spill.swatch.menu.actions() if action.text() == "Choose…").trigger()
    assert panel.params().spill == (9, 9, 9, 255)


def test_taking_a_spill_colour_turns_decontamination_on(show, layered):
    panel = show(RefinePanel, layered)
    panel.findChild(QWidget, "colorDecontamination").setChecked(False)
    panel.set_spill((9, 9, 9))
    assert panel.params().color_decontamination


# Actions of the window


def test_buttons_are_hidden_until_their_actions_are_there(show, layered, actions):
    panel = show(RefinePanel, layered)
    panel.halo.fold(False)
    buttons = (panel.edge.trimap, panel.colours.before, panel.halo.worst, panel.halo.next, panel.halo.fix)
    assert not any(button.isVisible() for button in buttons)
    panel.adopt(actions)
    assert all(button.isVisible() for button in buttons)
    panel.adopt({})
    assert not any(button.isVisible() for button in buttons)


@pytest.mark.parametrize(
    ("name", "find"),
    [
        ("view.trimap", lambda panel: panel.edge.trimap),
        ("view.rawColours", lambda panel: panel.colours.before),
        ("view.worst", lambda panel: panel.halo.worst),
    ],
)
def test_a_button_shows_and_turns_its_action(show, layered, actions, qtbot, name, find):
    panel = show(RefinePanel, layered)
    panel.halo.fold(False)
    panel.adopt(actions)
    button, action = find(panel), actions[name]
    assert button.toolTip() == f"tip of {name}"
    qtbot.mouseClick(button, LEFT, pos=CHECK)
    assert action.isChecked()
    assert button.isChecked()
    action.trigger()
    assert not button.isChecked()
    action.setEnabled(False)
    assert not button.isEnabled()
    qtbot.mouseClick(button, LEFT, pos=CHECK)
    assert not action.isChecked()


def test_buttons_that_go_somewhere_trigger_their_actions(show, layered, actions, qtbot):
    panel = show(RefinePanel, layered)
    panel.halo.fold(False)
    panel.adopt(actions)
    for button, name in ((panel.halo.next, "view.nextFringe"), (panel.halo.fix, "mask.fixFringe")):
        with qtbot.waitSignal(actions[name].triggered):
            qtbot.mouseClick(button, LEFT)
        assert not button.isCheckable()


# Folding


def test_everything_together_fits_the_narrowest_sidebar(show, layered, solved, actions):
    panel = show(RefinePanel, layered)
    panel.adopt(actions)
    panel.refine()
    for section in (panel.regions, panel.halo):
        section.fold(False)
    assert panel.minimumSizeHint().width() <= 290
    assert panel.sizeHint().height() <= 768


def test_sections_fold_with_a_click_and_with_a_key(show, layered, qtbot):
    panel = show(RefinePanel, layered)
    assert not panel.edge.folded
    assert not panel.colours.folded
    assert panel.regions.folded
    assert panel.halo.folded
    qtbot.mouseClick(panel.colours.header, LEFT)
    assert panel.colours.folded
    assert not panel.findChild(QWidget, "colorDecontamination").isVisible()
    panel.colours.header.setFocus()
    qtbot.keyClick(panel.colours.header, Qt.Key.Key_Space)
    assert panel.findChild(QWidget, "colorDecontamination").isVisible()


def test_automatic_shows_the_colour_it_found(show, layered, solved, qtbot, monkeypatch):
    monkeypatch.setattr(operations, "spill", lambda image, layer: (20, 130, 60))
    panel = show(RefinePanel, layered)
    layered.changed.connect(panel.refresh)
    panel.refine()
    panel.refresh()
    qtbot.waitUntil(lambda: layered.inspecting.spill is not None)
    swatch = panel.colours.spill.swatch
    assert swatch.value() == (0, 0, 0, 0)
    assert swatch.grab().toImage().pixelColor(19, swatch.height() // 2) == QColor(20, 130, 60)
