"""A loopback double of Runware over HTTPS: tasks at ``/v1``, result files at ``/im/<uuid>.<ending>``.

Follows docs/services.md, 1 and the checklist in 8. The "models" are those of `pictures`, the same for
every name, so that a test can compute each answer itself. Stages of the fault layer: "runware.task", "runware.upload",
"runware.poll" and "result". A fault in a service's own words ("errors200", "bad-url", spoiled pictures) does the work
and charges for it, but "errors200" does not.
"""

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from tests.servers import pictures
from tests.servers.faults import PICTURE_KINDS, Faults, fault_of
from tests.servers.runware_images import TYPES, Images, put_away
from tests.servers.runware_rules import (
    MASKING,
    OLD_REMOVAL,
    REMOVAL,
    UPLOADS,
    Json,
    Order,
    Refused,
    read_order,
    task_id,
)

PRICES = {"masking": 0.0013, "removal": 0.0006}
CODES = {
    401: "invalidApiKey", 402: "insufficientCredits", 403: "permissionDenied", 429: "rateLimitExceeded",
    500: "internalServerError", 503: "serviceUnavailable",
}  # fmt: skip


@dataclass
class Job:
    """A task that was accepted: what was sent, what came out (None while it runs), polls until it says so."""

    task: Json
    polls: int
    result: Json | None = None
    error: Json | None = None


def words(status: int) -> object:
    """An error answer for the message as a whole."""
    return {"errors": [Refused(CODES.get(status, "httpError"), f"The service answers {status}.").as_json({})]}


def stage_of(body: bytes) -> str:
    """The step of a message: polling, uploading or anything else."""
    try:
        kinds = {task.get("taskType") for task in json.loads(body)}
    except (ValueError, AttributeError, TypeError):
        return "runware.task"
    if "getResponse" in kinds:
        return "runware.poll"
    return "runware.upload" if kinds & set(UPLOADS) else "runware.task"


