"""Verbs that take in a mask from a picture: from a file, the clipboard or a drop."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from maskstudio.core.arrays import Pixels, Plane
from maskstudio.core.depth import to_8bit
from maskstudio.core.document import Layer
from maskstudio.core.files import decode_incoming, read_incoming
from maskstudio.core.mask import Mask
from maskstudio.core.maskin import Fit, Incoming
from maskstudio.jobs import Job, Token
from maskstudio.names import shown
from maskstudio.params.local import MaskInParams
from maskstudio.session.desk import Desk
from maskstudio.session.laying import How, lay_area

Join = Literal["layer", How]
JOINS: tuple[Join, ...] = get_args(Join)


class ImportingVerbs:
    """An imported mask becomes a layer of its own, or is joined to the mask of the active layer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def look_at_mask(self, source: Path | bytes, name: str, done: Callable[[Incoming], None]) -> Job:
        """Read a picture that may become a mask and pass it to ``done``, so that the user can choose how it is used."""

        def work(_token: Token) -> Incoming:
            incoming = read_incoming(source) if isinstance(source, Path) else decode_incoming(source, name)
            _ = incoming.best  # computed and cached here, off the window's thread
            return incoming

        return self._desk.start(f"Read {name}", work, done, lane=f"import look {name}")

    def import_mask(
        self, path: Path, params: MaskInParams | None = None, *, resize: bool = False, keep_size: bool = False
    ) -> Job:
        """Add a mask from an image file as a layer.

        A picture of another size is refused, unless ``resize`` is set, or ``keep_size``, which places it where
        ``params`` say.
        """
        fit: Fit = "keep" if keep_size else "stretch" if resize else "exact"
        return self._take_in(lambda: read_incoming(path), shown(path.stem), f"Import {path.name}", params, fit)

    def paste_mask(self, data: bytes, name: str, params: MaskInParams | None = None) -> Job:
        """Add an image from ``data`` (bytes of any image file) as a layer, with its corner where ``params`` say."""
        return self._take_in(lambda: decode_incoming(data, name), name, "Paste mask", params, "keep")

    def take_mask(self, incoming: Incoming, name: str, params: MaskInParams, fit: Fit, join: Join) -> Job:
        """Take in a picture that ``look_at_mask`` has read."""
        return self._take_in(lambda: incoming, name, f"Import {incoming.name}", params, fit, join)

    def _take_in(
        self,
        read: Callable[[], Incoming],
        name: str,
        label: str,
        params: MaskInParams | None,
        fit: Fit,
        join: Join = "layer",
    ) -> Job:
        """Read a picture on a thread, fit it to the document, and add it as a layer or join it to the active one."""
        document, chosen = self._desk.required(), params or MaskInParams()
        how = "paste" if label.startswith("Paste") else "import"

        def done(plane: Pixels) -> None:
            if join == "layer":
                mask = Mask.from_array(plane)
                origin = self._desk.origin(how, params=chosen.to_wire())
                layer = Layer(id=0, name=name, mask=mask, shaped=mask, origin=origin)
                self._desk.commit(self._desk.required().add([layer]), label)
            else:
                self._join(to_8bit(plane), join, label)
                if plane.dtype == np.uint16 and (plane % 257).any():
                    self._desk.told("Joined to a mask it has 8 bits; as a layer of its own it would keep its 16.")

        def work(_token: Token) -> Pixels:
            return read().mask(document.size, chosen, fit)

        return self._desk.start(label, work, done, lane=f"import {label}")

    def _join(self, plane: Plane, how: How, label: str) -> None:
        if self._desk.active is None and how in ("subtract", "intersect"):
            self._desk.told("There is no mask yet that this could be taken from.")
        else:
            lay_area(self._desk, plane, 0, 0, how, label)
