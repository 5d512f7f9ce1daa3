"""The jobs panel says what a job cost, what may be charged, and fetches what was paid for and did not come home."""

import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from maskstudio.core.layer import Detection, Layer
from maskstudio.core.mask import Mask
from maskstudio.errors import BadAnswer
from maskstudio.params.local import MaskParams
from maskstudio.params.runware import RunwareMaskParams
from maskstudio.services.departure import OPERATIONS
from maskstudio.services.ledger import Line
from maskstudio.ui.panels.jobs import JobsPanel
from maskstudio.ui.panels.layer_list import details
from maskstudio.ui.panels.provenance import facts

PLAIN = MaskParams(mask_padding=0, mask_blur=0)


def words(panel):
    return [label.text() for label in panel.findChildren(QLabel) if label.text() and label.isVisibleTo(panel)]


@pytest.fixture
def panel(window, service, qtbot, tmp_path):
    path = tmp_path / "photo.png"
    QImage(64, 48, QImage.Format.Format_RGB888).save(str(path))
    window.open(path)
    qtbot.waitUntil(lambda: window.session.document is not None and window.isActiveWindow())
    return window.jobs_panel


def send(window):
    session = window.session
    return session.services.send(session.services.prepare("runware", "detect", RunwareMaskParams()), PLAIN)


def test_a_job_that_is_done_says_its_price(panel, window, qtbot):
    job = send(window)
    qtbot.waitUntil(lambda: job.finished and not window.session.runner.jobs)
    assert "It cost USD 0.0125." in words(panel)
    layer = window.session.document.layers[-1]
    assert (layer.name, details(layer)) == ("thing", "90 %  Runware · runware:35@1")
    known = dict(facts(layer))
    assert (known["Cost"], known["Ran on"]) == ("USD 0.0125", "Runware")
    assert panel.owed.isHidden()


def test_what_was_paid_and_lost_is_offered_and_fetched(panel, service, window, qtbot):
    service["runware"].lost = True
    send(window)
    qtbot.waitUntil(lambda: bool(window.notice.sentence) and not panel.owed.isHidden())
    assert "USD 0.0125 was paid for it; its result can be fetched later." in window.notice.sentence
    offered = next(each for each in window.notice.findChildren(QPushButton) if each.isVisible())
    assert offered.text() == "Fetch it"
    says = [text for text in words(panel.owed) if text.startswith(f"{OPERATIONS['detect']} at Runware")]
    assert len(says) == 1
    assert "USD 0.0125 was paid" in says[0]
    before = len(window.session.document.layers)
    panel.owed.findChild(QPushButton, "fetchResult").click()
    qtbot.waitUntil(lambda: len(window.session.document.layers) == before + 1 and panel.owed.isHidden())
    assert service["runware"].fetched == [{"task": "the task"}]
    assert not window.notice.sentence.startswith("It is damaged")  # old errors go when new work starts


def test_what_is_not_wanted_is_forgotten(panel, service, window, qtbot):
    service["runware"].lost = True
    send(window)
    qtbot.waitUntil(lambda: not panel.owed.isHidden())
    panel.owed.findChild(QToolButton, "forgetResult").click()
    qtbot.waitUntil(lambda: panel.owed.isHidden())
    assert window.session.services.access.ledger.owed() == []


def test_old_errors_go_and_other_notices_stay(panel, service, window, qtbot):
    service["runware"].error = BadAnswer("It is bad.")
    send(window)
    qtbot.waitUntil(lambda: window.notice.sentence == "It is bad.")
    service["runware"].error = None
    send(window)
    assert window.notice.sentence != "It is bad."
    qtbot.waitUntil(lambda: not window.session.runner.jobs)
    window.notice.show_sentence("Something to decide.", "warning", "Do", lambda: None)
    send(window)
    qtbot.waitUntil(lambda: not window.session.runner.jobs)


def test_a_bill_far_above_the_price_stays_in_sight_and_holds_the_queue(panel, service, window, qtbot):
    service["runware"].price = 0.001
    send(window)
    qtbot.waitUntil(lambda: "charged USD 0.0125 where USD 0.0010 was announced" in window.notice.sentence)
    assert window.session.services.paused("runware")
    offered = next(each for each in window.notice.findChildren(QPushButton) if each.isVisible())
    assert offered.text() == "Go on"
    offered.click()
    assert not window.session.services.paused("runware")


def test_results_that_do_not_last_say_so(window):
    def line(service, age):
        return Line("1", time.time() - age, service, "refine", "done", None, 0.2, "", "", {"link": "x"}, {})

    panel = JobsPanel(window.session)
    panel.owed.show_lines([line("server402", 60), line("server402", 7200), line("runware", 7200)])
    lasts, gone, unknown = (text.partition("; ")[2] for text in words(panel.owed)[1:])
    assert lasts.startswith("it is kept until about ")
    assert gone == "it is probably gone by now."
    assert unknown == "it is kept for as long as the service likes."
    panel.owed.show_lines([])
    assert panel.owed.isHidden()
    panel.deleteLater()


def test_a_project_may_claim_anything_of_a_service(window):
    mask = Mask.from_array(np.full((4, 4), 255, np.uint8))
    odd = {"cost": "free", "boundingBox": {"x": 1, "y": None}, "list": [1, "a"], "x": True}
    layer = Layer(1, "a", mask, mask, source=Detection("a", None, (0, 0, 4, 4), mask, "m", "moon", said=odd))
    known = dict(facts(layer))
    assert "Cost" not in known
    assert known["Ran on"] == "moon"
    assert "boundingBox x 1, y None" in known["The service says"]
    assert details(layer) == "m"
    assert details(replace(layer, source=replace(layer.source, provider="adobe", model="adobe objects"))) == "Adobe"
