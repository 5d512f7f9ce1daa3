"""Server402's mask refinement on loopback: paid by token or by a signed x402 payment (docs/services.md, 3.1 to 3.4).

The order of a call: body, payment, inputs, settlement, answer. Only a settled call is charged. A signed payment that
comes again with the same body is answered from the cache, once more without a charge; with another body its nonce is
spent. The work wraps Alibaba's RefineMask, limits and all.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.servers import alibaba, payments
from tests.servers.exchange import LOOPBACK, Charge, Inputs, Outputs, base_of, record
from tests.servers.faults import Faults, fault_of
from tests.servers.payments import Payment, Payments
from tests.servers.x402verify import Malformed, Offer, Refused, decode, encode, verify

PAYEE = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"
PRICE = 0.20  # USD a call
TOOLS = ("mask-refinement", "aliyun-imageseg-refine-mask")
HEADERS = {1: "x-payment", 2: "payment-signature"}
PAYMENTS = {"x-payment-token", *HEADERS.values()}
ANSWERS = {1: "x-payment-response", 2: "payment-response"}
IDENTIFIER = "payment-identifier"


class Stop(Exception):
    """An answer that ends a call early."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


@dataclass(frozen=True)
class ByPayment:
    """Two applications for one path: the second one for requests that carry any payment."""

    unpaid: ASGIApp
    paid: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = {name.decode().lower() for name, _ in scope["headers"]}
        app = self.unpaid if names.isdisjoint(PAYMENTS) else self.paid
        await app(scope, receive, send)


