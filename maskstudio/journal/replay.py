"""Replay: rebuilds the history from the frames of a journal. Damage costs only the layer or step it is in."""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from maskstudio.core.checked import Fields, clean, parsed
from maskstudio.core.document import Document, Layer
from maskstudio.core.fileframes import FileFrame, read_frames
from maskstudio.core.history import History, Step
from maskstudio.core.image import Image
from maskstudio.core.record import FORMAT as RECORD
from maskstudio.core.record import Reader, upgraded
from maskstudio.core.shelved import KINDS, ShelfReader
from maskstudio.core.stroke import Stroke
from maskstudio.errors import BadParameter, BadProject
from maskstudio.journal.log import SAMPLE, SAMPLES
from maskstudio.params.local import BrushParams

FORMAT = 1
_MOST = 10_000_000
Listed = tuple[int, str, str]  # the number of a document, and label and merge key of its step


@dataclass
class Tale:
    """The content of a log, before layers and documents are built."""

    header: Fields | None = None
    steps: list[Listed] = field(default_factory=list)
    at: int = 0
    told: bool = False  # a complete state has been read
    damaged: bool = False
    newer: bool = False  # written by a later version than this one
    stroke: Fields | None = None
    samples: list[tuple[float, float, float]] = field(default_factory=list)
    note: Fields | None = None
    planes: list[FileFrame] = field(default_factory=list)
    records: dict[tuple[bytes, int], Fields] = field(default_factory=dict)

    @classmethod
    def read(cls, file: BinaryIO) -> "Tale":
        """The content of a log; an incomplete frame at its end is ignored."""
        tale = cls()
        for frame in read_frames(file):
            try:
                tale.take(frame)
            except BadProject:
                tale.damaged = True
        return tale

    def take(self, frame: FileFrame) -> None:
        """Take the next frame. Raises BadProject if it is invalid."""
        if frame.kind in KINDS and frame.kind:
            self.planes.append(frame)
        elif frame.kind == b"V":
            self._sampled(frame.payload)
        elif frame.kind in (b"H", b"S", b"B", b"N", b"L", b"D"):
            self._noted(frame.kind, parsed(frame.payload, "a step"))
        else:
            self.damaged = True

    def _noted(self, kind: bytes, values: Fields) -> None:
        """Take a frame of JSON values: header, steps, beginning of a stroke, project, layer or document."""
        if kind == b"H":
            self.header, self.newer = values, self.newer or values.whole("format") > FORMAT
        elif kind == b"S":
            self._spliced(values)
        elif kind == b"B":
            self.stroke, self.samples = values, []
        elif kind == b"N":
            self.note = values
        else:
            self.newer = self.newer or (kind == b"D" and values.whole("format") > RECORD)
            self.records[kind, values.whole("n")] = values

    def _spliced(self, values: Fields) -> None:
        start, drop = values.whole("start", 0, _MOST), values.whole("drop", 0, _MOST)
        steps = [_listed(step) for step in values.listed("steps", _MOST)]
        self.damaged = self.damaged or start + drop > len(self.steps)
        self.steps[start : start + drop] = steps
        self.at, self.told = values.whole("at", 0, _MOST), True
        if self.stroke is not None and self.stroke.whole("stroke") < values.whole("strokes"):
            self.stroke, self.samples = None, []

    def _sampled(self, payload: bytes) -> None:
        if len(payload) < SAMPLES.size or (len(payload) - SAMPLES.size) % SAMPLE.size:
            raise BadProject("a part of it is damaged")
        (number,) = SAMPLES.unpack_from(payload)
        if self.stroke is not None and self.stroke.whole("stroke") == number:
            self.samples += SAMPLE.iter_unpack(payload[SAMPLES.size :])


def _listed(step: object) -> Listed:
    if not isinstance(step, list) or len(step) != 3:
        raise BadProject("a step is not what it should be")
    number, label, merge = step
    if type(number) is not int or not isinstance(label, str) or not isinstance(merge, str):
        raise BadProject("a step is not what it should be")
    return number, clean(label), clean(merge)


