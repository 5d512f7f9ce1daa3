"""Verbs that examine a mask: the trimap of its edge, its fringe on the worst background, and where models differ."""

from collections.abc import Callable
from typing import TypeVar

from maskstudio.core.document import Document, Layer
from maskstudio.core.doubt import Doubt, measured
from maskstudio.core.fringe import Fringe
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.session import operations
from maskstudio.session.desk import Desk

_FRINGE, _TRIMAP, _SPILL, _DOUBT = "layer fringe", "layer trimap", "layer spill", "document doubt"
T = TypeVar("T")


class InspectingVerbs:
    """Findings belong to one state of the document; ``fringe`` becomes None as soon as the result looks different."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._fringe: tuple[Document, Fringe] | None = None
        self._trimap: tuple[Layer, Mask] | None = None
        self._drawing: Layer | None = None  # the layer for which a job draws the trimap
        self._measuring: Document | None = None  # the document whose fringe a job measures
        self._doubt: tuple[Mask, Mask, Doubt] | None = None  # what differs, the alpha, and what was measured of both
        self._spill: tuple[Mask, tuple[int, int, int] | None] | None = None  # the alpha, and the colour found along it

    # The trimap

    @property
    def trimap(self) -> Mask | None:
        """The active layer's trimap (0, 128, 255) as last drawn; None if none was drawn."""
        layer = self._desk.active
        return self._trimap[1] if self._trimap and layer and self._trimap[0].id == layer.id else None

    def draw_trimap(self) -> None:
        """Draw the active layer's trimap on a thread unless it is current; ``changed`` is sent when it is there."""
        layer = self._desk.active
        if layer is None:
            return
        wished = self._desk.solver.wished(layer)
        drawing = self._drawing if self._desk.runner.under_way(_TRIMAP) else None
        for known in (self._trimap and self._trimap[0], drawing):
            if known is not None and known.id == layer.id and known.same_wish(wished):
                return
        image, self._drawing = self._desk.required().image, wished

        def keep(trimap: Mask) -> None:
            self._trimap, self._drawing = (wished, trimap), None

        self._examine("Draw the trimap", lambda token: operations.trimap(image, wished, token), keep, _TRIMAP)

    # The spill

    @property
    def spill(self) -> tuple[int, int, int] | None:
        """The colour of the old background along the active layer's edge (8-bit RGB), as ``find_spill`` last found
        it.
        """
        return self._spill[1] if self._spill else None

    def find_spill(self) -> None:
        """Find the colour of the old background along the active layer's edge, on a thread, unless it is known."""
        layer = self._desk.active
        if layer is None or (self._spill is not None and self._spill[0] is layer.alpha):
            return
        image = self._desk.required().image

        def keep(found: tuple[int, int, int] | None) -> None:
            self._spill = layer.alpha, found

        self._examine("Find the spill colour", lambda _token: operations.spill(image, layer), keep, _SPILL)

    # The fringe

    @property
    def fringe(self) -> Fringe | None:
        """The result of ``measure_fringe``; None if the result looks different since."""
        known, now = self._fringe, self._desk.document
        return known[1] if known is not None and now is not None and _looks_alike(known[0], now) else None

    def measure_fringe(self) -> None:
        """Find the background on which the edge looks worst and measure the fringe on it, on a thread."""
        document = self._desk.required()
        if self.fringe is not None or (self._measuring is document and self._desk.runner.under_way(_FRINGE)):
            return
        self._measuring = document

        def keep(fringe: Fringe) -> None:
            self._fringe = (document, fringe)

        self._examine("Measure the fringe", lambda token: operations.fringe(document, token), keep, _FRINGE)

    # The doubt

    @property
    def doubt(self) -> Doubt | None:
        """The result of ``measure_doubt``; None if there is none of the document as it is."""
        known, now = self._doubt, self._desk.document
        if known is None or now is None or known[0] is not now.doubt or known[1] is not now.alpha:
            return None
        return known[2]

    def measure_doubt(self) -> None:
        """Measure on a thread where a second model differs, unless that is known; ``changed`` is sent when it is."""
        document = self._desk.required()
        apart, alpha = document.doubt, document.alpha
        if apart is None or self.doubt is not None:
            return

        def keep(doubt: Doubt) -> None:
            self._doubt = apart, alpha, doubt

        self._examine("Measure the doubt", lambda _token: measured(apart, alpha), keep, _DOUBT)

    # How each of them is found

    def _examine(self, label: str, work: Callable[[Token], T], keep: Callable[[T], None], lane: str) -> None:
        """Do ``work`` on a thread, unseen, ``keep`` what it finds, and send ``changed``."""

        def done(found: T) -> None:
            keep(found)
            self._desk.changed()

        self._desk.runner.start(label, work, done, lane=lane, failed=lambda error: self._desk.failed(error), quiet=True)


def _looks_alike(one: Document, other: Document) -> bool:
    """Whether alpha and colours of two documents are the same objects. No pixels are read."""
    return one is other or (one.image is other.image and _look(one) == _look(other))


def _look(document: Document) -> list[tuple[object, ...]]:
    """The objects that alpha and colours of a document are computed from."""
    return [
        (id(layer.alpha), id(layer.refinement), layer.amount, layer.mode, *map(id, layer.regions))
        for layer in document.shown
    ]
