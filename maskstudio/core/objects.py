"""One mask for each layer of a document, in files of a folder, among which nothing else is ever written over."""

import filecmp
import tempfile
from itertools import chain, count
from pathlib import Path

from maskstudio.core.atomic import reason
from maskstudio.core.document import Document
from maskstudio.core.files import write_mask
from maskstudio.errors import CannotWrite
from maskstudio.names import fitting, path_of

_BACKGROUND = "background"


def write_objects(document: Document, folder: Path) -> list[tuple[Path, str]]:
    """Numbered and named masks, and ``background.png``: what no layer covers. Gives files and labels.

    Where one of the names holds something else, such as the objects of another photo, all of them begin with the
    photo's name. The same objects written again are the same files. Raises CannotWrite.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".objects-", dir=folder) as new:
            return _placed(_written(document, Path(new)), folder, Path(document.image.name).stem)
    except OSError as error:
        raise CannotWrite(f"The objects cannot be written to {folder}: {reason(error)}.") from error


def _written(document: Document, folder: Path) -> list[tuple[Path, str]]:
    written = []
    for number, layer in enumerate(document.layers, 1):
        target = folder / path_of(f"{number:02}-{_file_name(layer.name)}.png")
        write_mask(target, layer.alpha.array(), resolution=document.image.metadata.resolution)
        written.append((target, layer.name))
    rest = folder / f"{_BACKGROUND}.png"
    write_mask(rest, 255 - document.alpha.array(), resolution=document.image.metadata.resolution)
    return [*written, (rest, _BACKGROUND)]


def _placed(written: list[tuple[Path, str]], folder: Path, photo: str) -> list[tuple[Path, str]]:
    """The files moved into ``folder``, under the first names that are free."""
    for start in chain((None, "-"), (f"-{number}-" for number in count(2))):
        names = [path.name if start is None else fitting(photo, start + path.name) for path, _ in written]
        targets = [folder / path_of(name) for name in names]
        if all(_free(target, path) for target, (path, _) in zip(targets, written, strict=True)):
            break
    for target, (path, _) in zip(targets, written, strict=True):
        path.replace(target)
    return [(target, label) for target, (_, label) in zip(targets, written, strict=True)]


def _free(target: Path, new: Path) -> bool:
    """Whether nothing is lost if ``new`` takes this name."""
    return not target.exists() or (target.is_file() and filecmp.cmp(target, new, shallow=False))


def _file_name(label: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in label[:60]) or "object"
