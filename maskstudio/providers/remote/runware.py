"""Runware over HTTPS: masks of faces, hands and people, and background removal (docs/services.md, 1)."""

import asyncio
import base64
import binascii
from collections.abc import Callable, Mapping
from typing import ClassVar
from uuid import uuid4

import numpy as np

from maskstudio.core.arrays import Box, Plane
from maskstudio.errors import (
    BadAnswer,
    BadParameter,
    KeyNeeded,
    MaskStudioError,
    ProviderFailed,
    Unclear,
    Unreachable,
)
from maskstudio.params.runware import RunwareAccount, RunwareCutoutParams, RunwareMaskParams
from maskstudio.params.spec import Params
from maskstudio.providers.remote import carrier
from maskstudio.providers.remote.base import Answer, Errand, Keys, Piece, Plan, Times, Trip, Where, aside
from maskstudio.providers.remote.hosting import Hosting
from maskstudio.providers.remote.pictures import Sent, box_of, cutout_of, encoded, fitted, mask_of, picture_size
from maskstudio.providers.remote.redact import sentence
from maskstudio.providers.remote.runware_job import RunwareTask
from maskstudio.providers.remote.runware_pieces import shares
from maskstudio.providers.remote.runware_tasks import (
    LONGEST,
    TITLE,
    Json,
    Outcome,
    Taken,
    cutout_task,
    envelope,
    error_of,
    label_of,
    mask_task,
    outcome,
    poll_task,
    refusal,
    speaks,
    upload_task,
    wants_mask,
)
from maskstudio.providers.remote.wire import Reply, Wire, backoff
from maskstudio.services.addresses import configured, site_of
from maskstudio.services.departure import ServiceOperation
from maskstudio.services.runware import RUNWARE

_PATIENT = Times()
_INLINE = 8 << 20  # most bytes of an encoded photo that is sent inside the task; a larger one is uploaded first
_SHAPED = frozenset({"mask_padding", "mask_blur"})
LINK = "link"  # how a photo is sent that is stored elsewhere
_MOSTLY = 0.9  # share of the border
_INSIDE_OUT = (
    "This mask holds the border of the photo; if it is inside out, set what RemBG's mask is white for in the account."
)
_HEAD = 1 << 20  # most bytes of an answer besides its picture
Judge = Callable[[Reply], MaskStudioError | None]


