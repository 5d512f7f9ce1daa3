"""The undo history in a project file: the steps around the saved one, bounded, in a member of their own.

It is frames, as a journal is: ``H`` says which record and planes it belongs to, ``T P C K`` are planes and tiles that
those do not hold yet (numbered on from there), ``L D`` layers and documents as in ``core/stepframes.py``, ``S`` steps.
The lowest numbers stand for the layers of the record, in its order, and document 0 for the record itself. So the file
grows by what the steps differ in and by nothing else, and a program that knows no histories reads what it always read.

A history is an extra: whatever is wrong with it, the project opens without it, or without its farther steps.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from maskstudio.core.callbacks import Check
from maskstudio.core.checked import Fields, clean, parsed
from maskstudio.core.document import Document
from maskstudio.core.fileframes import FileFrame, whole_frames
from maskstudio.core.history import Step
from maskstudio.core.layer import Layer
from maskstudio.core.record import MOST_LAYERS, Reader, upgraded
from maskstudio.core.shelf import ShelfWriter
from maskstudio.core.shelved import KINDS, ShelfReader
from maskstudio.core.stepframes import StepWriter, noted
from maskstudio.errors import BadProject

MEMBER = "maskstudio/history"
FORMAT = 1
STEPS = 500
"""Steps kept in a file, the current one included."""
LIMIT = 64 << 20
"""Bytes that the others may take in a file by default."""
MOST = 1100 << 20
"""Bytes that are read of a history; more than anybody can choose as a limit."""
_MOST_STEPS = 100_000
_NAMED = 250_000  # layers named by all steps together; somebody goes through them
_NOTE, _NOTES = 4 << 20, 64 << 20  # bytes of JSON: in one frame, in all of them
ENTERED = "Latest change"
_DAMAGED, _TOO_MUCH = "it is damaged", "it holds more than could be of use"


@dataclass(frozen=True, eq=False)
class Past:
    """The steps of a history, oldest first, and which of them is now. ``limit``: bytes the others may take in a file,
    0 for none of them.
    """

    steps: Sequence[Step]
    at: int
    limit: int = LIMIT

    def ending_in(self, document: Document) -> "Past":
        """The same where it stands at ``document``. One that is no step yet, as what was entered and is still being
        computed is none, comes as the next step, and nothing is left to redo.
        """
        if self.steps[self.at].document is document:
            return self
        return Past([*self.steps[: self.at + 1], Step(ENTERED, document)], self.at + 1, self.limit)


class _Full(Exception):
    """A step does not fit any more."""


class Sink:
    """Where a shelf's frames go: to one member of the file after another."""

    def __init__(self) -> None:
        self.to: Callable[[bytes], object] = lambda _data: None

    def __call__(self, data: bytes) -> None:
        """Take what is written."""
        self.to(data)


def fingerprint(record: bytes, planes: "hashlib._Hash") -> str:
    """What a history belongs to, of the bytes of a record and the sha256 of its planes."""
    return hashlib.sha256(planes.digest() + record).hexdigest()


def write_past(
    write: Callable[[bytes], object], past: Past, belongs: str, shelf: ShelfWriter, sink: Sink, check: Check
) -> None:
    """Write the steps nearest to now, as many as fit, through ``write``.

    The current document has been put on the ``shelf``, whose frames go to ``sink``. ``check`` may raise to stop.
    """
    writer = StepWriter(sink, shelf)
    writer.known(past.steps[past.at].document)
    write(noted(b"H", {"format": FORMAT, "belongs": belongs}))
    numbers, left = {past.at: 0}, past.limit
    named = 0
    for index in list(_nearest(past.at, len(past.steps)))[: STEPS - 1]:
        check()
        named += len(past.steps[index].document.layers)
        if named > _NAMED:
            break
        pieces = _Pieces(left)
        sink.to = pieces.take
        try:
            numbers[index] = writer.document(past.steps[index].document)
        except _Full:
            break
        left = pieces.left
        for piece in pieces.taken:
            write(piece)
    first = min(numbers)
    steps = [[numbers[index], past.steps[index].label] for index in sorted(numbers)]
    write(noted(b"S", {"steps": steps, "at": past.at - first}))


