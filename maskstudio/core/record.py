"""Record: a document as plain JSON values, with its planes kept elsewhere and referred to by number.

Project files and journals share it. It is versioned: an older record is upgraded step by step, a newer one refused.
Reading takes every value for hostile until it has been checked.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar, get_args

import numpy as np

from maskstudio.core.arrays import Colour, ColourTile, Index
from maskstudio.core.checked import Fields, finite, simple, told
from maskstudio.core.document import Detection, Document, Layer, Origin, Refinement, Region
from maskstudio.core.geometry import EMPTY, Rect
from maskstudio.core.image import Image
from maskstudio.core.layer import COLOURS, Found, Help, Subject
from maskstudio.core.mask import Mask
from maskstudio.core.ops import CombineMode
from maskstudio.core.paint import Paint
from maskstudio.core.shelf import Keeping
from maskstudio.errors import BadParameter, BadProject
from maskstudio.params.local import UNADJUSTED, AdjustParams, MaskParams, RefineParams
from maskstudio.params.spec import Params

FORMAT = 4
_KNOWN_BEFORE = 3  # the version of documents that have nothing in them that came with version 4
MOST_LAYERS = 5000
_MOST_REGIONS = 1000
_GREATEST_HINT = 4
_MOST_IDS = 2**31
P = TypeVar("P", bound=Params)


class RecordedPlanes(Protocol):
    """Where a record finds its planes. Both raise BadProject for unknown numbers."""

    def mask(self, number: int) -> Mask:
        """The mask of that number, always the same object."""

    def colours(self, number: int) -> Mapping[Index, ColourTile]:
        """The set of colours of that number."""


# Writing


def document_record(document: Document, shelf: Keeping) -> dict[str, Any]:
    """Everything of a document but its image, layers within."""
    return {**outline(document), "layers": [layer_record(layer, shelf) for layer in document.layers]}


def outline(document: Document) -> dict[str, Any]:
    """What a document is beside its image and its layers."""
    return {"format": _version(document), "active": document.active, "solo": document.solo, "nextId": document.next_id}


def _version(document: Document) -> int:
    """The lowest version that can say all of a document, so that earlier programs open whatever they understand.

    Layers that exclude what they overlap came with version 4; earlier programs would refuse them as damaged.
    """
    return FORMAT if any(layer.mode == "xor" for layer in document.layers) else _KNOWN_BEFORE


def layer_record(layer: Layer, shelf: Keeping) -> dict[str, Any]:
    """A layer, its planes put on the shelf."""

    def keep(mask: Mask, role: str) -> int:
        return shelf.mask(mask, (layer.id, role))

    def paint(paint: Paint | None, role: str) -> dict[str, int] | None:
        if paint is None:
            return None
        return {"value": keep(paint.value, f"{role} value"), "cover": keep(paint.cover, f"{role} cover")}

    def found(found: Refinement | None, role: str) -> dict[str, Any] | None:
        """A refinement as JSON values, its planes put on the shelf; None for none."""
        if found is None:
            return None
        pending = found.pending
        return {
            "alpha": keep(found.alpha, f"{role} alpha"),
            "solved": keep(found.solved, f"{role} solved"),
            "colours": shelf.colours(found),
            "reach": found.reach,
            "finished": found.edges == layer.edges,
            "pending": [pending.x, pending.y, pending.width, pending.height],
            "awaited": keep(found.awaited, f"{role} awaited") if found.awaited and pending else None,
        }

    return {
        "id": layer.id,
        "name": layer.name,
        "mask": keep(layer.mask, "mask"),
        "shaped": keep(layer.shaped, "shaped"),
        "params": wired(MaskParams, layer.params),
        "source": _detection_record(layer.source, keep) if layer.source else None,
        "refine": wired(RefineParams, layer.refine) if layer.refine else None,
        "edge": wired(AdjustParams, layer.edge),
        "hints": None if layer.hints is None else keep(layer.hints, "hints"),
        "regions": [_region_record(region, keep) for region in layer.regions],
        "measured": found(layer.measured, "measured"),
        "refinement": found(layer.refinement, "refined"),
        "visible": layer.visible,
        "mode": layer.mode,
        "inverted": layer.inverted,
        "paint": paint(layer.paint, "paint"),
        "retouch": paint(layer.retouch, "retouch"),
        "colour": list(layer.colour),
        "origin": _origin_record(layer.origin) if layer.origin else None,
        "found": _found_record(layer.found) if layer.found else None,
    }


def wired(kind: type[P], params: P) -> dict[str, Any]:
    """The values that ``kind`` declares under their wire names; a tool's own additions are not for the disk."""
    values = params.to_wire()
    return {spec.wire: values[spec.wire] for spec in kind.specs()}


