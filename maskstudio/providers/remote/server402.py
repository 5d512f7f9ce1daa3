"""Server402's mask-refinement: every call is a purchase (docs/services.md, 3.1 to 3.5).

It is paid with a token of the user's, or with a signature of the user's wallet. One signature is made per errand. If no
answer comes, the same signature may be sent again, since the token contract accepts it only once; a second one is never
made.
"""

import secrets
import time
from collections.abc import Mapping

from maskstudio.errors import (
    BadAnswer,
    BadParameter,
    Busy,
    CapReached,
    KeyNeeded,
    MaskStudioError,
    PaymentNeeded,
    ProviderFailed,
    Unclear,
    Unreachable,
)
from maskstudio.params.server402 import Server402Account
from maskstudio.params.spec import Params
from maskstudio.providers.remote import refine_mask, x402
from maskstudio.providers.remote.base import (
    Answer,
    Errand,
    Keys,
    PaymentRequest,
    Plan,
    Times,
    Trip,
    Where,
    aside,
)
from maskstudio.providers.remote.carrier import fetch
from maskstudio.providers.remote.charge import Charge
from maskstudio.providers.remote.hosting import Hosting
from maskstudio.providers.remote.said import said
from maskstudio.providers.remote.server402_payments import (
    SERVICE,
    TOOL,
    payment_in,
    usable_number,
    usable_token,
    why_unpaid,
)
from maskstudio.providers.remote.wallet import address_of, signed
from maskstudio.providers.remote.wire import TRANSIENT, Deadline, Reply, Wire
from maskstudio.services.addresses import configured
from maskstudio.services.departure import ServiceOperation
from maskstudio.services.ledger import voucher_of
from maskstudio.services.server402 import PRICE, SERVER402

_REFUSALS = range(400, 600)
_UNWORKED = (425, 429)  # refused before any work was done
_CATALOGUES = ("api/services", ".well-known/server402.json")