class Replay:
    """Builds the history of a tale for its image. ``lost`` counts the damaged layers and steps."""

    def __init__(self, tale: Tale, image: Image) -> None:
        """Read the planes of the tale; damaged ones count as lost."""
        self.lost = 0
        self._tale = tale
        self._shelf = ShelfReader(image.size, image.depth)
        for frame in tale.planes:
            try:
                self._shelf.take(frame)
            except BadProject:
                self.lost += 1
        self._reader = Reader(image, self._shelf)
        self._layers: dict[int, Layer | None] = {}
        self._documents: dict[int, Document | None] = {}

    def history(self) -> History:
        """All steps; a stroke that was under way is the last one. Raises BadProject if there are no steps."""
        steps: list[Step] = []
        at = 0
        for number, (n, label, merge) in enumerate(self._tale.steps):
            document = self._document(n)
            if document is not None:
                steps.append(Step(label, document, merge))
                at = len(steps) - 1 if number <= self._tale.at else at
        if not steps:
            raise BadProject("Nothing could be recovered: the journal is damaged.")
        history = History.of(steps, at)
        self._paint(history)
        return history

    @property
    def project(self) -> Path | None:
        """The file the project is saved in; None if there is none."""
        return self._tale.note.path("project") if self._tale.note else None

    @property
    def digest(self) -> str:
        """The last known sha256 of that file; empty if unknown."""
        return self._tale.note.text("digest", "") if self._tale.note else ""

    @property
    def saved(self) -> Document | None:
        """The document in that file; None if there is none."""
        note = self._tale.note
        return self._document(note.whole("saved")) if note and note.values.get("saved") is not None else None

    def _document(self, number: int) -> Document | None:
        if number not in self._documents:
            self._documents[number] = self._built(number)
            self.lost += self._documents[number] is None
        return self._documents[number]

    def _built(self, number: int) -> Document | None:
        """The document with this number, built from its readable layers; None if its record is damaged."""
        record = self._tale.records.get((b"D", number))
        if record is None:
            return None
        try:
            record = upgraded(record)
            found = [self._layer(each) for each in record.listed("layers", _MOST) if type(each) is int]
            layers = [layer for layer in found if layer is not None]
            return self._reader.assembled(_without(record, layers), layers)
        except BadProject:
            return None

    def _layer(self, number: int) -> Layer | None:
        if number not in self._layers:
            record = self._tale.records.get((b"L", number))
            try:
                self._layers[number] = self._reader.layer(record.part("layer")) if record else None
            except BadProject:
                self._layers[number] = None
            self.lost += self._layers[number] is None
        return self._layers[number]

    def _paint(self, history: History) -> None:
        """Paint the stroke that was under way again; the same samples give the same pixels."""
        begun, samples = self._tale.stroke, self._tale.samples
        if begun is None or not samples:
            return
        document, values = history.document, begun.values
        try:
            added = isinstance(values.get("layer"), dict)
            layer = self._reader.layer(begun.part("layer")) if added else document.layer(begun.whole("layer"))
            params = BrushParams.from_wire(begun.part("params").values)
            value = begun.whole("value", 0, 255)
        except (BadProject, BadParameter):
            self.lost += 1
            return
        if layer is None or (added and layer.id != document.next_id):
            return
        stroke = Stroke(layer.brushed, layer.brush_paint, params, value).follow(samples)
        if stroke.dirty:
            painted = layer.with_brush_paint(stroke.finish())
            if not added and not layer.refinement:
                painted = painted.changed(refinement=None)
            history.commit(document.add([painted]) if added else document.put(painted), "Paint" if value else "Erase")


def _without(record: Fields, layers: list[Layer]) -> Fields:
    """The record of a document, without references to layers that could not be read."""
    there: set[Any] = {None, *(layer.id for layer in layers)}
    active, solo = record.values.get("active"), record.values.get("solo")
    top = layers[-1].id if layers else None
    active = active if isinstance(active, int | None) and active in there else top
    solo = solo if isinstance(solo, int | None) and solo in there else None
    return Fields({**record.values, "active": active, "solo": solo}, record.what)


def summed_up(frames: list[FileFrame]) -> Tale:
    """A tale made of some frames only, to describe a journal; damaged frames are ignored."""
    tale = Tale()
    for frame in frames:
        with suppress(BadProject, json.JSONDecodeError):
            tale.take(frame)
    return tale
