"""Verbs that ask a service: what would leave is put before the user first, and nothing leaves without their word."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from maskstudio import settings
from maskstudio.core.document import Document, Layer
from maskstudio.core.geometry import Rect
from maskstudio.core.history import History
from maskstudio.errors import BadParameter, Cancelled, MaskStudioError, NotAgreed, ProviderFailed
from maskstudio.jobs import Job, Owes, Runner, Token
from maskstudio.params.local import MaskParams
from maskstudio.params.services import recorded
from maskstudio.params.spec import Params
from maskstudio.providers.remote import clients
from maskstudio.providers.remote.base import Answer, Keys, Service, Times, run_with
from maskstudio.providers.remote.gate import gate
from maskstudio.services import accounts, directory
from maskstudio.services.billing import Bill
from maskstudio.services.departure import WITH_MASK, Departure, ServiceOperation, ServiceState
from maskstudio.services.keychain import Keychain, keychain
from maskstudio.services.ledger import Ledger, voucher_of
from maskstudio.session import errands
from maskstudio.session.desk import Desk

if TYPE_CHECKING:
    from maskstudio.providers.remote.hosting import Hosting

Go = Callable[[Departure], object]


def _refused(departure: Departure, _go: Go) -> None:
    raise NotAgreed(f"Nobody was asked whether the photo may go to {departure.title}, so nothing was sent.")


class SendingVerbs(Desk):
    """``consent(departure, go)`` shows a departure and calls ``go`` with it, perhaps changed, on the user's word.

    ``account`` gives an account by the name of its service; ``keys`` are the user's. ``times`` is how patient to be.
    ``stranded`` is told what was sent and failed, ``arrived`` what came home, with the service's note on it or none,
    and ``answered`` every answer before that, also one that found nothing. ``owing`` is called once a result that was
    owed has come home, and ``homeless(departure, sentence)`` where its document was closed meanwhile.
    """

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        super().__init__(runner, provider)
        self.consent: Callable[[Departure, Go], object] = _refused
        self.stranded: Callable[[Departure, MaskStudioError], None] = lambda _departure, error: self.failed(error)
        self.arrived: Callable[[Departure, str], object] = lambda _departure, note: note and self.told(note)
        self.answered: Callable[[Departure, Answer], object] = lambda _departure, _answer: None
        self.homeless: Callable[[Departure, str], object] = lambda _departure, sentence: self.told(sentence)
        self.owing: Callable[[], None] = lambda: None
        self.account: Callable[[str], Params] = lambda name: accounts.account(settings.load(), name)
        self.keys: Keychain = keychain()
        self.ledger = Ledger()
        self.times = Times()
        self._services: dict[str, tuple[object, Service]] = {}

    def services(self) -> list[ServiceState]:
        """Every service with what it does and what is missing before it can be used. Asks the keychain."""
        return [
            ServiceState(name, info.title, self.offers(name), self._missing(name), gate(name).paused)
            for name, info in directory.SERVICES.items()
        ]

    def ask_services(self, done: Callable[[list[ServiceState]], None]) -> Job:
        """``services``, found out where nobody waits: a keychain takes its time, and may ask the user to unlock it."""

        def work(_token: Token) -> list[ServiceState]:
            for field in directory.account("hosting").secrets:
                _ = self._keys_of("hosting")[field.name]
            return self.services()

        return self.runner.start("Look for keys", work, done, lane="services", quiet=True, away=True)

    def offers(self, name: str) -> dict[ServiceOperation, type[Params]]:
        """What a service can do, and the parameters of each operation; nothing for a name nobody knows."""
        return dict(directory.SERVICES[name].operations) if name in directory.SERVICES else {}

    def prepare(
        self,
        name: str,
        operation: ServiceOperation,
        params: Params,
        area: Rect | None = None,
        layer_id: int | None = None,
    ) -> Departure:
        """What would leave for this. ``area`` are pixels of the photo; by default all, or those around the mask.
        ``layer_id`` is the layer whose mask goes along, where one is needed; by default the active one. The keychain is
        not asked: a key that is not known to be missing shows so once it is used.

        Raises BadParameter for what the service does not do, and where it needs a mask and there is none.
        """
        document, service = self._required(), self._service(name)
        if operation not in service.operations or type(params) is not service.operations[operation]:
            raise BadParameter(f"{service.title} does not do this.")
        layer = self._subject(operation, layer_id)
        chosen = area or (document.frame if layer is None else errands.area_around(document, layer))
        plan = service.plan(operation, params, (chosen.width, chosen.height))
        price, note = plan.price, plan.price_note
        model = errands.model_of(name, operation, params)
        if price is None and (last := self.ledger.last_price(name, operation, model)) is not None:
            price, note = last, f"As the last time. {note}"
        if self._prepaid(name):
            price, note = 0.0, "It is paid already, with the token that you bought."
        values = self.account(name).to_wire()
        return Departure(
            name, service.title, operation, params, chosen, document.frame, layer.id if layer else None,
            plan.sent, plan.kind, tuple(dict.fromkeys(plan.hosts)), price, note,
            self.ledger.spent(name), values["monthlyCap"],
            plan.problem or self._lacking(name) or _empty(layer, chosen), "askFirst" in values, document.image,
        )  # fmt: skip

    def cropped(self, departure: Departure, area: Rect) -> Departure:
        """The same with other pixels of the photo."""
        made = self.prepare(departure.service, departure.operation, departure.params, area, departure.layer)
        return replace(made, identity=departure.identity)

    def ask_service(
        self, name: str, operation: ServiceOperation, params: Params, shape: MaskParams | None = None
    ) -> None:
        """Have a service do something, on the user's word: asked each time, unless they agreed once for all."""
        try:
            departure = self.prepare(name, operation, params)
            # A queue that was held goes on when something is sent: that takes the user's word, too.
            asks = self.account(name).to_wire().get("askFirst", True) or self.paused(name)
            if asks or departure.problem:
                self.consent(departure, lambda agreed: self.send(agreed, shape))
            else:
                self.send(departure, shape)
        except MaskStudioError as error:
            self.failed(error)

    def send(self, departure: Departure, shape: MaskParams | None = None) -> Job | None:
        """Send it, agreed to by the user; what comes home becomes layers. A paused queue goes on."""
        if departure.problem:
            self.failed(ProviderFailed(departure.problem))
            return None
        entered, service, history = self.entered(), self._service(departure.service), self.history
        if departure.photo is not entered.document.image:
            self.failed(NotAgreed("Another photo is open than the one you were asked about, so nothing was sent."))
            return None
        gate(service.name).resume()
        bill = Bill(departure.service, departure.title, departure.price)

        def work(token: Token) -> tuple[Answer, list[Layer]]:
            document = entered.document if departure.layer is None else entered.whole(token)
            turn = gate(service.name)
            order = errands.Order(departure, document, shape or MaskParams(), service, self.ledger, turn, bill)
            return errands.answered(order, token)

        def over(job: Job) -> str:
            if job.state == "cancelled" and bill.open and self.history is not history:
                stopped = Cancelled(bill.stopped)
                stopped.again = departure.identity if bill.lies else ""
                self.stranded(departure, stopped)
            return {"done": bill.closing, "cancelled": bill.stopped}.get(job.state, "")

        # Once it has left, it may be charged: it comes to its end even if its document is closed.
        return self.runner.start(
            departure.label, work, lambda found: self._come_home(history, bill, departure, *found),
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
        """Ask what it would cost, where a service tells without doing it; the photo is sent for that."""
        document, service = self._required(), self._service(departure.service)

        def told(answer: Answer) -> None:
            note = answer.note or (departure.price_note if answer.cost is None else "Told by the service just now.")
            done(replace(departure, price=answer.cost, price_note=note))

        return self.runner.start(
            f"Price at {departure.title}",
            lambda token: errands.priced(departure, document, service, gate(service.name), token),
            told,
            lane=f"price {departure.service}",
            failed=lambda error: (failed or self.failed)(error),
            away=True,
        )

    def check_service(
        self, name: str, done: Callable[[str], None], failed: Callable[[MaskStudioError], None] | None = None
    ) -> Job:
        """Prove address and keys of a service, or of "hosting", without a picture and without cost."""
        return self.runner.start(
            f"Test {directory.title_of(name)}",
            lambda token: run_with(token, self._place_of(name).check),
            done,
            lane=f"test {name}",
            failed=lambda error: (failed or self.failed)(error),
            away=True,
        )

    def paused(self, name: str) -> str:
        """Why the queue of a service is paused; empty while it runs."""
        return gate(name).paused

    def resume_queue(self, name: str) -> None:
        """Let waiting jobs of a service go on."""
        gate(name).resume()

    # The answer beside the local one

    @property
    def rivals(self) -> tuple[list[int], list[int]] | None:
        """Ids of the layers of a service's answer, and of the local one beside which it was put; None without both.

        That of the active layer, or else the newest.
        """
        document = self.document
        if document is None:
            return None
        pairs = _pairs(document)
        mine = [pair for pair in pairs if document.active in pair[0] + pair[1]]
        return (mine or pairs)[-1] if pairs else None

    def blink(self) -> None:
        """Show the local answer in place of the service's, or the other way round. A run of blinks is one step."""
        document, pair = self._required(), self.rivals
        if pair is None:
            self.told("There is no answer of a service beside a local one.")
            return
        shown = {layer.id: layer.visible for layer in document.layers}
        front, back = pair if not any(shown[number] for number in pair[0]) else pair[::-1]
        self.commit(_shown(document, front, back).changed(active=front[0]), "Blink", "blink")

    # Within

    def _service(self, name: str) -> Service:
        accounts_now = {each: self.account(each) for each in (name, "hosting") if each in directory.accounts()}
        known = self._services.get(name)
        wanted = (accounts_now, self.times)
        if known is None or known[0] != wanted:
            made = clients.make(name, self.account, self._keys_of, self.times)
            known = self._services[name] = (wanted, made)
        return known[1]

    def _place_of(self, name: str) -> "Service | Hosting":
        return clients.hosting(self.account, self._keys_of, self.times) if name == "hosting" else self._service(name)

    def _keys_of(self, name: str) -> Keys:
        address = accounts.address(self.account(name))
        return Keys(lambda field: self.keys.look_up(name, address, field))

    def _missing(self, name: str) -> str:
        """What an account lacks, one sentence; empty where it lacks nothing. Asks the keychain."""
        held = self._keys_of(name)
        for field in directory.service(name).secrets:
            _ = held[field.name]
        return self._lacking(name)

    def _lacking(self, name: str) -> str:
        """What is known to be missing of an account, one sentence, without asking the keychain."""
        info, own = directory.service(name), self.account(name)
        if not info.address(own):
            return f"{info.title} has no address yet; set one in its account."
        address = accounts.address(own)
        lacking = [
            field.label
            for field in info.secrets
            if field.needed(own) and self.keys.known(name, address, field.name) == ""
        ]
        return f"{info.title} needs your {' and '.join(lacking)}; set it in its account." if lacking else ""

    def _subject(self, operation: ServiceOperation, layer_id: int | None) -> Layer | None:
        if operation not in WITH_MASK:
            return None
        layer = self.active if layer_id is None else self._required().layer(layer_id)
        if layer is None or not layer.alpha.tiles:
            raise BadParameter("Choose a layer with a mask first.")
        return layer

    def _come_home(
        self, home: History | None, bill: Bill, departure: Departure, answer: Answer, layers: list[Layer]
    ) -> None:
        """Take it home, or say that its document is closed: then it is owed still, and can be fetched."""
        name = departure.photo.name if departure.photo is not None else ""
        if home is self.history:
            self._take_home(departure, answer, layers)
        elif layers:
            self.homeless(departure, bill.closed(name))
        else:
            self._received(departure.identity)
            self.told(f"{departure.title} found nothing in {name}.")

    def _take_home(self, departure: Departure, answer: Answer, layers: list[Layer]) -> None:
        document = self._required()
        self._received(departure.identity)
        self.answered(departure, answer)
        if not layers:
            self.told(answer.note or f"{departure.title} found nothing.")
            return
        document = self._without_stale(document, lambda layer: _answers(layer, departure))
        beside = _beside(document, departure)
        params = {
            **recorded(departure.params), **_place(departure), "beside": beside, "job": departure.identity,
        }  # fmt: skip
        made = self.origin(departure.operation, model=_model(departure), version=departure.title, params=params)
        named = [layer.changed(origin=made, name=self._named(layer, departure)).as_found() for layer in layers]
        fresh = document.add(named)
        self.commit(_shown(fresh, [], beside), departure.label)
        self.arrived(departure, answer.note)

    def _named(self, layer: Layer, departure: Departure) -> str:
        subject = self._required().layer(departure.layer)
        return subject.name if subject is not None and departure.operation == "refine" else layer.name

    def _prepaid(self, name: str) -> bool:
        """Whether the next call is paid already, as far as is known without asking the keychain."""
        info, account = directory.service(name), self.account(name)
        if not info.pays_by_token(account):
            return False
        token = self.keys.known(name, accounts.address(account), info.bought_key)
        return bool(token) and self.ledger.prepaid(voucher_of(token or ""))

    def _received(self, identity: str) -> None:
        """What was fetched is owed no more; written down where nobody waits."""
        self.runner.start(
            "Note the result", lambda _token: self.ledger.got(identity), lambda _: self.owing(),
            lane=f"ledger {identity}", quiet=True, away=True, failed=lambda _error: None,
        )  # fmt: skip


def _empty(layer: Layer | None, area: Rect) -> str:
    """One sentence where a mask is needed and there is nothing of it in the area."""
    if layer is None or any(layer.alpha.rect(index).intersect(area) for index in layer.alpha.tiles):
        return ""
    return "There is nothing of the mask in this part of the photo."


def _model(departure: Departure) -> str:
    return errands.model_of(departure.service, departure.operation, departure.params)


def _place(departure: Departure) -> dict[str, object]:
    """What of the photo a departure asks about, as it is noted with its layers."""
    area = departure.area
    return {"area": [area.x, area.y, area.width, area.height], "layer": departure.layer}


def _answers(layer: Layer, departure: Departure) -> bool:
    """Whether a layer is an earlier answer of the service to the same question."""
    source, origin = layer.source, layer.origin
    if source is None or origin is None or departure.operation == "refine":
        return False
    own = (source.provider, source.model) == (departure.service, _model(departure))
    return own and all(origin.params.get(name) == value for name, value in _place(departure).items())


def _beside(document: Document, departure: Departure) -> list[int]:
    """The layers that are the local answer to the same question."""
    if departure.layer is not None:
        return [departure.layer] if document.layer(departure.layer) else []
    return [
        layer.id for layer in document.layers if layer.visible and layer.source and layer.source.provider == "local"
    ][:100]


def _pairs(document: Document) -> list[tuple[list[int], list[int]]]:
    groups: dict[str, tuple[list[int], list[int]]] = {}
    for layer in document.layers:
        params = layer.origin.params if layer.origin else {}
        beside, job = params.get("beside"), params.get("job")
        if isinstance(beside, list) and isinstance(job, str):
            there = [number for number in beside if document.layer(number)]
            if there:
                groups.setdefault(job, ([], there))[0].append(layer.id)
    return list(groups.values())


def _shown(document: Document, front: list[int], back: list[int]) -> Document:
    """``document`` with the layers in ``front`` visible and those in ``back`` hidden."""
    for number, visible in [*((each, True) for each in front), *((each, False) for each in back)]:
        layer = document.layer(number)
        if layer is not None and layer.visible != visible:
            document = document.put(layer.changed(visible=visible))
    return document
