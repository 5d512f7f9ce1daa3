"""A quiet room for native libraries: their chatter neither reaches the terminal nor stops the work.

Decoders and model runtimes write to the process's error output, and Pillow warns and has its own size limit (ours is
checked before). All of that is process-wide, so one at a time is in the room.
"""

import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import PIL.Image

_STDERR = 2
_one_at_a_time = threading.Lock()


@contextmanager
def silence() -> Iterator[Callable[[], str]]:
    """Keep the process's error output from the terminal; the yielded function returns what was said so far."""
    with _one_at_a_time, tempfile.TemporaryFile() as diary, _stderr_into(diary.fileno()):
        yield lambda: os.pread(diary.fileno(), 65536, 0).decode("utf-8", "replace")


@contextmanager
def quiet() -> Iterator[Callable[[], str]]:
    """``silence`` for decoders of foreign files, without Python's warnings and Pillow's limit."""
    with silence() as said, warnings.catch_warnings(), _no_pillow_limit():
        warnings.simplefilter("ignore")
        yield said


@contextmanager
def _no_pillow_limit() -> Iterator[None]:
    before = PIL.Image.MAX_IMAGE_PIXELS
    PIL.Image.MAX_IMAGE_PIXELS = None
    try:
        yield
    finally:
        PIL.Image.MAX_IMAGE_PIXELS = before


@contextmanager
def _stderr_into(target: int) -> Iterator[None]:
    try:
        if sys.stderr is not None:
            sys.stderr.flush()
        saved = os.dup(_STDERR)
    except (OSError, ValueError):  # a windowed program may have no error output at all
        yield
        return
    os.dup2(target, _STDERR)
    try:
        yield
    finally:
        os.dup2(saved, _STDERR)
        os.close(saved)
