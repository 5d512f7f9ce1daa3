"""The work of sending: an errand made from the document, carried out, and its answer made into layers."""

import numpy as np
import numpy.typing as npt

from maskstudio import operations
from maskstudio.core.document import Detection, Document, Layer, Refinement
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image, to_depth
from maskstudio.core.mask import Mask
from maskstudio.core.seen import visible
from maskstudio.departure import Departure
from maskstudio.errors import Busy, MaskStudioError, PaymentNeeded
from maskstudio.jobs import Token
from maskstudio.ledger import Ledger
from maskstudio.matting.colourtiles import laid_colours
from maskstudio.params import UNSHAPED, MaskParams, RefineParams
from maskstudio.providers.remote.base import Answer, Errand, Piece, Service, Trip, run_with
from maskstudio.providers.remote.gate import Gate

_AROUND = 64  # px around a mask that a service gets to see at least
_SENT = 0.9  # share of a job that the errand takes


def area_around(document: Document, layer: Layer) -> Rect:
    """The pixels a service needs to refine a layer: its box with some surroundings; all where it is empty."""
    box = layer.alpha.bounds
    if not box:
        return document.frame
    return box.grow(max(_AROUND, max(box.width, box.height) // 10)).intersect(document.frame)


def carried_out(
    departure: Departure,
    document: Document,
    service: Service,
    ledger: Ledger,
    gate: Gate,
    token: Token,
    *,
    dry: bool = False,
) -> Answer:
    """Carry the errand out, with a line in the ledger before anything is paid. Raises the errors of providers.

    What a service says of money or of too many requests pauses its queue.
    """
    layer = document.layer(departure.layer)
    errand = Errand(
        departure.operation,
        departure.params,
        visible(document.image, departure.area),
        departure.identity,
        None if layer is None else np.ascontiguousarray(layer.alpha.array(departure.area)),
        departure.price,
        dry,
    )
    with gate.passed(token, patient=not dry):
        if not dry:
            ledger.agree(errand.identity, service.name, errand.operation, departure.price, departure.cap)
        state = "agreed"

        def charged(new: str, amount: float | None, remote: str) -> None:
            nonlocal state
            state = new
            if not dry:
                ledger.note(errand.identity, new, amount, remote)

        trip = Trip(token.part(0.0, _SENT).step, charged)
        try:
            return run_with(token, lambda: service.run(errand, trip))
        except MaskStudioError as error:
            if isinstance(error, Busy | PaymentNeeded) and not dry:
                gate.pause(str(error))
            raise
        finally:
            if state == "agreed" and not dry:
                ledger.note(errand.identity, "failed", None)


def layers_of(answer: Answer, departure: Departure, document: Document, shape: MaskParams, token: Token) -> list[Layer]:
    """Layers of what came home, best first; those that were not looked for are hidden."""
    rest, made = token.part(_SENT, 1.0), []
    for number, piece in enumerate(answer.pieces):
        part = rest.part(number / len(answer.pieces), (number + 1) / len(answer.pieces), "Making layers")
        part.step(0.0)
        made.append(_layer(piece, departure, document, shape, part))
    return made


def _layer(piece: Piece, departure: Departure, document: Document, shape: MaskParams, token: Token) -> Layer:
    area, image = departure.area, document.image
    subject = document.layer(departure.layer) if departure.operation == "refine" else None
    # What of the mask was not sent stays as it is.
    around = Mask(image.width, image.height) if subject is None else subject.alpha
    mask = around.put(piece.mask, area.x, area.y)
    found = Detection(
        piece.label,
        piece.score,
        (piece.box[0] + area.x, piece.box[1] + area.y, piece.box[2] + area.x, piece.box[3] + area.y),
        mask,
        model_of(departure),
        departure.service,
        piece.done,
    )
    if departure.operation == "detect":
        return operations.detection_layer(found, shape, token)
    layer = Layer(
        id=0, name=piece.label, mask=mask, shaped=mask, params=UNSHAPED, source=found, visible=not piece.hidden
    )
    if departure.operation in ("cutout", "refine"):
        return _with_edge(layer, piece, departure, image, token)
    return layer


def _with_edge(layer: Layer, piece: Piece, departure: Departure, image: Image, token: Token) -> Layer:
    """The alpha of the service is taken as measured; its colours too where it sent any, otherwise they are found here.

    The refine panel says how much of the colours is used.
    """
    from maskstudio.matting.foreground import estimate

    area = departure.area
    photo = image.pixels[area.slices()]
    if piece.colours is not None:
        soft = (piece.mask > 0) & (piece.mask < 255)
        clean: npt.NDArray[np.uint8] | npt.NDArray[np.uint16] = photo.copy()
        np.copyto(clean, to_depth(piece.colours, image.depth), where=soft[..., None])
    else:
        clean = estimate(photo, piece.mask, token=token)
    measured = Refinement(layer.mask, laid_colours({}, image, clean, area))
    wanted = bool(getattr(departure.params, "color_decontamination", True))
    refine = RefineParams(color_decontamination=wanted)
    return layer.changed(measured=measured, refinement=measured, refine=refine)


def model_of(departure: Departure) -> str:
    """What is noted as the model: the service's own name for it, or the operation."""
    return str(getattr(departure.params, "model", "")) or f"{departure.service} {departure.operation}"
