"""The log of a journal: frames in one file, to which frames are only appended. Used only on the writer's thread.

H  the header: name, size and digest of the photo
T P C K  planes, as in ``core/shelf.py``;  L D  layers and documents, as in ``core/stepframes.py``
S  the steps that changed in the history, its current step, and which strokes have ended
B  the beginning of a stroke;  V  its samples
N  the project's file, the document in it, and its digest
"""

import os
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maskstudio.core.checked import path_text
from maskstudio.core.document import Document, Layer
from maskstudio.core.fileframes import framed
from maskstudio.core.history import Step
from maskstudio.core.record import layer_record, wired
from maskstudio.core.shelf import ShelfWriter
from maskstudio.core.stepframes import StepWriter, noted
from maskstudio.core.stroke import Stroke
from maskstudio.params.local import BrushParams

SAMPLES = struct.Struct("<I")
SAMPLE = struct.Struct("<ddd")


@dataclass(frozen=True, eq=False)
class LiveStroke:
    """A stroke under way: its number in the journal, and the layer it is painted on."""

    number: int
    stroke: Stroke
    layer: Layer
    added: bool  # the layer is added with the stroke


@dataclass(frozen=True, eq=False)
class JournalState:
    """All that is to be stored at one moment. Frozen, so that any thread may read it.

    ``project`` is the file the work is saved in, ``saved`` the document in that file, ``digest`` its sha256 as far as
    we know it. Strokes with numbers below ``strokes`` have ended: they became a step or were given up.
    """

    steps: list[Step]
    at: int
    strokes: int = 1
    project: Path | None = None
    saved: Document | None = None
    digest: str = ""


class Log:
    """Writes to ``path``, a new file. ``breathe`` is called between tiles, so that a long step does not delay a stroke.

    ``written`` is the number of bytes so far, ``flushed`` the number of those handed to the system. Raises OSError.
    """

    def __init__(self, path: Path, header: dict[str, Any]) -> None:
        """Create the file and write its header; removes it again if that fails."""
        self.path = path
        self.breathe: Callable[[], None] = lambda: None
        self.written = self.flushed = 0
        self._file = path.open("xb", buffering=1 << 18)
        self._shelf = ShelfWriter(self._write, pack_colours=False, breathe=lambda: self.breathe())
        self._documents = StepWriter(self._write, self._shelf)
        self._steps: list[Step] = []
        self._stroke, self._sent = 0, 0
        self._kept: tuple[Path | None, Document | None, str] = (None, None, "")
        self._header: dict[str, Any] = {}
        try:
            self.describe(header)
        except BaseException:
            self.drop()
            raise

    def describe(self, header: dict[str, Any]) -> None:
        """Write the header of the journal if it has changed. The last header in a log counts."""
        if header != self._header:
            for _ in range(2):  # written twice, as nothing can be read without it
                self._put(b"H", header)
            self._header = header

    def take(self, state: JournalState) -> None:
        """Write what is new since the last state."""
        old, new = self._steps, state.steps
        start, end = _alike(old, new)
        changed = new[start : len(new) - end]
        steps = [[self._documents.document(step.document), step.label, step.merge] for step in changed]
        if (state.project, state.saved, state.digest) != self._kept:
            saved = self._documents.document(state.saved) if state.saved is not None else None
            self._put(b"N", {"project": path_text(state.project), "saved": saved, "digest": state.digest})
            self._kept = state.project, state.saved, state.digest
        drop = len(old) - start - end
        splice = {"start": start, "drop": drop, "steps": steps, "at": state.at}
        self._put(b"S", {**splice, "strokes": state.strokes, "when": time.time()})
        self._steps = new

    def follow(self, live: LiveStroke) -> None:
        """Write the samples of the stroke that are new since the last call."""
        if live.number != self._stroke:
            self._stroke, self._sent = live.number, 0
            layer = layer_record(live.layer, self._shelf) if live.added else live.layer.id
            begin = {"stroke": live.number, "layer": layer, "value": live.stroke.value}
            self._put(b"B", {**begin, "params": wired(BrushParams, live.stroke.params)})
        samples = live.stroke.samples[self._sent :]
        if samples:
            self._sent += len(samples)
            points = b"".join(SAMPLE.pack(*sample) for sample in samples)
            self._write(framed(b"V", SAMPLES.pack(live.number) + points))

    def flush(self) -> None:
        """Hand everything to the system, so that it survives the end of this process."""
        self._file.flush()
        self.flushed = self.written

    def sync(self) -> None:
        """Sync the file to the disk, so that it survives a power cut."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def drop(self) -> None:
        """Close and remove the file, as far as the disk allows."""
        with suppress(OSError):
            self.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _put(self, kind: bytes, values: dict[str, Any]) -> None:
        self._write(noted(kind, values))

    def _write(self, data: bytes) -> None:
        self.written += len(data)
        self._file.write(data)


def _alike(old: list[Step], new: list[Step]) -> tuple[int, int]:
    """How many steps at the beginning and at the end are the same objects in both lists."""
    most = min(len(old), len(new))
    start = next((at for at in range(most) if old[at] is not new[at]), most)
    rest = most - start
    end = next((at for at in range(rest) if old[-1 - at] is not new[-1 - at]), rest)
    return start, end