class _Pieces:
    """What is written of one step, until ``left`` bytes are used up."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.taken: list[bytes] = []

    def take(self, data: bytes) -> None:
        self.left -= len(data)
        if self.left < 0:
            raise _Full
        self.taken.append(data)


def read_past(data: bytes, belongs: str, now: Document, shelf: ShelfReader, reader: Reader) -> tuple[Past, str]:
    """The steps in ``data`` around the document of ``now``, and what is wrong with those that are left out, if any.

    ``shelf`` has taken the planes of ``now``, and ``reader`` reads from it. Raises BadProject, half a sentence, where
    nothing can be had.
    """
    tale = _Tale.read(data, belongs, shelf)
    made = _Made(tale, now, reader)
    documents, problem = {tale.at: now}, ""
    for index in _nearest(tale.at, len(tale.steps)):
        try:
            documents[index] = made.document(tale.steps[index][0])
        except BadProject as error:
            problem = str(error)
            break
    indices = sorted(documents)
    steps = [Step(tale.steps[index][1], documents[index]) for index in indices]
    return Past(steps, tale.at - indices[0]), problem


class _Tale:
    """What a history says, before anything is built."""

    def __init__(self, steps: list[tuple[int, str]], at: int, notes: dict[tuple[bytes, int], bytes]) -> None:
        self.steps, self.at, self.notes = steps, at, notes

    @classmethod
    def read(cls, data: bytes, belongs: str, shelf: ShelfReader) -> "_Tale":
        """Checks the frames of ``data`` and gives what they say; raises BadProject where they cannot be believed."""
        header: Fields | None = None
        story: Fields | None = None
        notes: dict[tuple[bytes, int], bytes] = {}
        text = 0
        for frame in _frames(data):
            if header is None:
                header = _header(frame, belongs)
            elif frame.kind in KINDS:
                shelf.take(frame)
            else:
                text += len(frame.payload)
                if len(frame.payload) > _NOTE or text > _NOTES:
                    raise BadProject(_TOO_MUCH)
                if frame.kind == b"S":
                    story = parsed(frame.payload, "its list of steps")
                elif frame.kind in (b"L", b"D"):
                    number = parsed(frame.payload, "a step").whole("n")
                    if notes.setdefault((frame.kind, number), frame.payload) is not frame.payload:
                        raise BadProject(_DAMAGED)
                else:
                    raise BadProject(_DAMAGED)
        if story is None:
            raise BadProject(_DAMAGED)
        steps = [_listed(step) for step in story.listed("steps", _MOST_STEPS)]
        return cls(steps, story.whole("at", 0, len(steps) - 1), notes)


def _frames(data: bytes) -> Iterator[FileFrame]:
    try:
        for frame in whole_frames(data):
            if len(frame.kind) != 1:
                raise BadProject(_DAMAGED)
            yield frame
    except ValueError as error:
        raise BadProject(_DAMAGED) from error


def _header(frame: FileFrame, belongs: str) -> Fields:
    header = parsed(frame.payload if frame.kind == b"H" and len(frame.payload) <= _NOTE else b"", "its beginning")
    if header.whole("format") > FORMAT:
        raise BadProject("it was written by a newer version of maskstudio")
    if header.text("belongs") != belongs:
        raise BadProject("it belongs to another state of the project")
    return header


def _listed(step: object) -> tuple[int, str]:
    if not isinstance(step, list) or len(step) != 2 or type(step[0]) is not int or not isinstance(step[1], str):
        raise BadProject("a step is not what it should be")
    return step[0], clean(step[1])


class _Made:
    """Layers and documents by their numbers, each made once."""

    def __init__(self, tale: _Tale, now: Document, reader: Reader) -> None:
        self._notes = tale.notes
        self._reader = reader
        self._layers: dict[int, Layer] = dict(enumerate(now.layers))
        self._documents: dict[int, Document] = {0: now}
        self._named = 0

    def document(self, number: int) -> Document:
        if number not in self._documents:
            record = upgraded(self._note(b"D", number))
            named = record.listed("layers", MOST_LAYERS)
            self._named += len(named)
            if self._named > _NAMED:
                raise BadProject(_TOO_MUCH)
            layers = [self._layer(each) for each in named]
            self._documents[number] = self._reader.assembled(record, layers)
        return self._documents[number]

    def _layer(self, number: Any) -> Layer:
        if type(number) is not int:
            raise BadProject(_DAMAGED)
        if number not in self._layers:
            self._layers[number] = self._reader.layer(self._note(b"L", number).part("layer"))
        return self._layers[number]

    def _note(self, kind: bytes, number: int) -> Fields:
        payload = self._notes.get((kind, number))
        if payload is None:
            raise BadProject(_DAMAGED)
        return parsed(payload, "a step")


def _nearest(at: int, count: int) -> Iterator[int]:
    """All other indices below ``count``, those nearest to ``at`` first and without a gap."""
    for distance in range(1, count):
        yield from (index for index in (at - distance, at + distance) if 0 <= index < count)
