"""Objects of several photos in one folder: nothing is ever written over, and the same again is the same."""

import numpy as np
from PIL import Image as Pil

from maskstudio.core.document import Document
from maskstudio.core.image import Image
from maskstudio.core.objects import write_objects
from tests.core.documents import disc, layer


def found(name, *radii):
    """A document of a photo with discs of these radii."""
    photo = Image(np.zeros((280, 300, 3), np.uint8), name=name)
    return Document(photo).add([layer(disc(radius=radius), "person") for radius in radii])


def masks(written):
    return {path.name: np.asarray(Pil.open(path)) for path, _ in written}


def test_a_second_photo_takes_nothing_of_the_first(tmp_path):
    first = write_objects(found("a.jpg", 80, 40), tmp_path)
    assert [path.name for path, _ in first] == ["01-person.png", "02-person.png", "background.png"]
    second = write_objects(found("b.jpg", 60), tmp_path)
    assert [path.name for path, _ in second] == ["b-01-person.png", "b-background.png"]
    assert [label for _, label in second] == ["person", "background"]
    third = write_objects(found("b.jpg", 50), tmp_path)
    assert [path.name for path, _ in third] == ["b-2-01-person.png", "b-2-background.png"]
    for written, radii in ((first, (80, 40)), (second, (60,)), (third, (50,))):
        planes = list(masks(written).values())
        for plane, radius in zip(planes, radii, strict=False):
            np.testing.assert_array_equal(plane, disc(radius=radius))
        np.testing.assert_array_equal(planes[-1], 255 - disc(radius=max(radii)))
    assert len(list(tmp_path.iterdir())) == 7


def test_the_same_again_is_the_same_files(tmp_path):
    first = write_objects(found("a.jpg", 80), tmp_path)
    assert write_objects(found("a.jpg", 80), tmp_path) == first
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_of_the_user_stays(tmp_path):
    (tmp_path / "background.png").write_text("mine")
    written = write_objects(found("a.jpg", 80), tmp_path)
    assert [path.name for path, _ in written] == ["a-01-person.png", "a-background.png"]
    assert (tmp_path / "background.png").read_text() == "mine"


def test_the_longest_name_ends_all_the_same(tmp_path):
    for radius in (80, 60, 40):
        assert write_objects(found(f"{'ü' * 120}.jpg", radius), tmp_path)
    assert len(list(tmp_path.iterdir())) == 6
