"""What the panels' forms were set to last is there again at the next start; what cannot be understood is not."""

import json

import pytest

from maskstudio import settings
from maskstudio.params.local import CutoutParams, DetectParams, ExportParams
from tests.patience import PATIENCE


@pytest.fixture
def start(qtbot):
    """A function that starts the editor and another that ends it."""
    from maskstudio.ui.app import create_window

    def started():
        window = create_window([])
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        return window

    return started


def test_the_model_and_the_forms_are_there_again(start, qtbot):
    window = start()
    panel = window.detect_panel
    assert panel.params().model == DetectParams().model
    panel.model.set_value("mediapipe_hands")
    panel.model.edited.emit()
    panel.form.field("confidence").setValue(0.4)
    window.export_panel.form.field("depth").set_value("16")
    window.export_panel.form.field("depth").edited.emit()
    window.export_panel.written.field("rgba").set_value((9, 8, 7, 255))
    window.export_panel.written.field("rgba").edited.emit()
    panel.subject.model.setCurrentIndex(panel.subject.model.count() - 1)
    panel.subject.model.edited.emit()
    panel.subject.form.field("post_process_mask").click()
    chosen = panel.subject.params()
    window.close()
    assert window.farewell.wait(PATIENCE)
    again = start()
    assert (again.detect_panel.params().model, again.detect_panel.params().confidence) == ("mediapipe_hands", 0.4)
    assert again.detect_panel.model.value() == "mediapipe_hands"
    assert again.detect_panel.subject.params() == chosen != CutoutParams()
    assert again.detect_panel.subject.model.value() == chosen.model
    assert again.export_panel.written.params() == CutoutParams(rgba=(9, 8, 7, 255))
    assert again.export_panel.params().depth == "16"
    assert again.export_panel.params() == ExportParams(depth="16")


def test_it_is_written_a_moment_later_without_a_close(start, qtbot):
    start().detect_panel.form.field("confidence").setValue(0.7)
    qtbot.waitUntil(lambda: settings.load().forms.get("detect", {}).get("confidence") == 0.7)


@pytest.mark.parametrize("kept", [{"confidence": 7}, {"model": 5}, {"no such": 1}, {"confidence": [0.5]}])
def test_what_cannot_be_understood_is_the_default(start, home, kept):
    home.mkdir(parents=True)
    (home / "settings.json").write_text(json.dumps({"forms": {"detect": kept}}))
    assert start().detect_panel.params() == DetectParams()


def test_a_model_that_is_gone_is_the_first_that_is_there(start, home):
    home.mkdir(parents=True)
    (home / "settings.json").write_text(json.dumps({"forms": {"detect": {"model": "gone"}}}))
    panel = start().detect_panel
    assert panel.params().model == panel.model.value() != "gone"