class Server402:
    """The service. ``tokens`` are accepted as they are: names with calls left, or names alone (1000 calls each).

    ``versions`` are the x402 versions offered, ``data_shape`` the nesting of an answer, ``identifier`` whether the
    payment-identifier extension is offered; all may be changed at any time. ``charges`` are in USD.
    """

    def __init__(
        self,
        tokens: Mapping[str, int] | Iterable[str] = ("tok_test_server402",),
        pay_to: str = PAYEE,
        network: str = "base",
        faults: Faults | None = None,
        *,
        amount: str = "200000",
        versions: Collection[int] = (1, 2),
        data_shape: Literal["object", "text", "url", "deep"] = "object",
        identifier: Literal["off", "optional", "required"] = "off",
        max_calls: int = 1,
        allowed_hosts: Collection[str] = LOOPBACK,
        aliases: Mapping[str, str] | None = None,
        result_lifetime: float = 1800.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.faults = faults or Faults()
        self.offer = Offer(network, pay_to, amount)
        self.versions, self.data_shape, self.identifier = versions, data_shape, identifier
        self.inputs = Inputs(allowed_hosts, aliases or {})
        secrets = ("authorization", *PAYMENTS)
        self.outputs = Outputs(self.faults, secrets, result_lifetime, clock)
        self.payments = Payments(tokens, pay_to, max_calls, clock)
        self.requests: list[dict[str, Any]] = []
        self.charges: list[Charge] = []
        self.jobs: dict[str, str] = {}
        self.refusals: list[str] = []
        self._clock = clock
        self._spent: dict[str, tuple[str, Response]] = {}
        self._named: dict[str, tuple[str, Response]] = {}
        self._turn = asyncio.Lock()

    @property
    def routes(self) -> list[Route]:
        """Relative to the prefix.

        Stages: server402.demand (a call without payment), server402.tool (a call with one), server402.payments,
        server402.payment (the GET), result.
        """
        route = self.faults.route
        tools = []
        for name in TOOLS:
            path = f"/api/tools/{name}"
            unpaid = route(path, self._tool, "server402.demand", words=_words)
            paid = route(path, self._tool, "server402.tool", words=_words)
            tools.append(Route(path, ByPayment(unpaid.app, paid.app), methods=["POST"]))
        make = route("/api/payments", self._make, "server402.payments", words=_words)
        look = route("/api/payments/{number}", self._look, "server402.payment", ("GET",), _words)
        return [*tools, make, look, self.outputs.route]

    def mark_paid(self, number: str) -> None:
        """The user has paid this payment; its token is good from now on."""
        self.payments.mark_paid(number)

    def refuse_next(self, reason: str = "insufficient_funds") -> None:
        """The next payment is good in form but is not settled, for this reason."""
        self.refusals.append(reason)

    async def _make(self, request: Request) -> Response:
        body = await _body(request)
        self.requests.append(record(request, "server402.payments", body))
        if fault_of(request) == "errors200":
            return _plain(200, "The service failed.", "500")
        if not isinstance(body, dict) or body.get("serviceId") not in TOOLS or body.keys() - payments.ASKED:
            return _plain(400, "serviceId is needed, providerId is allowed.")
        return JSONResponse(self.payments.make(body["serviceId"]).shown(self._clock()))

    async def _look(self, request: Request) -> Response:
        self.requests.append(record(request, "server402.payment", None))
        found = self.payments.find(request.path_params["number"])
        return JSONResponse(found.shown(self._clock())) if found else _plain(404, "There is no such payment.")

    async def _tool(self, request: Request) -> Response:
        body = await _body(request)
        self.requests.append(record(request, "server402.tool", body))
        if not _is_sound(body):
            return _plain(400, "The body does not match: ImageURL and MaskImageURL, both http or https.")
        if fault_of(request) == "errors200":
            return _plain(200, "The tool failed.", "500")
        # One call at a time, so that a payment sent twice at once is charged once.
        async with self._turn:
            try:
                return await self._paid(request, body)
            except Stop as stop:
                return stop.answer

    async def _paid(self, request: Request, body: dict[str, str]) -> Response:
        if token := request.headers.get("x-payment-token"):
            return await self._by_token(request, body, token)
        version = next((one for one in (2, 1) if one in self.versions and HEADERS[one] in request.headers), None)
        if version is None:
            return self._demand(request)
        return await self._by_signature(request, body, version)

    async def _by_token(self, request: Request, body: dict[str, str], token: str) -> Response:
        payment = self.payments.of_token(token)
        if payment is None or payment.status(self._clock()) != "paid":
            return self._demand(request, payment=payment)
        data = await self._work(body)
        payment.remaining -= 1
        return self._answer(request, body, data, "token")

    async def _by_signature(self, request: Request, body: dict[str, str], version: int) -> Response:
        print_ = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        try:
            payment = decode(request.headers[HEADERS[version]])
            name = self._name_of(payment) if version == 2 else None
            if again := self._seen(payment, name, print_):
                return again
            transfer = verify(payment, version, self.offer, self._clock())
            self._check_unspent(transfer)
        except Malformed as error:
            return _plain(400, f"The payment is damaged: {error}.")
        except Refused as error:
            return self._demand(request, version, str(error))
        data = await self._work(body)
        answer = self._answer(request, body, data, f"x402 v{version}")
        receipt = {
            "success": True,
            "transaction": f"0x{uuid4().hex}{uuid4().hex}",
            "network": self.offer.network_name(version),
            "payer": transfer["from"],
        }
        answer.headers[ANSWERS[version]] = encode(receipt)
        self._spent[_nonce(transfer)] = (_signed(payment) + print_, answer)
        if name:
            self._named[name] = (print_, answer)
        return answer

    def _seen(self, payment: dict[str, Any], name: str | None, print_: str) -> Response | None:
        """The answer given before to this very payment, or under this identifier."""
        if name in self._named:
            known, answer = self._named[name]
            if known != print_:
                raise Stop(_plain(409, "This payment identifier was used for another call."))
            return answer
        transfer = payment.get("payload", {}).get("authorization") if isinstance(payment.get("payload"), dict) else None
        known, answer = self._spent.get(_nonce(transfer), ("", None))
        return answer if known == _signed(payment) + print_ else None

    def _check_unspent(self, transfer: dict[str, Any]) -> None:
        if _nonce(transfer) in self._spent:
            raise Refused("invalid_transaction_state")
        if self.refusals:
            raise Refused(self.refusals.pop(0))

    def _name_of(self, payment: dict[str, Any]) -> str | None:
        """The id of the payment-identifier extension, where it is offered."""
        if self.identifier == "off":
            return None
        try:
            name = payment["extensions"][IDENTIFIER]["info"]["id"]
        except (KeyError, TypeError):
            name = None
        if name is None and self.identifier == "optional":
            return None
        good = isinstance(name, str) and name.isascii() and 16 <= len(name) <= 128
        if not good or not name.replace("-", "").replace("_", "").isalnum():
            raise Stop(_plain(400, "A payment identifier is needed: 16 to 128 letters, digits, - or _."))
        return name

    def _demand(
        self, request: Request, version: int | None = None, reason: str | None = None, payment: Payment | None = None
    ) -> Response:
        """402 with what a call costs; with a ``reason`` it also says that a payment was not taken."""
        resource = f"{base_of(request)}/api/tools/{TOOLS[0]}"
        body: dict[str, Any] = {}
        if 1 in self.versions:
            body = {"x402Version": 1, "error": reason or "X-PAYMENT header is required"}
            body["accepts"] = [self.offer.item(1, resource)]
        if payment is not None:
            body["payment"] = payment.shown(self._clock())
        answer = JSONResponse(body, status_code=402)
        if 2 in self.versions:
            about = {"url": resource, "description": "Refine a mask", "mimeType": "application/json"}
            error = reason or "PAYMENT-SIGNATURE header is required"
            demand = {"x402Version": 2, "error": error, "resource": about, "accepts": [self.offer.item(2, resource)]}
            if self.identifier != "off":
                demand["extensions"] = {IDENTIFIER: _extension(self.identifier == "required")}
            answer.headers["payment-required"] = encode(demand)
        if version is not None:
            network = self.offer.network_name(version)
            receipt = {"success": False, "errorReason": reason, "transaction": "", "network": network}
            answer.headers[ANSWERS[version]] = encode(receipt)
        return answer

    async def _work(self, body: dict[str, str]) -> bytes:
        try:
            return await alibaba.refined(self.inputs, body["ImageURL"], body["MaskImageURL"])
        except alibaba.Refusal as error:
            raise Stop(_plain(400, f"{error.code}: {error}")) from error

    def _answer(self, request: Request, body: dict[str, str], data: bytes, how: str) -> Response:
        number = str(uuid4())
        url = self.outputs.keep(request, data)
        self.jobs[number] = url
        self.charges.append((number, PRICE, how))
        shown = _data(self.data_shape, url, body)
        return JSONResponse({"code": "200", "content": "", "data": shown, "message": "success", "requestId": number})


def _data(shape: str, url: str, body: dict[str, str]) -> dict[str, Any]:
    """The wrapped answer in one of the nestings a client must expect."""
    inner = {"RequestId": str(uuid4()).upper(), "Data": {"Elements": [{"ImageURL": url}]}}
    if shape == "deep":
        return {"Action": "RefineMask", "request": dict(body), "response": {"statusCode": 200, "body": inner}}
    result = {"object": inner, "text": json.dumps(inner), "url": url}[shape]
    return {"Action": "RefineMask", "Result": result}


def _is_sound(body: Any) -> bool:
    if not isinstance(body, dict) or body.keys() != {"ImageURL", "MaskImageURL"}:
        return False
    return all(isinstance(url, str) and url.startswith(("http://", "https://")) for url in body.values())


async def _body(request: Request) -> Any:
    try:
        return await request.json()
    except ValueError:
        return None


def _nonce(transfer: Any) -> str:
    """One authorization as the token contract tells them apart: payer and nonce."""
    if not isinstance(transfer, dict):
        return ""
    return f"{transfer.get('from')}:{transfer.get('nonce')}".lower()


def _signed(payment: dict[str, Any]) -> str:
    return json.dumps(payment.get("payload"), sort_keys=True)


def _extension(required: bool) -> dict[str, Any]:
    named = {"type": "string", "minLength": 16, "maxLength": 128, "pattern": "^[a-zA-Z0-9_-]+$"}
    properties = {"required": {"type": "boolean"}, "id": named}
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": properties}
    return {"info": {"required": required}, "schema": {**schema, "required": ["required"]}}


def _plain(status: int, text: str, code: str | None = None) -> Response:
    body = {"code": code or str(status), "content": "", "data": {}, "message": text, "requestId": str(uuid4())}
    return JSONResponse(body, status_code=status)


def _words(status: int) -> object:
    """What the fault layer says for this service."""
    return {"code": str(status), "content": "", "data": {}, "message": f"Status {status}.", "requestId": str(uuid4())}
