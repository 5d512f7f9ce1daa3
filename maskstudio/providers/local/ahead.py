"""Encodes photos before they are opened, so that a model is ready at once when they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from maskstudio.core.files import read_image
from maskstudio.core.formats import is_picture
from maskstudio.core.image import Image
from maskstudio.errors import Cancelled, MaskStudioError
from maskstudio.jobs import Token
from maskstudio.providers.local import families

_EACH_SIDE = 1  # neighbours before a photo and after it


@runtime_checkable
class EncodesAhead(Protocol):
    """A family that keeps the encodings of photos on disk."""

    def encode_ahead(self, image: Image, model: str, token: Token) -> None:
        """Encode the photo, and keep that, if it is not kept already. Raises the errors of ``open_selector``."""
        ...


def ahead(paths: Sequence[Path], model: str, token: Token) -> int:
    """Encode the photos at ``paths`` with ``model`` and keep that; returns how many are kept now.

    Does nothing for a model that encodes no photos. A photo that cannot be read or encoded is left out: nobody asked
    for it. Raises ``Cancelled`` through ``token``.
    """
    family = families.family_of(model)
    if not isinstance(family, EncodesAhead):
        return 0
    done = 0
    for number, path in enumerate(paths):
        part = token.part(number / len(paths), (number + 1) / len(paths))
        part.step(0.0, f"Preparing {path.name}")
        try:
            family.encode_ahead(read_image(path).image, model, part)
        except Cancelled:
            raise
        except MaskStudioError:
            continue
        done += 1
    return done


def neighbours(path: Path) -> list[Path]:
    """The photos before and after ``path`` in its folder, by name, the next one first; none if it cannot be listed."""
    try:
        every = sorted(each for each in path.parent.iterdir() if is_picture(each.name) or each == path)
    except OSError:
        return []
    if path not in every:
        return []
    at = every.index(path)
    return [*every[at + 1 : at + 1 + _EACH_SIDE], *every[max(at - _EACH_SIDE, 0) : at][::-1]]
