"""The detect panel: models and their states, and what its buttons ask for."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QWidget

from maskstudio.params.local import CutoutParams, MaskParams
from maskstudio.ui.panels.detect import DetectPanel
from tests.ui.panels.stage import LEFT, words


def test_models_are_asked_for_once_when_shown(session, show, qtbot):
    panel = DetectPanel(session)
    qtbot.addWidget(panel)
    panel.refresh()
    assert session.provider.asked == 0
    panel.show()
    panel.refresh()
    panel.hide()
    panel.show()
    assert session.provider.asked == 1


def test_the_chosen_model_says_how_it_stands(show, layered):
    panel = show(DetectPanel, layered)
    combo = panel.findChild(QComboBox, "model")
    assert combo.currentData() == "mediapipe_face_full"
    assert panel.detect_button.isEnabled()
    assert not panel.chosen.download_button.isVisible()
    panel.model.set_value("face_yolov8n")
    panel.model.edited.emit()
    assert "6 MB" in words(panel)
    assert panel.chosen.download_button.isVisible()
    assert not panel.detect_button.isEnabled()
    panel.model.set_value("other")
    panel.model.edited.emit()
    assert "Needs onnxruntime." in words(panel)
    assert not panel.chosen.download_button.isVisible()


def test_choosing_by_key_in_the_combo_changes_the_parameters(show, layered, qtbot):
    panel = show(DetectPanel, layered)
    panel.model.setFocus()
    qtbot.keyClick(panel.model, Qt.Key.Key_Down)
    assert panel.params().model == "face_yolov8n"
    assert panel.chosen.download_button.isVisible()


def test_download_pulls_and_shows_the_new_state(show, layered, qtbot, monkeypatch):
    panel = show(DetectPanel, layered)
    panel.model.set_value("face_yolov8n")
    panel.model.edited.emit()
    pulled = []

    def pull(name, done):
        pulled.append(name)
        layered.provider.downloaded = True
        done()

    monkeypatch.setattr(layered.shelving, "pull", pull)
    qtbot.mouseClick(panel.chosen.download_button, LEFT)
    assert pulled == ["face_yolov8n"]
    assert panel.model.value() == "face_yolov8n"
    assert panel.detect_button.isEnabled()
    assert not panel.chosen.download_button.isVisible()


def test_detect_uses_the_form_and_the_default_shape(show, layered, qtbot):
    panel = show(DetectPanel, layered)
    panel.findChild(QWidget, "confidence").setValue(0.4)
    qtbot.mouseClick(panel.detect_button, LEFT)
    (params,) = layered.provider.params
    assert params.model == "mediapipe_face_full"
    assert params.confidence < 0.4  # so that filters can act on what is less sure without another question
    assert panel.params().confidence == 0.4
    assert layered.document.layers[-1].name == "face"
    assert layered.document.layers[-1].params == MaskParams()


def test_cutting_out_with_its_options(show, layered, qtbot):
    panel = show(DetectPanel, layered)
    assert not panel.subject.form.isVisible()
    qtbot.mouseClick(panel.subject.options_button, LEFT)
    assert panel.subject.form.isVisible()
    panel.subject.form.set_params(CutoutParams(alpha_matting=True))
    assert panel.findChild(QWidget, "alphaMattingErodeSize").isEnabled()
    qtbot.mouseClick(panel.findChild(QWidget, "alphaMatting"), LEFT, pos=QPoint(8, 13))
    assert not panel.findChild(QWidget, "alphaMattingErodeSize").isEnabled()
    qtbot.mouseClick(panel.findChild(QWidget, "postProcessMask"), LEFT, pos=QPoint(8, 13))
    qtbot.mouseClick(panel.subject.button, LEFT)
    chosen = "mediapipe_face_full"
    assert layered.provider.params == [CutoutParams(model=chosen, alpha_matting=False, post_process_mask=True)]
    assert layered.document.layers[-1].name == "person"


def test_without_a_photo_nothing_can_be_detected(show, session, qtbot):
    panel = show(DetectPanel, session)
    assert not panel.detect_button.isEnabled()
    assert not panel.subject.button.isEnabled()
    panel.detect()
    panel.cut_out()
    assert session.provider.params == []


def test_add_model_is_the_windows_business(show, session, qtbot):
    panel = show(DetectPanel, session)
    with qtbot.waitSignal(panel.addModelRequested):
        qtbot.mouseClick(panel.add_button, LEFT)


def test_the_buttons_stay_where_they_are_whatever_there_is_to_say(show, layered):
    panel = show(DetectPanel, layered)
    places = set()
    for at in range(panel.model.count()):
        panel.model.setCurrentIndex(at)
        panel.model.edited.emit()
        panel.layout().activate()
        places.add((panel.detect_button.mapTo(panel, QPoint()).y(), panel.form.y()))
    assert panel.model.count() > 2
    assert len(places) == 1


def test_plain_words_lead_and_the_name_is_small_print(show, layered):
    panel = show(DetectPanel, layered)
    state = panel.model.state()
    assert panel.model.currentText() == state.title
    assert state.name in words(panel)
