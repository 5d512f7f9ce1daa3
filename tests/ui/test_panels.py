"""The panels on a real session that works at once: what they show, and what clicks and keys in them do."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QCursor, QFontInfo
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QProgressBar, QToolButton, QWidget

from maskstudio import operations
from maskstudio.core.document import Detection, Document, Layer, Refinement
from maskstudio.core.geometry import Rect
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.errors import Failed
from maskstudio.jobs import Inline, Job, Runner, immediate
from maskstudio.params import CutoutParams, ExportParams, MaskParams, RefineParams
from maskstudio.session import Session
from maskstudio.ui import theme
from maskstudio.ui.panels.detect import DetectPanel
from maskstudio.ui.panels.export import ExportPanel
from maskstudio.ui.panels.jobs import JobsPanel
from maskstudio.ui.panels.layer_list import details
from maskstudio.ui.panels.layers import LayersPanel
from maskstudio.ui.panels.mask import MaskPanel
from maskstudio.ui.panels.refine import RefinePanel
from maskstudio.ui.panels.thumbnail import picture, sampled

WIDTH, HEIGHT = 600, 400
PANELS = (DetectPanel, LayersPanel, MaskPanel, RefinePanel, ExportPanel, JobsPanel)
LEFT = Qt.MouseButton.LeftButton


def disc(x, y, radius):
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return Mask.from_array(np.where((columns - x) ** 2 + (rows - y) ** 2 < radius**2, 255, 0).astype(np.uint8))


def photo():
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    channels = [columns * 255 // WIDTH, rows * 255 // HEIGHT, (columns + rows) * 255 // (WIDTH + HEIGHT)]
    return Image(np.stack(channels, axis=2).astype(np.uint8), name="photo.png")


def layer(name, mask, score=0.9):
    found = Detection(name, score, (0, 0, 1, 1), mask, "mediapipe_face_full")
    return Layer(0, name, mask, mask, MaskParams(0, 0), found)


class StubProvider:
    """Three models in the three states; finds one disc, whatever is asked."""

    name = "stub"

    def __init__(self):
        self.asked = 0
        self.params = []
        self.downloaded = False

    def models(self):
        self.asked += 1
        both = frozenset({"detect", "cutout"})
        state = "ready" if self.downloaded else "download"
        return [
            SimpleNamespace(
                name="mediapipe_face_full", title="Faces", operations=both, state="ready", note="", size=None
            ),
            SimpleNamespace(
                name="face_yolov8n", title="Faces, light", operations=both, state=state, note="Run x.", size=6_230_011
            ),
            SimpleNamespace(
                name="other", title="Other", operations=both, state="unavailable", note="Needs onnxruntime.", size=None
            ),
        ]

    def detect(self, image, params, token):
        self.params.append(params)
        return [Detection("face", 0.87, (0, 0, 1, 1), disc(300, 200, 60), params.model)]

    def remove_background(self, image, params, token):
        self.params.append(params)
        return Detection("person", None, (0, 0, 1, 1), disc(300, 200, 150), params.model)


@pytest.fixture
def session():
    made = Session(Runner(immediate, Inline()))
    made.provider = StubProvider()
    return made


@pytest.fixture
def layered(session):
    """A session with three layers: bottom, middle (active), top."""
    layers = [
        layer("bottom", disc(150, 200, 100)),
        layer("middle", disc(300, 200, 80)),
        layer("top", disc(450, 90, 50)),
    ]
    session.history = History(Document(photo()).add(layers))
    session.activate(2)
    return session


@pytest.fixture
def show(qtbot, qapp):
    """A function that shows a panel, refreshed with every change of its session as the window would."""
    palette, sheet = qapp.palette(), qapp.styleSheet()
    theme.apply(qapp, "dark")

    def make(kind, session, width=320, height=0):
        panel = kind(session)
        session.changed = panel.refresh
        qtbot.addWidget(panel)
        panel.resize(width, height or panel.sizeHint().height())
        with qtbot.waitActive(panel):
            panel.show()
            panel.activateWindow()
        return panel

    yield make
    qapp.styleHints().unsetColorScheme()
    qapp.setPalette(palette)
    qapp.setStyleSheet(sheet)


def words(widget):
    return " ".join(each.text() for each in widget.findChildren(QLabel) if each.isVisibleTo(widget))


def row(panel, layer_id):
    return panel.view.visualRect(panel.model.index_of(layer_id))


# All of them


@pytest.mark.parametrize("kind", PANELS)
def test_names_and_nothing_open(show, session, kind):
    panel = show(kind, session)
    assert panel.objectName() == kind.__name__[0].lower() + kind.__name__[1:]
    panel.refresh()
    assert panel.minimumSizeHint().width() <= 280


@pytest.mark.parametrize("kind", PANELS)
def test_every_button_without_words_has_a_name_and_a_tip(show, layered, kind):
    panel = show(kind, layered)
    for button in panel.findChildren(QToolButton):
        assert button.accessibleName()
        assert button.toolTip()


@pytest.fixture
def picture_of(snapshot, qapp):
    """Compares a panel with its snapshot, where the fonts are those the snapshots were made with."""
    family = QFontInfo(qapp.font()).family()
    if family != "DejaVu Sans":
        pytest.skip(f"the snapshots were made with DejaVu Sans, and this machine has {family}")

    QCursor.setPos(790, 590)  # nothing is lit up under the pointer
    return lambda panel, name: snapshot(panel.grab().toImage(), f"panel_{name}")


@pytest.mark.parametrize("kind", PANELS[:5])
@pytest.mark.parametrize("name", ["dark", "light"])
def test_looks(picture_of, show, layered, qapp, kind, name):
    panel = show(kind, layered, 320, 300 if kind is LayersPanel else 0)
    theme.apply(qapp, name)
    panel.setFocus()
    qapp.processEvents()
    panel.resize(320, 300 if kind is LayersPanel else panel.sizeHint().height())
    qapp.processEvents()
    picture_of(panel, f"{kind.__name__[:-5].lower()}_{name}")


@pytest.mark.parametrize("name", ["dark", "light"])
def test_looks_of_jobs(show, session, picture_of, qapp, name):
    panel = show(JobsPanel, session)
    theme.apply(qapp, name)
    for job in (
        Job("Open photo.png", "open", state="done", fraction=1),
        Job("Export photo.png", "export", state="failed", error=Failed("The disk is full.")),
        Job("Detect face_yolov8n", "detect", state="running", fraction=0.4, text="Loading"),
    ):
        panel.job_changed(job)
    qapp.processEvents()
    panel.resize(320, panel.sizeHint().height())
    qapp.processEvents()
    picture_of(panel, f"jobs_{name}")


# Detect


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
    assert not panel.download_button.isVisible()
    panel.model.set_value("face_yolov8n")
    panel.model.edited.emit()
    assert "6 MB" in words(panel)
    assert panel.download_button.isVisible()
    assert not panel.detect_button.isEnabled()
    panel.model.set_value("other")
    panel.model.edited.emit()
    assert "Needs onnxruntime." in words(panel)
    assert not panel.download_button.isVisible()


def test_choosing_by_key_in_the_combo_changes_the_parameters(show, layered, qtbot):
    panel = show(DetectPanel, layered)
    panel.model.setFocus()
    qtbot.keyClick(panel.model, Qt.Key.Key_Down)
    assert panel.params().model == "face_yolov8n"
    assert panel.download_button.isVisible()


def test_download_pulls_and_shows_the_new_state(show, layered, qtbot, monkeypatch):
    panel = show(DetectPanel, layered)
    panel.model.set_value("face_yolov8n")
    panel.model.edited.emit()
    pulled = []

    def pull(name, done):
        pulled.append(name)
        layered.provider.downloaded = True
        done()

    monkeypatch.setattr(layered, "pull_model", pull)
    qtbot.mouseClick(panel.download_button, LEFT)
    assert pulled == ["face_yolov8n"]
    assert panel.model.value() == "face_yolov8n"
    assert panel.detect_button.isEnabled()
    assert not panel.download_button.isVisible()


def test_detect_uses_the_form_and_the_default_shape(show, layered, qtbot):
    panel = show(DetectPanel, layered)
    panel.findChild(QWidget, "confidence").setValue(0.4)
    qtbot.mouseClick(panel.detect_button, LEFT)
    (params,) = layered.provider.params
    assert (params.model, params.confidence, params.max_detections) == ("mediapipe_face_full", 0.4, 6)
    assert layered.document.layers[-1].name == "face"
    assert layered.document.layers[-1].params == MaskParams()


def test_remove_background_with_its_options(show, layered, qtbot):
    panel = show(DetectPanel, layered)
    assert not panel.cutout_form.isVisible()
    qtbot.mouseClick(panel.options_button, LEFT)
    assert panel.cutout_form.isVisible()
    panel.cutout_form.set_params(CutoutParams(alpha_matting=True))
    assert panel.findChild(QWidget, "alphaMattingErodeSize").isEnabled()
    qtbot.mouseClick(panel.findChild(QWidget, "alphaMatting"), LEFT, pos=QPoint(8, 13))
    assert not panel.findChild(QWidget, "alphaMattingErodeSize").isEnabled()
    qtbot.mouseClick(panel.findChild(QWidget, "postProcessMask"), LEFT, pos=QPoint(8, 13))
    qtbot.mouseClick(panel.cutout_button, LEFT)
    assert layered.provider.params == [CutoutParams(alpha_matting=False, post_process_mask=True)]
    assert layered.document.layers[-1].name == "person"


def test_without_a_photo_nothing_can_be_detected(show, session, qtbot):
    panel = show(DetectPanel, session)
    assert not panel.detect_button.isEnabled()
    assert not panel.cutout_button.isEnabled()
    panel.detect()
    panel.remove_background()
    assert session.provider.params == []


def test_add_model_is_the_windows_business(show, session, qtbot):
    panel = show(DetectPanel, session)
    with qtbot.waitSignal(panel.addModelRequested):
        qtbot.mouseClick(panel.add_button, LEFT)


# Layers


def test_layers_stand_from_top_to_bottom_with_the_numbers_of_the_canvas(show, layered):
    panel = show(LayersPanel, layered)
    rows = [panel.model.index(at) for at in range(panel.model.rowCount())]
    assert [index.data() for index in rows] == ["top", "middle", "bottom"]
    spoken = [index.data(Qt.ItemDataRole.AccessibleTextRole) for index in rows]
    assert spoken[0] == "Layer 3: top, 90 %  mediapipe_face_full, visible, add"
    assert panel.view.currentIndex().data() == "middle"


def test_an_empty_list_says_what_to_do(show, session):
    panel = show(LayersPanel, session)
    assert "Detect or remove the background" in words(panel)


def test_clicking_a_row_activates_it(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=300)
    where = row(panel, 3).center()
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=where)
    assert layered.active.name == "top"
    qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    assert layered.active.name == "middle"


def test_the_eye_and_the_space_bar_hide(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=300)
    area = row(panel, 1)
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=QPoint(area.left() + 14, area.center().y()))
    assert [each.visible for each in layered.document.layers] == [False, True, True]
    panel.view.setFocus()
    panel.view.setCurrentIndex(panel.model.index_of(2))
    qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert not layered.document.layer(2).visible
    qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert layered.document.layer(2).visible


def test_renaming_with_f2_survives_a_refresh(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=300)
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_F2)
    editor = panel.view.findChild(QLineEdit)
    qtbot.keyClicks(editor, "Grace")
    layered.set_visible(3, False)
    layered.set_mask_params(2, MaskParams(3, 3))
    assert panel.view.findChild(QLineEdit) is editor
    assert editor.text() == "Grace"
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: layered.document.layer(2).name == "Grace")
    assert panel.model.index_of(2).data() == "Grace"


def test_delete_key_and_buttons(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=300)
    qtbot.mouseClick(panel.up_button, LEFT)
    assert [each.name for each in layered.document.layers] == ["bottom", "top", "middle"]
    assert not panel.up_button.isEnabled()
    assert panel.view.currentIndex().data() == "middle"
    qtbot.mouseClick(panel.down_button, LEFT)
    qtbot.mouseClick(panel.down_button, LEFT)
    assert [each.name for each in layered.document.layers] == ["middle", "bottom", "top"]
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_Delete)
    assert [each.name for each in layered.document.layers] == ["bottom", "top"]
    qtbot.mouseClick(panel.delete_button, LEFT)
    qtbot.mouseClick(panel.delete_button, LEFT)
    assert layered.document.layers == ()
    assert not panel.delete_button.isEnabled()


@pytest.mark.parametrize(
    ("dragged", "row_below", "expected"),
    [
        (3, 3, ["top", "bottom", "middle"]),
        (3, 2, ["bottom", "top", "middle"]),
        (1, 0, ["middle", "top", "bottom"]),
        (2, 1, ["bottom", "middle", "top"]),
        (2, 2, ["bottom", "middle", "top"]),
    ],
)
def test_dropping_a_row_moves_the_layer(show, layered, qapp, dragged, row_below, expected):
    panel = show(LayersPanel, layered, height=300)
    data = panel.model.mimeData([panel.model.index_of(dragged)])
    assert isinstance(data, QMimeData)
    panel.model.dropMimeData(data, Qt.DropAction.MoveAction, row_below, 0, panel.view.rootIndex())
    qapp.processEvents()
    assert [each.name for each in layered.document.layers] == expected
    assert [panel.model.index(at).data() for at in range(3)] == expected[::-1]


def test_the_mode_menu(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=300)
    menu = panel.menu(layered.document.layer(3))
    qtbot.addWidget(menu)
    actions = {action.objectName(): action for action in menu.findChildren(type(menu.actions()[0]))}
    assert actions["mode.add"].isChecked()
    actions["mode.subtract"].trigger()
    assert layered.document.layer(3).mode == "subtract"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_click_on_the_mode_opens_its_menu(show, layered, qtbot):
    panel = show(LayersPanel, layered, height=300)
    area = row(panel, 3)
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=QPoint(area.right() - 14, area.center().y()))
    menu = QApplication.activePopupWidget()
    assert [action.objectName() for action in menu.actions()] == ["mode.add", "mode.subtract", "mode.intersect"]
    menu.actions()[2].trigger()
    menu.close()
    assert layered.document.layer(3).mode == "intersect"


def test_scroll_position_and_selection_stay(show, layered, qapp):
    more = [layer(f"n{number}", disc(50, 50, 20)) for number in range(30)]
    layered.commit(layered.document.add(more, activate=False), "more")
    panel = show(LayersPanel, layered, height=260)
    panel.view.verticalScrollBar().setValue(300)
    layered.rename(20, "renamed")
    qapp.processEvents()
    assert panel.view.verticalScrollBar().value() == 300
    assert panel.view.currentIndex().data() == "middle"


def test_scores_and_origins():
    mask = disc(10, 10, 5)
    assert details(layer("a", mask, 0.974)) == "97 %  mediapipe_face_full"
    assert details(layer("a", mask, None)) == "mediapipe_face_full"
    assert details(Layer(1, "a", mask, mask)) == "from a file"


@pytest.mark.parametrize("step", [1, 3, 7, 100])
@pytest.mark.parametrize("area", [Rect(0, 0, WIDTH, HEIGHT), Rect(130, 7, 301, 260), Rect(255, 255, 3, 4)])
def test_sampling_by_tiles_equals_sampling_the_whole(step, area):
    noise = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    noise[:200, :260] = 255
    noise[256:, 256:512] = 0
    expected = noise[area.slices()][::step, ::step]
    assert np.array_equal(sampled(Mask.from_array(noise), area, step), expected)


def test_a_thumbnail_shows_the_photo_where_the_mask_is():
    image, alpha = photo(), disc(300, 200, 80)
    made = picture(image, alpha, 36)
    assert (made.width(), made.height()) == (36, 36)
    centre, corner = made.pixelColor(18, 18), made.pixelColor(1, 1)
    assert (centre.alpha(), corner.alpha()) == (255, 0)
    expected = image.pixels[200, 300].astype(int)
    assert np.abs(np.array(centre.getRgb()[:3]) - expected).max() <= 6


# Mask


def test_mask_parameters_are_live(show, layered, qtbot):
    panel = show(MaskPanel, layered)
    blur = panel.findChild(QWidget, "maskBlur")
    before = layered.active.shaped
    start, stop = blur.track
    qtbot.mouseClick(blur, LEFT, pos=QPoint(round((start + stop) / 2), 13))
    assert layered.active.params.mask_blur == 30
    assert layered.active.shaped is not before
    qtbot.mouseClick(panel.reset_button, LEFT)
    assert layered.active.params == MaskParams()
    assert blur.value() == 4
    assert not panel.reset_button.isEnabled()


def test_mask_panel_follows_the_active_layer_and_undo(show, layered):
    panel = show(MaskPanel, layered)
    padding = panel.findChild(QWidget, "maskPadding")
    padding.setValue(25)
    layered.activate(3)
    assert padding.value() == 0
    layered.activate(2)
    assert padding.value() == 25
    layered.undo()
    assert padding.value() == 0


def test_mask_panel_without_a_layer_says_so(show, session):
    panel = show(MaskPanel, session)
    assert not panel.form.isEnabled()
    assert "Choose a layer" in words(panel)


# Refine


@pytest.fixture
def solved(monkeypatch):
    """Edges that are solved at once; returns what was asked."""
    asked = []

    def refine(image, layer, params, token):
        asked.append(params)
        return replace(layer, refine=params, refinement=Refinement(layer.shaped, {}))

    monkeypatch.setattr(operations, "refine", refine)
    return asked


def test_refine_then_live_then_remove(show, layered, solved, qtbot):
    panel = show(RefinePanel, layered)
    width = panel.findChild(QWidget, "bandWidth")
    width.setValue(20)
    assert solved == []
    assert panel.button.text() == "Refine"
    qtbot.mouseClick(panel.button, LEFT)
    assert solved == [RefineParams(band_width=20)]
    assert panel.button.text() == "Remove refinement"
    width.setValue(33)
    assert layered.active.refine.band_width == 33
    qtbot.mouseClick(panel.findChild(QWidget, "colorDecontamination"), LEFT, pos=QPoint(8, 13))
    assert layered.active.amount == 0
    assert len(solved) == 2
    qtbot.mouseClick(panel.button, LEFT)
    assert layered.active.refine is None
    assert panel.button.text() == "Refine"


def test_refine_panel_follows_the_layer(show, layered, solved):
    panel = show(RefinePanel, layered)
    panel.findChild(QWidget, "bandWidth").setValue(50)
    panel.refine()
    layered.activate(1)
    assert panel.button.text() == "Refine"
    panel.findChild(QWidget, "bandWidth").setValue(9)
    layered.activate(2)
    assert panel.findChild(QWidget, "bandWidth").value() == 50
    layered.activate(3)
    assert panel.findChild(QWidget, "bandWidth").value() == 9
    layered.activate(2)
    assert "refined" in words(panel)


def test_what_is_being_solved_is_not_taken_back_from_the_slider(show, layered, solved):
    panel = show(RefinePanel, layered)
    panel.refine()
    held = Job("Refine edge", "layer 2 refine")
    layered.runner._jobs.append(held)
    panel.form.set_params(RefineParams(band_width=77))
    panel.refresh()
    assert panel.findChild(QWidget, "bandWidth").value() == 77
    assert "Solving" in words(panel)
    layered.runner._jobs.remove(held)
    panel.refresh()
    assert panel.findChild(QWidget, "bandWidth").value() == 12


def test_refine_without_a_layer(show, session):
    panel = show(RefinePanel, session)
    assert not panel.button.isEnabled()
    panel.refine()


# Export


def test_export_says_what_it_writes_and_asks_the_window(show, layered, qtbot):
    panel = show(ExportPanel, layered)
    assert "600 × 400 px, 8 bit, sRGB" in words(panel)
    panel.form.set_params(ExportParams(depth="16"))
    panel.refresh()
    assert "16 bit" in words(panel)
    with qtbot.waitSignal(panel.exportRequested) as asked:
        qtbot.mouseClick(panel.export_button, LEFT)
    assert asked.args == [ExportParams(depth="16")]
    with qtbot.waitSignal(panel.maskExportRequested) as asked:
        qtbot.mouseClick(panel.mask_button, LEFT)
    assert asked.args == [ExportParams(depth="16")]


def test_export_needs_a_photo(show, session):
    panel = show(ExportPanel, session)
    assert not panel.export_button.isEnabled()
    assert "Open a photo" in words(panel)


# Jobs


def test_a_job_from_start_to_end(show, session, qtbot):
    panel = show(JobsPanel, session)
    assert "No work is running." in words(panel)
    job = Job("Detect faces", "detect")
    panel.job_changed(job)
    job.state, job.fraction, job.text = "running", 0.4, "Looking"
    panel.job_changed(job)
    bar = panel.findChild(QProgressBar)
    assert (bar.value(), bar.maximum()) == (400, 1000)
    assert "Looking, 40%" in words(panel)
    qtbot.mouseClick(panel.findChild(QToolButton, "cancelThisJob"), LEFT)
    assert job.token.cancelled
    job.state = "cancelled"
    panel.job_changed(job)
    assert "Cancelled." in words(panel)
    assert not any(each.isVisibleTo(panel) for each in panel.findChildren(QProgressBar))


def test_failures_keep_their_sentence_and_only_the_last_few_stay(show, session, qapp):
    panel = show(JobsPanel, session)
    panel.job_changed(Job("first", "a", state="done"))
    for number in range(6):
        panel.job_changed(Job(f"job {number}", "x", state="failed", error=Failed(f"Sentence {number}.")))
    qapp.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    text = words(panel)
    assert "Sentence 5." in text
    assert "Sentence 0." not in text
    assert "first" not in text


def test_the_runner_feeds_the_panel(show, session):
    panel = show(JobsPanel, session)
    session.runner.changed = panel.job_changed
    session.runner.start("Quick work", lambda _token: 1, lambda _: None, lane="x")
    assert "Quick work" in words(panel)