def _region_record(region: Region, keep: Callable[[Mask, str], int]) -> dict[str, Any]:
    return {
        "id": region.id,
        "name": region.name,
        "area": keep(region.area, f"region {region.id}"),
        "refine": wired(RefineParams, region.refine),
        "edge": wired(AdjustParams, region.edge),
    }


def _detection_record(found: Detection, keep: Callable[[Mask, str], int]) -> dict[str, Any]:
    """A detection as JSON values, its mask put on the shelf by ``keep``."""
    return {
        "label": found.label,
        "score": None if found.score is None else min(max(float(found.score), 0.0), 1.0),
        "box": [float(np.nan_to_num(edge)) for edge in found.box],
        "mask": keep(found.mask, "found"),
        "model": found.model,
        "provider": found.provider,
        "done": sorted(found.done),
        "standIn": found.stand_in,
        "said": dict(found.said),
        "doubt": None if found.doubt is None else keep(found.doubt, "doubt"),
        **({"way": found.way, "sure": found.sure, "helps": list(found.helps)} if isinstance(found, Subject) else {}),
    }


def _found_record(found: Found) -> dict[str, Any]:
    refine = wired(RefineParams, found.refine) if found.refine else None
    edge = {} if found.edge == UNADJUSTED else {"edge": wired(AdjustParams, found.edge)}
    return {"name": found.name, "params": wired(MaskParams, found.params), "refine": refine, **edge}


def _origin_record(origin: Origin) -> dict[str, Any]:
    fields = ("how", "model", "version", "who", "when")
    return {**{name: getattr(origin, name) for name in fields}, "params": dict(origin.params)}


# Reading


def upgraded(record: Fields) -> Fields:
    """A record of this version made of an older one; BadProject for one from the future."""
    version = record.whole("format")
    if version > FORMAT:
        raise BadProject("it was saved by a newer version of maskstudio; please update to open it")
    for old in range(version, FORMAT):
        record = Fields({**UPGRADES[old](record), "format": old + 1}, record.what)
    return record


def _from_0(record: Fields) -> dict[str, Any]:
    """Before the first release a layer's colour was written as on the web, and nothing was known of solo."""
    layers = []
    for each in record.listed("layers", MOST_LAYERS):
        layer = Fields(each, "a layer")
        try:
            colour = list(bytes.fromhex(layer.text("colour").removeprefix("#")))
        except ValueError as error:
            raise BadProject("the colour of a layer is not what it should be") from error
        layers.append({**layer.values, "colour": colour})
    return {"solo": None, **record.values, "layers": layers}


def _grown(record: Fields) -> dict[str, Any]:
    """Where a version only added something, a record of the one before says all that it can as it is.

    What edges have since version 2 is filled in layer by layer (``_completed``), as journals keep layers one by one;
    since version 3 tiles may have more than 8 bits, and since version 4 layers may exclude what they overlap.
    """
    return dict(record.values)


def _completed(record: Fields) -> Fields:
    """A layer with what versions before 2 did not know: controls, hints, regions; what was solved is what showed."""
    values = {"edge": {}, "hints": None, "regions": [], "measured": None, **record.values}
    solved = values.get("refinement")
    if isinstance(solved, dict):
        values["refinement"] = {"solved": solved.get("alpha"), "reach": 0, "finished": True, **solved}
    return Fields(values, record.what)


UPGRADES: dict[int, Callable[[Fields], dict[str, Any]]] = {0: _from_0, 1: _grown, 2: _grown, 3: _grown}
"""What makes of a record of a version one of the next."""


