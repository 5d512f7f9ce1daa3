"""The digest of the next version of the project's file, noted beside the journal just before the file is replaced.

The editor may be killed after replacing the file and before the journal records it. The note lets the next editor
recognise its own file.
"""

from contextlib import suppress
from pathlib import Path

from maskstudio.core.edition import Edition

_FILE = "saving"
_LETTERS = 64  # hexadecimal digits of a sha256


def note(folder: Path, digest: str) -> None:
    """Note, beside the journal in ``folder``, that a file of this ``digest`` is ours."""
    with suppress(OSError):  # the journal reports a disk that cannot be written
        (folder / _FILE).write_text(digest, "ascii")


def known(folder: Path, project: Path | None, digest: str) -> str:
    """The sha256 of our own version of the ``project``'s file: the noted one if the file has it, else the journal's."""
    with suppress(OSError, ValueError):
        promised = (folder / _FILE).read_bytes()[:_LETTERS].decode("ascii")
        found = Edition.of(project) if project is not None and promised else None
        if found is not None and found.digest == promised:
            return promised
    return digest
