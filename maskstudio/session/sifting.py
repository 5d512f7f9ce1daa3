"""The finds of one detection, kept so that filters act on them without asking the model again."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary, ref

from maskstudio.core.document import Detection, Document, Layer, Origin
from maskstudio.core.finds import Made, displaced, kept, made
from maskstudio.core.image import Image
from maskstudio.core.leftout import left_out
from maskstudio.core.mask import Mask
from maskstudio.figures import percent
from maskstudio.jobs import Token
from maskstudio.params.kept import EVERYTHING, KeepParams
from maskstudio.params.local import UNADJUSTED, AdjustParams, DetectParams, MaskParams, RefineParams
from maskstudio.session import operations
from maskstudio.session.entered import SharedWork

_MOST = 1000  # finds of a service that are kept unless the user says otherwise


@dataclass(frozen=True)
class Wanted:
    """What is made of finds: which are kept, ``without`` those (by index) that the user left out, how their masks are
    shaped, and what is wanted of their edges. ``in_a_row`` orders and numbers them from left to right.
    """

    params: DetectParams
    shape: MaskParams
    keep: KeepParams = EVERYTHING
    without: frozenset[int] = frozenset()
    refine: RefineParams | None = None
    edge: AdjustParams = UNADJUSTED
    in_a_row: bool = False

    def to_wire(self) -> dict[str, object]:
        """What chose the finds, under wire names, for the provenance of layers."""
        return {**self.params.to_wire(), **self.keep.to_wire()}

    def differing(self, other: "Wanted") -> str:
        """The names of the values in which they differ, and the places of the finds that only one leaves out."""
        groups = (self.params, other.params), (self.shape, other.shape), (self.keep, other.keep)
        turned = [
            spec.wire
            for own, others in groups
            for spec in own.specs()
            if getattr(own, spec.name) != getattr(others, spec.name)
        ]
        return " ".join((*turned, *map(str, sorted(self.without ^ other.without))))


class Finds:
    """What a model or a service found in a photo, and which layers came of which find.

    ``detections`` are all that it found, also what filters leave out; ``wanted`` is what was first made of them, with
    ``origin`` as its provenance.
    """

    def __init__(self, image: Image, detections: Iterable[Detection], wanted: Wanted) -> None:
        self.image = image
        self.detections = tuple(detections)
        self.wanted = wanted
        self.origin: Origin | None = None  # known once its layers are in the document
        self._roots: WeakKeyDictionary[Detection, Detection | Finds] = WeakKeyDictionary()  # by what a layer shows
        self._shaped: WeakKeyDictionary[Detection, tuple[MaskParams, Mask]] = WeakKeyDictionary()  # the last one
        self._moved: dict[Detection, tuple[tuple[int, int], Detection]] = {}  # likewise
        self._noted: dict[Hashable, Wanted] = {}  # by what layers show
        self._last = wanted

    @classmethod
    def of_layers(cls, image: Image, layers: Iterable[Layer]) -> "Finds | None":
        """The finds that layers show, as a service's answer became them; None where none of them shows any.

        All are kept, whatever their score: the service has chosen already.
        """
        shown = [layer for layer in layers if layer.source is not None]
        if not shown:
            return None
        found = [layer.source for layer in shown if layer.source is not None]
        params = DetectParams(model=found[0].model, confidence=0.0, max_detections=_MOST)
        finds = cls(image, found, Wanted(params, shown[0].params))
        finds.origin = shown[0].origin
        finds._roots.update({each: each for each in found})
        finds._shaped.update({each: (layer.params, layer.shaped) for each, layer in zip(found, shown, strict=True)})
        return finds

    def kept(self, wanted: Wanted) -> list[Detection]:
        """Those that are kept, in order. Quick: it may be called at every change of a filter."""
        return kept(self.detections, wanted.params, wanted.keep, wanted.without)

    def layers(self, wanted: Wanted, token: Token) -> list[Layer]:
        """One layer for each mask that is wanted, the first kept first. Runs on the thread of a job."""
        finds = self.kept(wanted)
        if wanted.in_a_row:
            finds.sort(key=lambda find: (find.box[0] + find.box[2], find.box))
        parts = made(finds, wanted.keep, wanted.shape, check=token.check, move=self._displaced)
        layers = []
        for number, part in enumerate(parts):
            token.step(number / len(parts), "Shaping masks")
            layer = self._layer(part, token)
            name = f"{layer.name.capitalize()} {number + 1}" if wanted.in_a_row else layer.name
            layers.append(layer.changed(name=name, refine=wanted.refine, edge=wanted.edge))
        return layers

    def provenance(self, wanted: Wanted) -> Origin | None:
        """The provenance of layers that are made of them now."""
        if self.origin is None or not self.detections:
            return None
        chosen = wanted.to_wire() if self.detections[0].provider == "local" else wanted.keep.to_wire()
        return replace(self.origin, params={**self.origin.params, **chosen})

    def nothing_kept(self, wanted: Wanted) -> str:
        """The end of a sentence that says why nothing is kept."""
        reasons = left_out(self.detections, wanted.params, wanted.keep)
        sure = [(find, why) for find, why in zip(self.detections, reasons, strict=True) if why != "unsure"]
        if not sure:
            return f"nothing found above a confidence of {wanted.params.confidence:g}."
        passing = [(find, why) for find, why in sure if why != "label"]
        one = len(sure) == 1
        begin = "the only find is not kept; it" if one else f"none of {len(sure)} finds is kept;"
        if not passing:
            labels = ", ".join(sorted({find.label for find, _ in sure}))
            return f"{begin} is labelled {labels}." if one else f"{begin} they are labelled {labels}."
        them = "" if one else " what passes" if len(passing) < len(sure) else " each of them"
        if any(why is None for _, why in passing):
            return f"{begin}{them} is moved out of the photo."
        areas = sorted(find.mask.share for find, _ in passing)
        low, high = percent(areas[0], 1), percent(areas[-1], 1)
        return f"{begin}{them} covers {low if low == high else f'{low} to {high}'} of the photo."

    def note(self, document: Document, wanted: Wanted) -> None:
        """Note that ``document`` shows what is ``wanted`` of them, so that it is known again after undo and redo."""
        self._noted[self._sight(document)] = self._last = wanted

    def wanted_in(self, document: Document) -> Wanted:
        """What is wanted of them in ``document``; the last that was known where somebody has edited their layers."""
        if not self._noted:
            self.note(document, self._last)  # finds of a service, whose layers were made before
        self._last = self._noted.get(self._sight(document), self._last)
        return self._last

    def _sight(self, document: Document) -> Hashable:
        """What layers of ``document`` show of them; equal for equal sights, and keeps no mask in memory."""
        shown = [layer for layer in document.layers if self.root(layer) is not None]
        return tuple((layer.id, ref(layer.source), layer.params) for layer in shown if layer.source is not None)

    def root(self, layer: Layer) -> "Detection | Finds | None":
        """The find that a layer shows, or the finds themselves if it shows several; None if it shows none of them."""
        return None if layer.source is None else self._roots.get(layer.source)

    def replaces(self, layer: Layer) -> bool:
        """Whether a layer shows an earlier find of the same model."""
        source = layer.source
        model, provider = self.wanted.params.model, self.detections[0].provider if self.detections else "local"
        return source is not None and (source.model, source.provider) == (model, provider)

    def _displaced(self, find: Detection, offset: tuple[int, int]) -> Detection:
        """The same object as the last time for the same offset, so that nothing seems to change."""
        last, there = self._moved.get(find, ((0, 0), find))
        if last != offset:
            there = displaced(find, offset)
            self._moved[find] = offset, there
        return there

    def _layer(self, part: Made, token: Token) -> Layer:
        """The part as a layer, whose shape is computed unless it was the last one of that mask."""
        self._roots[part.found] = part.of or self
        params, shaped = self._shaped.get(part.found, (None, part.found.mask))
        if params == part.shape:
            return operations.shown_as(part.found, part.shape, shaped)
        layer = operations.detection_layer(part.found, part.shape, token)
        self._shaped[part.found] = part.shape, layer.shaped
        return layer


@dataclass(frozen=True, eq=False)
class Sifting:
    """Finds, what is wanted of them now, the layers that a job is making for it, and the value that was ``turned``."""

    finds: Finds
    wanted: Wanted
    layers: SharedWork[list[Layer]]
    turned: str

    @property
    def key(self) -> str:
        """What consecutive changes have in common that are one step: the finds, and the value that was turned."""
        return f"sift {id(self.finds)} {self.turned}"

    def put(self, document: Document, layers: list[Layer], free: Callable[[Layer], bool]) -> Document:
        """The document with ``layers`` in place of those made of these finds before, if it shows that photo.

        A layer that shows the same find stays where it is. Only layers that are ``free`` change or go; with any
        ``layers``, so do earlier finds of the same model.
        """
        if document.image is not self.finds.image:
            return document
        origin = self.finds.provenance(self.wanted)
        new = {self.finds.root(layer): layer.changed(origin=origin).as_found() for layer in layers}
        old = {root: layer for layer in document.layers if (root := self.finds.root(layer)) is not None}
        for root, layer in old.items():
            if not free(layer):
                continue
            document = document.put(_remade(layer, new[root])) if root in new else document.remove(layer.id)
        for layer in document.layers if new else ():
            if self.finds.root(layer) is None and self.finds.replaces(layer) and free(layer):
                document = document.remove(layer.id)
        return document.add([layer for root, layer in new.items() if root not in old], activate=not document.layers)


def _remade(old: Layer, new: Layer) -> Layer:
    """``old`` showing what ``new`` shows; the same object where that is the same."""
    names = ("name", "mask", "shaped", "params", "source", "refine", "edge")
    fields = {name: getattr(new, name) for name in names if getattr(old, name) != getattr(new, name)}
    if not fields:
        return old
    unsolved = {"refinement": None} if fields.keys() & {"mask", "shaped"} else {}
    return old.changed(**fields, **unsolved, origin=new.origin).as_found()
