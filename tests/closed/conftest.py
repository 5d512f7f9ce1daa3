"""What tests of closed documents share."""

import PIL.Image
import pytest

from maskstudio.journal import closed, recovery
from maskstudio.params.local import BrushParams
from tests.core.documents import image
from tests.fresh import fresh
from tests.walkers import HEIGHT, WIDTH


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    PIL.Image.fromarray(image(WIDTH, HEIGHT).pixels).save(path)
    return path


@pytest.fixture
def session(writer, photo):
    made = fresh(writer)
    made.opening.open(photo)
    return made


def stroke(session, x=20, y=20):
    session.painting.begin_stroke(BrushParams(size=12), 255)
    session.painting.stroke_to(x, y)
    session.end_stroke()


def put_away(session, writer):
    """Close it, and give the closed document and the history it had."""
    history = session.history
    session.close()
    assert writer.settle()
    return closed.closed()[0], history


def reopened(writer, one):
    made = fresh(writer)
    made.opening.reopen(one)
    assert made.failures == []
    return made


def left():
    return {folder.name for folder in recovery.home().iterdir()}