class Reader:
    """Makes documents of records. What several have in common comes out as the same objects."""

    def __init__(self, image: Image, kept: RecordedPlanes) -> None:
        self._image = image
        self._kept = kept
        self._paints: dict[tuple[int, int], Paint] = {}
        self._solved: dict[object, Refinement] = {}
        self._boxes: dict[Rect, Mask] = {}
        self._seen: set[int] = set()  # tiles of hints, by identity
        self._sound: set[tuple[int, int]] = set()

    def document(self, record: Fields) -> Document:
        """The document of a record as ``document_record`` made it, of this or an older version."""
        record = upgraded(record)
        layers = [self.layer(Fields(each, "a layer")) for each in record.listed("layers", MOST_LAYERS)]
        return self.assembled(record, layers)

    def assembled(self, record: Fields, layers: list[Layer]) -> Document:
        """The document of an outline and its layers."""
        ids = {layer.id for layer in layers}
        if len(ids) != len(layers):
            raise BadProject("two layers in it have one number")

        def known(name: str) -> int | None:
            return None if record.values.get(name) is None else record.whole(name)

        active, solo = known("active"), known("solo")
        if not {active, solo} <= {None, *ids}:
            raise BadProject("it refers to a layer that is not there")
        next_id = record.whole("nextId", max(ids, default=0) + 1, _MOST_IDS + 1)
        return Document(self._image, tuple(layers), active, next_id, solo)

    def layer(self, record: Fields) -> Layer:
        """One layer."""
        record = _completed(record)
        mode: CombineMode = record.one_of("mode", *get_args(CombineMode))  # type: ignore[assignment]  # just checked
        edge = _params(AdjustParams, record, "edge")
        regions = tuple(self._region(Fields(each, "a region")) for each in record.listed("regions", _MOST_REGIONS))
        edges = (edge, *(region.edge for region in regions))
        return Layer(
            id=record.whole("id", 1, _MOST_IDS),
            name=record.text("name"),
            mask=self._mask(record, "mask"),
            shaped=self._mask(record, "shaped"),
            params=_params(MaskParams, record, "params"),
            source=record.maybe("source", self._detection),
            refine=None if record.values.get("refine") is None else _params(RefineParams, record, "refine"),
            edge=edge,
            hints=None if record.values.get("hints") is None else self._hints(record),
            regions=regions,
            measured=record.maybe("measured", lambda found: self._refinement(found, edges)),
            refinement=record.maybe("refinement", lambda found: self._refinement(found, edges)),
            visible=record.flag("visible"),
            mode=mode,
            inverted=record.flag("inverted"),
            paint=record.maybe("paint", self._paint),
            retouch=record.maybe("retouch", self._paint),
            colour=_colour(record),
            origin=record.maybe("origin", _origin),
            found=record.maybe("found", _found),
        )

    def _mask(self, record: Fields, name: str) -> Mask:
        return self._kept.mask(record.whole(name))

    def _detection(self, record: Fields) -> Detection:
        """The detection of a record; raises BadProject for values that do not fit."""
        box = [finite(edge, "a box", -1e9, 1e9) for edge in record.listed("box", 4)]
        if len(box) != 4:
            raise BadProject("a box in it has not four edges")
        found = Detection(
            label=record.text("label"),
            score=None if record.values.get("score") is None else record.number("score", 0, 1),
            box=(box[0], box[1], box[2], box[3]),
            mask=self._mask(record, "mask"),
            model=record.text("model"),
            provider=record.text("provider"),
            done=frozenset(str(each)[:100] for each in record.listed("done", 100)),
            stand_in=record.text("standIn"),
            said=told(record.values.get("said", {}), "what a service said"),
            doubt=None if record.values.get("doubt") is None else self._mask(record, "doubt"),
        )
        return found if record.values.get("way") is None else _subject(found, record)

    def _region(self, record: Fields) -> Region:
        return Region(
            record.whole("id", 1, _MOST_IDS),
            record.text("name"),
            self._mask(record, "area"),
            _params(RefineParams, record, "refine"),
            _params(AdjustParams, record, "edge"),
        )

    def _hints(self, record: Fields) -> Mask:
        hints = self._mask(record, "hints")
        for tile in hints.tiles.values():
            if id(tile) not in self._seen:
                if tile.pixels.max() > _GREATEST_HINT:
                    raise BadProject("a trimap in it is not what it should be")
                tile.pack()
                self._seen.add(id(tile))
        return hints

    def _refinement(self, record: Fields, edges: tuple[AdjustParams, ...]) -> Refinement:
        """The refinement of a record, the same object for records that say the same."""
        alpha, solved, colours = record.whole("alpha"), record.whole("solved"), record.whole("colours")
        finished, reach = record.flag("finished"), record.whole("reach", 0, 1_000_000)
        made_with = edges if finished else ()
        key = alpha, solved, colours, made_with, reach, _pending(record), record.values.get("awaited")
        if key not in self._solved:
            keep = self._kept
            self._solved[key] = Refinement(
                keep.mask(solved), keep.colours(colours), keep.mask(alpha), made_with, reach, self._awaited(record)
            )
        return self._solved[key]

    def _awaited(self, record: Fields) -> Mask | None:
        """What is still to be solved: of records that do not say which pixels of it all of the box."""
        pending = _pending(record)
        if not pending or record.values.get("awaited") is not None:
            return self._mask(record, "awaited") if pending else None
        if pending not in self._boxes:
            size = self._mask(record, "alpha").size
            inside = pending.intersect(Rect(0, 0, *size))
            self._boxes[pending] = Mask(*size).put(
                np.full((inside.height, inside.width), 255, np.uint8), inside.x, inside.y
            )
        return self._boxes[pending]

    def _paint(self, record: Fields) -> Paint:
        key = record.whole("value"), record.whole("cover")
        if key not in self._paints:
            value, cover = self._kept.mask(key[0]), self._kept.mask(key[1])
            self._check(value, cover)
            self._paints[key] = Paint(value, cover)
        return self._paints[key]

    def _check(self, value: Mask, cover: Mask) -> None:
        """Paint puts no more anywhere than it covers; each pair of tiles is looked at once."""
        for index, above in value.tiles.items():
            below = cover.held(index)
            pair = id(above), id(below)
            if pair not in self._sound:
                if above is not below and bool(np.greater(above.pixels, below.pixels).any()):
                    raise BadProject("paint in it is not what it should be")
                above.pack()
                below.pack()
                self._sound.add(pair)