class Server402:
    """The client for the address the user chose. Keys: ``paymentToken`` or ``privateKey``, as the account says."""

    def __init__(self, account: Server402Account, keys: Keys, hosting: Hosting, *, times: Times | None = None) -> None:
        self.name, self.title = SERVER402.name, SERVER402.title
        self.operations: Mapping[ServiceOperation, type[Params]] = SERVER402.operations
        self.account, self.hosting = account, hosting
        self._keys, self._times = keys, times or Times()
        self._payments: dict[str, str] = {}  # ids of the payments made here, by token

    def plan(self, operation: ServiceOperation, params: Params, size: tuple[int, int]) -> Plan:
        """What would be sent for a photo of ``size`` (width, height)."""
        kind = "PNG" if self.account.send_as == "PNG" else "JPEG"
        try:
            hosts: tuple[str, ...] = (configured(self.account.base_url, self.title).host,)
            problem = self.hosting.problem(None)
        except BadParameter as error:
            hosts, problem = (), str(error)
        hosts = tuple(host for host in (self.hosting.host, *hosts) if host)
        return Plan(refine_mask.sent_size(size), kind, hosts, PRICE, SERVER402.price_note, problem)

    async def run(self, errand: Errand, trip: Trip) -> Answer:
        """Refine the mask of an errand, for at most the agreed price.

        Raises BadMask, BadParameter and kinds of ``ProviderFailed``.
        """
        if errand.dry:
            return Answer(cost=PRICE, note=SERVER402.price_note)
        photo, mask = refine_mask.planes_of(errand)
        wire = self._wire()
        await self._check_means(errand)
        trip.report(0.0, "Preparing the pictures")
        files = await aside(lambda check: refine_mask.pictures_for(photo, mask, self.account.send_as, check))
        async with wire:
            trip.report(0.1, f"Sending to {self.hosting.host}")
            async with self.hosting.lent(files, wire.deadline) as links:
                trip.report(0.3, f"Waiting for {self.title}")
                reply, cost = await self._bought(wire, links, errand, trip)
            link = refine_mask.link_in(_data(reply), links, self.title)
            trip.lies(refine_mask.where_of(link, files[0].size))
            trip.report(0.8, "Fetching the result")
            file = await fetch(link, {wire.origin, *self.hosting.known}, self._times, wire.deadline)
        trip.report(0.9, "Reading the result")
        sent, size = files[0].size, errand.size
        piece = await aside(lambda check: refine_mask.piece_of(file, sent, photo, size, self.title, check))
        return Answer((piece,), cost, links.left, said(reply.data, "requestId", secrets=wire.secrets))

    async def fetch(self, errand: Errand, where: Where, trip: Trip) -> Answer:
        """The result of an earlier paid call, from the link in its answer."""
        link, sent = refine_mask.read_where(where)
        photo = refine_mask.filled(errand.photo)
        async with self._wire() as wire:
            trip.report(0.5, "Fetching the result")
            file = await fetch(link, {wire.origin, *self.hosting.known}, self._times, wire.deadline)
        piece = await aside(lambda check: refine_mask.piece_of(file, sent, photo, errand.size, self.title, check))
        return Answer((piece,))

    def voucher(self) -> str:
        """A hash of the token that pays for the next call; empty if a wallet pays."""
        token = self._keys["paymentToken"].strip() if self.account.pay_with == "token" else ""
        return voucher_of(token) if token else ""

    async def check(self) -> str:
        """Test the address, and that there is a means of payment. Nothing is paid."""
        async with self._wire() as wire:
            if not await self._has_catalogue(wire):
                await wire.call("POST", TOOL, json={}, accept=(400, 402, 422))
            found = f"{wire.origin.host} answers and a call costs USD {PRICE:.2f}"
            if self.account.pay_with == "wallet":
                key = self._keys["privateKey"]
                payer = await aside(lambda _check: address_of(key))
                return f"{found}; the wallet is {payer}."
            number = self._payments.get(self._token())
            if number is None:
                return f"{found}; whether the token still pays shows with the first call."
            return f'{found}; the payment of the token is "{(await self.payment_state(number)).status}".'

    async def new_payment(self, provider_id: str = "") -> PaymentRequest:
        """Request a payment, once, after the user agreed: what to pay, to whom, and the token it will pay for.

        ``provider_id`` names one of the server's payment providers; if empty, the server chooses. Some servers return
        the token only after the payment.
        """
        if provider_id and not usable_number(provider_id):
            raise BadParameter("That is not the name of a provider of payments.")
        body = {"serviceId": SERVICE, **({"providerId": provider_id} if provider_id else {})}
        async with self._wire() as wire:
            reply = await wire.call("POST", "api/payments", json=body, repeat="unsent")
        made = payment_in(reply.data)
        if made is None or not made.payment_id:
            raise BadAnswer(f"{self.title} sent an answer without a payment, so there is nothing to pay.")
        self._payments[made.token] = made.payment_id
        return made

    async def payment_state(self, payment_id: str) -> PaymentRequest:
        """The state of a payment. Raises BadParameter for an invalid id."""
        if not usable_number(payment_id):
            raise BadParameter("That is not the number of a payment.")
        async with self._wire() as wire:
            reply = await wire.call("GET", f"api/payments/{payment_id}")
        found = payment_in(reply.data)
        if found is None:
            raise BadAnswer(f"{self.title} sent an answer without a payment.")
        return found

    def _wire(self) -> Wire:
        own = tuple(filter(None, (self._keys["paymentToken"], self._keys["privateKey"])))
        wire = Wire(
            self.account.base_url, self.title, times=self._times, secrets=own,
            judge=lambda reply: _refusal(reply, wire),
        )  # fmt: skip
        return wire

    def _token(self) -> str:
        token = self._keys["paymentToken"].strip()
        if not token:
            raise KeyNeeded("There is no payment token yet; make a payment at Server402 and enter its token.")
        if not usable_token(token):
            raise KeyNeeded("The payment token holds letters that a token cannot have; enter it again.")
        return token

    async def _check_means(self, errand: Errand) -> None:
        """Check before a picture is sent that the call can be paid. Raises KeyNeeded, PaymentNeeded or CapReached."""
        if self.account.pay_with == "wallet":
            key = self._keys["privateKey"]
            await aside(lambda _check: address_of(key))
            if errand.agreed is None:
                raise PaymentNeeded(f"{SERVER402.price_note[:-1]}, and nothing was agreed to, so nothing was sent.")
            return
        self._token()
        if errand.agreed is not None and 0 < errand.agreed < PRICE:  # 0 is agreed to when it is already paid
            raise CapReached(f"A call costs USD {PRICE:.2f}, more than the USD {errand.agreed:.2f} agreed to.")

    async def _has_catalogue(self, wire: Wire) -> bool:
        for path in _CATALOGUES:
            reply = await wire.call("GET", path, accept=_REFUSALS)
            if reply.ok and isinstance(reply.data, dict | list):
                return True
        return False

    async def _bought(self, wire: Wire, links: list[str], errand: Errand, trip: Trip) -> tuple[Reply, float | None]:
        """The response of the tool, and its cost in USD."""
        body = refine_mask.body(*links)
        if self.account.pay_with == "token":
            with Charge(trip, errand.identity) as charge:
                return await self._by_token(wire, body, charge), PRICE
        free = await wire.call("POST", TOOL, json=body, accept=(402,))
        if free.status != 402:
            return free, 0.0
        offer, nonce, header = await self._payment(wire, free, errand)
        with Charge(trip, nonce) as charge:
            return await self._by_wallet(wire, body, header, offer, charge), float(offer.amount)

    async def _by_token(self, wire: Wire, body: Mapping[str, str], charge: Charge) -> Reply:
        """Make the call with a token and record its charge."""
        token = self._token()
        charge.sent(PRICE)
        try:
            reply = await wire.call(
                "POST", TOOL, json=body, headers={"X-Payment-Token": token}, repeat="unsent", accept=_REFUSALS
            )
        except Unreachable:
            charge.failed()
            raise
        if reply.status == 402:
            charge.failed()
            raise PaymentNeeded(why_unpaid(await self._payment_of(reply, token), self.title, wire.words))
        if reply.status in (400, 401, 403, *_UNWORKED):
            charge.failed()
        if reply.ok and _refusal(reply, wire) is None:
            charge.done(PRICE)
        _raise_for(reply, wire)
        return reply

    async def _payment_of(self, reply: Reply, token: str) -> PaymentRequest | None:
        """The payment behind a refused token: from the response, or requested if its id is known."""
        found = payment_in(reply.data)
        if found is not None or token not in self._payments:
            return found
        try:
            return await self.payment_state(self._payments[token])
        except ProviderFailed:
            return None

    async def _payment(self, wire: Wire, reply: Reply, errand: Errand) -> tuple[x402.PaymentOffer, str, dict[str, str]]:
        """The one signature of an errand: what it pays, its nonce, and the header that carries it."""
        demand = x402.demand_in(reply)
        if demand is None:
            raise PaymentNeeded(f"{self.title} asks for a payment in a way that is not known here; nothing was paid.")
        offer = x402.offer_in(demand, self.account.network, wire.origin, self.title)
        x402.check_agreed(offer, errand.agreed, self.title)
        key, now, nonce = self._keys["privateKey"], int(time.time()), secrets.token_bytes(32)
        transfer = x402.authorization(offer, await aside(lambda _check: address_of(key)), now, nonce)
        signature = await aside(lambda _check: signed(key, x402.typed(offer.coin, transfer)))
        return offer, transfer["nonce"], x402.payment(offer, transfer, signature, errand.identity)

    async def _by_wallet(
        self, wire: Wire, body: Mapping[str, str], header: Mapping[str, str], offer: x402.PaymentOffer, charge: Charge
    ) -> Reply:
        """Send the signed call, and the same one again if no answer comes, as long as the signature is valid.

        Once sent, it can be redeemed while it is valid, whatever the answer says: so it is never recorded as "failed".
        """
        good, doubt, left = Deadline(offer.seconds), False, False
        failed: MaskStudioError
        charge.sent(float(offer.amount))
        for attempt in range(1, self._times.tries + 1):
            reply = None
            try:
                reply = await wire.call(
                    "POST", TOOL, json=body, headers=header, repeat="unsent", accept=_REFUSALS, tries=1
                )
            except Unclear as error:
                doubt, left, failed = True, True, error
            except Unreachable as error:
                doubt, failed = left, error
            else:
                left = True
                if reply.status not in TRANSIENT:
                    return self._settled(wire, reply, float(offer.amount), charge, doubt=doubt)
                doubt = doubt or reply.status not in _UNWORKED
                failed = _refusal(reply, wire) or ProviderFailed(f"{self.title} has a problem of its own.")
            if attempt == self._times.tries or not await wire.pause(attempt, reply) or not good.left:
                break
        if not left:
            charge.failed()
            raise failed
        if not doubt:
            raise _still_good(failed)
        raise _unclear(f"{self.title} gave no answer to a payment of USD {x402.dollars(offer.amount)}")

    def _settled(self, wire: Wire, reply: Reply, amount: float, charge: Charge, *, doubt: bool) -> Reply:
        """The response, if the payment succeeded. ``doubt`` says that it was sent before without an answer."""
        settlement, refusal = x402.settlement_in(reply), _refusal(reply, wire)
        if refusal is None and (settlement is None or settlement.success):
            charge.done(amount)
            return reply
        if settlement is not None and settlement.success:
            charge.done(amount)
            raise ProviderFailed(f"{self.title} took the payment but did not do the work ({reply.status}).")
        if settlement is not None and doubt:
            raise _unclear(f"{self.title} does not take the payment of USD {amount:.2f} when it is sent again")
        if settlement is not None:
            reason = f": {wire.words(settlement.reason)}" if settlement.reason else ""
            raise _still_good(PaymentNeeded(f"{self.title} did not take the payment{reason}."))
        if reply.status == 402:
            raise PaymentNeeded(f"{self.title} asks for a payment again, and no second one is made by itself.")
        _raise_for(reply, wire)
        return reply


