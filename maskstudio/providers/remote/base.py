"""What a service is: it gets an errand and returns an answer. Knows no service and no network."""

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
Where = dict[str, str]  # where a result is stored: a link, or the service's name for the work
_LOOK = 0.03  # seconds between checks of the token
_GRACE = 5.0  # seconds that interrupted work has to clean up


@dataclass(frozen=True, eq=False)
class Errand:
    """One piece of work for a service, as the user asked for it.

    photo     RGB uint8 (H, W, 3): the pixels that may be sent, at the document's scale
    mask      uint8 (H, W) of the same size, if the operation takes one
    identity  a UUID, the same in every repetition, so that a service does and charges the work once
    agreed    the most, in USD, that the user has agreed to pay; None if no price was known
    dry       ask only for the price, if the service can
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

    ``colours`` (H, W, 3) are the service's own clean colours, if it sent any at full size. ``done`` names mask
    parameters it has already applied. A ``hidden`` piece was not asked for. ``said`` holds values about this piece
    under the service's own names.
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
    """The answer of a service: pieces, best first; ``cost`` in USD if the service says it; ``note``, one sentence or
    empty.

    ``said`` holds values under the service's own names, such as the identifiers of its pictures.
    """

    pieces: tuple[Piece, ...] = ()
    cost: float | None = None
    note: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What would be sent, described before anything is sent.

    sent      width and height of the photo as sent
    kind      "JPEG", "PNG" or "link"
    hosts     the servers it goes to, in order; storage, if any, first
    price     USD, None if not known beforehand; ``price_note`` says what is known
    problem   one sentence that says why it cannot be sent and what to do; empty if it can
    """

    sent: tuple[int, int]
    kind: str
    hosts: tuple[str, ...]
    price: float | None = None
    price_note: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Trip:
    """The functions that an errand calls while it is done.

    report    ``report(fraction, text)``: progress in 0..1, called on the working thread
    charged   ``charged(state, amount, remote)`` writes into the ledger *before* it returns: "sent" right before paid
              work is requested, "done" with its cost, "failed" if it certainly cost nothing, "unclear" if unknown
    lies      ``lies(where)`` records where the result can be fetched again, as ``fetch`` takes it
    """

    report: Callable[[float, str], None] = lambda _fraction, _text: None
    charged: Callable[[str, float | None, str], None] = lambda _state, _amount, _remote: None
    lies: Callable[[Where], None] = lambda _where: None


@dataclass(frozen=True)
class Times:
    """Timeouts, in seconds, and the number of ``tries`` of a call. ``total`` is the limit for a whole errand.

    ``wait`` and ``longest`` bound the pause between two tries of a call, ``poll`` and ``slowest`` the pause between two
    requests for the state of a job.
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
    """A service with some of the operations. One object may run several errands at once, each on its own thread."""

    @property
    def name(self) -> str:
        """Its name in settings, ledger and on the command line."""
        ...

    @property
    def title(self) -> str:
        """The name that people call it."""
        ...

    @property
    def operations(self) -> Mapping[ServiceOperation, type[Params]]:
        """The operations it offers, with the parameter set of each."""
        ...

    def plan(self, operation: ServiceOperation, params: Params, size: tuple[int, int]) -> Plan:
        """What would be sent for a photo of ``size`` (width, height). Cheap: no network, no pixels."""
        ...

    async def run(self, errand: Errand, trip: Trip) -> Answer:
        """Do the errand. Raises the kinds of ``errors.ProviderFailed``; a cancelled task leaves nothing behind."""
        ...

    async def fetch(self, errand: Errand, where: Where, trip: Trip) -> Answer:
        """The answer to an errand that was done before, from where its result is stored.

        Nothing is requested again or charged.
        """
        ...

    async def check(self) -> str:
        """Test address and keys without sending a picture or spending anything; returns one sentence with the
        result.
        """
        ...


@runtime_checkable
class Prepaid(Protocol):
    """A service whose next call may already be paid for."""

    def voucher(self) -> str:
        """A hash that identifies the means of payment of the next call without revealing it; empty for none."""
        ...


@dataclass(frozen=True)
class PaymentRequest:
    """A payment as a service reports it; values it does not report are empty.

    amount   USD; None for another currency
    expires  date and time as the server writes it (ISO 8601)
    status   "pending" until it is paid, then "paid"; "expired", "exhausted"
    calls    calls that are left, None if not reported
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
    """A service whose calls are paid with a token that comes with a payment."""

    async def new_payment(self, provider_id: str = "") -> PaymentRequest:
        """Request a payment, once, after the user agreed: what to pay, to whom, and the token it will pay for."""
        ...

    async def payment_state(self, payment_id: str) -> PaymentRequest:
        """The state of a payment."""
        ...


@dataclass(frozen=True)
class Keys:
    """Access to the user's keys by field, looked up only when needed; empty if there is none."""

    look_up: Callable[[str], str] = field(repr=False, default=lambda _field: "")

    def __getitem__(self, name: str) -> str:
        return self.look_up(name)


async def aside(work: Callable[[Callable[[], None]], T]) -> T:
    """Run ``work(check)``, heavy work on pixels, on a thread beside the event loop.

    A cancelled task ends at once; ``check()`` then raises on the thread.
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
    """Run ``work()`` to its end on this thread. A cancelled token cancels it within moments, wherever it waits."""
    import asyncio  # not while the program starts

    async def watched() -> T:
        """Run the work as a task and cancel it when the token is cancelled."""
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
    loop = asyncio.new_event_loop()  # not ``asyncio.run``, which would wait for a name that is still being resolved
    whole = loop.create_task(watched())
    try:
        return loop.run_until_complete(whole)
    except KeyboardInterrupt:  # Ctrl-C on the command line: what was sent is recorded before the interrupt is raised
        token.cancel()
        whole.cancel()
        loop.run_until_complete(asyncio.wait(asyncio.all_tasks(loop) or {whole}, timeout=_GRACE))
        raise
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
