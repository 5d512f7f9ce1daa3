"""Verbs that measure an edge with a second photo: another shot of the object, or the empty background."""

from pathlib import Path
from typing import Literal

from maskstudio.core.document import Layer
from maskstudio.jobs import Job, Token
from maskstudio.names import shown
from maskstudio.session import operations
from maskstudio.session.desk import Desk

MatchKind = Literal["plate", "second"]
_NAMES: dict[MatchKind, tuple[str, str]] = {
    "plate": ("Clean plate", "clean plate"),
    "second": ("Two shots", "two shots"),
}


class MatchingVerbs:
    """A measured alpha is exact and needs no solving: it becomes a layer, with the colours found with it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def match(self, path: Path, kind: MatchKind) -> Job:
        """Measure alpha from a second photo and add it as a layer.

        ``plate`` is the same scene without the object, ``second`` the object before another background. The active
        layer, if there is one, says roughly where the object is. Errors of reading go to ``failed``.
        """
        entered, active = self._desk.entered(), self._desk.active
        name, how = _NAMES[kind]

        def done(layer: Layer) -> None:
            origin = self._desk.origin(how, params={"file": shown(path.name)})
            self._desk.commit(self._desk.required().add([layer.changed(origin=origin)]), name)
            made = self._desk.active
            if made is not None:
                self._desk.solver.solve_again(made)

        def work(token: Token) -> Layer:
            layer = entered.whole(token.part(0.0, 0.5)).layer(active.id) if active is not None else None
            about, image = layer.alpha if layer is not None else None, entered.document.image
            return operations.matched(image, path, kind, about, token.part(0.5, 1.0)).changed(name=name)

        return self._desk.start(f"{name}: {path.name}", work, done, lane=f"import {path}")
