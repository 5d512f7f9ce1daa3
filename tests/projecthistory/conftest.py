"""What tests of a project's history share."""

import numpy as np
import PIL.Image
import pytest

from maskstudio.core import projecthistory
from maskstudio.params.local import BrushParams
from tests.core.documents import image
from tests.core.records import assert_same
from tests.fresh import fresh

MEMBER = projecthistory.MEMBER


def opened(path):
    made = fresh()
    made.opening.open(path)
    assert made.failures == []
    return made


@pytest.fixture
def session(tmp_path):
    """A session on a photo of four tiles."""
    return on(tmp_path, 300, 280)


def on(folder, width, height):
    PIL.Image.fromarray(image(width, height).pixels).save(folder / "photo.png")
    return opened(folder / "photo.png")


def stroke(session, x, y=50, value=255):
    session.painting.begin_stroke(BrushParams(size=30, hardness=0.5), value)
    session.painting.stroke_to(x, y)
    session.painting.stroke_to(x + 9, y + 5)
    session.end_stroke()


def assert_same_history(history, other):
    """All steps of two histories, every pixel of each, and where they stand."""
    assert [step.label for step in history.steps] == [step.label for step in other.steps]
    assert history.position == other.position
    for mine, theirs in zip(history.steps, other.steps, strict=True):
        assert_same(mine.document, theirs.document)
        np.testing.assert_array_equal(mine.document.alpha.array(), theirs.document.alpha.array())
