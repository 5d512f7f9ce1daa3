"""An object that a model outlined is taken by a click, mended by the next, and given up where clicks deny it."""

import numpy as np

from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.selection.outlined import ObjectSelector
from maskstudio.selection.prompt import Candidate, Prompt


class Nothing:
    """A selector that finds nothing."""

    def predict(self, _prompt, _token):
        return []

    def preview(self, _x, _y):
        return None


def made():
    """A red square with a blue tail; the model took both for one object."""
    photo = np.full((200, 300, 3), (90, 140, 70), np.uint8)
    truth, outlined = np.zeros((2, 200, 300), np.uint8)
    truth[50:150, 50:150] = outlined[50:150, 50:150] = outlined[90:110, 150:220] = 255
    photo[outlined > 0] = (40, 60, 180)
    photo[truth > 0] = (190, 50, 40)
    found = Candidate(Mask.from_array(outlined), 0.9)
    return ObjectSelector(photo, [found], Nothing()), found, truth > 0


def test_a_click_takes_the_object_and_the_next_mends_it():
    selector, found, truth = made()
    assert selector.predict(Prompt(include=((100, 100),)), Token())[0].mask == found.mask == selector.preview(100, 100)
    (answer,) = selector.predict(Prompt(include=((100, 100),), exclude=((190, 100),)), Token())
    inside = answer.mask.array() > 127
    assert np.count_nonzero(inside & truth) / np.count_nonzero(inside | truth) > 0.97
    assert answer.score == 0.9


def test_other_places_and_boxes_are_left_to_the_other_way():
    selector, _found, _truth = made()
    assert selector.predict(Prompt(include=((10, 10),)), Token()) == []
    assert selector.predict(Prompt(include=((100, 100),), box=(0, 0, 300, 200)), Token()) == []
    assert selector.preview(10, 10) is None
