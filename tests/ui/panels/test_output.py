"""The export and jobs panels."""

from dataclasses import replace

from PySide6.QtWidgets import QProgressBar, QToolButton

from maskstudio.core.metadata import Metadata
from maskstudio.errors import Failed
from maskstudio.jobs import Job
from maskstudio.params.local import CutoutParams, ExportParams
from maskstudio.ui.panels.export import ExportPanel
from maskstudio.ui.panels.jobs import JobsPanel
from tests.ui.panels.stage import LEFT, words


def test_export_says_what_it_writes_and_asks_the_window(show, layered, qtbot):
    panel = show(ExportPanel, layered)
    assert "600 × 400 px, 8 bit, sRGB" in words(panel)
    panel.form.set_params(ExportParams(depth="16"))
    panel.refresh()
    assert "16 bit" in words(panel)
    with qtbot.waitSignal(panel.exportRequested) as asked:
        qtbot.mouseClick(panel.export_button, LEFT)
    assert asked.args == [ExportParams(depth="16"), CutoutParams()]
    with qtbot.waitSignal(panel.maskExportRequested) as asked:
        qtbot.mouseClick(panel.mask_button, LEFT)
    assert asked.args == [ExportParams(depth="16")]


def test_export_says_the_resolution_where_the_photo_has_one(show, layered):
    document = layered.document
    layered.history.commit(document.changed(image=replace(document.image, metadata=Metadata((11811, 11811)))), "Photo")
    assert "sRGB, 300 dpi." in words(show(ExportPanel, layered))


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
    assert "Looking, 40 %" in words(panel)
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
