"""XMP: a packet read safely, with properties chosen, added, and written again. Knows nothing of pixels.

A packet is a stranger's XML: entities and document types are refused, its size and the number of its elements bounded.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.dom.minidom import Document, Element

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_TIFF = "http://ns.adobe.com/tiff/1.0/"
_EXIF = "http://ns.adobe.com/exif/1.0/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_PREFIXES = {DC: "dc", RIGHTS: "xmpRights", PHOTOSHOP: "photoshop"}
_WHOSE = {(DC, "rights"), (DC, "creator"), (PHOTOSHOP, "Credit")}
_LICENCES = (RIGHTS, "http://creativecommons.org/ns#", "http://ns.useplus.org/ldf/xmp/1.0/")

EXTENSION = ("http://ns.adobe.com/xmp/note/", "HasExtendedXMP")
"""What names the rest of a packet that was too long for a JPEG's segment."""

# Pictures within, and what points to pictures that are left behind.
_GONE = {
    (_XMP, "Thumbnails"),
    EXTENSION,
    *((_TIFF, name) for name in ("Orientation", "ImageWidth", "ImageLength")),
    *((_EXIF, name) for name in ("PixelXDimension", "PixelYDimension")),
}
_GONE_SPACES = re.compile(r"http://ns\.(google\.com/photos/1\.0/|adobe\.com/hdr-gain-map|adobe\.com/xap/1\.0/g/img)")
_PICTURE = re.compile(r"(/9j/|iVBOR|R0lGOD|UklGR|data:image)")

_MOST = 1 << 20  # bytes
_ELEMENTS = 50_000
_MORE_ELEMENTS = 20_000  # of the rest of a packet, which is read as soon as its photo is opened
_DESCRIBED = 100  # parts of that; who writes one for each space of names has some twenty
_DEEP = 64
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
_FORBIDDEN = re.compile(r"<!(?!--|\[CDATA\[)")
_EMPTY = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"></rdf:RDF></x:xmpmeta>'
_BEGIN, _END = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>', '<?xpacket end="w"?>'

XmlName = tuple[str, str]
Values = dict[XmlName, list[str]]


def all_of(xmp: bytes, added: Values) -> bytes:
    """The packet without pictures and without what no longer holds, with ``added`` where it says nothing of that."""
    return _packet(xmp, added, _lasting)


def rights_of(xmp: bytes, added: Values) -> bytes:
    """As ``all_of``, of whose the photo is and what may be done with it; b"" where that is not said."""
    return _packet(xmp, added, lambda name: name in _WHOSE or name[0] in _LICENCES)


def joined(xmp: bytes, more: bytes) -> bytes:
    """The packet with what ``more`` says and it does not, pictures left out; as it is where one of the two cannot be
    read, or it would grow too long.
    """
    document, others = _parsed(xmp), _described(_parsed(more, len(more), _MORE_ELEMENTS))
    roots = document.getElementsByTagNameNS(RDF, "RDF") if document is not None else []
    if document is None or not roots or len(others) > _DESCRIBED:
        return xmp
    known = _said(document)
    for described in others:
        _thin_out(described, lambda name: _lasting(name) and name not in known)
        if _elements(described) or _own(described):
            _declare(described)
            roots[0].appendChild(document.importNode(described, deep=True))
    whole = document.toxml().encode("utf-8", "replace")
    return whole if others and _sound(whole) else xmp


def text_of(xmp: bytes, name: XmlName) -> str:
    """The first text of a property; "" where there is none."""
    for described in _described(_parsed(xmp)):
        if described.hasAttributeNS(*name):
            return str(described.getAttributeNS(*name))
        for child in _elements(described):
            if (child.namespaceURI, child.localName) == name:
                return _words(child).strip()
    return ""


def _packet(xmp: bytes, added: Values, keep: Callable[[XmlName], bool]) -> bytes:
    """The packet with what ``keep`` lets through and what is ``added`` where it says nothing; b"" for nothing."""
    document = _parsed(xmp)
    for described in _described(document):
        _thin_out(described, keep)
    if document is None:
        document = _parsed(_EMPTY.encode())
    assert document is not None
    known = _said(document)
    missing = {name: [value for value in values if value] for name, values in added.items() if name not in known}
    _add(document, {name: values for name, values in missing.items() if values})
    if not any(_elements(described) or _own(described) for described in _described(document)):
        return b""
    text = root.toxml() if (root := document.documentElement) is not None else ""
    return f"{_BEGIN}{text}{_END}".encode("utf-8", "replace")


def _lasting(name: XmlName) -> bool:
    """Whether a property still holds of another picture of the same, and is no picture itself."""
    return name not in _GONE and not _GONE_SPACES.match(name[0])


def _said(document: "Document") -> set[XmlName]:
    """The properties it has."""
    every = _described(document)
    known = {(child.namespaceURI or "", child.localName or "") for each in every for child in _elements(each)}
    return known | {(space or "", name) for each in every for space, name in each.attributes.keysNS()}


