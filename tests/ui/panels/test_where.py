"""Where a panel's work runs: only services that do something of the kind, with their own parameters alone."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QWidget

from maskstudio.errors import Busy
from maskstudio.params.adobe import AdobeBodyPartsParams, AdobeObjectsParams, AdobeRefineParams
from maskstudio.params.local import CutoutParams
from maskstudio.params.runware import RunwareCutoutParams, RunwareMaskParams
from maskstudio.params.server402 import Server402RefineParams
from maskstudio.services import directory
from maskstudio.ui.panels.detect import DetectPanel
from maskstudio.ui.panels.refine import RefinePanel
from tests.ui.panels.stage import LEFT, words

CHECK = QPoint(8, 13)


@pytest.fixture
def agreed(layered, service):
    """A session whose user agrees to everything; what was asked for is in its list."""
    asked = []

    def consent(departure, go):
        asked.append(departure)
        go(departure)

    layered.services.consent = consent
    return asked


def choose(panel, title, qtbot):
    """Choose a place by its first letter, as with the keyboard."""
    box = panel.findChild(QComboBox, "provider")
    box.setFocus()
    qtbot.keyClicks(box, title[0])
    assert box.currentText() == title


def titles(panel):
    box = panel.findChild(QComboBox, "provider")
    return [box.itemText(row) for row in range(box.count())]


def has(panel, name):
    """Whether a row of this name is in sight."""
    return any(each.isVisibleTo(panel) for each in panel.findChildren(QWidget, name))


def row(panel, name):
    return next(each for each in panel.findChildren(QWidget, name) if each.isVisibleTo(panel))


def test_only_services_that_do_something_of_the_kind(show, layered):
    assert titles(show(DetectPanel, layered)) == ["This machine", "Runware", "Adobe"]
    refine = show(RefinePanel, layered)
    assert titles(refine) == ["This machine", "Adobe", "Server402", "Alibaba Cloud"]
    assert refine.findChild(QComboBox, "provider").accessibleName() == "Where it runs"


def test_nothing_is_asked_of_the_keychain_while_all_runs_here(show, layered, monkeypatch):
    asked = []
    monkeypatch.setattr(layered.services, "states", lambda: asked.append(1) or [])
    panel = show(DetectPanel, layered)
    layered.layers.activate(1)
    assert asked == []
    assert not row(panel, "provider").itemIcon(0).isNull()


def test_runware_shows_its_own_parameters_and_no_others(show, agreed, layered, qtbot):
    panel = show(DetectPanel, layered)
    choose(panel, "Runware", qtbot)
    assert not has(panel, "detect")
    assert not has(panel, "boxShape")
    assert has(panel, "account")
    qtbot.mouseClick(row(panel, "detectOptions"), LEFT)
    assert not row(panel, "maskPadding").isEnabled()
    assert not row(panel, "outputQuality").isEnabled()
    qtbot.mouseClick(row(panel, "shapeThere"), LEFT, pos=CHECK)
    assert row(panel, "maskPadding").isEnabled()
    row(panel, "confidence").setValue(0.4)
    row(panel, "maskPadding").setValue(7)
    qtbot.mouseClick(row(panel, "detectThere"), LEFT)
    (departure,) = agreed
    assert departure.operation == "detect"
    assert departure.params == RunwareMaskParams(confidence=0.4, shape_there=True, mask_padding=7)


def test_what_only_rembg_has_is_off_for_the_others(show, agreed, layered, qtbot):
    panel = show(DetectPanel, layered)
    choose(panel, "Runware", qtbot)
    qtbot.mouseClick(row(panel, "cutoutOptions"), LEFT)
    own = ("postProcessMask", "returnOnlyMask", "alphaMatting")
    assert panel.findChildren(QWidget, "rgba") == []  # a colour behind the subject is the command line's business
    assert all(row(panel, name).isEnabled() for name in own)
    assert not row(panel, "alphaMattingErodeSize").isEnabled()
    qtbot.mouseClick(row(panel, "alphaMatting"), LEFT, pos=CHECK)
    assert row(panel, "alphaMattingErodeSize").isEnabled()
    pane = panel.elsewhere.pane.forms["cutout"]
    pane.set_params(RunwareCutoutParams(model="runware:112@5", alpha_matting=True))
    assert not any(row(panel, name).isEnabled() for name in (*own, "alphaMattingErodeSize"))
    panel.cut_out()
    assert agreed[0].params == RunwareCutoutParams(model="runware:112@5", alpha_matting=True)


def test_quality_is_for_lossy_formats(show, layered, service, qtbot):
    panel = show(DetectPanel, layered)
    panel.elsewhere.choose("runware")
    form = panel.elsewhere.pane.forms["detect"]
    qtbot.mouseClick(form.options, LEFT)
    form.set_params(RunwareMaskParams(output_format="WEBP"))
    assert row(panel, "outputQuality").isEnabled()


def test_adobe_finds_objects_body_parts_and_the_subject(show, agreed, layered, qtbot):
    panel = show(DetectPanel, layered)
    choose(panel, "Adobe", qtbot)
    for name in ("objectsThere", "bodyPartsThere", "cutoutThere"):
        qtbot.mouseClick(row(panel, name), LEFT)
    assert [each.operation for each in agreed] == ["objects", "bodyParts", "cutout"]
    assert agreed[0].params == AdobeObjectsParams()
    assert agreed[1].params == AdobeBodyPartsParams()
    assert agreed[1].layer is not None
    assert layered.document.layers[-1].source.provider == "adobe"


def test_body_parts_need_a_layer_with_a_mask(show, agreed, session, layered, service, qtbot):
    panel = show(DetectPanel, layered)
    panel.elsewhere.choose("adobe")
    layered.painting.clear()
    said = []
    layered.failed = said.append
    qtbot.mouseClick(row(panel, "bodyPartsThere"), LEFT)
    assert [str(each) for each in said] == ["Choose a layer with a mask first."]
    for number in (1, 2, 3):
        layered.layers.delete(number)
    assert not row(panel, "bodyPartsThere").isEnabled()
    assert row(panel, "objectsThere").isEnabled()
    assert agreed == []


def test_the_action_goes_where_the_panel_goes(show, agreed, layered):
    panel = show(DetectPanel, layered)
    panel.elsewhere.choose("runware")
    assert panel.ready
    panel.detect()
    assert [each.service for each in agreed] == ["runware"]
    assert layered.provider.params == []
    panel.elsewhere.choose("")
    panel.cut_out()
    assert layered.provider.params == [CutoutParams(model="mediapipe_face_full")]
    assert len(agreed) == 1


def test_an_answer_of_a_service_is_pixel_correct_and_in_place(show, agreed, layered, service):
    panel = show(DetectPanel, layered)
    panel.elsewhere.choose("runware")
    panel.detect()
    expected = np.zeros((400, 600), np.uint8)
    expected[:200, :300] = 255
    assert (layered.document.layers[-1].mask.array() == expected).all()
    assert service["runware"].errands[0].photo.shape == (400, 600, 3)


def test_a_missing_key_is_said_with_the_way_to_the_account(show, layered, qtbot):
    panel = show(DetectPanel, layered)
    choose(panel, "Runware", qtbot)
    assert "Runware needs your API key" in words(panel)
    with qtbot.waitSignal(panel.elsewhere.where.accountRequested) as told:
        qtbot.mouseClick(row(panel, "serviceWayOut"), LEFT)
    assert told.args == ["runware"]
    assert "Not set up yet" in row(panel, "provider").itemData(1, Qt.ItemDataRole.AccessibleTextRole)


def test_a_paused_queue_is_said_and_can_go_on(show, agreed, layered, service, qtbot):
    panel = show(DetectPanel, layered)
    panel.elsewhere.choose("runware")
    service["runware"].error = Busy("Runware takes no more for now.")
    failed = []
    layered.services.stranded = lambda departure, error: (failed.append(departure), panel.refresh())
    panel.detect()
    assert failed[0].service == "runware"
    assert "Paused: Runware takes no more for now." in words(panel)
    assert row(panel, "serviceWayOut").text() == "Go on"
    qtbot.mouseClick(row(panel, "serviceWayOut"), LEFT)
    assert layered.services.paused("runware") == ""
    assert not has(panel, "serviceWayOut")


def test_refining_at_a_service(show, agreed, layered, service, solved, qtbot):
    panel = show(RefinePanel, layered)
    choose(panel, "Adobe", qtbot)
    assert not has(panel, "bandWidth")
    assert not has(panel, "refine")
    button = row(panel, "refineThere")
    assert button.text() == "Refine at Adobe"
    qtbot.mouseClick(button, LEFT)
    assert agreed[0].params == AdobeRefineParams()
    assert agreed[0].layer == 2
    assert solved == []
    assert service["adobe"].errands[0].mask.any()
    assert len(layered.document.layers) == 4
    assert layered.rivals.pair == ([layered.document.layers[-1].id], [2])
    layered.services.access.account = lambda name: directory.account(name).account.from_wire(
        {"baseUrl": "http://127.0.0.1:9"} if name == "server402" else {}
    )
    panel.elsewhere.choose("server402")
    panel.refine()
    assert agreed[1].params == Server402RefineParams()
    panel.elsewhere.choose("")
    assert has(panel, "bandWidth")


@pytest.mark.parametrize("kind", [DetectPanel, RefinePanel])
def test_no_service_makes_a_panel_wider(show, layered, service, kind):
    panel = show(kind, layered)
    for name in ("runware", "adobe", "server402"):
        panel.elsewhere.choose(name)
        for form in panel.elsewhere.pane.forms.values() if panel.elsewhere.pane else ():
            form.options.click()
        assert panel.minimumSizeHint().width() <= 280
