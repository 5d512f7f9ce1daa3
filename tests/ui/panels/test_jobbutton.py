"""A button shows the job it started, as far as it has come, and no other."""

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from maskstudio.jobs import Job
from maskstudio.paths import SAMPLE, resource
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.jobbutton import JobButton


def foot(button, pixels):
    """How much of the button's foot is in the colour of the line, 0..1."""
    image = QImage(button.size(), QImage.Format.Format_RGB32)
    button.render(image)
    row = pixels(image)[button.height() - 3]
    line = theme.tokens().accent_text
    wanted = [int(line[at : at + 2], 16) for at in (1, 3, 5)]
    return (np.abs(row - wanted).max(axis=1) <= 2).mean()


def test_the_line_grows_with_the_job_and_goes_with_it(qtbot, pixels):
    theme.apply(QApplication.instance(), "dark")
    started = []
    button = JobButton("Remove background", lambda: started.append(True))
    qtbot.addWidget(button)
    button.resize(200, 26)
    button.click()
    assert started == [True]
    assert foot(button, pixels) == 0
    job, other = Job("Remove background", "detect"), Job("Detect", "detect")
    button.watch(job)
    assert button.busy
    assert 0 < foot(button, pixels) < 0.1
    job.fraction = 0.5
    button.show_jobs([other, job])
    assert abs(foot(button, pixels) - 0.5) < 0.05
    button.show_jobs([other])
    assert not button.busy
    assert foot(button, pixels) == 0


def test_a_job_that_is_done_at_once_shows_nothing(qtbot):
    button = JobButton("Detect", lambda: None, primary=True)
    qtbot.addWidget(button)
    button.watch(Job("Detect", "detect", state="done"))
    assert not button.busy


def test_the_panel_shows_the_job_of_the_photo_in_front(window, qtbot):
    window.open(resource(SAMPLE))
    qtbot.waitUntil(lambda: window.session.document is not None)
    panel = window.detect_panel
    window.actions_by_id["select.subject"].trigger()
    assert panel.subject.button.busy
    assert not panel.detect_button.busy
    qtbot.waitUntil(lambda: not panel.subject.button.busy)
    assert not window.session.runner.jobs