def _declare(element: "Element") -> None:
    """Give an element the names of spaces that its surroundings declare, so that it can stand elsewhere."""
    parent = element.parentNode
    while parent is not None and parent.nodeType == parent.ELEMENT_NODE:
        for name, value in parent.attributes.items():
            if name.partition(":")[0] == "xmlns" and not element.hasAttribute(name):
                element.setAttribute(name, value)
        parent = parent.parentNode


def _parsed(xmp: bytes, most: int = _MOST, elements: int = _ELEMENTS) -> "Document | None":
    """The document; None for what is none, or none that could be trusted."""
    from xml.dom import minidom

    text = _sound(xmp, most, elements)
    return minidom.parseString(text.encode()) if text else None  # noqa: S318 - without document types: no entities


def _sound(xmp: bytes, most: int = _MOST, elements: int = _ELEMENTS) -> str:
    """The text of it; "" where it cannot be trusted, or is none."""
    if not xmp or len(xmp) > most:
        return ""
    try:
        text = xmp.decode("utf-16" if xmp[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        return ""
    text = _DECLARED.sub("", text.strip("\0 \r\n\t"))
    return "" if _FORBIDDEN.search(text) or text.count("<") > elements or not _shallow(text) else text


def _shallow(text: str) -> bool:
    """Whether it is XML, and not nested more deeply than recursion can follow."""
    from xml.parsers import expat

    depths = [0]

    def begin(_name: str, _attributes: dict[str, str]) -> None:
        depths.append(depths[-1] + 1)
        if depths[-1] > _DEEP:
            raise ValueError

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _name: depths.append(depths[-1] - 1)
    try:
        parser.Parse(text.encode(), True)
    except (expat.ExpatError, ValueError):
        return False
    return True


def _described(document: "Document | None") -> "list[Element]":
    if document is None:
        return []
    roots = document.getElementsByTagNameNS(RDF, "RDF")
    return [each for root in roots for each in _elements(root) if each.localName == "Description"]


def _thin_out(described: "Element", keep: Callable[[XmlName], bool]) -> None:
    for key in _own(described):
        if not keep(key) or _PICTURE.match(described.getAttributeNS(*key).strip()):
            described.removeAttributeNS(*key)
    for child in _elements(described):
        if not keep((child.namespaceURI or "", child.localName or "")) or _holds_picture(child):
            described.removeChild(child)


def _own(described: "Element") -> list[XmlName]:
    """The properties that are written as attributes."""
    spaces = ("http://www.w3.org/2000/xmlns/", RDF)
    return [(space, name) for space, name in described.attributes.keysNS() if space and space not in spaces]


def _holds_picture(element: "Element") -> bool:
    every = [element, *element.getElementsByTagName("*")]
    texts = [str(attribute.value) for each in every for attribute in each.attributes.values()]
    texts += [node.data for each in every for node in each.childNodes if node.nodeType in (3, 4)]
    return any(_PICTURE.match(text.strip()) for text in texts)


def _add(document: "Document", values: Values) -> None:
    """Add properties in a description of their own: ``DC`` ones as lists of what kind they are, others as texts."""
    roots = document.getElementsByTagNameNS(RDF, "RDF")
    if not values or not roots:
        return
    root = roots[0]
    prefix = f"{root.prefix}:" if root.prefix else ""
    described = document.createElementNS(RDF, f"{prefix}Description")
    described.setAttributeNS(RDF, "rdf:about", "")
    described.setAttribute("xmlns:rdf", RDF)
    for (space, name), texts in values.items():
        described.setAttribute(f"xmlns:{_PREFIXES[space]}", space)
        element = document.createElementNS(space, f"{_PREFIXES[space]}:{name}")
        element.appendChild(_list(document, name, texts) if space == DC else document.createTextNode(_legal(texts[0])))
        described.appendChild(element)
    root.appendChild(described)


def _list(document: "Document", name: str, texts: list[str]) -> "Element":
    kind = {"creator": "Seq", "subject": "Bag"}.get(name, "Alt")
    listed = document.createElementNS(RDF, f"rdf:{kind}")
    for text in texts[: 1 if kind == "Alt" else None]:
        item = document.createElementNS(RDF, "rdf:li")
        if kind == "Alt":
            item.setAttribute("xml:lang", "x-default")
        item.appendChild(document.createTextNode(_legal(text)))
        listed.appendChild(item)
    return listed


def _legal(text: str) -> str:
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


def _elements(parent: "Element") -> "list[Element]":
    return [node for node in parent.childNodes if node.nodeType == node.ELEMENT_NODE]


def _words(element: "Element") -> str:
    return "".join(_pieces(element))


def _pieces(element: "Element") -> Iterator[str]:
    for each in (element, *element.getElementsByTagName("*")):
        yield from (node.data for node in each.childNodes if node.nodeType in (3, 4))
