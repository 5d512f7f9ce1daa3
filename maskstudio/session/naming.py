"""Names for new layers."""

import re
from itertools import count

from maskstudio.core.document import Document


def new_name(document: Document) -> str:
    """A name that no layer has yet."""
    taken = {layer.name for layer in document.layers}
    return next(name for number in range(1, len(taken) + 2) if (name := f"Mask {number}") not in taken)


def copied(name: str, document: Document) -> str:
    """The name for a copy of the layer called ``name``: "Mask copy", then "Mask copy 2" and so on."""
    taken = {layer.name for layer in document.layers}
    first = re.sub(r" copy( \d+)?$", "", name) + " copy"
    return first if first not in taken else next(new for n in count(2) if (new := f"{first} {n}") not in taken)
