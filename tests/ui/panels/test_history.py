"""The history panel: what it lists, where clicks and keys go, and what its pictures show."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QAbstractItemModelTester

from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from maskstudio.core.mask_samples import DocumentSamples
from maskstudio.core.paint import Paint
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.params.local import BrushParams
from maskstudio.session.session import Session
from maskstudio.ui.panels.history import HistoryPanel
from maskstudio.ui.panels.history_list import UNDONE, HistoryModel
from tests.ui.panels.stage import HEIGHT, LEFT, WIDTH, disc, layer, photo

HARD = BrushParams(size=40, hardness=1.0, pressure_opacity=False)


def paint(session, x, y, value=255):
    session.painting.begin_stroke(HARD, value)
    session.painting.stroke_to(x, y)
    session.end_stroke()


def labels(model: QAbstractItemModel):
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_it_lists_steps_and_marks_the_one_of_now(show, layered):
    panel = show(HistoryPanel, layered)
    paint(layered, 30, 30)
    layered.layers.set_visible(1, False)
    assert labels(panel.model) == ["Open", "Paint", "Hide layer"]
    assert panel.view.currentIndex().row() == 2
    layered.undo()
    assert panel.view.currentIndex().row() == 1
    assert [panel.model.index(row).data(UNDONE) for row in range(3)] == [False, False, True]
    spoken = [panel.model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert spoken == ["Step 0: Open", "Step 1: Paint, current", "Step 2: Hide layer, undone"]
    paint(layered, 60, 60)
    assert labels(panel.model) == ["Open", "Paint", "Paint"]


def test_clicks_and_arrow_keys_go_there(show, layered, qtbot):
    panel = show(HistoryPanel, layered, height=300)
    before = layered.document
    for x in (30, 60, 90):
        paint(layered, x, 30)
    after = layered.document
    where = panel.view.visualRect(panel.model.index(0)).center()
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=where)
    assert layered.document is before
    qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    assert layered.history.position == 1
    qtbot.keyClick(panel.view, Qt.Key.Key_End)
    assert layered.document is after
    qtbot.keyClick(panel.view, Qt.Key.Key_Up)
    assert layered.history.position == 2


def test_another_document_has_another_history(show, layered, session):
    panel = show(HistoryPanel, layered)
    paint(layered, 30, 30)
    other = Session(Runner(immediate, Inline()))
    panel.follow(other)
    assert panel.model.rowCount() == 0
    assert panel.used.text() == "Nothing is open."
    panel.follow(layered)
    assert labels(panel.model) == ["Open", "Paint"]


def test_pictures_follow(show, layered, qtbot):
    panel = show(HistoryPanel, layered, height=300)
    paint(layered, 30, 30)
    documents = [step.document for step in layered.history.steps]
    qtbot.waitUntil(lambda: all(panel._pictures.of(document) for document in documents))
    picture = panel._pictures.of(documents[-1]).toImage()
    scale = picture.width() / WIDTH
    top = (picture.height() - HEIGHT * scale) / 2
    inside = picture.pixelColor(int(450 * scale), int(top + 90 * scale))
    expected = photo().pixels[90, 450].astype(int)
    assert inside.alpha() == 255
    assert np.abs(np.array(inside.getRgb()[:3]) - expected).max() <= 16
    assert picture.pixelColor(int(580 * scale), int(top + 380 * scale)).alpha() == 0


def test_the_bytes_in_use_are_told(show, layered, qtbot):
    panel = show(HistoryPanel, layered, height=300)
    layered.history_limit = 64 << 20
    noise = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    many = [layer(f"n{at}", Mask.from_array(noise + np.uint8(at))) for at in range(12)]
    layered.commit(layered.document.add(many), "Many")
    qtbot.waitUntil(lambda: panel.used.text() == f"{layered.history.nbytes / 2**20:.0f} MB of 64 MB")
    assert not panel.used.text().startswith("0")


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["commit", "merge", "undo", "redo", "go", "amend", "trim", "seal"]), max_size=30))
def test_the_rows_are_always_the_steps(actions):
    session = Session(Runner(immediate, Inline()))
    session.history = History(Document(photo()).add([layer("one", disc(100, 100, 50))]))
    model = HistoryModel(session)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for number, action in enumerate(actions):
        history = session.history
        act(history, action, number)
        model.refresh()
        assert labels(model) == [step.label for step in history.steps]
        assert [model.step(model.index(row)) for row in range(model.rowCount())] == history.steps
        assert model.position == history.position
    del tester


def act(history, action, number):
    document = history.document
    named = document.put(document.layers[0].changed(name=f"{number}"))
    if action in ("commit", "merge"):
        history.commit(named, f"{action} {number}", "key" if action == "merge" else "")
    elif action in ("undo", "redo", "seal"):
        getattr(history, action)()
    elif action == "go":
        history.go(number // 2)
    elif action == "amend":
        history.amend(lambda old: old.changed())
    elif history.position > 1:  # as settling drops the oldest beyond the limit
        del history._steps[0], history._weights[0]
        history._at -= 1


@pytest.mark.parametrize("step", [1, 7, 32])
def test_samples_of_documents_equal_samples_of_their_alpha(step):
    rng = np.random.default_rng(4)
    noise = [Mask.from_array(rng.integers(0, 256, (HEIGHT, WIDTH), np.uint8)) for _ in range(4)]
    cover = np.zeros((HEIGHT, WIDTH), np.uint8)
    cover[100:220, 200:330] = 255
    strokes = Paint(Mask.from_array(np.minimum(noise[2].array(), cover)), Mask.from_array(cover))
    first, second = layer("a", noise[0]).changed(inverted=True, paint=strokes), layer("b", noise[1])
    one = Document(photo()).add([first, second.changed(mode="subtract")])
    two = one.put(one.layers[0].changed(paint=strokes.laid(cover[:50, :50] + 90, 10, 20, 255)))
    samples = DocumentSamples(one.size, step)
    for document in (one, two, one):
        seen = samples.alpha([(each, each.mode) for each in document.shown])
        np.testing.assert_array_equal(seen, document.alpha.array()[::step, ::step])
