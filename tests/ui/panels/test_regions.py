"""Regions in the refine panel: what is chosen is shown and changed, and nothing else."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from maskstudio.core.mask import Mask
from maskstudio.params.local import RefineParams
from maskstudio.ui.panels.refine import RefinePanel
from tests.ui.panels.stage import LEFT, disc, words


@pytest.fixture
def panel(show, layered, solved):
    """The panel over a layer with two regions, its list unfolded; ``heard`` are the choices it told of."""
    layered.edging.add_region(2, "Hair", disc(300, 130, 30))
    layered.edging.add_region(2, "Sleeve", disc(370, 200, 30))
    made = show(RefinePanel, layered)
    made.regions.fold(False)
    made.resize(320, made.sizeHint().height())
    made.heard = []
    made.regionChosen.connect(made.heard.append)
    return made


def names(panel):
    view = panel.regions.view
    return [view.item(at).text() for at in range(view.count())]


def click(qtbot, panel, row, double=False):
    view = panel.regions.view
    where = view.visualItemRect(view.item(row)).center()
    qtbot.mouseClick(view.viewport(), LEFT, pos=where)
    if double:
        qtbot.mouseDClick(view.viewport(), LEFT, pos=where)


def params_of(layered):
    layer = layered.document.layer(2)
    return [layer.refine, *(region.refine for region in layer.regions)]


def test_the_whole_edge_comes_first_then_the_regions(panel):
    assert names(panel) == ["Whole edge", "Hair", "Sleeve"]
    assert panel.region is None
    assert not panel.regions.delete_button.isEnabled()


def test_a_slider_changes_the_chosen_region_alone(panel, layered, qtbot):
    panel.refine()
    before = params_of(layered)
    steps = layered.history.position
    click(qtbot, panel, 1)
    assert panel.heard == [1]
    width = panel.findChild(QWidget, "bandWidth")
    start, stop = width.track
    middle = width.height() // 2
    qtbot.mousePress(width, LEFT, pos=QPoint(int(start), middle))
    for share in (0.3, 0.7):
        qtbot.mouseMove(width, QPoint(int(start + share * (stop - start)), middle))
    qtbot.mouseRelease(width, LEFT, pos=QPoint(int(stop), middle))
    after = params_of(layered)
    assert after[0] == before[0]
    assert after[2] == before[2]
    assert after[1].band_width == width.value() > 40
    assert layered.history.position == steps + 1
    assert "Only Hair" in words(panel)
    click(qtbot, panel, 0)
    assert panel.heard == [1, None]
    assert width.value() == before[0].band_width
    width.setValue(11)
    assert [each.band_width for each in params_of(layered)] == [11, after[1].band_width, before[2].band_width]


def test_colours_and_solver_are_the_regions_too(panel, layered, qtbot):
    panel.refine()
    click(qtbot, panel, 2)
    panel.findChild(QWidget, "decontaminationAmount").setValue(0.25)
    panel.set_spill((0, 255, 0))
    panel.findChild(QWidget, "solver").setFocus()
    qtbot.keyClick(panel.findChild(QWidget, "solver"), Qt.Key.Key_Down)
    sleeve = RefineParams(solver="best", decontamination_amount=0.25, spill=(0, 255, 0, 255))
    assert params_of(layered) == [RefineParams(), RefineParams(), sleeve]


def test_arrow_keys_go_through_the_list(panel, qtbot):
    panel.regions.view.setFocus()
    qtbot.keyClick(panel.regions.view, Qt.Key.Key_Down)
    qtbot.keyClick(panel.regions.view, Qt.Key.Key_Down)
    assert panel.heard == [1, 2]
    assert panel.region == 2


def test_a_new_region_is_chosen_and_named_where_it_stands(panel, layered, qtbot):
    qtbot.mouseClick(panel.regions.add_button, LEFT)
    assert names(panel) == ["Whole edge", "Hair", "Sleeve", "Region 3"]
    assert panel.heard == [3]
    click(qtbot, panel, 3, double=True)
    editor = panel.regions.view.findChild(QLineEdit)
    qtbot.keyClicks(editor, "Fur")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: layered.active.regions[2].name == "Fur")
    assert names(panel)[3] == "Fur"


def test_a_new_region_begins_as_the_form_says(show, layered, solved, qtbot):
    panel = show(RefinePanel, layered)
    panel.regions.fold(False)
    panel.findChild(QWidget, "bandWidth").setValue(44)
    qtbot.mouseClick(panel.regions.add_button, LEFT)
    assert layered.active.regions[0].refine == RefineParams(band_width=44)
    assert layered.active.refine is None
    assert panel.findChild(QWidget, "bandWidth").value() == 44


def test_an_empty_name_is_none_and_the_whole_edge_has_no_other(panel, layered, qtbot):
    click(qtbot, panel, 1, double=True)
    editor = panel.regions.view.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClick(editor, Qt.Key.Key_Delete)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.regions.view.findChild(QLineEdit) is None)
    assert names(panel)[1] == layered.active.regions[0].name == "Hair"
    click(qtbot, panel, 0, double=True)
    assert panel.regions.view.findChild(QLineEdit) is None


def test_a_change_elsewhere_leaves_a_name_being_edited_alone(panel, layered, qtbot):
    click(qtbot, panel, 1, double=True)
    editor = panel.regions.view.findChild(QLineEdit)
    qtbot.keyClicks(editor, "Lo")
    layered.edging.set_region(2, 2, refine=RefineParams(band_width=5))
    assert editor.isVisible()
    qtbot.keyClicks(editor, "cks")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: layered.active.regions[0].name == "Locks")


@pytest.mark.parametrize("by", ["button", "key"])
def test_deleting_goes_back_to_the_whole_edge(panel, layered, qtbot, by):
    click(qtbot, panel, 1)
    if by == "button":
        qtbot.mouseClick(panel.regions.delete_button, LEFT)
    else:
        qtbot.keyClick(panel.regions.view, Qt.Key.Key_Delete)
    assert [region.name for region in layered.active.regions] == ["Sleeve"]
    assert names(panel) == ["Whole edge", "Sleeve"]
    assert panel.region is None
    assert panel.heard == [1, None]
    qtbot.keyClick(panel.regions.view, Qt.Key.Key_Delete)  # the whole edge stays
    assert len(names(panel)) == 2


def test_the_choice_ends_with_the_layer_or_the_region(panel, layered, qtbot):
    click(qtbot, panel, 1)
    layered.layers.activate(1)
    assert panel.region is None
    assert names(panel) == ["Whole edge"]
    layered.layers.activate(2)
    assert panel.region is None
    click(qtbot, panel, 2)
    layered.undo()
    assert panel.region is None
    assert panel.heard == [1, None, 2, None]


def test_following_another_session_forgets_the_choice(panel, layered, session, qtbot):
    click(qtbot, panel, 1)
    panel.follow(type(session)(session.runner))
    assert panel.heard == [1, None]
    assert names(panel) == ["Whole edge"]
    assert not panel.regions.view.isEnabled()


def test_a_folded_list_says_what_is_chosen(panel, qtbot):
    assert panel.regions._note.text() == "2"
    click(qtbot, panel, 1)
    panel.regions.fold(True)
    assert panel.regions._note.text() == "Hair"


def test_pictures_show_the_photo_through_the_region(panel, layered, qtbot, pixels):
    view = panel.regions.view
    qtbot.waitUntil(lambda: not any(view.item(at).icon().isNull() for at in (1, 2)))
    shown = pixels(view.item(1).icon().pixmap(22, 22).toImage())
    middle, corner = shown[11, 11], shown[0, 0]
    np_photo = layered.document.image.pixels[130, 300]
    assert abs(middle - np_photo).max() < 12
    assert len(set(corner.tolist())) == 1  # grey around it


def test_painted_hints_can_be_cleared(panel, layered, qtbot):
    assert not panel.regions.clear_button.isVisible()
    layered.edging.take_trimap(2, Mask.from_array(disc(300, 200, 20).array() // 255))
    assert panel.regions.clear_button.isVisible()
    qtbot.mouseClick(panel.regions.clear_button, LEFT)
    assert layered.active.hints is None
    assert not panel.regions.clear_button.isVisible()
