"""The same path is the same mask whatever the screen's scale factor, and no stroke leaves anything behind.

The first test runs in processes of its own, one a scale factor; ``test_the_path`` is what they run.
"""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from tests.patience import PATIENCE
from tests.ui.tools.conftest import SIZE
from tests.ui.tools.test_brush import LIFT, MOVE, PRESS, painted, pen

# In px of the image. None lies where a rounding error would choose another pixel.
PATH = [(40.3, 50.6, 0.4), (90.7, 70.2, 0.7), (150.1, 160.9, 1.0), (260.4, 130.3, 0.6), (330.8, 240.1, 0.2)]
REPORT = "MASKSTUDIO_SCALE_REPORT"  # the file a child process writes its digest to

OUTSIDE = {
    "begins outside": [(-60, 80), (40, 80), (120, 90)],
    "ends outside": [(120, 90), (40, 80), (-60, 80)],
    "crosses": [(-40, 150), (200, 150), (440, 150)],
    "along the edge": [(0, 10), (0, 150), (0, 290)],
    "a corner": [(SIZE[0], SIZE[1]), (SIZE[0] - 1, SIZE[1] - 1)],
    "never inside": [(-90, -90), (-80, -90), (-90, -80)],
}


def follow(stage, path):
    pen(stage, PRESS, *path[0])
    for sample in path[1:]:
        pen(stage, MOVE, *sample)
    pen(stage, LIFT, *path[-1][:2])


def brush(stage):
    stage.tools.choose("brush")
    stage.tools.tool.set_params(replace(stage.tools.tool.params, size=60.0, hardness=0.3))
    return stage


def test_the_path(stage):
    follow(brush(stage), PATH)
    assert stage.alpha.any()
    if report := os.environ.get(REPORT):
        factor = stage.canvas.devicePixelRatioF()
        Path(report).write_text(f"{factor:g} {hashlib.sha256(stage.alpha.tobytes()).hexdigest()}", encoding="ascii")


def test_the_scale_factor_of_the_screen_changes_no_pixel(tmp_path):
    running = {}
    for factor in ("1", "1.25", "1.5", "2"):
        env = os.environ | {
            "QT_SCALE_FACTOR": factor,
            "QT_QPA_PLATFORM": "offscreen",
            "QT_SCALE_FACTOR_ROUNDING_POLICY": "PassThrough",
            REPORT: str(tmp_path / factor),
        }
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"{__file__}::test_the_path"]
        running[factor] = subprocess.Popen(
            command, env=env, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    digests = set()
    for factor, process in running.items():
        output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, output.decode()
        found, digest = (tmp_path / factor).read_text(encoding="ascii").split()
        assert found == factor
        digests.add(digest)
    assert len(digests) == 1


@pytest.mark.parametrize("way", OUTSIDE)
def test_a_stroke_at_the_edge_and_outside_leaves_nothing_behind(stage, way):
    before = brush(stage).session.document
    follow(stage, [(*point, 0.8) for point in OUTSIDE[way]])
    assert stage.session.painting.stroke is None
    assert stage.alpha.any() == (way != "never inside")
    while stage.session.history.position:
        stage.session.undo()
    assert stage.session.document is before
    the_next_stroke_is_as_ever(stage)


def test_a_lost_focus_leaves_nothing_behind(stage):
    before = brush(stage).session.document
    pen(stage, PRESS, *PATH[0])
    pen(stage, MOVE, *PATH[1])
    stage.canvas.clearFocus()
    QApplication.processEvents()
    assert stage.session.painting.stroke is None
    ended = stage.session.document
    pen(stage, MOVE, *PATH[2])
    pen(stage, LIFT, *PATH[2][:2])
    assert stage.session.document is ended
    while stage.session.history.position:
        stage.session.undo()
    assert stage.session.document is before
    stage.canvas.setFocus()
    the_next_stroke_is_as_ever(stage)


def the_next_stroke_is_as_ever(stage):
    follow(stage, PATH)
    np.testing.assert_array_equal(stage.alpha, painted(PATH, stage.tools.tool.params))
