"""The form: made from declarations, driven by real mouse, wheel and key events."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QVBoxLayout, QWidget

from maskstudio.params.local import CutoutParams, DetectParams, ExportParams, MaskParams, RefineParams
from maskstudio.params.spec import Params
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.fields import Choice, ColourButton, ScrubLabel, Segments
from maskstudio.ui.widgets.form import Form
from maskstudio.ui.widgets.number import NumberField

MODELS = ("model", "second_model")  # chosen in lists of their own, which know what is ready
KINDS = (DetectParams, MaskParams, RefineParams, CutoutParams, ExportParams)


@pytest.fixture
def made(qtbot):
    """A function that shows a form and collects what it says."""

    def make(kind: type[Params], **options):
        theme.apply(QApplication.instance(), "dark")
        form = Form(kind, **options)
        form.said = []
        form.changed.connect(form.said.append)
        form.resize(320, form.sizeHint().height())
        qtbot.addWidget(form)
        form.show()
        with qtbot.waitActive(form):
            form.activateWindow()
        return form

    palette, sheet = QApplication.palette(), QApplication.instance().styleSheet()
    yield make
    QApplication.instance().styleHints().unsetColorScheme()
    QApplication.setPalette(palette)
    QApplication.instance().setStyleSheet(sheet)


def field(form, wire):
    return form.findChild(QWidget, wire)


def label(form, text):
    return next(each for each in form.findChildren(QLabel) if each.text().replace("\n", " ") == text)


def middle(widget, x):
    return QPoint(round(x), widget.height() // 2)


@pytest.mark.parametrize("kind", KINDS)
def test_every_declared_parameter_has_a_named_and_explained_field(made, kind):
    form = made(kind, without=MODELS)
    for spec in kind.specs():
        control = field(form, spec.wire)
        if spec.name in MODELS:
            assert control is None
            continue
        assert control.accessibleName() == spec.label
        assert spec.help in control.toolTip()
        if spec.high is not None:
            assert f"{spec.low * spec.scale:g} … {spec.high * spec.scale:g}" in control.toolTip()
            assert spec.unit in control.toolTip()
    assert form.params() == kind()


def test_only_leaves_everything_else_out(made):
    form = made(MaskParams, only=("mask_blur",))
    assert field(form, "maskPadding") is None
    assert field(form, "maskBlur") is not None
    form.set_params(MaskParams(mask_padding=33, mask_blur=7))
    field(form, "maskBlur").setValue(8)
    assert form.said == [MaskParams(mask_padding=33, mask_blur=8)]


def test_the_kind_of_control_follows_the_declaration(made):
    form = made(CutoutParams, without=MODELS)
    assert isinstance(field(form, "rgba"), ColourButton)
    assert isinstance(field(form, "alphaMatting"), QCheckBox)
    assert isinstance(field(form, "alphaMattingErodeSize"), NumberField)
    export = made(ExportParams)
    assert isinstance(field(export, "hiddenColours"), Segments)
    assert isinstance(field(export, "depth"), Segments | Choice)


def test_setting_is_silent_and_shows(made):
    form = made(RefineParams)
    form.set_params(RefineParams(band_width=40, color_decontamination=False, decontamination_amount=0.35))
    assert form.said == []
    assert field(form, "bandWidth").text() == "40 px"
    assert field(form, "decontaminationAmount").text() == "35 %"
    assert not field(form, "colorDecontamination").isChecked()


@given(padding=st.integers(-500, 500), blur=st.integers(0, 500))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_valid_value_goes_in_and_comes_out(made, padding, blur):
    form = made(MaskParams)
    form.set_params(MaskParams(padding, blur))
    assert (field(form, "maskPadding").value(), field(form, "maskBlur").value()) == (padding, blur)
    assert form.params() == MaskParams(padding, blur)
    assert form.said == []


def test_a_value_finer_than_a_step_is_kept_when_another_field_changes(made):
    form = made(DetectParams, without=MODELS)
    form.set_params(replace(DetectParams(), confidence=0.2525))
    field(form, "maxDetections").setValue(9)
    assert form.params().confidence == 0.2525


def test_typing_counts_when_entered_and_is_brought_into_range(made, qtbot):
    form = made(MaskParams)
    padding = field(form, "maskPadding")
    padding.setFocus()
    padding.selectAll()
    qtbot.keyClicks(padding, "-37")
    assert form.said == []
    qtbot.keyClick(padding, Qt.Key.Key_Return)
    assert form.said == [MaskParams(mask_padding=-37)]
    padding.selectAll()
    qtbot.keyClicks(padding, "9000")
    qtbot.keyClick(padding, Qt.Key.Key_Return)
    assert form.params().mask_padding == 500
    padding.selectAll()
    qtbot.keyClicks(padding, "abc")
    qtbot.keyClick(padding, Qt.Key.Key_Return)
    assert form.params().mask_padding == 500


def test_percent_is_typed_and_shown_as_percent(made, qtbot):
    form = made(RefineParams)
    amount = field(form, "decontaminationAmount")
    amount.setFocus()
    amount.selectAll()
    qtbot.keyClicks(amount, "85")
    qtbot.keyClick(amount, Qt.Key.Key_Return)
    assert form.params().decontamination_amount == pytest.approx(0.85)
    assert amount.text() == "85 %"


def test_equal_values_do_not_disturb_an_edit(made, qtbot):
    form = made(MaskParams)
    blur = field(form, "maskBlur")
    blur.setFocus()
    blur.selectAll()
    qtbot.keyClicks(blur, "12")
    form.set_params(MaskParams(mask_padding=50))
    assert blur.text() == "12 px"
    qtbot.keyClick(blur, Qt.Key.Key_Return)
    assert form.params() == MaskParams(mask_padding=50, mask_blur=12)


def test_arrow_keys_step_and_shift_steps_ten(made, qtbot):
    form = made(DetectParams, without=MODELS)
    confidence = field(form, "confidence")
    confidence.setFocus()
    qtbot.keyClick(confidence, Qt.Key.Key_Up)
    assert form.params().confidence == pytest.approx(0.26)
    qtbot.keyClick(confidence, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert form.params().confidence == pytest.approx(0.16)


def test_dragging_the_slider_is_live_over_the_soft_range(made, qtbot):
    form = made(MaskParams)
    padding = field(form, "maskPadding")
    start, stop = padding.track
    qtbot.mousePress(padding, Qt.MouseButton.LeftButton, pos=middle(padding, start))
    assert form.params().mask_padding == -60
    for x in range(round(start), round(stop) + 40, 8):
        qtbot.mouseMove(padding, middle(padding, x))
    qtbot.mouseRelease(padding, Qt.MouseButton.LeftButton, pos=middle(padding, stop))
    assert form.params().mask_padding == 60
    values = [params.mask_padding for params in form.said]
    assert len(values) > 5
    assert values == sorted(values)
    assert padding.x_of(500) == stop


def test_clicking_the_middle_of_a_signed_slider_is_zero(made, qtbot):
    form = made(MaskParams)
    padding = field(form, "maskPadding")
    qtbot.mouseClick(padding, Qt.MouseButton.LeftButton, pos=middle(padding, padding.x_of(0)))
    assert abs(form.params().mask_padding) <= 1


def test_dragging_the_label_scrubs_and_a_double_click_resets(made, qtbot):
    form = made(MaskParams)
    name = label(form, "Padding")
    assert isinstance(name, ScrubLabel)
    assert name.cursor().shape() == Qt.CursorShape.SizeHorCursor
    qtbot.mousePress(name, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    qtbot.mouseMove(name, QPoint(30, 10))
    assert form.params().mask_padding == 4 + 10
    qtbot.mouseRelease(name, Qt.MouseButton.LeftButton, pos=QPoint(30, 10))
    qtbot.mouseMove(name, QPoint(60, 10))
    assert form.params().mask_padding == 4 + 10
    qtbot.mouseDClick(name, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    assert form.params().mask_padding == 4


@pytest.mark.parametrize("wire", ["maskPadding", "maskBlur"])
def test_the_wheel_needs_the_focus(made, wire):
    form = made(MaskParams)
    target = field(form, wire)
    QWidget.setFocus(form)
    target.clearFocus()
    assert not _wheel(target)
    assert form.said == []
    target.setFocus()
    assert _wheel(target)
    assert len(form.said) == 1


def test_the_wheel_does_not_turn_a_choice_without_focus(made):
    form = made(ExportParams)
    for choice in form.findChildren(Choice):
        choice.clearFocus()
        assert not _wheel(choice)
    assert form.said == []


def _wheel(widget):
    """Turn the wheel a notch over a widget; whether it took the event."""
    centre = QPointF(widget.width() / 4, widget.height() / 2)
    event = QWheelEvent(
        centre,
        widget.mapToGlobal(centre),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    event.ignore()
    widget.wheelEvent(event)
    return event.isAccepted()


def test_segments_by_mouse_and_by_arrow_keys(made, qtbot):
    form = made(ExportParams)
    hidden = field(form, "hiddenColours")
    keep, bleed, _clear = hidden.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    qtbot.mouseClick(bleed, Qt.MouseButton.LeftButton)
    assert form.params().hidden == "bleed"
    bleed.setFocus()
    qtbot.keyClick(bleed, Qt.Key.Key_Right)
    assert form.params().hidden == "clear"
    assert keep.text() == "Keep"


def test_a_rule_disables_field_and_label(made, qtbot):
    form = made(RefineParams)
    form.enable_when("decontamination_amount", lambda params: params.color_decontamination)
    amount, name = field(form, "decontaminationAmount"), label(form, "Amount")
    assert amount.isEnabled()
    qtbot.mouseClick(field(form, "colorDecontamination"), Qt.MouseButton.LeftButton, pos=QPoint(8, 13))
    assert not form.params().color_decontamination
    assert not amount.isEnabled()
    assert not name.isEnabled()
    form.set_params(RefineParams())
    assert amount.isEnabled()


def test_colour_dialog_gives_all_four_numbers(made, qtbot, monkeypatch):
    from PySide6.QtGui import QColor
    from PySide6.QtWidgets import QColorDialog

    form = made(CutoutParams, only=("rgba",))
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor(1, 2, 3, 4))
    qtbot.mouseClick(field(form, "rgba"), Qt.MouseButton.LeftButton)
    assert form.said == [CutoutParams(rgba=(1, 2, 3, 4))]


def test_a_control_of_ones_own_takes_the_place_of_the_usual_one(made):
    own = ColourButton()
    form = made(RefineParams, only=("spill", "color_decontamination"), own={"spill": own})
    assert field(form, "spillColor") is own
    assert own.accessibleName() == label(form, "Spill colour").text()
    form.set_params(RefineParams(spill=(1, 2, 3, 255)))
    assert own.value() == (1, 2, 3, 255)
    assert form.said == []
    own.set_value((4, 5, 6, 255))
    own.edited.emit()
    assert form.said == [RefineParams(spill=(4, 5, 6, 255))]


def test_a_line_between_choices_cannot_be_chosen(made, qtbot):
    form = made(RefineParams, only=("solver",))
    solver = field(form, "solver")
    solver.part_before("closed-form")
    solver.explain("best", "Takes longer.")
    form.set_params(RefineParams(solver="best"))
    assert solver.value() == "best"
    assert solver.itemData(solver.currentIndex(), Qt.ItemDataRole.ToolTipRole) == "Takes longer."
    solver.setFocus()
    qtbot.keyClick(solver, Qt.Key.Key_Down)
    assert form.params().solver == "closed-form"
    qtbot.keyClick(solver, Qt.Key.Key_Up)
    assert form.params().solver == "best"


def test_tab_goes_down_the_form_one_stop_a_field(made, qtbot):
    form = made(RefineParams)
    field(form, "bandWidth").setFocus()
    seen = []
    for _ in RefineParams.specs():
        at = form.focusWidget()
        seen.append(at.objectName() or at.parentWidget().objectName())
        qtbot.keyClick(at, Qt.Key.Key_Tab)
    assert seen == [spec.wire for spec in RefineParams.specs()]


def test_columns_of_different_forms_agree(made, qtbot):
    page = QWidget()
    column = QVBoxLayout(page)
    forms = [Form(kind, without=MODELS) for kind in KINDS]
    for form in forms:
        column.addWidget(form)
    qtbot.addWidget(page)
    page.resize(300, 900)
    page.show()
    lefts = {number.mapTo(page, QPoint(0, 0)).x() for form in forms for number in form.findChildren(NumberField)}
    widths = {number.width() for form in forms for number in form.findChildren(NumberField)}
    assert len(lefts) == 1
    assert len(widths) == 1


def test_labels_of_two_lines_keep_away_from_each_other(qtbot):
    form = Form(CutoutParams, without=MODELS)
    qtbot.addWidget(form)
    form.resize(284, form.sizeHint().height())
    form.show()
    labels = [label for label in form.findChildren(QLabel) if "\n" in label.text()]
    assert len(labels) >= 2
    for label in labels:
        assert label.height() >= 2 * label.fontMetrics().lineSpacing() + theme.SPACE
