"""The work of sending: an errand is made from the document and carried out, and its answer is made into layers."""

import time
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from maskstudio.core.document import Detection, Document, Layer, Refinement
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image, to_depth
from maskstudio.core.mask import Mask
from maskstudio.core.seen import visible
from maskstudio.errors import Busy, CannotWrite, MaskStudioError, NotAgreed, PaymentNeeded, ProviderFailed
from maskstudio.jobs import Token
from maskstudio.matting.colourtiles import laid_colours
from maskstudio.params.local import UNSHAPED, MaskParams, RefineParams
from maskstudio.params.spec import Params
from maskstudio.providers.remote.base import Answer, Errand, Piece, Prepaid, Service, Trip, Where, run_with
from maskstudio.providers.remote.gate import Gate
from maskstudio.services import directory
from maskstudio.services.billing import Bill, until
from maskstudio.services.departure import Departure, ServiceOperation
from maskstudio.services.ledger import Ledger, Line
from maskstudio.session import claims, operations

_AROUND = 64  # least px around a mask that are sent to a service
_SENT = 0.9  # share of a job that the errand takes


def area_around(document: Document, layer: Layer) -> Rect:
    """The pixels a service needs to refine a layer: its bounding box and some surroundings; the whole frame if it is
    empty.
    """
    box = layer.alpha.bounds
    if not box:
        return document.frame
    return box.grow(max(_AROUND, max(box.width, box.height) // 10)).intersect(document.frame)


@dataclass(frozen=True, eq=False)
class Order:
    """A departure the user agreed to, with the document, the service, the shape of the resulting layers, the ledger and
    the queue. ``bill`` records its state.
    """

    departure: Departure
    document: Document
    shape: MaskParams
    service: Service
    ledger: Ledger
    gate: Gate
    bill: Bill


def answered(order: Order, token: Token) -> tuple[Answer, list[Layer]]:
    """Carry an errand out and make layers of the answer, best first.

    Errors say what they mean for the user's money. A charge far above the announced price pauses the queue.
    """
    departure, bill = order.departure, order.bill
    try:
        answer = carried_out(order, token)
        layers = layers_of(answer, departure, order.document, order.shape, token)
    except MaskStudioError as error:
        told = bill.told(error)
        told.again = departure.identity if bill.open and bill.lies else ""
        if told is error:
            raise
        raise told from error
    except KeyboardInterrupt:
        raise KeyboardInterrupt(bill.stopped) from None
    finally:
        if bill.beyond:
            order.gate.pause(bill.beyond)
    return replace(answer, note=" ".join(filter(None, (bill.beyond, answer.note)))), layers


def carried_out(order: Order, token: Token) -> Answer:
    """Carry the errand out, with a line in the ledger before anything is paid. Raises the errors of providers, and
    NotAgreed.

    An error about money or too many requests pauses the service's queue. Nothing is charged twice: a call covered by a
    token that was bought here costs nothing more.
    """
    departure, service, ledger, bill = order.departure, order.service, order.ledger, order.bill
    errand = _errand(departure, order.document)
    with order.gate.passed(token):
        voucher = service.voucher() if isinstance(service, Prepaid) else ""
        prepaid = ledger.prepaid(voucher)
        if voucher and departure.price == 0 and not prepaid:
            raise NotAgreed("The token that was paid for is used up; ask anew to see the price.")
        ledger.agree(
            errand.identity,
            service.name,
            errand.operation,
            0.0 if prepaid else departure.price,
            departure.cap,
            model=model_of(service.name, errand.operation, errand.params),
            errand=claims.errand_of(departure, order.document, order.shape),
            voucher=voucher,
        )

        def charged(new: str, amount: float | None, remote: str) -> None:
            amount = 0.0 if prepaid and amount is not None else amount
            bill.state, bill.amount = new, amount
            ledger.note(errand.identity, new, amount, remote, bill.lies)

        def lies(where: Where) -> None:
            bill.lies = where
            if bill.open:  # otherwise it is written together with the state "sent"
                with suppress(CannotWrite):  # the work is under way, and its result may still arrive
                    ledger.keep(errand.identity, where)

        trip = Trip(token.part(0.0, _SENT).step, charged, lies)
        try:
            return run_with(token, lambda: service.run(errand, trip))
        except MaskStudioError as error:
            if isinstance(error, Busy | PaymentNeeded):
                order.gate.pause(str(error))
            raise
        finally:
            if bill.state == "agreed":
                ledger.note(errand.identity, "failed", None)
            if bill.state == "failed":
                bill.lies = {}


def priced(departure: Departure, document: Document, service: Service, gate: Gate, token: Token) -> Answer:
    """The price of a departure, from a service that tells it without doing the work. The photo is sent for that."""
    with gate.passed(token, patient=False):
        errand = replace(_errand(departure, document), dry=True)
        return run_with(token, lambda: service.run(errand, Trip(token.part(0.0, _SENT).step)))


def fetched(
    departure: Departure, document: Document, service: Service, ledger: Ledger, line: Line, token: Token
) -> Answer:
    """The result of an earlier call, from where the service keeps it. Raises the errors of providers; costs nothing."""

    def charged(state: str, amount: float | None, remote: str) -> None:
        ledger.note(line.id, state, amount, remote)

    trip = Trip(token.part(0.0, _SENT).step, charged, lambda where: ledger.keep(line.id, where))
    errand = _errand(departure, document)
    try:
        return run_with(token, lambda: service.fetch(errand, dict(line.lies), trip))
    except ProviderFailed as error:
        raise type(error)(f"{str(error).rstrip('.')}{gone(line)}.") from error


def gone(line: Line) -> str:
    """Half a sentence to add if a result is too old to be kept by its service; empty if it may still be there."""
    end = until(line.service, line.at)
    if end is None or time.time() <= end:
        return ""
    info = directory.service(line.service)
    return f"; results of {info.title} last {info.kept_words}"


def _errand(departure: Departure, document: Document) -> Errand:
    """The pixels, the mask and the parameters that a departure sends."""
    layer = document.layer(departure.layer)
    return Errand(
        departure.operation,
        departure.params,
        visible(document.image, departure.area),
        departure.identity,
        None if layer is None else np.ascontiguousarray(layer.alpha.array(departure.area)),
        departure.price,
    )


def layers_of(answer: Answer, departure: Departure, document: Document, shape: MaskParams, token: Token) -> list[Layer]:
    """Layers of an answer, best first; pieces that were not asked for are hidden."""
    rest, made = token.part(_SENT, 1.0), []
    for number, piece in enumerate(answer.pieces):
        part = rest.part(number / len(answer.pieces), (number + 1) / len(answer.pieces), "Making layers")
        part.step(0.0)
        cost = {} if answer.cost is None else {"cost": answer.cost}
        heard = {**cost, **answer.said, **piece.said}
        made.append(_layer(replace(piece, said=heard), departure, document, shape, part))
    return made


def _layer(piece: Piece, departure: Departure, document: Document, shape: MaskParams, token: Token) -> Layer:
    """One piece of an answer as a layer of the document; ``piece`` lies at the departure's area."""
    area, image = departure.area, document.image
    subject = document.layer(departure.layer) if departure.operation == "refine" else None
    # The part of the mask that was not sent stays unchanged.
    around = Mask(image.width, image.height) if subject is None else subject.alpha
    mask = around.put(piece.mask, area.x, area.y)
    found = Detection(
        piece.label,
        piece.score,
        (piece.box[0] + area.x, piece.box[1] + area.y, piece.box[2] + area.x, piece.box[3] + area.y),
        mask,
        model_of(departure.service, departure.operation, departure.params),
        departure.service,
        piece.done,
        said=piece.said,
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
    """``layer`` with the service's alpha taken as measured, and with its colours; if it sent none, they are estimated
    here.

    The refine panel sets how much of the colours is used.
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


def model_of(service: str, operation: ServiceOperation, params: Params) -> str:
    """The name that is recorded as the model: the service's own name for it, or service and operation."""
    return str(getattr(params, "model", "")) or f"{service} {operation}"