def client(account: Params, keys: Keys, bucket: Hosting, times: Times) -> Server402:
    """The client for an account."""
    assert isinstance(account, Server402Account)
    return Server402(account, keys, bucket, times=times)


def _unclear(what: str) -> Unclear:
    return Unclear(f"{what}; it may have been taken, so no second one is made by itself.")


def _still_good(error: MaskStudioError) -> MaskStudioError:
    """The same error, with a note on the signature that was sent and is still valid."""
    words = str(error).rstrip(".")
    return type(error)(f"{words}; the signed payment could still be taken for a few minutes, so it counts as spent.")


def _refusal(reply: Reply, wire: Wire) -> MaskStudioError | None:
    """Our error for a response, None for success; a success status may hide a failure in ``code``."""
    said = reply.data if isinstance(reply.data, dict) else {}
    code = str(said.get("code", "200"))
    if reply.ok and not isinstance(reply.data, dict | list):
        return BadAnswer(f"{wire.title} sent an answer that cannot be read.")
    if reply.ok and code in ("200", "0", ""):
        return None
    text = said.get("message") or said.get("error")
    because = f": {wire.words(text)}" if isinstance(text, str) and text else f" ({reply.status})"
    if reply.status in (401, 403):
        return KeyNeeded(f"{wire.title} does not let this account in{because}.")
    if reply.status == 402:
        return PaymentNeeded(f"{wire.title} wants to be paid first{because}.")
    if reply.status == 429:
        return Busy(f"{wire.title} takes no more requests for now.")
    if reply.status >= 500 or reply.ok:
        return ProviderFailed(f"{wire.title} has a problem of its own{because}.")
    return ProviderFailed(f"{wire.title} did not accept the request{because}.")


def _raise_for(reply: Reply, wire: Wire) -> None:
    """Raise the error in the response to a paid call, if there is one."""
    refusal = _refusal(reply, wire)
    if refusal is None:
        return
    if reply.status >= 500:
        raise _unclear(f"{wire.title} failed after a payment was sent ({reply.status})")
    raise refusal


def _data(reply: Reply) -> object:
    return reply.data.get("data") if isinstance(reply.data, dict) else None
