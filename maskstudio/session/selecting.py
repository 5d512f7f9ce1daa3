"""Verbs that select what the user points at: they open selectors, and make layers of what was answered."""

from pathlib import Path
from typing import Any, Literal

from maskstudio.core.document import Document, Layer
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.paint import Paint
from maskstudio.jobs import Job, Token
from maskstudio.providers.local import families
from maskstudio.providers.local.ahead import ahead, neighbours
from maskstudio.providers.provider import ModelState
from maskstudio.session import laying, pointedat
from maskstudio.session.desk import Desk
from maskstudio.session.laying import How
from maskstudio.session.mending import mended, with_newer
from maskstudio.session.naming import new_name
from maskstudio.session.selectors import NONE, Candidate, OpenSelectors, SelectorAnswer

__all__ = ["Landing", "ModelState", "SelectingVerbs"]

Landing = How | Literal["layer", "mend"]


class SelectingVerbs:
    """``selectors`` are asked what the user points at; ``take`` puts what they answered into the document."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.selectors = OpenSelectors(desk)
        self.selectors.idle = self._encode_neighbours
        self._neighboured: set[tuple[Path, str]] = set()  # photos whose neighbours are encoded, and by which model

    def models(self) -> list[ModelState]:
        """The models that can select and are ready, the one that needs no weights last."""
        return families.ready_of(self._desk.provider.models(), "select")

    def take(self, answer: SelectorAnswer[Any], which: int, how: Landing, layer: Layer | None = None) -> None:
        """Make the candidate at ``which`` a layer of its own, or join it with ``layer``, by default the active one.

        ``layer`` is as it was when the question was asked: strokes made on it since stay on top. "mend" lays what
        differs from the prompt's earlier mask, and nothing else. An answer about a photo that is not open is not laid.
        """
        if self._desk.required().image is not answer.image:
            self._desk.told("What was selected is of another photo than the one that is open.")
            return
        found, earlier = answer.candidates[which], answer.prompt.earlier
        self._desk.end_stroke()
        if how == "mend" and earlier is not None and layer is not None:
            self._mend(earlier, found.mask, layer)
        elif how == "layer" or how == "mend":  # noqa: PLR1714
            self._add(answer, found)
        else:
            laying.lay_mask(self._desk, found.mask, how, "Select", since=layer)

    def _encode_neighbours(self, image: Image, model: str) -> None:
        """Have the photos beside this one in its folder encoded, quietly and once, for models that encode photos."""
        path = image.path
        if path is None or model == NONE or (path, model) in self._neighboured:
            return
        self._neighboured.add((path, model))

        def over(job: Job) -> str:
            if job.state == "cancelled":
                self._neighboured.discard((path, model))
            return ""

        self._desk.runner.start(
            "Encode the photos beside this one",
            lambda token: ahead(neighbours(path), model, token),
            lambda _done: None,
            lane="select ahead",
            failed=lambda _error: None,  # nobody asked for it
            closing=over,
            quiet=True,
        )

    def _add(self, answer: SelectorAnswer[Any], found: Candidate) -> None:
        """Add the candidate as a layer on top; it is its mask, so that parameters act on it."""
        params = {**pointedat.recorded(answer.prompt), "score": round(found.score, 4)}
        version = families.version(answer.model)
        origin = self._desk.origin("select", model=answer.model, version=version, params=params)

        def change(document: Document, _token: Token) -> Document:
            layer = Layer(id=0, name=new_name(document), mask=found.mask, shaped=found.mask, origin=origin)
            return document.add([layer])

        self._desk.in_turn("Select", change)

    def _mend(self, earlier: Mask, target: Mask, layer: Layer) -> None:
        """Lay the correction on ``layer``, under strokes made since."""
        now = self._desk.required().layer(layer.id)
        if now is None:
            self._desk.told("The layer that was being mended is gone.")
            return

        def painted(now: Layer) -> Paint:
            return with_newer(mended(now, earlier, target), layer.brush_paint, now.brush_paint)

        if laying.paintable(self._desk, layer) is not None:
            laying.lay_in_turn(self._desk, now, painted, "Mend mask")
