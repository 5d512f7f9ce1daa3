"""A session that works at once, and panels shown as the window would show them."""

import pytest

from maskstudio.core.document import Document
from maskstudio.core.history import History
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.session import Session
from maskstudio.ui import theme
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
