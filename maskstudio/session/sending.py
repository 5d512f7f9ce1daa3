"""Verbs that ask a service. The user sees what would be sent first, and nothing is sent without their consent."""

from collections.abc import Callable
from dataclasses import replace

from maskstudio.core.document import Layer
from maskstudio.core.geometry import Rect
from maskstudio.errors import BadParameter, Cancelled, MaskStudioError, NotAgreed, ProviderFailed
from maskstudio.jobs import Job, Owes, Token
from maskstudio.params.local import MaskParams
from maskstudio.params.spec import Params
from maskstudio.providers.remote.base import Answer, run_with
from maskstudio.providers.remote.gate import gate
from maskstudio.services import directory
from maskstudio.services.billing import Bill
from maskstudio.services.departure import WITH_MASK, Departure, ServiceOperation, ServiceState
from maskstudio.session import errands
from maskstudio.session.access import Access
from maskstudio.session.arriving import Arriving
from maskstudio.session.desk import Desk
from maskstudio.session.owing import OwedVerbs
from maskstudio.session.tokens import TokenVerbs

Go = Callable[[Departure], object]


def _refused(departure: Departure, _go: Go) -> None:
    raise NotAgreed(f"Nobody was asked whether the photo may go to {departure.title}, so nothing was sent.")


