"""What tests of two hands on one file share."""

import PIL.Image
import pytest

from maskstudio.params.local import BrushParams
from tests.core.documents import image
from tests.fresh import fresh


def stroke(session, x):
    session.painting.begin_stroke(BrushParams(size=30, hardness=1.0), 255)
    session.painting.stroke_to(x, 50)
    session.end_stroke()


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    PIL.Image.fromarray(image(280, 100).pixels).save(path)
    return path


@pytest.fixture
def work(photo, tmp_path):
    """A project of one stroke."""
    made = fresh()
    made.opening.open(photo)
    stroke(made, 50)
    made.projects.save_as(tmp_path / "work.ora")
    return tmp_path / "work.ora"


@pytest.fixture
def session(work):
    """It is opened again, and worked on."""
    made = fresh()
    made.opening.open(work)
    stroke(made, 150)
    return made


def told(session):
    return [str(error) for error in session.failures]