def _subject(found: Detection, record: Fields) -> Subject:
    """What was found as the subject of the photo, with what the record says of the way and how sure it was."""
    helps = tuple(each for each in record.listed("helps", len(get_args(Help))) if each in get_args(Help))
    return Subject.of(found, way=record.text("way"), sure=record.flag("sure"), helps=helps)


def _pending(record: Fields) -> Rect:
    if record.values.get("pending") is None:
        return EMPTY
    sides = [round(finite(side, "a part to be solved", 0, 1e6)) for side in record.listed("pending", 4)]
    if len(sides) != 4:
        raise BadProject("a part to be solved in it has not four sides")
    return Rect(sides[0], sides[1], sides[2], sides[3])


def _params(kind: type[P], record: Fields, name: str) -> P:
    try:
        return kind.from_wire(record.part(name).values)
    except BadParameter as error:
        raise BadProject(str(error).rstrip(".")) from error


def _colour(record: Fields) -> Colour:
    colour = record.values.get("colour", list(COLOURS[0]))
    if not isinstance(colour, list) or len(colour) != 3:
        raise BadProject("the colour of a layer is not what it should be")
    if any(type(share) is not int or not 0 <= share <= 255 for share in colour):
        raise BadProject("the colour of a layer is not what it should be")
    return colour[0], colour[1], colour[2]


def _found(record: Fields) -> Found:
    refine = None if record.values.get("refine") is None else _params(RefineParams, record, "refine")
    edge = UNADJUSTED if record.values.get("edge") is None else _params(AdjustParams, record, "edge")
    return Found(record.text("name"), _params(MaskParams, record, "params"), refine, edge)


def _origin(record: Fields) -> Origin:
    texts = {name: record.text(name, "") for name in ("how", "model", "version", "who", "when")}
    return Origin(**texts, params=simple(record.values.get("params", {}), "the origin of a layer"))