class Runware:
    """The client for an account. ``keys["apiKey"]`` is read for each errand and not kept."""

    name, title = RUNWARE.name, RUNWARE.title
    operations: ClassVar[Mapping[ServiceOperation, type[Params]]] = RUNWARE.operations

    def __init__(self, account: RunwareAccount, keys: Keys, *, times: Times = _PATIENT, inline: int = _INLINE) -> None:
        self.account = account
        self._keys, self._times, self._inline = keys, times, inline

    def plan(self, operation: ServiceOperation, params: Params, size: tuple[int, int]) -> Plan:
        """What would be sent for a photo of ``size`` (width, height)."""
        kind = "PNG" if self.account.send_as == "PNG" else "JPEG"
        note = RUNWARE.price_note
        hosts: tuple[str, ...] = ()
        problem = ""
        try:
            checked = _check(operation, params)
            hosts = (configured(self.account.base_url, TITLE).host,)
            if checked.upload_endpoint:
                hosts = (*hosts, site_of(checked.upload_endpoint).host)
            if checked.input_image:
                return Plan(fitted(size, LONGEST), LINK, hosts, None, note)
        except BadParameter as error:
            problem = str(error)
        return Plan(fitted(size, LONGEST), kind, hosts, None, note, problem)

    async def run(self, errand: Errand, trip: Trip) -> Answer:
        """Do the errand, or with ``errand.dry`` only ask for its price.

        Raises BadParameter and the kinds of ``ProviderFailed``.
        """
        params, key = _check(errand.operation, errand.params), self._key()
        trip.report(0.0, "Preparing the photo")
        size = fitted(errand.size, LONGEST)
        # Asking for a price must not use up the id of the work itself.
        identity = str(uuid4()) if errand.dry else errand.identity
        job = RunwareTask(identity, trip, key)
        async with self._wire(key, job.judge, _most(_sizes(params, errand.size)[-1])) as wire:
            image = params.input_image
            if not image:
                photo = await aside(lambda _: encoded(errand.photo, size, self.account.send_as))
                image = await self._handed_over(wire, photo, trip)
            task = _task(params, identity, image, size[0] / errand.size[0], self.account.dialect)
            if errand.dry:
                return await self._priced(wire, task, key)
            found = await job.run(wire, task)
            return await self._answer(wire, errand, params, found, trip)

    async def fetch(self, errand: Errand, where: Where, trip: Trip) -> Answer:
        """The answer to an earlier task: requested by its id, or else from the link of its picture."""
        params, key = _check(errand.operation, errand.params), self._key()
        job = RunwareTask(where.get("task", ""), trip, key)
        async with self._wire(key, job.judge, _most(_sizes(params, errand.size)[-1])) as wire:
            try:
                found = await job.again(wire)
            except ProviderFailed:
                if "link" not in where:
                    raise
                found = Outcome("done", ("URL", where["link"]))
            return await self._answer(wire, errand, params, found, trip)

    async def _answer(
        self, wire: Wire, errand: Errand, params: RunwareMaskParams | RunwareCutoutParams, found: Outcome, trip: Trip
    ) -> Answer:
        """The pieces in the picture of a finished task."""
        sizes = _sizes(params, errand.size)
        data = await self._fetched(wire, found, sizes[-1], trip)
        trip.report(0.95, "Reading the result")
        note = _note(found, *wire.secrets)
        inside_out = self.account.mask_shows == "background"
        pieces, odd = await aside(lambda check: _pieces(errand, params, data, found, sizes, inside_out, check))
        if not pieces:
            note = note or f"{TITLE} found nothing in this photo."
        return Answer(pieces, found.cost, " ".join(filter(None, (note, odd))), found.said)

    async def check(self) -> str:
        """Request a task that cannot exist: only a valid key gets that answer. Nothing is sent and nothing is spent."""
        key, identity = self._key(), str(uuid4())
        async with self._wire(key, lambda reply: refusal(reply, key), 0) as wire:
            reply = await wire.call("POST", json=[poll_task(identity)], accept=(400, 404))
            found = outcome(reply.data, identity)
            if not speaks(reply.data):
                raise BadAnswer(f"What answers at {wire.origin} is not {TITLE}; check its address.")
            if found.state == "failed" and not found.unknown:
                raise error_of(found.errors, reply.status, key)
        return f"{TITLE} answers and accepts the API key."

    def _key(self) -> str:
        key = self._keys["apiKey"].strip()
        if not key:
            raise KeyNeeded(f"{TITLE} needs an API key; set one in its account.")
        if not key.isascii() or not key.isprintable() or " " in key:
            raise KeyNeeded(f"The API key of {TITLE} holds letters that no key has; set it again.")
        return key

    def _wire(self, key: str, judge: Judge, picture: int) -> Wire:
        """A wire to the service.

        ``picture`` is the most bytes of a picture in an answer; base64 makes it a third larger.
        """
        headers, largest = {"Authorization": f"Bearer {key}"}, picture * 4 // 3 + _HEAD
        address = self.account.base_url
        return Wire(address, TITLE, times=self._times, headers=headers, secrets=(key,), judge=judge, largest=largest)

    async def _handed_over(self, wire: Wire, photo: Sent, trip: Trip) -> str:
        """The photo as it is named in a task: a data URI, or the UUID of an upload if it is large."""
        link = await aside(lambda _: f"data:{photo.kind};base64,{base64.b64encode(photo.data).decode()}")
        if len(photo.data) <= self._inline:
            return link
        trip.report(0.05, f"Uploading to {TITLE}")
        for attempt in range(1, self._times.tries + 1):
            # An upload costs nothing, so one with an unknown outcome is repeated under a new id.
            task = upload_task(str(uuid4()), link)
            try:
                reply = await wire.call("POST", json=[task], repeat="known")
                return _stored(reply)
            except (Unclear, Taken):
                await asyncio.sleep(min(backoff(self._times, attempt), wire.deadline.left))
        raise Unreachable(f"The photo could not be sent to {TITLE}: the connection broke.")

    async def _priced(self, wire: Wire, task: Json, key: str) -> Answer:
        """The price of a task without doing it (docs/services.md, 1.4, dry run)."""
        try:
            reply = await wire.call("POST", json=[task], repeat="known", headers={"X-Runware-Dry-Run": "1"})
        except Unclear:
            raise Unreachable(f"{TITLE} did not tell the price: the connection broke.") from None
        found = outcome(reply.data, str(task["taskUUID"]))
        if found.state == "failed":
            raise error_of(found.errors, reply.status, key)
        if found.cost is None:
            raise BadAnswer(f"{TITLE} did not tell a price.")
        return Answer((), found.cost)

    async def _fetched(self, wire: Wire, found: Outcome, size: tuple[int, int], trip: Trip) -> bytes:
        """The bytes of the result, from a link or from the answer itself."""
        trip.report(0.85, "Fetching the result")
        if found.picture is None:
            raise BadAnswer(f"{TITLE} says that it is done, but sent no picture.")
        form, text = found.picture
        if form == "URL":
            known = {wire.origin} if wire.origin.local else set()
            return await carrier.fetch(text, known, self._times, wire.deadline, largest=_most(size))
        return await aside(lambda _: _unpacked(text))


def client(account: Params, keys: Keys, _bucket: Hosting, times: Times) -> Runware:
    """The client for an account. This service gets the pictures themselves, so it needs no bucket."""
    assert isinstance(account, RunwareAccount)
    return Runware(account, keys, times=times)


