"""Cut Out Subject in its panel: the one blue button, what does it, and what is behind the disclosure."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from maskstudio.params.local import CutoutParams
from maskstudio.ui.panels.detect import DetectPanel
from maskstudio.ui.panels.export import ExportPanel
from maskstudio.ui.panels.subject import WRITTEN
from maskstudio.ui.widgets import theme
from tests.ui.panels.stage import LEFT, words


def state(name, title, operations, ready="ready", note="", size=None, *, outlines=True):
    does = frozenset(operations)
    return SimpleNamespace(
        name=name, title=title, operations=does, state=ready, note=note, size=size, outlines=outlines, words=False
    )  # fmt: skip


@pytest.fixture
def listed(layered, monkeypatch):
    """A provider with a model for each kind of work, and one that has to be downloaded first."""
    models = [
        state("auto", "Automatic", ["cutout"]),
        state("other", "Objects of any kind", ["cutout"], "download", "Run x.", 88_000_000),
        state("mediapipe_face_full", "Faces", ["detect"]),
        state("boxes", "Hands", ["detect", "cutout"], outlines=False),
        state("both", "People", ["detect", "cutout"]),
    ]
    monkeypatch.setattr(layered.provider, "models", lambda: models)
    return layered


def names(choice):
    return [choice.itemData(row) for row in range(choice.count())]


def test_it_is_the_one_blue_button(show, layered):
    panel = show(DetectPanel, layered)
    blue = [each.objectName() for each in panel.findChildren(QPushButton) if each.property("primary")]
    assert blue == ["cutOutSubject"]
    assert panel.findChild(QPushButton, "cutOutSubject").text() == "Cut Out Subject"


def test_each_list_offers_what_can_do_its_work(show, listed):
    panel = show(DetectPanel, listed)
    assert names(panel.subject.model) == ["auto", "both", "other"]  # what is ready comes first
    assert names(panel.model) == ["mediapipe_face_full", "boxes", "both"]


def test_the_chosen_model_cuts_out(show, listed, qtbot):
    panel = show(DetectPanel, listed)
    panel.subject.model.setFocus()
    qtbot.keyClick(panel.subject.model, Qt.Key.Key_Down)
    qtbot.mouseClick(panel.subject.button, LEFT)
    assert listed.provider.params == [CutoutParams(model="both")]
    assert panel.params().model == "mediapipe_face_full"


def test_a_model_that_is_not_there_can_be_downloaded_and_detecting_goes_on(show, listed, qtbot, monkeypatch):
    panel, pulled = show(DetectPanel, listed), []
    monkeypatch.setattr(listed.shelving, "pull", lambda name, done: (pulled.append(name), done()))
    assert not panel.subject.chosen.download_button.isVisible()
    assert "auto" not in words(panel)
    qtbot.keyClick(panel.subject.model, Qt.Key.Key_End)
    assert not panel.subject.button.isEnabled()
    assert panel.detect_button.isEnabled()
    assert "Needs a download (88 MB) · other" in words(panel)
    qtbot.mouseClick(panel.subject.chosen.download_button, LEFT)
    assert pulled == ["other"]
    assert panel.subject.model.value() == "other"
    assert panel.model.value() == "mediapipe_face_full"


def test_a_model_that_was_added_is_chosen_where_it_can_be(show, listed):
    panel = show(DetectPanel, listed)
    panel.refresh_models("other")
    assert (panel.subject.model.value(), panel.model.value()) == ("other", "mediapipe_face_full")
    panel.refresh_models("both")
    assert (panel.subject.model.value(), panel.model.value()) == ("both", "both")


def test_every_parameter_of_the_services_is_behind_the_disclosure_or_in_export(show, layered, qtbot):
    panel, export = show(DetectPanel, layered), show(ExportPanel, layered)
    assert not panel.findChild(QWidget, "alphaMatting").isVisible()
    qtbot.mouseClick(panel.subject.options_button, LEFT)
    for spec in CutoutParams.specs():
        if spec.name == "model":
            continue
        place = export if spec.name in WRITTEN else panel
        assert place.findChild(QWidget, spec.wire).isVisible(), spec.wire
    assert panel.minimumSizeHint().width() <= 280


def test_export_says_the_colour_behind_and_asks_for_it(show, layered, qtbot):
    panel = show(ExportPanel, layered)
    background = panel.findChild(QWidget, "rgba")
    background.set_value((255, 128, 0, 255))
    background.edited.emit()
    assert "sRGB, on #ff8000." in words(panel)
    background.set_value((255, 128, 0, 51))
    background.edited.emit()
    assert "sRGB, on #ff8000 of 20 %." in words(panel)
    with qtbot.waitSignal(panel.exportRequested) as asked:
        qtbot.mouseClick(panel.export_button, LEFT)
    assert asked.args[1] == CutoutParams(rgba=(255, 128, 0, 51))


def test_mask_only_makes_the_blue_button_write_the_mask(show, layered, qtbot):
    panel = show(ExportPanel, layered)
    panel.findChild(QWidget, "returnOnlyMask").click()
    assert panel.export_button.text() == "Export mask only…"
    assert not panel.mask_button.isVisible()
    assert "Grey PNG, 600 × 400 px, 8 bit." in words(panel)
    assert not panel.findChild(QWidget, "rgba").isEnabled()
    with qtbot.waitSignal(panel.exportRequested) as asked:
        qtbot.mouseClick(panel.export_button, LEFT)
    assert asked.args[1] == CutoutParams(return_only_mask=True)


def test_a_second_opinion_is_one_of_the_models_that_are_ready(show, listed, qtbot):
    panel = show(DetectPanel, listed)
    qtbot.mouseClick(panel.subject.options_button, LEFT)
    second = panel.findChild(QWidget, "secondModel")
    assert names(second) == ["", "both"]
    second.setFocus()
    qtbot.keyClick(second, Qt.Key.Key_Down)
    qtbot.mouseClick(panel.subject.button, LEFT)
    assert listed.provider.params == [CutoutParams(model="auto", second_model="both")]


def test_a_second_opinion_that_is_gone_is_none(show, listed):
    panel = show(DetectPanel, listed)
    panel.subject.form.set_params(CutoutParams(second_model="gone"))
    panel.refresh_models()
    assert panel.subject.params().second_model == ""
    assert panel.findChild(QWidget, "secondModel").value() == ""


def test_the_dots_of_both_lists_follow_the_theme(show, listed, qapp):
    panel = show(DetectPanel, listed)
    lists = panel.subject.model, panel.subject.second

    def dots():
        return [each.itemIcon(0).pixmap(16, 16).toImage() for each in lists]

    theme.apply(qapp, "light")
    light = dots()
    assert light[0] == light[1]
    theme.apply(qapp, "dark")
    dark = dots()
    assert dark[0] == dark[1] != light[0]


def test_a_title_too_long_for_its_list_ends_in_dots(show, listed):
    choice = show(DetectPanel, listed).subject.model
    assert choice.shown_text() == "Automatic"
    choice.setItemText(choice.currentIndex(), "80 everyday objects, outlined, light, and all else there is")
    assert choice.shown_text().startswith("80 everyday objects")
    assert choice.shown_text().endswith("…")
    assert choice.fontMetrics().horizontalAdvance(choice.shown_text()) < choice.width() - 24  # beside the arrow
