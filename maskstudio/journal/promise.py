"""What is about to take the place of the project's file, noted beside the journal right before it does.

Between that moment and the journal's own word of it an editor may be killed. The next one must know its own file then,
and not take it for somebody else's.
"""

from contextlib import suppress
from pathlib import Path

from maskstudio.core.edition import Edition

_FILE = "saving"
_LETTERS = 64  # of a sha256, hexadecimal


def note(folder: Path, digest: str) -> None:
    """Promise, beside the journal in ``folder``, that a file of this ``digest`` is ours."""
    with suppress(OSError):  # the journal says itself where it cannot be written
        (folder / _FILE).write_text(digest, "ascii")


def known(folder: Path, project: Path | None, digest: str) -> str:
    """The sha256 that the ``project``'s file has by our own doing: what was promised, if it came, or the journal's."""
    with suppress(OSError, ValueError):
        promised = (folder / _FILE).read_bytes()[:_LETTERS].decode("ascii")
        found = Edition.of(project) if project is not None and promised else None
        if found is not None and found.digest == promised:
            return promised
    return digest
