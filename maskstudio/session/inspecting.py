"""Verbs that look at an edge: its trimap, and the fringe it would show on the background that is worst for it."""

from dataclasses import replace

from maskstudio.core.cv import cv2
from maskstudio.core.document import Document, Layer
from maskstudio.core.fringe import Fringe
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.core.refinement import amount_of
from maskstudio.jobs import Runner, Token
from maskstudio.params.local import RefineParams
from maskstudio.session import operations
from maskstudio.session.edging import EdgingVerbs

# A fix takes in this much around the soft pixels it is for, in px.
_AROUND = 3
_FRINGE, _TRIMAP = "layer fringe", "layer trimap"


class InspectingVerbs(EdgingVerbs):
    """What is found belongs to one state of the document; ``fringe`` is None as soon as it looks otherwise."""

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        super().__init__(runner, provider)
        self._fringe: tuple[Document, Fringe] | None = None
        self._trimap: tuple[Layer, Mask] | None = None
        self._drawing: Layer | None = None  # whose trimap is being drawn
        self._measuring: Document | None = None  # whose fringe is being measured
        self._spill: tuple[Mask, tuple[int, int, int] | None] | None = None  # by the alpha it was found along

    # The trimap

    @property
    def trimap(self) -> Mask | None:
        """The active layer's trimap (0, 128, 255) as last drawn for it; None where none was drawn."""
        layer = self.active
        return self._trimap[1] if self._trimap and layer and self._trimap[0].id == layer.id else None

    def draw_trimap(self) -> None:
        """Have the active layer's trimap drawn, unless it is there: ``changed`` tells when."""
        layer = self.active
        if layer is None:
            return
        wished = layer.changed(refine=self.refine_params(layer))
        drawing = self._drawing if self.runner.under_way(_TRIMAP) else None
        for known in (self._trimap and self._trimap[0], drawing):
            if known is not None and known.id == layer.id and known.same_wish(wished):
                return
        image, self._drawing = self._required().image, wished

        def done(trimap: Mask) -> None:
            self._trimap, self._drawing = (wished, trimap), None
            self.changed()

        self.runner.start(
            "Draw the trimap",
            lambda token: operations.trimap(image, wished, token),
            done,
            lane=_TRIMAP,
            failed=lambda error: self.failed(error),
            quiet=True,
        )

    # The spill

    @property
    def spill(self) -> tuple[int, int, int] | None:
        """The colour of the old background along the active layer's edge, as ``find_spill`` found it last."""
        return self._spill[1] if self._spill else None

    def find_spill(self) -> None:
        """Look for the colour that the old background has along the active layer's edge, unless it is known."""
        layer = self.active
        if layer is None or (self._spill is not None and self._spill[0] is layer.alpha):
            return
        image = self._required().image

        def done(found: tuple[int, int, int] | None) -> None:
            self._spill = layer.alpha, found
            self.changed()

        self.runner.start(
            "Find the spill colour",
            lambda _token: operations.spill(image, layer),
            done,
            lane="layer spill",
            failed=lambda error: self.failed(error),
            quiet=True,
        )

    # The fringe

    @property
    def fringe(self) -> Fringe | None:
        """What ``measure_fringe`` found, if the result looks as it did then."""
        known, now = self._fringe, self.document
        return known[1] if known is not None and now is not None and _looks_alike(known[0], now) else None

    def measure_fringe(self) -> None:
        """Find the background on which the edge shows worst, and how much of a fringe it shows there."""
        document = self._required()
        if self.fringe is not None or (self._measuring is document and self.runner.under_way(_FRINGE)):
            return
        self._measuring = document

        def done(fringe: Fringe) -> None:
            self._fringe = (document, fringe)
            self.changed()

        self.runner.start(
            "Measure the fringe",
            lambda token: operations.fringe(document, token),
            done,
            lane=_FRINGE,
            failed=lambda error: self.failed(error),
            quiet=True,
        )

    def fix_fringe(self, rect: Rect | None = None) -> None:
        """Clean the active layer's edge in ``rect`` (all of it by default): its colours first; where that is done
        already, the edge is drawn in by a pixel. It becomes a region, so it can be changed or removed.
        """
        entered, active = self.entered(), self.active
        if active is None:
            return
        around = rect or active.mask.frame
        if self.settled:
            self._fix(active, _soft_within(active, around))
            return

        def work(token: Token) -> tuple[Layer, Mask]:
            layer = entered.whole(token).layer(active.id)
            assert layer is not None
            return layer, _soft_within(layer, around)

        self._start("Fix the fringe", work, lambda found: self._fix(*found), lane=f"layer {active.id} fix")

    def _fix(self, layer: Layer, area: Mask) -> None:
        """Have ``area`` of a layer cleaned, which is as it has been entered."""
        now = self._required().layer(layer.id)
        if now is None:
            return
        if not area.tiles:
            self.told("There is no soft edge in view to fix.")
            return
        refine, edge, regions = layer.refine or RefineParams(), layer.edge, len(now.regions)
        clean = replace(refine, color_decontamination=True, decontamination_amount=1.0)
        if amount_of(layer.refine) == 1.0 or regions:
            edge = replace(edge, shift_edge=max(edge.shift_edge - 1 - regions, -100))
        self.add_region(layer.id, f"Fringe {regions + 1}", area, refine=clean, edge=edge)


def _soft_within(layer: Layer, rect: Rect) -> Mask:
    """255 in and right around the soft pixels of the layer in ``rect``."""
    around = rect.intersect(layer.mask.frame).intersect(layer.alpha.bounds)
    empty = Mask(*layer.mask.size)
    if not around:
        return empty
    soft = cv2.inRange(layer.alpha.array(around), 1, 254)
    if not soft.any():
        return empty
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _AROUND + 1,) * 2)
    return empty.put(cv2.dilate(soft, disc), around.x, around.y)


def _looks_alike(one: Document, other: Document) -> bool:
    """Whether alpha and colours of two documents are the same objects: no pixel is looked at."""
    return one is other or (one.image is other.image and _look(one) == _look(other))


def _look(document: Document) -> list[tuple[object, ...]]:
    """What alpha and colours of a document are made of."""
    return [
        (id(layer.alpha), id(layer.refinement), layer.amount, layer.mode, *map(id, layer.regions))
        for layer in document.shown
    ]
