"""The layers of a service's answer beside those of a local answer: which they are, and which are visible."""

from maskstudio.core.document import Document, Layer
from maskstudio.services.departure import Departure
from maskstudio.session import errands

Pair = tuple[list[int], list[int]]  # ids of the layers of a service's answer, and of the local layers beside it


def model(departure: Departure) -> str:
    """The name that is recorded as the model of this departure's answer."""
    return errands.model_of(departure.service, departure.operation, departure.params)


def place(departure: Departure) -> dict[str, object]:
    """The part of the photo that a departure asks about, as it is recorded with its layers."""
    area = departure.area
    return {"area": [area.x, area.y, area.width, area.height], "layer": departure.layer}


def answers(layer: Layer, departure: Departure) -> bool:
    """Whether a layer is an earlier answer of the same service to the same question."""
    source, origin = layer.source, layer.origin
    if source is None or origin is None or departure.operation == "refine":
        return False
    own = (source.provider, source.model) == (departure.service, model(departure))
    return own and all(origin.params.get(name) == value for name, value in place(departure).items())


def local_answers(document: Document, departure: Departure) -> list[int]:
    """Ids of the layers that are the local answer to the same question, 100 at most."""
    if departure.layer is not None:
        return [departure.layer] if document.layer(departure.layer) else []
    return [
        layer.id for layer in document.layers if layer.visible and layer.source and layer.source.provider == "local"
    ][:100]


def pairs(document: Document) -> list[Pair]:
    """All pairs of answers in the document, the oldest first."""
    groups: dict[str, Pair] = {}
    for layer in document.layers:
        params = layer.origin.params if layer.origin else {}
        local, job = params.get("beside"), params.get("job")
        if isinstance(local, list) and isinstance(job, str):
            there = [number for number in local if document.layer(number)]
            if there:
                groups.setdefault(job, ([], there))[0].append(layer.id)
    return list(groups.values())


def shown(document: Document, front: list[int], back: list[int]) -> Document:
    """``document`` with the layers in ``front`` visible and those in ``back`` hidden."""
    for number, visible in [*((each, True) for each in front), *((each, False) for each in back)]:
        layer = document.layer(number)
        if layer is not None and layer.visible != visible:
            document = document.put(layer.changed(visible=visible))
    return document
