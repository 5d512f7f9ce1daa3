"""The mark on a journal whose document was closed in order: not offered after a crash, but kept to be reopened."""

import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path

from maskstudio.core.atomic import replacing
from maskstudio.core.checked import Fields, parsed
from maskstudio.errors import BadProject
from maskstudio.names import path_of, text_of

log = logging.getLogger(__name__)

NAME = "closed.json"
FORMAT = 1
_LONGEST = 32_768  # letters of a path, more than any system has
_MOST = 1 << 20  # bytes


@dataclass(frozen=True)
class ClosedMark:
    """What was closed: its name, width and height in px, steps of history, and when (s since the epoch).

    Nothing was done to one with a ``path``: that file, opened, is all of it.
    """

    name: str
    size: tuple[int, int]
    steps: int
    when: float
    path: Path | None = None


def put(folder: Path, mark: ClosedMark) -> None:
    """Mark a journal, once nothing more comes to it. Raises CannotWrite."""
    width, height = mark.size
    path = None if mark.path is None else text_of(mark.path.absolute())
    about = {"format": FORMAT, "name": mark.name, "width": width, "height": height, "steps": mark.steps}
    with replacing(folder / NAME) as file:
        file.write(json.dumps({**about, "when": mark.when, "path": path}).encode())


def found(folder: Path) -> ClosedMark | None:
    """The mark of a journal; None where there is none that can be read, so that a damaged one hides no work."""
    try:
        with (folder / NAME).open("rb") as file:
            values = parsed(file.read(_MOST), "the mark")
        values.whole("format", 1, FORMAT)
        size = values.whole("width", 1), values.whole("height", 1)
        when = values.number("when", 0)
        return ClosedMark(values.text("name"), size, values.whole("steps"), min(when, time.time()), _path(values))
    except (OSError, BadProject):
        return None


def take_off(folder: Path) -> None:
    """From now on the journal is that of an open document again. If that fails, it can be reopened all the same."""
    try:
        (folder / NAME).unlink(missing_ok=True)
    except OSError:
        log.info("the mark of a closed document could not be taken off", exc_info=True)


def _path(values: Fields) -> Path | None:
    """The path letter by letter, whatever bytes it has."""
    path = values.values.get("path")
    if path is None:
        return None
    if not isinstance(path, str) or not 0 < len(path) <= _LONGEST or "\0" in path:
        raise BadProject("the path of what was closed is not what it should be")
    return path_of(path)
