"""Steps: the documents of a history as frames, each layer and each document once, however many steps they are in.

L  a layer: its number and its record;  D  a document: its number, its outline and the numbers of its layers
"""

import json
from collections.abc import Callable
from typing import Any

from maskstudio.core.document import Document
from maskstudio.core.fileframes import framed
from maskstudio.core.layer import Layer
from maskstudio.core.record import layer_record, outline
from maskstudio.core.shelf import Numbers, ShelfWriter


def noted(kind: bytes, values: dict[str, Any]) -> bytes:
    """A frame of JSON values."""
    return framed(kind, json.dumps(values, separators=(",", ":"), default=str).encode())


class StepWriter:
    """Writes frames through ``write``, which ``shelf`` writes the planes through as well."""

    def __init__(self, write: Callable[[bytes], object], shelf: ShelfWriter) -> None:
        self._write = write
        self._shelf = shelf
        self._layers, self._documents = Numbers(), Numbers()

    def known(self, document: Document) -> None:
        """Give ``document`` and its layers the next numbers and write nothing: the reader has them already."""
        for layer in document.layers:
            self._layers.give(layer)
        self._documents.give(document)

    def document(self, document: Document) -> int:
        """The number of a document, which is written if it is new."""
        number = self._documents.of(document)
        if number is None:
            layers = [self._layer(layer) for layer in document.layers]
            number = self._documents.give(document)
            self._write(noted(b"D", {"n": number, **outline(document), "layers": layers}))
        return number

    def _layer(self, layer: Layer) -> int:
        number = self._layers.of(layer)
        if number is None:
            record = layer_record(layer, self._shelf)
            number = self._layers.give(layer)
            self._write(noted(b"L", {"n": number, "layer": record}))
        return number
