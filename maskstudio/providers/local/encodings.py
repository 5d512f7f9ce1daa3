"""Encodings of photos on disk: what a network made of a photo, kept by the digests of both, within a budget.

A file holds one line of JSON (the arrays' names, types and shapes, and the sha256 of what follows) and then their
bytes; nothing in it is ever run. A file that is torn, or not what it says, is as if it were not there, and is made
anew. Files appear whole or not at all, so several programs may share the folder.
"""

import json
import math
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from maskstudio import paths
from maskstudio.core.arrays import Pixels8, Real
from maskstudio.core.atomic import replacing
from maskstudio.errors import CannotWrite

PhotoMaps = Mapping[str, Real]

_BUDGET = 1 << 30  # bytes, until the user's setting is known
_FORMAT = "maskstudio encoding 1"
_HEAD = 4096  # bytes that the first line may have
_MOST = 256 << 20  # bytes of one file
_TYPES: dict[str, np.dtype[Any]] = {"float16": np.dtype("<f2"), "float32": np.dtype("<f4")}
_LOSS = 1e-3  # of an array's root mean square: what halves may change in it, a tenth of what 8 bits of colour do
_SUFFIX = ".encoding"


class Encodings:
    """The encodings in the user's cache folder. Safe to share between threads and programs."""

    def __init__(self, budget: int = _BUDGET) -> None:
        """``budget`` is how many bytes all may take together on the disk; 0 keeps nothing."""
        self._budget = budget

    def set_budget(self, budget: int) -> None:
        """Change the budget, in bytes; when the next photo is encoded, what is above it is removed, that used longest
        ago first. Looks at no disk, so that the window may call it.
        """
        self._budget = budget

    def get(self, key: str, fits: Callable[[PhotoMaps], bool], make: Callable[[], PhotoMaps]) -> PhotoMaps:
        """The encoding kept under ``key``, see ``key_of``; made now, and kept, if there is none that ``fits``.

        Errors of ``make`` are passed on. That the disk is full or read-only is no error: the encoding is not kept then.
        """
        found = self.read(key)
        if found is not None and fits(found):
            return found
        made = make()
        self._write(key, made)
        return made

    def read(self, key: str) -> PhotoMaps | None:
        """The encoding kept under ``key``, float32 arrays by name; None if there is none, or a damaged one."""
        path = _file(key)
        try:
            with path.open("rb") as file:
                if os.fstat(file.fileno()).st_size > _MOST:
                    return None
                head, body = file.readline(_HEAD), file.read(_MOST)
            found = _decoded(json.loads(head), body)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        with suppress(OSError):
            os.utime(path)  # it was used now
        return found

    def _write(self, key: str, made: PhotoMaps) -> None:
        """Keep an encoding, if it is within the budget and the disk takes it."""
        head, body = _encoded(made)
        if len(head) <= _HEAD and len(head) + len(body) <= min(self._budget, _MOST):
            path = _file(key)
            with suppress(OSError, CannotWrite):
                path.parent.mkdir(parents=True, exist_ok=True)
                with replacing(path) as file:
                    file.write(head)
                    file.write(body)
        self._make_room()

    def _make_room(self) -> None:
        """Remove what was used longest ago until the rest is within the budget; other programs may do so meanwhile."""
        found = []
        with suppress(OSError):
            for path in folder().glob(f"*{_SUFFIX}"):
                with suppress(OSError):  # another program has removed it
                    state = path.stat()
                    found.append((state.st_mtime_ns, state.st_size, path))
        over = sum(size for _, size, _ in found) - self._budget
        for _, size, path in sorted(found):
            if over > 0:
                with suppress(OSError):
                    path.unlink()
                over -= size


def folder() -> Path:
    """Where the encodings are; it may not exist yet."""
    return paths.cache() / "encodings"


def key_of(model: str, photo: Pixels8) -> str:
    """The name under which the encoding of ``photo``, uint8 RGB (H, W, 3), is kept.

    ``model`` is the digest of what encodes it, with whatever else changes the outcome.
    """
    sha = sha256(f"{_FORMAT} {model} {photo.shape}".encode())
    sha.update(np.ascontiguousarray(photo).data)
    return sha.hexdigest()


def _file(key: str) -> Path:
    return folder() / f"{key}{_SUFFIX}"


def _encoded(made: PhotoMaps) -> tuple[bytes, bytes]:
    """The first line of a file, and its bytes."""
    rows, blocks = [], []
    for name, array in made.items():
        kind = "float16" if _halves_do(array) else "float32"
        rows.append([name, kind, list(array.shape)])
        blocks.append(array.astype(_TYPES[kind]).tobytes())
    body = b"".join(blocks)
    head = {"format": _FORMAT, "arrays": rows, "sha256": sha256(body).hexdigest()}
    return json.dumps(head).encode() + b"\n", body


def _halves_do(array: Real) -> bool:
    """Whether 16 bits hold the values well enough."""
    if not array.size or not float(np.abs(array).max()) < float(np.finfo(np.float16).max):
        return False
    lost = array - array.astype(np.float16).astype(np.float32)
    return float(np.square(lost).mean()) <= _LOSS**2 * float(np.square(array).mean())


def _decoded(head: Any, body: bytes) -> PhotoMaps:
    """The arrays of a file. Raises ValueError, KeyError, TypeError or AttributeError for what is no encoding."""
    if head["format"] != _FORMAT or head["sha256"] != sha256(body).hexdigest():
        raise ValueError("damaged")
    found: dict[str, Real] = {}
    start = 0
    for name, kind, shape in head["arrays"]:
        if not (isinstance(name, str) and all(isinstance(side, int) and side >= 0 for side in shape)):
            raise ValueError("no array")
        count, sort = math.prod(shape), _TYPES[kind]
        if start + count * sort.itemsize > len(body):
            raise ValueError("too short")
        array = np.frombuffer(body, sort, count, start).reshape(shape).astype(np.float32)
        if not np.isfinite(array).all():
            raise ValueError("no numbers")
        found[name] = array
        start += count * sort.itemsize
    if start != len(body):
        raise ValueError("too long")
    return found


ENCODINGS = Encodings()  # the disk is one for the whole process, and so is this
