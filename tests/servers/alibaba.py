"""Alibaba Cloud's imageseg ``RefineMask`` on loopback, with both ways of signing (docs/services.md, 3.6).

Listen with `AlibabaServer.routes` at any prefix; the official client posts to ``/``, so they are good there too. An
input the service would not take answers with the code that its documents list. Only an answer with a result is charged.
"""

import asyncio
import base64
import calendar
import hashlib
import hmac
import io
import json
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote
from uuid import uuid4

from PIL import Image
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers import pictures
from tests.servers.exchange import LOOPBACK, Charge, Inputs, NoInput, Outputs, record
from tests.servers.faults import Faults, fault_of

HOST = "imageseg.cn-shanghai.aliyuncs.com"
LARGEST_BYTES = 3 * 1000 * 1000
SIDES = (32, 2000)  # px, both exclusive
SKEW = 15 * 60  # seconds a request's own time may be off
FORMATS = ("JPEG", "PNG", "BMP")


class Refusal(Exception):
    """An error answer: HTTP status, Alibaba's code and a text."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


def _escaped(value: str) -> str:
    return quote(value, safe="-_.~")


def _query(pairs: Mapping[str, str]) -> str:
    return "&".join(f"{_escaped(key)}={_escaped(pairs[key])}" for key in sorted(pairs))


def acs3_signature(
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    signed: list[str],
    body: bytes,
    secret: str,
) -> str:
    """Signature A, hexadecimal: HMAC-SHA256 over the listed headers (lower-case names) and the body's digest."""
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in signed)
    digest = hashlib.sha256(body).hexdigest()
    canonical = "\n".join([method, path, _query(query), lines, ";".join(signed), digest])
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def rpc_signature(values: Mapping[str, str], secret: str, method: str = "POST") -> str:
    """Signature B, base64: HMAC-SHA1 over all parameters but ``Signature`` itself."""
    text = f"{method}&{_escaped('/')}&{_escaped(_query(values))}"
    return base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()).decode()


def refine(photo: bytes, mask: bytes) -> bytes:
    """The grey PNG of a refined mask (`pictures.refined`); `Refusal` for what the service does not take."""
    for data in (photo, mask):
        _check_file(data)
    pixels, plane = pictures.decode(photo), pictures.decode(mask, "L")
    if pixels.shape[:2] != plane.shape:
        raise Refusal(400, "InvalidImage.Resolution", "The mask does not have the size of the image.")
    return pictures.encode(pictures.refined(pixels, plane))


def _check_file(data: bytes) -> None:
    if len(data) >= LARGEST_BYTES:
        raise Refusal(400, "InvalidFile.Size", "The file is not below 3 MB.")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            size = picture.size
    except (OSError, Image.DecompressionBombError) as error:
        raise Refusal(400, "InvalidFile.Content", "The file is no JPG, PNG or BMP.") from error
    if not all(SIDES[0] < side < SIDES[1] for side in size):
        raise Refusal(400, "InvalidImage.Resolution", "The sides must be above 32 and below 2000 pixels.")


async def refined(inputs: Inputs, image: str, mask: str) -> bytes:
    """Fetch both inputs and refine; `Refusal` for what cannot be had or is not taken."""
    try:
        if not (image.isascii() and mask.isascii()):
            raise Refusal(400, "InvalidParameter", "The URL has characters outside ASCII.")
        data = [await inputs.fetch(url) for url in (image, mask)]
    except NoInput as error:
        raise Refusal(400, "IllegalUrlParameter", str(error)) from error
    return await asyncio.to_thread(refine, *data)


