"""What an .onnx file says of itself, read from its bytes without any library: ports, metadata, and what it asks for.

A file from strangers is read here before onnxruntime sees it: where its values are, which operations it needs. The
format is a Protocol Buffers message (onnx.proto3 of the ONNX specification); numbers of fields are those of that file.
"""

import mmap
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from maskstudio.errors import CannotRead
from maskstudio.providers.weights import trust

FLOAT, FLOAT16 = 1, 10  # types of elements
_OWN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})  # operations that onnxruntime itself has
_PASSING = frozenset({"Cast", "Identity", "Reshape", "Resize", "Squeeze", "Transpose", "Unsqueeze", "Upsample"})
_DEEPEST = 16  # graphs within graphs
_LIMIT = 2**31 - 1  # bytes; no message may be larger

Content = bytes | mmap.mmap


class DamagedGraph(ValueError):
    """The bytes are no ONNX model, or not all of one."""


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a model: its name, type of elements, and sizes, None for one that may vary."""

    name: str
    kind: int
    shape: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Ports:
    """What goes into a model and what comes out, without the weights that old files list beside it; its metadata."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    metadata: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Outside:
    """Values of a tensor that are in another file: its name as the model has it, and which bytes of it."""

    location: str
    offset: int
    length: int | None


@dataclass(frozen=True, slots=True)
class Needs:
    """What a model asks for: values in other files, operations that onnxruntime has not, and what ends each output."""

    outside: tuple[Outside, ...]
    strange: tuple[str, ...]
    endings: tuple[tuple[str, str], ...]  # name of an output, operation that makes it


class _Field(NamedTuple):
    """One field of a message: its number, its bytes ``start``..``stop`` or its whole number, and where its tag is."""

    number: int
    start: int
    stop: int
    value: int
    tag: int


def of_file(path: Path) -> Ports | None:
    """The ports of the model in a file; None if it is no ONNX model. Read once for each edition of the file."""
    try:
        return _of_file(trust.stamp(path))
    except CannotRead:
        return None


@lru_cache(maxsize=256)
def _of_file(key: trust.WeightStamp) -> Ports | None:
    try:
        with Path(key[0]).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return ports(content)
    except (OSError, ValueError):  # also of an empty file
        return None


def ports(content: Content) -> Ports:
    """The ports of a model. Skips its operations and weights. Raises ``DamagedGraph``."""
    inputs: list[Port] = []
    outputs: list[Port] = []
    weights: set[str] = set()
    for each in _fields(content, *_graph(content)):
        if each.number == 5:
            weights.add(_text(content, each, 8))
        elif each.number in (11, 12):
            (inputs if each.number == 11 else outputs).append(_port(content, each))
    metadata = tuple(
        (_text(content, each, 1), _text(content, each, 2))
        for each in _fields(content, 0, len(content))
        if each.number == 14
    )
    fed = tuple(port for port in inputs if port.name not in weights)
    return Ports(fed, tuple(outputs), metadata)


def needs(content: Content) -> Needs:
    """What a model asks for, in all of its graphs and functions. Raises ``DamagedGraph``."""
    outside: list[Outside] = []
    domains: set[str] = set()
    functions: set[str] = set()
    for each in _fields(content, 0, len(content)):
        if each.number == 25:
            functions.add(_text(content, each, 10))
            _gather(content, each, 7, domains, outside, 0)
        elif each.number == 7:
            _gather(content, each, 1, domains, outside, 0)
    strange = tuple(sorted(domains - functions - _OWN_DOMAINS))
    return Needs(tuple(outside), strange, tuple(_endings(content).items()))


def cut(content: bytes, keep: Collection[str]) -> bytes:
    """The model with ``keep`` as its only outputs: what only the others need is neither computed nor held.

    Raises ``DamagedGraph``, also if one of them is no output of it.
    """
    start, stop = _graph(content)
    whole, pieces, kept = memoryview(content), [], start
    found = set()
    for each in _fields(content, start, stop):
        if each.number == 12:
            if (name := _text(content, each, 1)) in keep:
                found.add(name)
                continue
            pieces.append(whole[kept : each.tag])
            kept = each.stop
    if found != {*keep}:
        raise DamagedGraph("no such output")
    pieces.append(whole[kept:stop])
    tag = next(each.tag for each in _fields(content, 0, len(content)) if each.number == 7)
    size = _varint(sum(map(len, pieces)))
    return b"".join((whole[:tag], b"\x3a", size, *pieces, whole[stop:]))


def _graph(content: Content) -> tuple[int, int]:
    """Where the main graph of a model is."""
    if len(content) > _LIMIT:
        raise DamagedGraph("too large")
    found = [each for each in _fields(content, 0, len(content)) if each.number == 7]
    if len(found) != 1:
        raise DamagedGraph("no graph")
    return found[0].start, found[0].stop


