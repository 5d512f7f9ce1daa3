"""A quiet room for decoders of foreign files: their chatter neither reaches the terminal nor stops the work.

libjpeg, libpng, libtiff and OpenCV write to the process's error output, and Pillow warns and has its own size limit
(ours is checked before). Both are process-wide, so one decoder works at a time.
"""

import os
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import PIL.Image

_STDERR = 2
_one_at_a_time = threading.Lock()


@contextmanager
def quiet() -> Iterator[Callable[[], str]]:
    """Run native decoders silently; the yielded function returns what they have said so far."""
    with _one_at_a_time, warnings.catch_warnings(), _no_pillow_limit(), tempfile.TemporaryFile() as diary:
        warnings.simplefilter("ignore")
        with _stderr_into(diary.fileno()):
            yield lambda: os.pread(diary.fileno(), 65536, 0).decode("utf-8", "replace")


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
        saved = os.dup(_STDERR)
    except OSError:  # a windowed program may have no error output at all
        yield
        return
    os.dup2(target, _STDERR)
    try:
        yield
    finally:
        os.dup2(saved, _STDERR)
        os.close(saved)
