"""Verbs that take what is known of an edge from another file: a trimap, a second shot, the empty background."""

from pathlib import Path
from typing import Literal

from maskstudio.core.document import Layer
from maskstudio.core.files import read_mask
from maskstudio.core.mask import Mask
from maskstudio.jobs import Job, Token
from maskstudio.matting.hints import from_trimap
from maskstudio.names import shown
from maskstudio.session import operations
from maskstudio.session.edging import EdgingVerbs

Kind = Literal["plate", "second"]
_NAMES: dict[Kind, tuple[str, str]] = {"plate": ("Clean plate", "clean plate"), "second": ("Two shots", "two shots")}


class MatchingVerbs(EdgingVerbs):
    """What is measured is exact as it is: it becomes a layer, with the colours found along with it."""

    def import_trimap(self, layer_id: int, path: Path, *, resize: bool = False) -> Job:
        """Take the trimap in a file over: white is sure to be in, black out, anything grey is solved."""
        document = self._required()

        def done(hints: Mask) -> None:
            self.take_trimap(layer_id, hints, f"Import {path.name}")

        return self._start(
            f"Import {path.name}",
            lambda _token: from_trimap(read_mask(path, document.size, allow_resize=resize)),
            done,
            lane=f"import {path}",
        )

    def match(self, path: Path, kind: Kind) -> Job:
        """Measure alpha from a second photo: the same scene without the object (``plate``), or the object before
        another background (``second``). The active layer, where there is one, says about where the object is.
        """
        entered, active = self.entered(), self.active
        name, how = _NAMES[kind]

        def done(layer: Layer) -> None:
            origin = self.origin(how, params={"file": shown(path.name)})
            self.commit(self._required().add([layer.changed(origin=origin)]), name)
            made = self.active
            if made is not None:
                self._solve_again(made)

        def work(token: Token) -> Layer:
            layer = entered.whole(token.part(0.0, 0.5)).layer(active.id) if active is not None else None
            about, image = layer.alpha if layer is not None else None, entered.document.image
            return operations.matched(image, path, kind, about, token.part(0.5, 1.0)).changed(name=name)

        return self._start(f"{name}: {path.name}", work, done, lane=f"import {path}")