def _check(operation: ServiceOperation, params: Params) -> RunwareMaskParams | RunwareCutoutParams:
    if type(params) is not Runware.operations.get(operation):
        raise BadParameter(f"{TITLE} does not offer this operation.")
    assert isinstance(params, RunwareMaskParams | RunwareCutoutParams)
    return params


def _task(
    params: RunwareMaskParams | RunwareCutoutParams, identity: str, image: str, scale: float, dialect: str
) -> Json:
    if isinstance(params, RunwareMaskParams):
        return mask_task(params, identity, image, scale, dialect)
    return cutout_task(params, identity, image, scale, dialect)


def _sizes(params: RunwareMaskParams | RunwareCutoutParams, size: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """The possible sizes of a result, the smallest first: of the copy sent, and of a photo stored elsewhere."""
    copy = fitted(size, LONGEST)
    return (copy, size) if params.input_image and copy != size else (copy,)


def _most(size: tuple[int, int]) -> int:
    """The most bytes of a picture of this size: four uncompressed channels of 16 bits, and a header."""
    return size[0] * size[1] * 8 + _HEAD


def _stored(reply: Reply) -> str:
    """The UUID of an upload. Raises BadAnswer, or the service's error."""
    items, errors = envelope(reply.data)
    for item in items:
        uuid = item.get("imageUUID") or item.get("mediaUUID")
        if isinstance(uuid, str):
            return uuid
    if errors:
        raise error_of(errors, reply.status)
    raise BadAnswer(f"{TITLE} took the photo but did not say under which name.")


def _unpacked(text: str) -> bytes:
    """The bytes of base64, with or without the prefix of a data URI."""
    try:
        return base64.b64decode(text.rpartition(",")[2].strip(), validate=True)
    except (binascii.Error, ValueError):
        raise BadAnswer(f"{TITLE} sent a picture that is damaged, so it was not used.") from None


def _note(found: Outcome, *secrets: str) -> str:
    """A sentence with an error reported beside a result (partial success); may be empty."""
    said = sentence(found.errors[0].get("message", ""), *secrets) if found.errors else ""
    return f"{TITLE} also reported: {said}." if said else ""


def _pieces(
    errand: Errand,
    params: RunwareMaskParams | RunwareCutoutParams,
    data: bytes,
    found: Outcome,
    sizes: tuple[tuple[int, int], ...],
    inside_out: bool,
    check: Callable[[], None],
) -> tuple[tuple[Piece, ...], str]:
    """The masks in a result, none if it is all black; and one sentence if the mask may be inverted."""
    sent = next((size for size in sizes if size == picture_size(data, TITLE)), sizes[0])
    colours: Plane | None = None
    odd = ""
    if wants_mask(params):
        mask = mask_of(data, sent, errand.photo, TITLE, check)
        if isinstance(params, RunwareCutoutParams):
            mask = 255 - mask if inside_out else mask
            odd = _INSIDE_OUT if _frames(mask) else ""
    else:
        mask, colours = cutout_of(data, sent, errand.photo, TITLE, check)
    if not mask.any():
        return (), odd
    if isinstance(params, RunwareCutoutParams):
        return (Piece("subject", None, box_of(mask), mask, colours),), odd
    label, done = label_of(params.model), _SHAPED if params.shape_there else frozenset[str]()
    spots = tuple((box, _on_photo(box, sent, errand.size)) for box in found.boxes[: params.max_detections])
    boxes = [(raw, box) for raw, box in spots if box is not None]
    if len(boxes) < 2:
        box = boxes[0][1] if boxes else box_of(mask)
        return (Piece(label, None, box, mask, done=done, said=_box_said(boxes[0][0]) if boxes else {}),), ""
    masks = shares(mask, [box for _, box in boxes], check)
    return tuple(
        Piece(label, None, box, share, done=done, said=_box_said(raw))
        for (raw, box), share in zip(boxes, masks, strict=True)
        if share.any()
    ), ""


def _box_said(box: Box) -> dict[str, object]:
    """A box under the service's own names (docs/services.md, 1.6)."""
    return {"boundingBox": dict(zip(("x_min", "y_min", "x_max", "y_max"), box, strict=True))}


def _frames(mask: Plane) -> bool:
    """Whether a mask covers nearly the whole border of the photo: few subjects do, and every background."""
    border = np.concatenate((mask[0], mask[-1], mask[:, 0], mask[:, -1]))
    return bool(np.count_nonzero(border > 127) > _MOSTLY * border.size) and bool((mask < 128).any())


def _on_photo(box: Box, sent: tuple[int, int], size: tuple[int, int]) -> Box | None:
    """A box of the copy sent, in px of the photo and clipped to it; None if nothing is left."""
    across, down = size[0] / sent[0], size[1] / sent[1]
    left, top = max(box[0] * across, 0.0), max(box[1] * down, 0.0)
    right, bottom = min(box[2] * across, size[0]), min(box[3] * down, size[1])
    return (left, top, right, bottom) if right > left and bottom > top else None