class AlibabaServer:
    """The service for one key pair. ``charges`` counts calls (amount 1: no price is published)."""

    def __init__(
        self,
        key_id: str = "test-key-id",
        key_secret: str = "test-key-secret",
        faults: Faults | None = None,
        *,
        allowed_hosts: Collection[str] = LOOPBACK,
        aliases: Mapping[str, str] | None = None,
        result_lifetime: float = 1800.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.faults = faults or Faults()
        self.inputs = Inputs(allowed_hosts, aliases or {})
        self.outputs = Outputs(self.faults, ("authorization", "x-acs-signature-nonce"), result_lifetime, clock)
        self.requests: list[dict[str, Any]] = []
        self.charges: list[Charge] = []
        self.jobs: dict[str, str] = {}
        self._keys = {key_id: key_secret}
        self._clock = clock
        self._nonces: set[str] = set()

    @property
    def routes(self) -> list[Route]:
        """Relative to the prefix, or to the root."""
        entry = self.faults.route("/", self._entry, "alibaba.refine", methods=("GET", "POST"), words=_words)
        return [entry, self.outputs.route]

    async def _entry(self, request: Request) -> Response:
        body = await request.body()
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self.requests.append(record(request, "alibaba.refine", form))
        try:
            return await self._answer(request, self._signed_values(request, form, body))
        except Refusal as refusal:
            return _error(refusal)

    def _signed_values(self, request: Request, form: Mapping[str, str], body: bytes) -> dict[str, str]:
        """The parameters of a request that is well signed and asks for RefineMask."""
        query = dict(request.query_params)
        values = {**form, **query}
        if request.headers.get("authorization", "").startswith("ACS3-HMAC-SHA256 "):
            self._check_acs3(request, query, body)
            asked = (request.headers["x-acs-action"], request.headers["x-acs-version"])
        else:
            self._check_rpc(request.method, values)
            asked = (values.get("Action", ""), values.get("Version", ""))
        if asked != ("RefineMask", "2019-12-30"):
            raise Refusal(400, "InvalidAction.NotFound", "There is no such action or version.")
        return values

    def _secret(self, key_id: str) -> str:
        if key_id not in self._keys:
            raise Refusal(404, "InvalidAccessKeyId.NotFound", "The access key is not known.")
        return self._keys[key_id]

    def _check_fresh(self, nonce: str, stamp: str) -> None:
        """A request's time is near ours and its nonce is new."""
        try:
            sent = calendar.timegm(time.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ"))
        except ValueError as error:
            raise Refusal(400, "InvalidParameter", "The time of the request is not in UTC form.") from error
        if abs(sent - self._clock()) > SKEW:
            raise Refusal(400, "InvalidTimeStamp.Expired", "The time of the request is too far off.")
        if not nonce or nonce in self._nonces:
            raise Refusal(400, "SignatureNonceUsed", "The nonce was used before.")
        self._nonces.add(nonce)

    def _check_acs3(self, request: Request, query: Mapping[str, str], body: bytes) -> None:
        _, _, rest = request.headers["authorization"].partition(" ")
        parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
        secret = self._secret(parts.get("Credential", ""))
        signed = parts.get("SignedHeaders", "").split(";")
        headers = {name.lower(): value for name, value in request.headers.items()}
        must = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"}
        if not must <= set(signed) or signed != sorted(signed) or not set(signed) <= headers.keys():
            raise Refusal(400, "AuthFailed", "Headers that must be signed are not.")
        if headers["x-acs-content-sha256"] != hashlib.sha256(body).hexdigest():
            raise Refusal(400, "AuthFailed", "The digest of the body is wrong.")
        wanted = acs3_signature(request.method, request.url.path, query, headers, signed, body, secret)
        if not hmac.compare_digest(wanted, parts.get("Signature", "")):
            raise Refusal(400, "InvalidAccessKeySecret", "The signature is wrong.")
        self._check_fresh(headers["x-acs-signature-nonce"], headers["x-acs-date"])

    def _check_rpc(self, method: str, values: dict[str, str]) -> None:
        secret = self._secret(values.get("AccessKeyId", ""))
        if (values.get("SignatureMethod"), values.get("SignatureVersion")) != ("HMAC-SHA1", "1.0"):
            raise Refusal(403, "AuthFailed", "This way of signing is not known.")
        wanted = rpc_signature({k: v for k, v in values.items() if k != "Signature"}, secret, method)
        if not hmac.compare_digest(wanted, values.get("Signature", "")):
            raise Refusal(400, "InvalidAccessKeySecret", "The signature is wrong.")
        self._check_fresh(values.get("SignatureNonce", ""), values.get("Timestamp", ""))

    async def _answer(self, request: Request, values: Mapping[str, str]) -> Response:
        if not values.get("ImageURL") or not values.get("MaskImageURL"):
            raise Refusal(400, "ClientError.IllegalArgument", "ImageURL and MaskImageURL are needed.")
        if fault_of(request) == "errors200":
            return _error(Refusal(200, "InternalError.Algo", "The algorithm failed."))
        data = await refined(self.inputs, values["ImageURL"], values["MaskImageURL"])
        number = str(uuid4()).upper()
        url = self.outputs.keep(request, data)
        self.jobs[number] = url
        self.charges.append((number, 1, "RefineMask"))
        return JSONResponse({"RequestId": number, "Data": {"Elements": [{"ImageURL": url}]}})


def _error(refusal: Refusal) -> Response:
    body = {"RequestId": str(uuid4()).upper(), "HostId": HOST, "Code": refusal.code, "Message": str(refusal)}
    return Response(json.dumps(body | {"Recommend": ""}), refusal.status, media_type="application/json")


def _words(status: int) -> object:
    """What the fault layer says for this service."""
    code = {429: "Throttling", 402: "InvalidApi.NotPurchase", 503: "InternalError.Timeout"}.get(status, "InternalError")
    return {"RequestId": str(uuid4()).upper(), "HostId": HOST, "Code": code, "Message": f"Status {status}."}
