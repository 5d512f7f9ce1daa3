"""The files a command reads and writes; ``-`` stands for standard input or output.

While a command runs, files in a temporary folder stand for the streams, so that all other code handles only files.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from maskstudio.errors import BadParameter, CannotRead, CannotWrite
from maskstudio.names import text_of

STREAM = "-"
_STDOUT = 1
_IN, _OUT = "Standard input", "standard output"


@dataclass
class _Streams:
    folder: Path | None = None
    read: bool = False
    result: Path | None = None
    told: Callable[[], None] = lambda: None

    def file(self, name: str) -> Path:
        if self.folder is None:
            try:
                self.folder = Path(tempfile.mkdtemp(prefix="maskstudio-"))
            except OSError as error:
                raise CannotWrite(f"There is no room for temporary files: {error.strerror}.") from error
        return self.folder / name


_now = _Streams()


@contextmanager
def command() -> Iterator[None]:
    """Surround a command: a result for the standard output is copied there at the end, if the command succeeds.

    Raises OSError if the output cannot be written.
    """
    global _now  # noqa: PLW0603 - one command line a process
    _now = _Streams()
    try:
        yield
        if _now.result is not None and _now.result.exists():
            with _now.result.open("rb") as file, open(_STDOUT, "wb", closefd=False) as out:
                shutil.copyfileobj(file, out)
            _now.told()
    finally:
        if _now.folder is not None:
            shutil.rmtree(_now.folder, ignore_errors=True)


def given(text: str | Path) -> Path:
    """The file to read for an argument; for ``-``, a file with everything from the standard input.

    Raises BadParameter if ``-`` is given twice, CannotRead if there is no input.
    """
    if str(text) != STREAM:
        return Path(text)
    if _now.read:
        raise BadParameter("The standard input (-) can only be given once.")
    if sys.stdin is None or sys.stdin.isatty():
        raise CannotRead("There is nothing on the standard input (-); pipe a file into this command.")
    path = _now.file(_IN)
    try:
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
    except OSError as error:
        raise CannotRead(f"The standard input cannot be read: {error.strerror}.") from error
    _now.read = True
    return path


def wanted(text: str | Path) -> Path:
    """The file to write for an argument; for ``-``, a file that is copied to the standard output at the end.

    Raises BadParameter if ``-`` is given twice or the output is a terminal, CannotWrite if it is closed.
    """
    if str(text) != STREAM:
        return Path(text)
    if _now.result is not None:
        raise BadParameter("The standard output (-) can only be given once.")
    if sys.stdout is None:  # the caller closed it, and the next file opened may get its number
        raise CannotWrite("The standard output (-) is closed.")
    if sys.stdout.isatty():
        raise BadParameter("A file is no text for a terminal; pipe the standard output (-) on, or name a file.")
    _now.result = _now.file(_OUT)
    return _now.result


def telling(tell: Callable[[str], None]) -> Callable[[Path, str], None]:
    """A function that tells the sentence of a written file; for the standard output, only after it was copied there."""

    def written(path: Path, sentence: str) -> None:
        if path == _now.result:
            _now.told = partial(tell, sentence)
        else:
            tell(sentence)

    return written


def piped() -> bool:
    """Whether a file goes to the standard output, so that nothing else may be printed there."""
    return _now.result is not None


def called(path: Path | None) -> str | None:
    """The name the user gave for a file, for a JSON report."""
    if path is None:
        return None
    return STREAM if _now.folder is not None and path.parent == _now.folder else text_of(path)


def check_output(output: Path | None, image: Path, as_json: bool) -> None:
    """Refuse, before any work, an output whose suffix is not .png, that is the photo, or that would mix with a report.

    Raises BadParameter or CannotWrite.
    """
    if as_json and piped():
        raise BadParameter("The report of --json and a file (-) cannot both go to the standard output.")
    if output is None:
        return
    from maskstudio.core.files import check_png_name  # imported here: it loads decoders, which takes time

    check_png_name(output)
    check_other(output, image)
    with suppress(OSError):  # a folder that may not be examined shows when it is written
        if not output.parent.is_dir():
            raise CannotWrite(f"{output.name} cannot be written: there is no folder {output.parent}.")


def check_other(output: Path | None, image: Path) -> None:
    """Raise BadParameter if ``output`` is the photo."""
    if output is not None and _same(output, image):
        raise BadParameter(f"{output.name} is the photo itself; choose another name for the output.")


def check_apart(outputs: Iterable[Path | None], image: Path, *read: Path | None) -> None:
    """Raise BadParameter if a file would be written twice, or over the photo or a file that is ``read``."""
    written = [path for path in outputs if path is not None]
    for number, output in enumerate(written):
        check_other(output, image)
        if any(path is not None and _same(output, path) for path in read):
            raise BadParameter(f"{output.name} is what this is made from; choose another name for the output.")
        if any(_same(output, other) for other in written[:number]):
            raise BadParameter(f"{output.name} would be written twice; choose another name for one of them.")


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are the same file, existing or not."""
    with suppress(OSError, ValueError):
        return os.path.realpath(one) == os.path.realpath(other) or (one.exists() and one.samefile(other))
    return False


def check_folder(output: Path) -> None:
    """Raise BadParameter if the folder for several files is the standard output."""
    if str(output) == STREAM:
        raise BadParameter("Objects are several files; name a folder for them instead of the standard output (-).")
