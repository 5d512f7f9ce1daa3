"""A session that works at once, and panels shown as the window would show them."""

from types import SimpleNamespace

import pytest
from PySide6.QtGui import QAction, QCursor, QFontInfo

from maskstudio.core.document import Document, Refinement
from maskstudio.core.history import History
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.matting.edge import finished
from maskstudio.session import operations
from maskstudio.session.session import Session
from maskstudio.ui.widgets import theme
from tests.ui.panels.stage import StubProvider, disc, layer, photo


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
    session.layers.activate(2)
    return session


@pytest.fixture
def solved(monkeypatch):
    """Edges that are solved at once, to what they were, under their controls; returns the layers as asked for."""
    asked = []

    def refine(image, layer, token):
        asked.append(layer)
        return layer.changed(refinement=finished(image, layer, Refinement(layer.base, {}), token.step))

    monkeypatch.setattr(operations, "refine", refine)
    return asked


@pytest.fixture
def measured(monkeypatch):
    """Fringes that are what the test says; ``fringe`` may be changed, ``documents`` were looked at."""
    fringe = operations.Fringe((150, 235, 150), 3.4, (300, 120), disc(300, 200, 9))
    found = SimpleNamespace(fringe=fringe, documents=[])

    def look(document, token):
        found.documents.append(document)
        return found.fringe

    monkeypatch.setattr(operations, "fringe", look)
    return found


@pytest.fixture
def actions(qapp):
    """The actions the panel knows, as the window would make them."""
    made = {}
    for name in ("view.trimap", "view.rawColours", "view.worst", "view.nextFringe", "mask.fixFringe"):
        made[name] = QAction(name, qapp)
        made[name].setCheckable(name in ("view.trimap", "view.rawColours", "view.worst"))
        made[name].setToolTip(f"tip of {name}")
    return made


@pytest.fixture
def show(qtbot, qapp):
    """A function that shows a panel, refreshed with every change of its session as the window would."""
    palette, sheet = qapp.palette(), qapp.styleSheet()
    theme.apply(qapp, "dark")

    def make(kind, session, width=320, height=0):
        panel = kind(session)
        session.changed.connect(panel.refresh)
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


@pytest.fixture
def picture_of(snapshot, qapp):
    """Compares a panel with its snapshot, where the fonts are those the snapshots were made with."""
    family = QFontInfo(qapp.font()).family()
    if family != "DejaVu Sans":
        pytest.skip(f"the snapshots were made with DejaVu Sans, and this machine has {family}")

    QCursor.setPos(790, 590)  # nothing is lit up under the pointer
    return lambda panel, name: snapshot(panel.grab().toImage(), f"panel_{name}")
