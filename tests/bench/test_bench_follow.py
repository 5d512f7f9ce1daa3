"""What a change costs the window's thread: panels drawn by what changed, beside all of them drawn anew.

Thirty layers on a photo of 24 megapixels, every section unfolded. Both are measured at every change, one right after
the other; asserted is their ratio, and printed the milliseconds of each and how many panels are drawn.
"""

import statistics
import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from real_window import Desk, document, wait

from maskstudio.core.cv import cv2
from maskstudio.core.document import Document, Layer
from maskstudio.core.mask import Mask
from maskstudio.params.local import BrushParams, MaskParams

SIZE, LAYERS, TIMES = (6000, 4000), 30, 20
OF_ALL = 0.7  # times drawing all panels anew that drawing by what changed may take; measured 0.3 to 0.4
ACTS = ("rename", "padding", "stroke", "undo")


def layered(folder):
    """Discs in rows, each in a layer of its own."""
    photo = document(*SIZE, folder).image
    layers = []
    for number in range(LAYERS):
        plane = np.zeros(SIZE[::-1], np.uint8)
        cv2.circle(plane, (500 + number % 6 * 1000, 400 + number // 6 * 750), 300, 255, -1, cv2.LINE_AA)
        mask = Mask.from_array(plane)
        layers.append(Layer(0, f"thing {number}", mask, mask))
    return Document(photo).add(layers)


class Follower:
    """Draws by what changed, then everything, and keeps the seconds of both and who was drawn by what changed."""

    def __init__(self, window):
        self.panels, self.act, self.counting = window.panels, "", False
        self.by_change, self.all, self.drawn = {}, {}, {}
        for panel in self.panels:
            self._count(panel)
            for section in panel.sections:
                self._count(section)
        self._inner, window.shown.follow_changes = window.shown.follow_changes, self.follow

    def follow(self, changes):
        self.counting = True
        self._inner(changes)
        self.counting = False
        self._time(self.by_change, lambda panel: panel.follow_changes(changes))
        self._time(self.all, lambda panel: panel.refresh())

    def _time(self, times, draw):
        begun = time.thread_time()
        for panel in self.panels:
            draw(panel)
        times.setdefault(self.act, []).append(time.thread_time() - begun)

    def _count(self, panel):
        def redraw(inner=panel.redraw):
            if self.counting:
                self.drawn.setdefault(self.act, []).append(type(panel).__name__)
            inner()

        panel.redraw = redraw


@pytest.fixture(scope="module")
def followed(qapp, tmp_path_factory):
    """What a follower kept of each of the acts."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("MASKSTUDIO_HOME", str(folder))
        desk = Desk()
        desk.show(layered(folder), "fit")
        for name in desk.window.sidebar.docks:
            desk.window.sidebar.fold(name, False)
        wait(desk.canvas, 1.0)
        follower = Follower(desk.window)
        for number in range(TIMES):
            for act in ACTS:
                follower.act = act
                do(desk.window.session, act, number)
                wait(desk.canvas, 0.1)
        desk.close()
    report(follower)
    return follower


def do(session, act, number):
    if act == "rename":
        session.layers.rename(session.document.layers[number % LAYERS].id, f"name {number}")
    elif act == "padding":
        session.shaping.set_mask_params(session.active.id, replace(MaskParams(), mask_padding=number + 10))
        while session.runner.jobs:
            QApplication.processEvents()
    elif act == "stroke":
        session.painting.begin_stroke(BrushParams(size=100), 255)
        for step in range(5):
            session.painting.stroke_to(500 + number * 10 + step * 20, 600)
        session.end_stroke()
    else:
        session.undo()


def middle(times):
    return statistics.median(times) * 1e3


def report(follower):
    for act in ACTS:
        one, all_of_them = middle(follower.by_change[act]), middle(follower.all[act])
        names = sorted(set(follower.drawn[act]))
        print(
            f"\n{act:8} by change {one:.3f} ms, all {all_of_them:.3f} ms; {len(names)} drawn: {', '.join(names)}",
            end="",
        )
    print()


@pytest.mark.parametrize("act", ACTS)
def test_drawing_by_what_changed_costs_less_than_drawing_everything(followed, act):
    assert middle(followed.by_change[act]) <= OF_ALL * middle(followed.all[act])
