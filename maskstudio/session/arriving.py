"""What comes home from a service becomes layers of the document it was asked for, or is owed until it is fetched."""

from collections.abc import Callable

from maskstudio.core.document import Layer
from maskstudio.core.history import History
from maskstudio.params.services import recorded
from maskstudio.providers.remote.base import Answer
from maskstudio.services.billing import Bill
from maskstudio.services.departure import Departure
from maskstudio.session import beside
from maskstudio.session.access import Access
from maskstudio.session.desk import Desk
from maskstudio.session.heard import Signal


class Arriving:
    """``answered`` is heard with every answer, also one that found nothing, and ``settled`` once a result that was owed
    has come home. One hears what came: ``arrived``, with the service's note on it or none, and
    ``homeless(departure, sentence)`` where its document was closed meanwhile.
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
        """Take it home, or say that its document is closed: then it is owed still, and can be fetched."""
        name = departure.photo.name if departure.photo is not None else ""
        if home is self._desk.history:
            self._take_home(departure, answer, layers)
        elif layers:
            self.homeless(departure, bill.closed(name))
        else:
            self._received(departure.identity)
            self._desk.told(f"{departure.title} found nothing in {name}.")

    def _take_home(self, departure: Departure, answer: Answer, layers: list[Layer]) -> None:
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
        self.arrived(departure, answer.note)

    def _named(self, layer: Layer, departure: Departure) -> str:
        subject = self._desk.required().layer(departure.layer)
        return subject.name if subject is not None and departure.operation == "refine" else layer.name

    def _received(self, identity: str) -> None:
        """What was fetched is owed no more; written down where nobody waits."""
        self._desk.runner.start(
            "Note the result", lambda _token: self._access.ledger.got(identity), lambda _: self.settled(),
            lane=f"ledger {identity}", quiet=True, away=True, failed=lambda _error: None,
        )  # fmt: skip
