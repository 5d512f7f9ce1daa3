"""Adobe's token service and its masking endpoints on loopback, with jobs that are polled (docs/services.md, 2).

Work is done while a job is accepted; polling then shows the waiting words first. A job that worked out is one charge
(amount 1: the service reports no price). Inputs outside the list of hosts are refused at once, whatever else is wrong
with an input makes the job fail.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.servers.adobework import ENDPOINTS, BadRequest, JobFailed, Made
from tests.servers.exchange import LOOPBACK, Charge, Inputs, NoInput, Outputs, base_of, record
from tests.servers.faults import Faults, fault_of

WAITING = {"v1": ("not_started", "running"), "v2": ("pending", "running"), "unknown": ("queued", "warming_up")}
V1_CODES = {400: "input_validation_error", 401: "unauthorized", 403: "forbidden", 404: "not_found"}
V1_CODES |= {429: "too_many_requests", 500: "internal_server_error"}
V2_CODES = {400: "validation_error", 403: "unauthorized_forbidden", 404: "unknown_job_id"}
V2_CODES |= {402: "unauthorized_forbidden", 429: "unauthorized_rate_limited"}


@dataclass
class Job:
    """One accepted job: what a poll says after the ``waiting`` words. ``outcome`` lacks jobId and status."""

    number: str
    version: int
    what: str
    waiting: list[str]
    outcome: dict[str, Any] = field(default_factory=dict)
    failed: bool = False
    polls: int = 0


class AdobeServer:
    """The service for one client id and secret.

    ``job_shape``, ``box_shape``, ``words`` (of waiting) and ``output_shape`` choose among the documented shapes and may
    be changed at any time. ``rate`` is (requests, seconds) for all POSTs together, answered with 429 beyond that.
    """

    def __init__(
        self,
        client_id: str = "test-client-id",
        client_secret: str = "test-client-secret",
        faults: Faults | None = None,
        *,
        job_shape: Literal["statusUrl", "links"] = "statusUrl",
        box_shape: Literal["xy", "lefttop"] = "xy",
        words: Literal["own", "v1", "v2", "unknown"] = "own",
        output_shape: Literal["destination", "url", "href"] = "destination",
        allowed_hosts: Collection[str] = LOOPBACK,
        aliases: Mapping[str, str] | None = None,
        token_lifetime: int = 86399,
        result_lifetime: float = 3600.0,
        rate: tuple[int, float] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.faults = faults or Faults()
        self.job_shape, self.box_shape, self.words, self.output_shape = job_shape, box_shape, words, output_shape
        self.inputs = Inputs(allowed_hosts, aliases or {})
        self.outputs = Outputs(self.faults, ("authorization", "x-api-key"), result_lifetime, clock)
        self.token_lifetime, self.rate = token_lifetime, rate
        self.requests: list[dict[str, Any]] = []
        self.charges: list[Charge] = []
        self.jobs: dict[str, Job] = {}
        self._client = (client_id, client_secret)
        self._clock = clock
        self._tokens: dict[str, float] = {}
        self._failures: list[tuple[str, str]] = []
        self._posted: list[float] = []

    @property
    def routes(self) -> list[Route]:
        """Relative to the prefix. Stages: adobe.token, adobe.hello, adobe.submit, adobe.status, result."""
        route, get = self.faults.route, ("GET",)
        posts = [
            route(f"/v{one.version}/{name}", self._submit, "adobe.submit", words=_words(one.version))
            for name, one in ENDPOINTS.items()
        ]
        polls = [
            route(f"/v{version}/status/{{number:path}}", self._status, "adobe.status", get, _words(version))
            for version in (1, 2)
        ]
        token = route("/ims/token/v3", self._token, "adobe.token", words=lambda status: {"error": "server_error"})
        hello = route("/pie/psdService/hello", self._hello, "adobe.hello", get, _words(2))
        return [token, hello, *posts, *polls, self.outputs.route]

    def expire_tokens(self) -> None:
        """All tokens handed out so far answer 401 with 401013."""
        self._tokens.clear()

    def fail_next(self, code: str = "processing_error", text: str = "The picture could not be worked on.") -> None:
        """The next accepted job ends as failed, uncharged."""
        self._failures.append((code, text))

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        self.requests.append(record(request, "adobe.token", form))
        if fault_of(request) == "errors200":
            return JSONResponse({"error": "server_error", "error_description": "Try again."})
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return _oauth("invalid_request", "The body is no form.")
        if form.get("grant_type") != "client_credentials":
            return _oauth("unsupported_grant_type", "The grant type is not known.")
        if (form.get("client_id"), form.get("client_secret")) != self._client:
            return _oauth("invalid_client", "The client id or secret is wrong.")
        if not form.get("scope"):
            return _oauth("invalid_scope", "A scope is needed.")
        token = f"eyJ{uuid4().hex}{uuid4().hex}"
        self._tokens[token] = self._clock() + self.token_lifetime
        return JSONResponse({"access_token": token, "token_type": "bearer", "expires_in": self.token_lifetime})

    def _refused(self, request: Request, version: int) -> Response | None:
        """The answer to a request without good credentials, else None."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or self._tokens.get(token, 0.0) <= self._clock():
            return JSONResponse({"error_code": "401013", "message": "Oauth token is not valid"}, status_code=401)
        if request.headers.get("x-api-key") != self._client[0]:
            return _error(version, 403, "The API key is not the one of this token.")
        return None

    async def _hello(self, request: Request) -> Response:
        self.requests.append(record(request, "adobe.hello", None))
        return self._refused(request, 2) or PlainTextResponse("Welcome to the Photoshop API!")

    def _too_fast(self) -> Response | None:
        if self.rate is None:
            return None
        most, seconds = self.rate
        now = self._clock()
        self._posted = [when for when in self._posted if when > now - seconds]
        if len(self._posted) < most:
            self._posted.append(now)
            return None
        answer = _error(1, 429, "Too many requests.")
        answer.headers["retry-after"] = str(max(1, round(self._posted[0] + seconds - now)))
        return answer

    async def _submit(self, request: Request) -> Response:
        what = request.url.path.rsplit("/", 1)[1]
        endpoint = ENDPOINTS[what]
        try:
            body = await request.json()
        except ValueError:
            body = None
        self.requests.append(record(request, f"adobe.{what}", body))
        if refused := self._refused(request, endpoint.version) or self._too_fast():
            return refused
        if fault_of(request) == "errors200":
            return _error(endpoint.version, 200, "The service failed.")
        try:
            urls = endpoint.sources(body)
            for url in urls.values():
                self.inputs.check(url)
        except BadRequest as error:
            return _error(endpoint.version, 400, str(error), error.allowed)
        except NoInput as error:
            return _error(endpoint.version, 400, str(error))
        job = self._accept(endpoint.version, what)
        await self._work(request, job, urls, body)
        return JSONResponse(self._accepted(request, job), status_code=202)

    def _accept(self, version: int, what: str) -> Job:
        number = str(uuid4()) if version == 1 else f"urn:ff:jobs:eso851243:{uuid4()}"
        words = f"v{version}" if self.words == "own" else self.words
        self.jobs[number] = job = Job(number, version, what, list(WAITING[words]))
        return job

    async def _work(self, request: Request, job: Job, urls: dict[str, str], body: dict[str, Any]) -> None:
        try:
            self._fail_as_told()
            data = {name: await self.inputs.fetch(url) for name, url in urls.items()}
            made = await asyncio.to_thread(ENDPOINTS[job.what].work, data, body)
        except (JobFailed, NoInput) as error:
            job.failed = True
            code = error.code if isinstance(error, JobFailed) else "input_validation_error"
            job.outcome = {"error_code": code, "message": str(error)}
            if job.version == 2:
                job.outcome["errorDetails"] = [{"errorCode": code, "message": str(error)}]
            return
        self.charges.append((job.number, 1, job.what))
        job.outcome = self._outcome(request, job, made)

    def _fail_as_told(self) -> None:
        if self._failures:
            raise JobFailed(*self._failures.pop(0))

    def _outcome(self, request: Request, job: Job, made: list[Made]) -> dict[str, Any]:
        outcome: dict[str, Any] = {}
        for one in made:
            item = self._item(self.outputs.keep(request, one.data, one.kind), one)
            if one.slot.endswith("[]"):
                outcome.setdefault(one.slot[:-2], []).append(item)
            else:
                outcome[one.slot] = item
        for slot in ("semanticMasks", "backgroundMasks") if job.what == "mask-objects" else ():
            outcome.setdefault(slot, [])
        return outcome if job.version == 1 else {"result": outcome}

    def _item(self, url: str, one: Made) -> dict[str, Any]:
        item: dict[str, Any] = {"mediaType": one.kind}
        if one.slot != "outputs[]" or self.output_shape == "destination":
            item["destination"] = {"url": url}
        elif self.output_shape == "url":
            item["url"] = url
        else:
            item["destination"] = {"href": url}
        if one.label is not None:
            item |= {"label": one.label, "score": one.score}
        if one.box is not None:
            names = ("x", "y") if self.box_shape == "xy" else ("left", "top")
            item["boundingBox"] = dict(zip((*names, "width", "height"), one.box, strict=True))
        return item

    def _accepted(self, request: Request, job: Job) -> dict[str, Any]:
        url = f"{base_of(request)}/v{job.version}/status/{job.number}"
        if self.job_shape == "statusUrl":
            return {"jobId": job.number, "statusUrl": url}
        return {"jobId": job.number, "_links": {"self": {"href": url}}}

    async def _status(self, request: Request) -> Response:
        self.requests.append(record(request, "adobe.status", None))
        version = 1 if "/v1/status/" in request.url.path else 2
        if refused := self._refused(request, version):
            return refused
        job = self.jobs.get(request.path_params["number"])
        if job is None or job.version != version:
            return _error(version, 404, "There is no such job.")
        job.polls += 1
        if job.waiting:
            return JSONResponse({"jobId": job.number, "status": job.waiting.pop(0)})
        status = "failed" if job.failed else "succeeded"
        return JSONResponse({"jobId": job.number, "status": status, **job.outcome})


def _oauth(code: str, text: str) -> Response:
    return JSONResponse({"error": code, "error_description": text}, status_code=400)


def _error_body(version: int, status: int, text: str, allowed: tuple[str, ...] = ()) -> dict[str, Any]:
    if version == 2:
        code = V2_CODES.get(status, "runtime_error")
        return {"error_code": code, "message": text, "errors": [{"error_code": code, "message": text}]}
    details = [{"reason": text, "allowedValues": ", ".join(allowed)}]
    code = V1_CODES.get(status, V1_CODES[500])
    return {"type": code, "code": str(status), "title": text, "details": details}


def _error(version: int, status: int, text: str, allowed: tuple[str, ...] = ()) -> Response:
    return JSONResponse(_error_body(version, status, text, allowed), status_code=status)


def _words(version: int) -> Callable[[int], object]:
    """What the fault layer says for an API version."""
    return lambda status: _error_body(version, status, f"The service answers {status}.")
