"""What a service is: an errand goes out, an answer comes home. Knows no service and no wire."""

import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, runtime_checkable

from maskstudio.core.arrays import Plane
from maskstudio.errors import Cancelled
from maskstudio.jobs import Token
from maskstudio.params.spec import Params
from maskstudio.services.departure import ServiceOperation

T = TypeVar("T")
Where = dict[str, str]  # where a result lies: a link, or the service's name for the work
_LOOK = 0.03  # seconds between looks at the token
_GRACE = 5.0  # seconds for what was interrupted to leave nothing behind


@dataclass(frozen=True, eq=False)
class Errand:
    """One piece of work for a service, as the user asked for it.

    photo     RGB uint8 (H, W, 3): the pixels that may leave, at the document's scale
    mask      uint8 (H, W) beside it, where the operation takes one
    identity  a UUID kept through every repetition, so that a service does and charges the work once
    agreed    the most, in USD, that the user has agreed to pay for it; None where no price was known
    dry       ask for the price alone, where the service can
    """

    operation: ServiceOperation
    params: Params
    photo: Plane
    identity: str
    mask: Plane | None = None
    agreed: float | None = None
    dry: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the photo."""
        return int(self.photo.shape[1]), int(self.photo.shape[0])


@dataclass(frozen=True, eq=False)
class Piece:
    """One mask a service found, at the errand's size: uint8 (H, W); ``box`` is left, top, right, bottom in px.

    ``colours`` (H, W, 3) are the service's own clean colours, where it sent any at full size. ``done`` names mask
    parameters it has already applied. ``hidden`` ones are not part of what was looked for. ``said`` is what the service
    said of it alone, under its own names.
    """

    label: str
    score: float | None
    box: tuple[float, float, float, float]
    mask: Plane
    colours: Plane | None = None
    done: frozenset[str] = frozenset()
    hidden: bool = False
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Answer:
    """What came home: pieces, best first; ``cost`` in USD where the service said; ``note``, one sentence or none.

    ``said`` are the service's own words for the whole of it, such as the identifiers of its pictures.
    """

    pieces: tuple[Piece, ...] = ()
    cost: float | None = None
    note: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What would leave, said before anything does.

    sent      width and height of the photo as sent
    kind      "JPEG", "PNG"
    hosts     whom it goes to, in order: storage first where there is one
    price     USD, None where it is not known beforehand; ``price_note`` says what is known
    problem   one sentence if it cannot go as things are, with what to do
    """

    sent: tuple[int, int]
    kind: str
    hosts: tuple[str, ...]
    price: float | None = None
    price_note: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Trip:
    """What an errand carries on its way.

    report    progress in 0..1 and where it is, called on the working thread
    charged   ``charged(state, amount, remote)`` writes into the ledger *before* it returns: "sent" right before work
              that costs money is asked for, "done" with its cost, "failed" where it surely cost nothing, "unclear"
    lies      ``lies(where)`` writes down where the result can be fetched again, in words that ``fetch`` understands
    """

    report: Callable[[float, str], None] = lambda _fraction, _text: None
    charged: Callable[[str, float | None, str], None] = lambda _state, _amount, _remote: None
    lies: Callable[[Where], None] = lambda _where: None


@dataclass(frozen=True)
class Times:
    """Patience, in seconds. ``total`` is the budget of a whole errand; ``wait`` and ``longest`` bound the pause
    between two tries of the same call, ``poll`` and ``slowest`` that between two questions whether a job is done.
    """

    connect: float = 10.0
    read: float = 120.0
    total: float = 300.0
    wait: float = 1.0
    longest: float = 30.0
    tries: int = 4
    poll: float = 2.0
    slowest: float = 15.0


class Service(Protocol):
    """A service that does some of the operations. One object may run several errands at once, on threads of theirs."""

    @property
    def name(self) -> str:
        """What settings, ledger and command line call it."""
        ...

    @property
    def title(self) -> str:
        """What people call it."""
        ...

    @property
    def operations(self) -> Mapping[ServiceOperation, type[Params]]:
        """What it does, and the set of parameters of each."""
        ...

    def plan(self, operation: ServiceOperation, params: Params, size: tuple[int, int]) -> Plan:
        """What would be sent for a photo of this size. Cheap: no network, no pixels."""
        ...

    async def run(self, errand: Errand, trip: Trip) -> Answer:
        """Do the errand. Raises the errors of ``errors.ProviderFailed``; a cancelled task leaves nothing behind."""
        ...

    async def fetch(self, errand: Errand, where: Where, trip: Trip) -> Answer:
        """The answer to an errand that was done before, from where its result lies. Nothing is asked for anew, and
        nothing is charged.
        """
        ...

    async def check(self) -> str:
        """Prove address and keys without sending a picture or spending anything; one sentence of what was found."""
        ...


@runtime_checkable
class Prepaid(Protocol):
    """A service whose next call may be paid already."""

    def voucher(self) -> str:
        """What tells the means of payment of the next call apart from others without giving it away; empty for none."""
        ...


@dataclass(frozen=True)
class PaymentRequest:
    """A payment as a service knows it; empty where it does not say.

    amount   USD; None where it is another currency
    expires  date and time as the server writes it (ISO 8601)
    status   "pending" until it is paid, then "paid"; "expired", "exhausted"
    calls    calls that are left, None where it does not say
    """

    payment_id: str
    token: str = field(repr=False)
    status: str
    amount: float | None
    pay_to: str
    expires: str
    calls: int | None = None


@runtime_checkable
class Sells(Protocol):
    """A service whose calls are paid with a token that a payment yields."""

    async def new_payment(self, provider_id: str = "") -> PaymentRequest:
        """Ask for a payment, once, on the user's word: what to pay, to whom, and the token it will be good for."""
        ...

    async def payment_state(self, payment_id: str) -> PaymentRequest:
        """What became of a payment."""
        ...


@dataclass(frozen=True)
class Keys:
    """How a service gets at the user's keys: by field, only when needed; empty where there is none."""

    look_up: Callable[[str], str] = field(repr=False, default=lambda _field: "")

    def __getitem__(self, name: str) -> str:
        return self.look_up(name)


async def aside(work: Callable[[Callable[[], None]], T]) -> T:
    """Run ``work(check)``, heavy work on pixels, on a thread beside the loop.

    A cancelled task leaves at once; ``check()`` then raises on the thread.
    """
    import asyncio  # not while the program starts

    stopped = threading.Event()

    def check() -> None:
        if stopped.is_set():
            raise Cancelled("Cancelled.")

    try:
        return await asyncio.to_thread(work, check)
    finally:
        stopped.set()


def run_with(token: Token, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run ``work()`` to its end on this thread; a cancelled token cancels it wherever it waits, within moments."""
    import asyncio  # not while the program starts

    async def watched() -> T:
        task = asyncio.ensure_future(work())
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=_LOOK)
                if token.cancelled and not task.done():
                    task.cancel()
                    await asyncio.wait({task})
        finally:
            task.cancel()
        if task.cancelled() or token.cancelled:
            raise Cancelled("Cancelled.")
        return task.result()

    token.check()
    loop = asyncio.new_event_loop()  # not ``asyncio.run``: it would wait for a name that is still being looked up
    whole = loop.create_task(watched())
    try:
        return loop.run_until_complete(whole)
    except KeyboardInterrupt:  # Ctrl-C on the command line: what was sent is written down before it goes on its way
        token.cancel()
        whole.cancel()
        loop.run_until_complete(asyncio.wait(asyncio.all_tasks(loop) or {whole}, timeout=_GRACE))
        raise
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
