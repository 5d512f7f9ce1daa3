"""Turns the answers of services into layers of the document they were asked for; what cannot be added stays owed."""

from collections.abc import Callable

from maskstudio.core.document import Layer
from maskstudio.core.history import History
from maskstudio.params.services import recorded
from maskstudio.providers.remote.base import Answer
from maskstudio.services.billing import Bill
from maskstudio.services.departure import Departure, ServiceOperation
from maskstudio.session import beside
from maskstudio.session.access import Access
from maskstudio.session.desk import Desk
from maskstudio.session.heard import Signal
from maskstudio.session.sifting import Finds

_FINDING: tuple[ServiceOperation, ...] = ("detect", "objects", "bodyParts")  # their answers can be filtered here


class Arriving:
    """``answered`` is sent with every answer, also an empty one; ``settled`` after a result that was owed has arrived.

    ``arrived`` is called with the departure and the service's note, which may be empty; ``homeless(departure,
    sentence)`` if the document was closed in the meantime.
    """

    answered = Signal[[Departure, Answer]]()
    settled = Signal[[]]()

    def __init__(self, desk: Desk, access: Access) -> None:
        self._desk, self._access = desk, access
        self.arrived: Callable[[Departure, str], object] = lambda _departure, note: note and desk.told(note)
        self.homeless: Callable[[Departure, str], object] = lambda _departure, sentence: desk.told(sentence)

    def come_home(
        self, home: History | None, bill: Bill, departure: Departure, answer: Answer, layers: list[Layer]
    ) -> None:
        """Add the layers to the document ``home`` if it is open; otherwise say so: the result stays owed."""
        name = departure.photo.name if departure.photo is not None else ""
        if home is self._desk.history:
            self._take_home(departure, answer, layers)
        elif layers:
            self.homeless(departure, bill.closed(name))
        else:
            self._received(departure.identity)
            self._desk.told(f"{departure.title} found nothing in {name}.")

    def _take_home(self, departure: Departure, answer: Answer, layers: list[Layer]) -> None:
        """Commit the layers of an answer as one step and replace earlier, untouched answers to the same question."""
        document = self._desk.required()
        self._received(departure.identity)
        self.answered(departure, answer)
        if not layers:
            self._desk.told(answer.note or f"{departure.title} found nothing.")
            return
        document = self._desk.without_stale(document, lambda layer: beside.answers(layer, departure))
        local = beside.local_answers(document, departure)
        params = {
            **recorded(departure.params), **beside.place(departure), "beside": local, "job": departure.identity,
        }  # fmt: skip
        made = self._desk.origin(
            departure.operation, model=beside.model(departure), version=departure.title, params=params
        )
        named = [layer.changed(origin=made, name=self._named(layer, departure)).as_found() for layer in layers]
        fresh = document.add(named)
        self._desk.commit(beside.shown(fresh, [], local), departure.label)
        if departure.operation in _FINDING:
            self._desk.found = Finds.of_layers(document.image, [layer for layer in named if layer.visible])
        self.arrived(departure, answer.note)

    def _named(self, layer: Layer, departure: Departure) -> str:
        subject = self._desk.required().layer(departure.layer)
        return subject.name if subject is not None and departure.operation == "refine" else layer.name

    def _received(self, identity: str) -> None:
        """Note in the ledger, on a thread, that the result has arrived and is no longer owed."""
        self._desk.runner.start(
            "Note the result", lambda _token: self._access.ledger.got(identity), lambda _: self.settled(),
            lane=f"ledger {identity}", quiet=True, away=True, failed=lambda _error: None,
        )  # fmt: skip
