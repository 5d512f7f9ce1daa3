"""Which sizes of an answer are believed, and that none is turned."""

import io

import numpy as np
import pytest
from PIL import Image

from maskstudio.errors import BadAnswer
from maskstudio.providers.remote.pictures import cutout_of, mask_of

PHOTO = np.full((300, 400, 3), 90, np.uint8)


def file_of(size: tuple[int, int], mode: str = "L", kind: str = "PNG", **how) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, 200 if mode == "L" else (200, 200, 200, 200)).save(file, kind, **how)
    return file.getvalue()


def read(file: bytes, sent: tuple[int, int] = (400, 300)) -> np.ndarray:
    return mask_of(file, sent, PHOTO, "Adobe", lambda: None)


@pytest.mark.parametrize(
    "size", [(1, 1), (2, 2), (4, 3), (48, 36), (49, 37), (200, 149), (200, 151), (300, 400), (401, 300)]
)
def test_sizes_that_are_not_believed(size: tuple[int, int]) -> None:
    with pytest.raises(BadAnswer, match="px"):
        read(file_of(size))
    with pytest.raises(BadAnswer, match="px"):
        cutout_of(file_of(size, "RGBA"), (400, 300), PHOTO, "Adobe", lambda: None)


@pytest.mark.parametrize("size", [(400, 300), (200, 150), (50, 38), (51, 38), (101, 75), (101, 76)])
def test_sizes_of_the_same_ratio_are_believed(size: tuple[int, int]) -> None:
    mask = read(file_of(size))
    assert mask.shape == (300, 400)
    assert (mask == 200).all()


@pytest.mark.parametrize("turn", range(2, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_turned_answer_is_not_placed_wrongly(turn: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    for size in ((400, 300), (300, 300), (300, 400)):
        with pytest.raises(BadAnswer):
            read(file_of(size, "L" if kind != "WEBP" else "RGBA", kind, exif=exif), (size[0], size[1]))


def test_an_answer_that_says_it_stands_upright_is_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 1
    assert (read(file_of((400, 300), kind="JPEG", exif=exif)) == 200).all()
