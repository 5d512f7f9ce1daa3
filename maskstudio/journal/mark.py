"""The mark on a journal whose document was closed properly: it is not offered as after a crash, but kept for
reopening.
"""

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
_LONGEST = 32_768  # characters of a path, more than any system allows
_MOST = 1 << 20  # bytes


@dataclass(frozen=True)
class ClosedMark:
    """What was closed: its name, width and height in px, number of steps, and when (s since the epoch).

    One with a ``path`` was not changed: that file holds all of it.
    """

    name: str
    size: tuple[int, int]
    steps: int
    when: float
    path: Path | None = None


def put(folder: Path, mark: ClosedMark) -> None:
    """Mark a journal after its last change. Raises CannotWrite."""
    width, height = mark.size
    path = None if mark.path is None else text_of(mark.path.absolute())
    about = {"format": FORMAT, "name": mark.name, "width": width, "height": height, "steps": mark.steps}
    with replacing(folder / NAME) as file:
        file.write(json.dumps({**about, "when": mark.when, "path": path}).encode())


def found(folder: Path) -> ClosedMark | None:
    """The mark of a journal; None if there is none or it is damaged, so that a damaged mark hides no work."""
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
    """Remove the mark: the journal belongs to an open document again. If that fails, it can still be reopened."""
    try:
        (folder / NAME).unlink(missing_ok=True)
    except OSError:
        log.info("the mark of a closed document could not be taken off", exc_info=True)


def _path(values: Fields) -> Path | None:
    """The path in the mark, byte for byte. Raises BadProject if it is no path."""
    path = values.values.get("path")
    if path is None:
        return None
    if not isinstance(path, str) or not 0 < len(path) <= _LONGEST or "\0" in path:
        raise BadProject("the path of what was closed is not what it should be")
    return path_of(path)
