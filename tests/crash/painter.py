"""Paints in the real window with real mouse events, without a pause, until it is killed.

    painter.py PHOTO PROJECT DIARY SEED

Whatever reaches the session is written to DIARY first, with the time of the system's monotonic clock. The project is
saved over and over meanwhile, so that a kill may hit that too.
"""

import json
import math
import os
import random
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from maskstudio.core.record import wired
from maskstudio.params.local import BrushParams
from maskstudio.session.layers import LayerVerbs
from maskstudio.session.painting import PaintingVerbs
from maskstudio.session.session import Session
from maskstudio.ui.app import create_window

PACE = 0.003  # s between the events of a mouse
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


class Diary:
    """One line for everything that reaches the session, written through to the system at once."""

    def __init__(self, path):
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(self, kind, *values):
        os.write(self._file, json.dumps([time.monotonic(), kind, *values]).encode() + b"\n")

    def follow(self, name, values):
        """Note each call of a verb of the session before it happens; ``values`` makes of its arguments what to note."""
        place, _, own = name.rpartition(".")
        kind = {"painting": PaintingVerbs, "layers": LayerVerbs, "": Session}[place]
        verb = getattr(kind, own)

        def noted(verbs, *args, **kwargs):
            if (what := values(verbs, *args)) is not None:
                self.note(name, *what)
            return verb(verbs, *args, **kwargs)

        setattr(kind, own, noted)


def watched(diary):
    diary.follow("painting.begin_stroke", lambda _painting, params, value: (wired(BrushParams, params), value))
    diary.follow("painting.stroke_to", lambda _painting, x, y, pressure=1.0: (x, y, pressure))
    diary.follow("end_stroke", lambda session: () if session.painting.stroke is not None else None)
    diary.follow("undo", lambda _session: ())
    diary.follow("redo", lambda _session: ())
    diary.follow("layers.set_visible", lambda _layers, layer_id, visible: (layer_id, visible))


class Hand:
    """A hand on a mouse."""

    def __init__(self, app, canvas, chance, look):
        self._app, self._canvas, self._chance, self._look = app, canvas, chance, look

    def stroke(self):
        """A wobbly line of 5 to 500 events."""
        width, height = self._canvas.width(), self._canvas.height()
        x, y = self._chance.uniform(0.2, 0.8) * width, self._chance.uniform(0.2, 0.8) * height
        angle = self._chance.uniform(0, 2 * math.pi)
        self._send(QEvent.Type.MouseButtonPress, x, y, LEFT)
        for _ in range(int(math.exp(self._chance.uniform(math.log(5), math.log(500))))):
            angle += self._chance.uniform(-0.4, 0.4)
            x = min(max(x + 6 * math.cos(angle), 5), width - 5)
            y = min(max(y + 6 * math.sin(angle), 5), height - 5)
            self._send(QEvent.Type.MouseMove, x, y, NONE)
            self._rest()
        self._send(QEvent.Type.MouseButtonRelease, x, y, LEFT)

    def _rest(self):
        end = time.monotonic() + PACE
        self._app.processEvents()
        self._look()
        time.sleep(max(end - time.monotonic(), 0))

    def _send(self, kind, x, y, button):
        held = NONE if kind == QEvent.Type.MouseButtonRelease else LEFT
        place = QPointF(x, y)
        scene = self._canvas.mapToGlobal(place)
        event = QMouseEvent(kind, place, scene, button, held, Qt.KeyboardModifier.NoModifier)
        self._app.sendEvent(self._canvas, event)


def main(photo, project, diary, seed):
    chance = random.Random(int(seed))
    app = QApplication([])
    window = create_window([photo])
    window.resize(1000, 750)
    window.show()
    while window.session.document is None:
        app.processEvents()
    canvas = window.findChild(QWidget, "canvas")
    notes = Diary(diary)
    watched(notes)
    safe = False

    def look():
        nonlocal safe
        if window.session.journal.acknowledged and not safe:
            notes.note("kept")
        safe = window.session.journal.acknowledged

    hand = Hand(app, canvas, chance, look)
    window.session.projects.save_as(Path(project))
    while window.session.projects.path is None:
        app.processEvents()
    notes.note("ready", app.platformName())
    while True:
        window.actions_by_id[chance.choice(["tool.brush", "tool.brush", "tool.eraser"])].trigger()
        hand.stroke()
        for _ in range(chance.choice([0, 0, 0, 1, 2, 3])):
            window.actions_by_id["edit.undo"].trigger()
        if chance.random() < 0.1:
            window.actions_by_id["edit.redo"].trigger()
        if chance.random() < 0.5:
            window.autosave.save_all()
        look()


if __name__ == "__main__":
    main(*sys.argv[1:])