class RunwareServer:
    """The service. ``keys`` open it, ``barred`` keys lack permission; ``prices`` in USD override `PRICES` by kind.

    ``balance`` USD are there to spend; ``processing`` polls of an async task answer so before it is done; the next
    ``failing`` async tasks end in an error and cost nothing. ``requests``, ``charges``, ``jobs`` may be read anytime.
    """

    def __init__(
        self,
        keys: Sequence[str] = ("key",),
        barred: Sequence[str] = (),
        prices: Mapping[str, float] | None = None,
        balance: float = 100.0,
        processing: int = 1,
        faults: Faults | None = None,
    ) -> None:
        self.keys = tuple(keys)
        self.barred = tuple(barred)
        self.prices = PRICES | dict(prices or {})
        self.balance = balance
        self.processing = processing
        self.failing = 0
        self.faults = faults or Faults()
        self.requests: list[Json] = []
        self.charges: list[tuple[str, float, str]] = []
        self.jobs: dict[str, Job] = {}
        self.images = Images()
        self.routes: list[BaseRoute] = [
            self.faults.route("/v1", self._message, stage_of, words=words),
            self.faults.route("/im/{name}", self._file, "result", methods=["GET"]),
        ]

    # ------------------------------------------------------------------ messages

    async def _message(self, request: Request) -> Response:
        """POST /v1: an array of tasks, answered with ``data`` and ``errors`` (1.1)."""
        raw = await request.body()
        try:
            tasks = json.loads(raw)
        except ValueError:
            tasks = None
        self.requests.append({"route": stage_of(raw), "headers": dict(request.headers), "body": tasks})
        if not isinstance(tasks, list) or not tasks or not all(isinstance(task, dict) for task in tasks):
            return _answer([], [Refused("invalidRequest", "The body must be an array of tasks.").as_json({})], 400)
        refusal = self._unauthorised(request, tasks[0])
        if refusal is not None:
            return _answer([], [refusal.as_json({"taskType": "authentication"})], refusal.status)
        if fault_of(request) == "errors200":
            failed = Refused("internalServerError", "The service failed.")
            return _answer([], [failed.as_json(task) for task in tasks], 200)
        data: list[Json] = []
        errors: list[Json] = []
        status = 400
        for task in tasks:
            try:
                data.append(await self._task(task, request))
            except Refused as refused:
                errors.append(refused.as_json(task))
                status = refused.status
        return _answer(data, errors, 200 if data else status)

    def _unauthorised(self, request: Request, first: Json) -> Refused | None:
        """Why this message may not come in; a Bearer header or an authentication task opens the door (1.1, 1.2)."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if first.get("taskType") == "authentication":
            given = str(first.get("apiKey", ""))
        if given in self.keys:
            return None
        if given in self.barred:
            return Refused("permissionDenied", "This API key may not do that.", "apiKey", 403)
        return Refused("invalidApiKey", "Invalid API key.", "apiKey", 401)

    async def _task(self, task: Json, request: Request) -> Json:
        kind = task.get("taskType")
        if kind == "authentication":
            return {"taskType": kind, "connectionSessionUUID": str(uuid.uuid4())}
        if kind == "ping":
            return {"taskType": kind, "pong": True}
        number = task_id(task)
        if kind == "getResponse":
            return self._polled(number, request)
        if kind == "getTaskDetails":
            job = self._job(number)
            return {"taskType": kind, "taskUUID": number, "request": [job.task], "response": job.result or {}}
        if kind not in (MASKING, REMOVAL, OLD_REMOVAL, *UPLOADS):
            raise Refused("invalidTaskType", f"There is no task {kind}.", "taskType")
        if number in self.jobs:
            raise Refused("conflictTaskUUID", "This taskUUID was used before.", "taskUUID")
        if kind in UPLOADS:
            return await self._upload(task, number, request)
        return await self._order(task, number, request)

    # ------------------------------------------------------------------ uploads

    async def _upload(self, task: Json, number: str, request: Request) -> Json:
        """The imageUpload and mediaStorage tasks (1.5)."""
        base = {"taskType": task["taskType"], "taskUUID": number}
        if task["taskType"] == "imageUpload":
            name = await self.images.upload(task.get("image"), "image")
            result = {"imageUUID": name, "imageURL": self._url(request, name)}
        elif task.get("operation") == "upload":
            name = await self.images.upload(task.get("media"), "media")
            result = {"operation": "upload", "mediaUUID": name, "mediaURL": self._url(request, name)}
        elif task.get("operation") == "delete":
            name = str(task.get("media"))
            if self.images.kept.pop(name, None) is None:
                raise Refused("mediaNotFound", "There is no media with this UUID.", "media")
            result = {"operation": "delete", "mediaUUID": name}
        else:
            allowed = ("upload", "delete")
            raise Refused("invalidOperation", "The operation must be upload or delete.", "operation", allowed=allowed)
        self.jobs[number] = Job(task, 0, base | result)
        return base | result

    # ------------------------------------------------------------------ work

    async def _order(self, task: Json, number: str, request: Request) -> Json:
        """Masking or background removal, at once or for later (1.6 to 1.8). Charged once it is done."""
        order = read_order(task)
        price = self.prices[order.kind]
        base = {"taskType": task["taskType"], "taskUUID": number}
        if request.headers.get("x-runware-dry-run") == "1":
            await self.images.resolve(order.image, order.image_parameter)
            return base | {"cost": price}
        if price > self.balance:
            raise Refused("insufficientCredits", "The balance is too low for this task.", status=402)
        # Taken before the work begins: the same task sent again meanwhile must not run twice.
        job = self.jobs[number] = Job(task, self.processing if order.output.later else 0)
        if order.output.later and self.failing:
            self.failing -= 1
            job.error = {"code": "processingFailed", "message": "The task failed."}
            return base
        self.balance -= price
        try:
            result = await self._worked(order, request)
        except Refused:
            self.balance += price
            del self.jobs[number]
            raise
        self.charges.append((number, price, task["taskType"]))
        job.result = base | result | ({"cost": price} if order.output.cost else {})
        return base if order.output.later else job.result

    async def _worked(self, order: Order, request: Request) -> Json:
        source, data = await self.images.resolve(order.image, order.image_parameter)
        work = _masked if order.kind == "masking" else _cut_out
        encoded, extra = await run_in_threadpool(work, order, data)
        fault = fault_of(request)
        if fault in PICTURE_KINDS:
            encoded = pictures.spoiled(encoded, fault)
        suffix = order.output.format.lower()
        name = self.images.keep(encoded, suffix, order.output.ttl)
        if order.output.endpoint:
            await put_away(order.output.endpoint, encoded, TYPES[suffix])
        url = "https://10.0.0.1/result.png" if fault == "bad-url" else self._url(request, name)
        text = base64.b64encode(encoded).decode()
        field, value = {
            "URL": ("URL", url),
            "base64Data": ("Base64Data", text),
            "dataURI": ("DataURI", f"data:{TYPES[suffix]};base64,{text}"),
        }[order.output.type]
        stem = "maskImage" if order.kind == "masking" else "image"
        return {"inputImageUUID": source, f"{stem}UUID": name, f"{stem}{field}": value, **extra}

    # ------------------------------------------------------------------ polling and files

    def _job(self, number: str) -> Job:
        if number not in self.jobs:
            raise Refused("taskFailedOrNotFound", "There is no task with this taskUUID.", "taskUUID")
        return self.jobs[number]

    def _polled(self, number: str, request: Request) -> Json:
        """What getResponse says of a task, sync or async: processing some times, then the result (1.8)."""
        job = self._job(number)
        base = {"taskType": job.task["taskType"], "taskUUID": number}
        if job.polls > 0 or (job.result is None and job.error is None):
            job.polls = max(0, job.polls - 1)
            return base | {"status": "processing", "progress": 40}
        if job.error is not None:
            return base | {"status": "error", "error": job.error}
        result = dict(job.result or {})
        if fault_of(request) == "bad-url":
            result = {name: "https://10.0.0.1/r.png" if name.endswith("URL") else it for name, it in result.items()}
        return result | {"status": "success"}

    def _url(self, request: Request, name: str) -> str:
        stem = str(request.url.replace(query="", fragment="")).removesuffix("/v1")
        return f"{stem}/im/{name}.{self.images.kept[name].suffix}"

    async def _file(self, request: Request) -> Response:
        """GET /im/…: a result or an upload. A request with credentials is refused: they do not belong here."""
        self.requests.append({"route": "result", "headers": dict(request.headers), "body": None})
        if {"authorization", "x-api-key", "cookie"} & set(request.headers):
            return Response("No credentials here.", 403, media_type="text/plain")
        kept = self.images.get(request.path_params["name"].split(".", maxsplit=1)[0])
        if kept is None:
            return Response("There is no such file.", 404, media_type="text/plain")
        return Response(kept.data, media_type=TYPES[kept.suffix])


def _answer(data: list[Json], errors: list[Json], status: int) -> Response:
    content: dict[str, Any] = {}
    if data:
        content["data"] = data
    if errors:
        content["errors"] = errors
    return JSONResponse(content, status)


def _masked(order: Order, data: bytes) -> tuple[bytes, Json]:
    """The mask of an imageMasking task and its detections."""
    wants = order.settings
    mask, found = pictures.detected(
        pictures.decode(data), wants["confidence"], wants["maxDetections"], wants["maskPadding"], wants["maskBlur"]
    )
    names = ("x_min", "y_min", "x_max", "y_max")
    boxes = [dict(zip(names, one.box, strict=True)) for one in found]
    return pictures.encode(mask, order.output.format, order.output.quality), {"detections": boxes}


def _cut_out(order: Order, data: bytes) -> tuple[bytes, Json]:
    """The cut-out of a background removal task, or its mask: white is subject."""
    wants = order.settings
    photo = pictures.decode(data)
    band = (wants["alphaMattingBackgroundThreshold"], wants["alphaMattingForegroundThreshold"])
    alpha = pictures.removed(photo, wants["postProcessMask"], band if wants["alphaMatting"] else None)
    red, green, blue, cover = wants["rgba"]
    pixels = alpha if wants["returnOnlyMask"] else pictures.filled(photo, alpha, (red, green, blue, cover))
    return pictures.encode(pixels, order.output.format, order.output.quality), {}