class ServiceVerbs:
    """``consent(departure, go)`` shows a departure; if the user agrees, it calls ``go`` with it, perhaps changed.
    ``stranded`` is called with a departure that failed after it was sent, and the error.

    ``access`` holds accounts and keys, ``arriving`` handles answers, ``owed`` results that have not arrived yet,
    ``tokens`` the tokens that calls are paid with.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.consent: Callable[[Departure, Go], object] = _refused
        self.stranded: Callable[[Departure, MaskStudioError], None] = lambda _departure, error: desk.failed(error)
        self.access = Access()
        self.arriving = Arriving(desk, self.access)
        self.owed = OwedVerbs(desk, self.access, self.arriving)
        self.tokens = TokenVerbs(desk, self.access)

    def states(self) -> list[ServiceState]:
        """Every service, what it can do, and what it lacks before it can be used.

        Asks the keychain, so it may take long.
        """
        return [
            ServiceState(name, info.title, self.offers(name), self.access.missing(name), gate(name).paused)
            for name, info in directory.SERVICES.items()
        ]

    def ask_states(self, done: Callable[[list[ServiceState]], None]) -> Job:
        """Pass ``states`` to ``done``; found on a thread, since a keychain may be slow or ask the user to unlock it."""

        def work(_token: Token) -> list[ServiceState]:
            for field in directory.account("hosting").secrets:
                _ = self.access.keys_of("hosting")[field.name]
            return self.states()

        return self._desk.runner.start("Look for keys", work, done, lane="services", quiet=True, away=True)

    def offers(self, name: str) -> dict[ServiceOperation, type[Params]]:
        """The operations of a service with their parameter sets; empty for an unknown name."""
        return dict(directory.SERVICES[name].operations) if name in directory.SERVICES else {}

    def prepare(
        self,
        name: str,
        operation: ServiceOperation,
        params: Params,
        area: Rect | None = None,
        layer_id: int | None = None,
    ) -> Departure:
        """What would be sent for this operation.

        ``area`` (image px) is by default the whole photo, or the mask's surroundings. ``layer_id`` is the layer whose
        mask is sent, if one is needed; by default the active one. The keychain is not asked: a missing key shows when
        it is used, unless it is known to be missing.

        Raises BadParameter for an operation the service does not offer, and if it needs a mask and there is none.
        """
        document, service = self._desk.required(), self.access.service(name)
        if operation not in service.operations or type(params) is not service.operations[operation]:
            raise BadParameter(f"{service.title} does not do this.")
        layer = self._subject(operation, layer_id)
        chosen = area or (document.frame if layer is None else errands.area_around(document, layer))
        plan = service.plan(operation, params, (chosen.width, chosen.height))
        price, note = plan.price, plan.price_note
        model = errands.model_of(name, operation, params)
        if price is None and (last := self.access.ledger.last_price(name, operation, model)) is not None:
            price, note = last, f"As the last time. {note}"
        if self.access.prepaid(name):
            price, note = 0.0, "It is paid already, with the token that you bought."
        values = self.access.account(name).to_wire()
        return Departure(
            name, service.title, operation, params, chosen, document.frame, layer.id if layer else None,
            plan.sent, plan.kind, tuple(dict.fromkeys(plan.hosts)), price, note,
            self.access.ledger.spent(name), values["monthlyCap"],
            plan.problem or self.access.lacking(name) or _empty(layer, chosen), "askFirst" in values, document.image,
        )  # fmt: skip

    def cropped(self, departure: Departure, area: Rect) -> Departure:
        """The same departure with other pixels of the photo."""
        made = self.prepare(departure.service, departure.operation, departure.params, area, departure.layer)
        return replace(made, identity=departure.identity)

    def ask(self, name: str, operation: ServiceOperation, params: Params, shape: MaskParams | None = None) -> None:
        """Have a service do something after the user agrees: asked each time, unless they agreed to all jobs of this
        service.
        """
        try:
            departure = self.prepare(name, operation, params)
            # Sending resumes a paused queue, so that needs the user's consent too.
            asks = self.access.account(name).to_wire().get("askFirst", True) or self.paused(name)
            if asks or departure.problem:
                self.consent(departure, lambda agreed: self.send(agreed, shape))
            else:
                self.send(departure, shape)
        except MaskStudioError as error:
            self._desk.failed(error)

    def send(self, departure: Departure, shape: MaskParams | None = None) -> Job | None:
        """Send a departure the user agreed to; the answer becomes layers. Resumes a paused queue.

        Returns None, and reports the error to ``failed``, if the departure has a problem or another photo is open.
        """
        if departure.problem:
            self._desk.failed(ProviderFailed(departure.problem))
            return None
        entered, service, history = self._desk.entered(), self.access.service(departure.service), self._desk.history
        if departure.photo is not entered.document.image:
            self._desk.failed(
                NotAgreed("Another photo is open than the one you were asked about, so nothing was sent.")
            )
            return None
        gate(service.name).resume()
        bill = Bill(departure.service, departure.title, departure.price)

        def work(token: Token) -> tuple[Answer, list[Layer]]:
            document = entered.document if departure.layer is None else entered.whole(token)
            turn = gate(service.name)
            order = errands.Order(departure, document, shape or MaskParams(), service, self.access.ledger, turn, bill)
            return errands.answered(order, token)

        def over(job: Job) -> str:
            if job.state == "cancelled" and bill.open and self._desk.history is not history:
                stopped = Cancelled(bill.stopped)
                stopped.again = departure.identity if bill.lies else ""
                self.stranded(departure, stopped)
            return {"done": bill.closing, "cancelled": bill.stopped}.get(job.state, "")

        # Once sent, it may be charged: the job finishes even if its document is closed.
        return self._desk.runner.start(
            departure.label, work, lambda found: self.arriving.come_home(history, bill, departure, *found),
            lane=f"detect {departure.service} {departure.identity}",
            failed=lambda error: self.stranded(departure, error), away=True, closing=over,
            owes=Owes(f"the answer of {departure.title}", begun=lambda: bill.open, adds=True),
        )  # fmt: skip

    def price_of(
        self,
        departure: Departure,
        done: Callable[[Departure], object],
        failed: Callable[[MaskStudioError], None] | None = None,
    ) -> Job:
        """Ask what a departure would cost, from a service that tells it without doing the work.

        The photo is sent for that.
        """
        document, service = self._desk.required(), self.access.service(departure.service)

        def told(answer: Answer) -> None:
            note = answer.note or (departure.price_note if answer.cost is None else "Told by the service just now.")
            done(replace(departure, price=answer.cost, price_note=note))

        return self._desk.runner.start(
            f"Price at {departure.title}",
            lambda token: errands.priced(departure, document, service, gate(service.name), token),
            told,
            lane=f"price {departure.service}",
            failed=lambda error: (failed or self._desk.failed)(error),
            away=True,
        )

    def check(
        self, name: str, done: Callable[[str], None], failed: Callable[[MaskStudioError], None] | None = None
    ) -> Job:
        """Test address and keys of a service, or of "hosting", without sending a picture and without cost."""
        return self._desk.runner.start(
            f"Test {directory.title_of(name)}",
            lambda token: run_with(token, self.access.place_of(name).check),
            done,
            lane=f"test {name}",
            failed=lambda error: (failed or self._desk.failed)(error),
            away=True,
        )

    def paused(self, name: str) -> str:
        """Why the queue of a service is paused; empty if it is not."""
        return gate(name).paused

    def resume(self, name: str) -> None:
        """Let the waiting jobs of a service continue."""
        gate(name).resume()

    # Within

    def _subject(self, operation: ServiceOperation, layer_id: int | None) -> Layer | None:
        if operation not in WITH_MASK:
            return None
        layer = self._desk.active if layer_id is None else self._desk.required().layer(layer_id)
        if layer is None or not layer.alpha.tiles:
            raise BadParameter("Choose a layer with a mask first.")
        return layer


def _empty(layer: Layer | None, area: Rect) -> str:
    """One sentence if a mask is needed and ``area`` holds none of it; otherwise empty."""
    if layer is None or any(layer.alpha.rect(index).intersect(area) for index in layer.alpha.tiles):
        return ""
    return "There is nothing of the mask in this part of the photo."
