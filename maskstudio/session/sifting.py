"""The finds of one detection, kept so that filters act on them without asking the model again."""

from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from maskstudio.core.document import Detection, Document, Layer
from maskstudio.core.finds import kept, made
from maskstudio.core.image import Image
from maskstudio.jobs import Token
from maskstudio.params.kept import EVERYTHING, KeepParams
from maskstudio.params.local import UNADJUSTED, AdjustParams, DetectParams, MaskParams, RefineParams
from maskstudio.session import operations
from maskstudio.session.entered import SharedWork


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


class Finds:
    """What a model found in a photo, best first, and which layers came of which find.

    ``detections`` are all that it found, also what filters leave out.
    """

    def __init__(self, image: Image, model: str, detections: tuple[Detection, ...]) -> None:
        self.image = image
        self.model = model
        self.detections = detections
        self._roots: WeakKeyDictionary[Detection, Detection | Finds] = WeakKeyDictionary()  # by what a layer shows

    def kept(self, wanted: Wanted) -> list[Detection]:
        """Those that are kept, in order. Quick: it may be called at every change of a filter."""
        return kept(self.detections, wanted.params, wanted.keep, wanted.without)

    def layers(self, wanted: Wanted, token: Token) -> list[Layer]:
        """One layer for each mask that is wanted, the first kept first. Runs on the thread of a job."""
        finds = self.kept(wanted)
        if wanted.in_a_row:
            finds.sort(key=lambda find: (find.box[0] + find.box[2], find.box))
        parts = made(finds, wanted.keep, wanted.shape, check=token.check)
        layers = []
        for number, part in enumerate(parts):
            token.step(number / len(parts), "Shaping masks")
            self._roots[part.found] = part.of or self
            layer = operations.detection_layer(part.found, part.shape, token)
            name = f"{layer.name.capitalize()} {number + 1}" if wanted.in_a_row else layer.name
            layers.append(layer.changed(name=name, refine=wanted.refine, edge=wanted.edge))
        return layers

    def nothing_kept(self, wanted: Wanted) -> str:
        """The end of a sentence that says why nothing is kept."""
        sure = [each for each in self.detections if each.score is None or each.score > wanted.params.confidence]
        if not sure:
            return f"nothing found above a confidence of {wanted.params.confidence:g}."
        labels = ", ".join(sorted({each.label for each in sure}))
        return f"none of {len(sure)} finds is kept; they are labelled {labels}."

    def root(self, layer: Layer) -> "Detection | Finds | None":
        """The find that a layer shows, or the finds themselves if it shows several; None if it shows none of them."""
        return None if layer.source is None else self._roots.get(layer.source)


@dataclass(frozen=True, eq=False)
class Sifting:
    """Finds, what is wanted of them now, and the layers that a job is making for it."""

    finds: Finds
    wanted: Wanted
    layers: SharedWork[list[Layer]]

    @property
    def key(self) -> str:
        """What consecutive changes of these finds have in common: they are one step."""
        return f"sift {id(self.finds)}"

    def put(self, document: Document, layers: list[Layer], free: Callable[[Layer], bool]) -> Document:
        """The document with ``layers`` in place of those made of the same finds before, if it shows that photo.

        A layer that shows the same find stays where it is. Only layers that are ``free`` change or go.
        """
        if document.image is not self.finds.image:
            return document
        old = {root: layer for layer in document.layers if (root := self.finds.root(layer)) is not None}
        new = {self.finds.root(layer): layer for layer in layers}
        for root, layer in old.items():
            if not free(layer):
                continue
            document = document.put(_remade(layer, new[root])) if root in new else document.remove(layer.id)
        return document.add([layer for root, layer in new.items() if root not in old], activate=not document.layers)


def _remade(old: Layer, new: Layer) -> Layer:
    """``old`` showing what ``new`` shows; the same object where that is the same."""
    same = old.mask is new.mask and old.params == new.params
    names = ("name", "source", "refine", "edge", *(() if same else ("mask", "shaped", "params")))
    fields = {name: getattr(new, name) for name in names if getattr(old, name) != getattr(new, name)}
    if not fields:
        return old
    unsolved = {"refinement": None} if "mask" in fields or "shaped" in fields else {}
    return old.changed(**fields, **unsolved).as_found()
