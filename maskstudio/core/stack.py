"""stack.xml of OpenRaster 0.0.6: which layers there are, from top to bottom. Written, and read from anybody."""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from maskstudio.core.checked import clean, finite
from maskstudio.errors import BadProject

_DEEP = 64
_MOST = 20_000
_FAR = 10**7
_NO_LETTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # not allowed in XML 1.0


@dataclass(frozen=True)
class Sheet:
    """One layer as others see it: its picture in the file, and where its top left corner lies in px."""

    name: str
    source: str
    x: int = 0
    y: int = 0
    opacity: float = 1.0
    visible: bool = True
    selected: bool = False
    blend: str = "svg:src-over"


@dataclass
class Stack:
    """Size of the picture in px and its layers, the topmost first."""

    width: int = 0
    height: int = 0
    sheets: list[Sheet] = field(default_factory=list)

    def xml(self, name: str) -> bytes:
        """The file; ``name`` is that of the picture."""
        lines = ["<?xml version='1.0' encoding='UTF-8'?>"]
        lines.append(f'<image version="0.0.6" w="{self.width}" h="{self.height}" name={_quoted(name)}>')
        lines += [" <stack>", *(_line(sheet) for sheet in self.sheets), " </stack>", "</image>", ""]
        return "\n".join(lines).encode()


def _line(sheet: Sheet) -> str:
    visible = "visible" if sheet.visible else "hidden"
    selected = ' selected="true"' if sheet.selected else ""
    return (
        f'  <layer name={_quoted(sheet.name)} src={_quoted(sheet.source)} x="{sheet.x}" y="{sheet.y}" '
        f'opacity="{sheet.opacity:g}" visibility="{visible}" composite-op="{sheet.blend}"{selected}/>'
    )


def _quoted(text: str) -> str:
    from xml.sax.saxutils import quoteattr  # brings the library for HTTP with it; not at every start

    return quoteattr(_NO_LETTER.sub("\ufffd", text))


def read_stack(data: bytes) -> Stack:
    """The layers of a stack.xml, groups dissolved. Raises BadProject; entities and document types are refused."""
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reading.begin
    parser.EndElementHandler = reading.end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadProject("its list of layers is damaged") from error
    stack = reading.stack
    if stack.width < 1 or stack.height < 1:
        raise BadProject("it does not say how large it is")
    return stack


def _refuse(*_: object) -> None:
    raise BadProject("its list of layers holds entities, which no honest program writes")


class _Reading:
    def __init__(self) -> None:
        self.stack = Stack()
        self._groups: list[tuple[int, int, float, bool]] = []  # offset, opacity and visibility of the groups around
        self._depth = self._count = 0

    def begin(self, tag: str, given: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > _DEEP or self._count > _MOST:
            raise BadProject("its list of layers is longer or deeper than it could be of use")
        if tag == "image":
            self.stack.width, self.stack.height = _whole(given, "w", 1), _whole(given, "h", 1)
        elif tag in ("stack", "layer"):
            self._take(tag, given)

    def end(self, tag: str) -> None:
        self._depth -= 1
        if tag == "stack":
            self._groups.pop()

    def _take(self, tag: str, given: dict[str, str]) -> None:
        """Notes a layer or group that begins, with what the groups around it add to it."""
        x, y, opacity, visible = self._groups[-1] if self._groups else (0, 0, 1.0, True)
        x, y = x + _whole(given, "x", -_FAR), y + _whole(given, "y", -_FAR)
        opacity *= _share(given.get("opacity", "1"))
        visible = visible and given.get("visibility", "visible") != "hidden"
        if tag == "stack":
            self._groups.append((x, y, opacity, visible))
        elif given.get("src"):
            name, blend = clean(given.get("name", "")), given.get("composite-op", "svg:src-over")
            selected = given.get("selected") == "true"
            self.stack.sheets.append(Sheet(name, given["src"], x, y, opacity, visible, selected, blend))


def _whole(given: dict[str, str], name: str, low: int) -> int:
    return int(_number(given.get(name, "0"), name, low, _FAR))


def _share(text: str) -> float:
    return _number(text, "opacity", 0, 1)


def _number(text: str, name: str, low: float, high: float) -> float:
    try:
        number = float(text[:40])
    except ValueError as error:
        raise BadProject(f"the {name} of a layer is not a number") from error
    return finite(number, f"the {name} of a layer", low, high)
