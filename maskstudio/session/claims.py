"""What is stored of an errand until its result has arrived, so that the result can also be fetched after a restart.

Numbers and parameters only: no picture, no file name, no key, and no link that the user gave.
"""

import hashlib

import numpy as np

from maskstudio.core.document import Document
from maskstudio.core.geometry import Rect
from maskstudio.core.seen import visible
from maskstudio.errors import BadParameter
from maskstudio.params.local import MaskParams
from maskstudio.params.services import recorded
from maskstudio.services import directory
from maskstudio.services.departure import OPERATIONS, Departure
from maskstudio.services.ledger import Line

_OTHER = "This result belongs to another photo; open the one it was asked for first."


def errand_of(departure: Departure, document: Document, shape: MaskParams) -> dict[str, object]:
    """What the ledger stores of a departure. Reads every pixel that is sent: not for the window's thread."""
    area = departure.area
    return {
        "operation": departure.operation,
        "params": recorded(departure.params),
        "shape": shape.to_wire(),
        "area": [area.x, area.y, area.width, area.height],
        "size": list(document.size),
        "layer": departure.layer,
        "digest": _digest(document, area),
    }


def departure_of(line: Line, document: Document) -> tuple[Departure, MaskParams]:
    """The departure of a line of the ledger, rebuilt for the open photo, and the parameters that shape its layers.

    Raises BadParameter if another photo is open or the line holds too little.
    """
    kept = line.errand
    operation = next((each for each in OPERATIONS if each == kept.get("operation")), None)
    known = directory.SERVICES.get(line.service)
    kind = known.operations.get(operation) if known and operation else None
    area, shape = _area(kept.get("area")), kept.get("shape")
    if operation is None or kind is None or area is None or not isinstance(shape, dict):
        raise BadParameter("Too little is known of this result, so it cannot be fetched.")
    inside = area.intersect(document.frame) == area
    if kept.get("size") != list(document.size) or not inside or kept.get("digest") != _digest(document, area):
        raise BadParameter(_OTHER)
    params, layer = kept.get("params"), kept.get("layer")
    made = kind.from_wire(params if isinstance(params, dict) else {})
    return Departure(
        line.service, directory.title_of(line.service), operation, made, area, document.frame,
        layer if isinstance(layer, int) and document.layer(layer) else None, (area.width, area.height), "", (),
        line.amount, "", 0.0, 0.0, photo=document.image, identity=line.id,
    ), MaskParams.from_wire(shape)  # fmt: skip


def _area(value: object) -> Rect | None:
    if not isinstance(value, list) or len(value) != 4 or not all(type(side) is int and side >= 0 for side in value):
        return None
    return Rect(*value)


def _digest(document: Document, area: Rect) -> str:
    return hashlib.sha256(np.ascontiguousarray(visible(document.image, area)).data).hexdigest()
