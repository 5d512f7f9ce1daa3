"""Small files of JSON that hold things by name, which several programs of the user may read and change at once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from maskstudio.core.atomic import reason, replacing
from maskstudio.core.lock import changing
from maskstudio.errors import CannotWrite


def read(path: Path) -> dict[str, Any]:
    """What the file holds, by name; empty if it is missing or damaged."""
    try:
        held = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return held if isinstance(held, dict) else {}


def change(path: Path, changed: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Write what ``changed`` makes of what the file holds; what other programs wrote before is not lost.

    Raises CannotWrite.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with changing(path):
            held = changed(read(path))
            with replacing(path) as file:
                file.write(json.dumps(held, indent=1, sort_keys=True).encode())
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {reason(error)}.") from error