def _gather(content: Content, part: _Field, nodes: int, domains: set[str], outside: list[Outside], depth: int) -> None:
    """Add the domains and outside values of the graph or function in ``part``, whose nodes have the number ``nodes``,
    and of the graphs within.
    """
    if depth > _DEEPEST:
        raise DamagedGraph("too deep")
    for each in _fields(content, part.start, part.stop):
        if each.number == nodes:
            for inner in _fields(content, each.start, each.stop):
                if inner.number == 7:
                    domains.add(_string(content, inner))
                elif inner.number == 5:
                    _gather_attribute(content, inner, domains, outside, depth)
        elif nodes == 1 and each.number == 5:
            _look_outside(content, each, outside)
        elif nodes == 1 and each.number == 15:
            _gather_sparse(content, each, outside)


def _gather_attribute(content: Content, part: _Field, domains: set[str], outside: list[Outside], depth: int) -> None:
    """Add what the tensors and graphs of an attribute ask for."""
    for each in _fields(content, part.start, part.stop):
        if each.number in (5, 10):
            _look_outside(content, each, outside)
        elif each.number in (6, 11):
            _gather(content, each, 1, domains, outside, depth + 1)
        elif each.number in (22, 23):
            _gather_sparse(content, each, outside)


def _gather_sparse(content: Content, part: _Field, outside: list[Outside]) -> None:
    for each in _fields(content, part.start, part.stop):
        if each.number in (1, 2):
            _look_outside(content, each, outside)


def _look_outside(content: Content, tensor: _Field, outside: list[Outside]) -> None:
    """Add where the values of a tensor are, if they are in another file."""
    said: dict[str, str] = {}
    elsewhere = False
    for each in _fields(content, tensor.start, tensor.stop):
        if each.number == 13:
            said[_text(content, each, 1)] = _text(content, each, 2)
            elsewhere = True
        elif each.number == 14:
            elsewhere |= each.value == 1
    if elsewhere:
        try:
            length = int(said["length"]) if "length" in said else None
            outside.append(Outside(said.get("location", ""), int(said.get("offset", "0")), length))
        except ValueError as error:
            raise DamagedGraph("no number") from error


def _endings(content: Content) -> dict[str, str]:
    """For each output of the main graph, the operation that its values come from: no mere change of size or type."""
    made: dict[str, tuple[str, str]] = {}
    names = []
    for each in _fields(content, *_graph(content)):
        if each.number == 12:
            names.append(_text(content, each, 1))
        elif each.number == 1:
            inner = list(_fields(content, each.start, each.stop))
            first = next((_string(content, one) for one in inner if one.number == 1), "")
            kind = next((_string(content, one) for one in inner if one.number == 4), "")
            made |= {_string(content, one): (kind, first) for one in inner if one.number == 2}
    found = {}
    for name in names:
        at, steps = name, 0
        while at in made and made[at][0] in _PASSING and steps < len(made):
            at, steps = made[at][1], steps + 1
        found[name] = made.get(at, ("", ""))[0]
    return found


def _port(content: Content, part: _Field) -> Port:
    """The port that a ValueInfoProto describes."""
    name, kind, shape = "", 0, []
    for each in _fields(content, part.start, part.stop):
        if each.number == 1:
            name = _string(content, each)
    for tensor in _inside(content, part, 2, 1):
        for each in _fields(content, tensor.start, tensor.stop):
            if each.number == 1:
                kind = each.value
            elif each.number == 2:
                sides = (one for one in _fields(content, each.start, each.stop) if one.number == 1)
                shape = [_side(content, one) for one in sides]
    return Port(name, kind, tuple(shape))


def _side(content: Content, part: _Field) -> int | None:
    sizes = [each.value for each in _fields(content, part.start, part.stop) if each.number == 1]
    return sizes[0] if sizes and 0 < sizes[0] < 2**31 else None


def _inside(content: Content, part: _Field, *numbers: int) -> Iterator[_Field]:
    """The fields at the end of a path of numbers."""
    if not numbers:
        yield part
        return
    for each in _fields(content, part.start, part.stop):
        if each.number == numbers[0]:
            yield from _inside(content, each, *numbers[1:])


def _text(content: Content, part: _Field, number: int) -> str:
    return next(
        (_string(content, each) for each in _fields(content, part.start, part.stop) if each.number == number), ""
    )


def _string(content: Content, part: _Field) -> str:
    return content[part.start : part.stop].decode("utf-8", "replace")


def _fields(content: Content, start: int, stop: int) -> Iterator[_Field]:
    """The fields of the message in these bytes. Raises ``DamagedGraph`` where they are none."""
    at = start
    while at < stop:
        tag = at
        key, at = _number(content, at, stop)
        number, wire = key >> 3, key & 7
        value = 0
        begin = at
        if wire == 0:
            value, at = _number(content, at, stop)
        elif wire == 2:
            size, begin = _number(content, at, stop)
            at = begin + size
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        else:
            raise DamagedGraph("no such wire type")
        if at > stop or not number:
            raise DamagedGraph("cut off")
        yield _Field(number, begin, at, value, tag)


def _number(content: Content, at: int, stop: int) -> tuple[int, int]:
    """A whole number of variable length, and where it ends."""
    value = shift = 0
    while True:
        if at >= stop or shift > 63:
            raise DamagedGraph("cut off")
        byte = content[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)
