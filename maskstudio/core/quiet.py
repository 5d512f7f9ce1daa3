"""A quiet room for native libraries: their chatter neither reaches the terminal nor stops the work.

Decoders and model runtimes write to the process's error output, and Pillow warns and has its own size limit (ours is
checked before). All of that is process-wide, so one at a time is in the room; only a decoder whose words are
not asked for may be there beside another.
"""

import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import BinaryIO, Generic, TypeVar

import PIL.Image

_STDERR = 2
_one_at_a_time = threading.Lock()

T = TypeVar("T")
Said = Callable[[], str]


class _Shared(Generic[T]):
    """A context of the whole process: the first to come sets it up, the last to leave takes it down."""

    def __init__(self, make: Callable[[], AbstractContextManager[T]]) -> None:
        self._make = make
        self._door = threading.Lock()
        self._guests = 0
        self._stack = ExitStack()
        self._value: T

    @contextmanager
    def __call__(self) -> Iterator[T]:
        """The block that runs in the context; gives what it yields."""
        with self._door:
            if self._guests == 0:
                self._value = self._stack.enter_context(self._make())
            self._guests += 1
        try:
            yield self._value
        finally:
            with self._door:
                self._guests -= 1
                if self._guests == 0:
                    self._stack.close()


@contextmanager
def silence() -> Iterator[Said]:
    """Keep the process's error output from the terminal; the yielded function returns what was said so far."""
    with _one_at_a_time, _hushed() as diary:
        start = os.fstat(diary).st_size
        yield lambda: os.pread(diary, 65536, start).decode("utf-8", "replace")


@contextmanager
def quiet() -> Iterator[Said]:
    """``silence`` for decoders of foreign files, without Python's warnings and Pillow's limit."""
    with silence() as said, _lenient():
        yield said


@contextmanager
def beside() -> Iterator[None]:
    """``quiet`` without waiting for others in the room, and without hearing what was said."""
    with _hushed(), _lenient():
        yield


@contextmanager
def _diary() -> Iterator[int]:
    """A file that takes what goes to the error output; gives its descriptor."""
    with _unnamed() as diary, _stderr_into(diary.fileno()):
        yield diary.fileno()


def _unnamed() -> BinaryIO:
    """A file without a name, in memory where the system has such: a full disk must not keep a photo from opening."""
    if hasattr(os, "memfd_create"):
        with suppress(OSError):
            return open(os.memfd_create("maskstudio"), "w+b", buffering=0)  # noqa: PTH123
    try:
        return tempfile.TemporaryFile()
    except OSError:
        return open(os.devnull, "w+b")  # noqa: PTH123


@contextmanager
def _without_limits() -> Iterator[None]:
    before = PIL.Image.MAX_IMAGE_PIXELS
    PIL.Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        PIL.Image.MAX_IMAGE_PIXELS = before


_hushed, _lenient = _Shared(_diary), _Shared(_without_limits)


@contextmanager
def _stderr_into(target: int) -> Iterator[None]:
    """Sends the process's error output to the descriptor ``target`` while the block runs."""
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
