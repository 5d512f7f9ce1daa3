"""Images that the Runware double keeps, fetches and gives out (docs/services.md, 1.4 and 1.5)."""

import base64
import binascii
import io
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from PIL import Image

from tests.patience import PATIENCE
from tests.servers import pictures
from tests.servers.runware_rules import Refused, is_uuid

LONGEST = 2048  # px on the longer side of a stored upload
FORMATS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "BMP": "bmp", "GIF": "gif"}
TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "bmp": "image/bmp", "gif": "image/gif"}
FOR_WORK = ("png", "jpg", "webp")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Kept:
    """One file: its bytes, its ending, and when it goes (monotonic seconds), if ever."""

    data: bytes
    suffix: str
    until: float | None = None


@dataclass
class Images:
    """Files by UUID: uploads and results alike."""

    kept: dict[str, Kept] = field(default_factory=dict)

    def keep(self, data: bytes, suffix: str, ttl: int | None = None) -> str:
        """Store bytes as they are and give their UUID."""
        name = str(uuid.uuid4())
        self.kept[name] = Kept(data, suffix, None if ttl is None else time.monotonic() + ttl)
        return name

    def get(self, name: str) -> Kept | None:
        """A file that is still there."""
        found = self.kept.get(name)
        if found is None or (found.until is not None and found.until < time.monotonic()):
            return None
        return found

    async def upload(self, given: object, where: str) -> str:
        """Store an image sent as data URI, base64 or URL, made smaller where it is too large; gives its UUID."""
        if not isinstance(given, str) or not given:
            raise Refused("missingParameter", "An image is needed.", where)
        data = await _bytes_of(given, where)
        _suffix(data, where)
        data = pictures.at_most(data, LONGEST)
        return self.keep(data, _suffix(data, where))

    async def resolve(self, given: str, where: str) -> tuple[str, bytes]:
        """UUID and bytes of an input image in any of its four forms; an inline one is kept under a new UUID."""
        if is_uuid(given):
            found = self.get(given)
            if found is None:
                raise Refused("imageNotFound", "There is no image with this UUID.", where)
            return given, found.data
        data = await _bytes_of(given, where)
        suffix = _suffix(data, where)
        if suffix not in FOR_WORK:
            raise Refused("unsupportedImageFormat", "Images must be PNG, JPG or WEBP.", where)
        return self.keep(data, suffix), data


async def _bytes_of(given: str, where: str) -> bytes:
    if given.startswith(("http://", "https://")):
        return await _fetched(given, where)
    encoded = given
    if given.startswith("data:"):
        head, _, encoded = given.partition(",")
        if not head.startswith("data:image/") or not head.endswith(";base64"):
            raise Refused("invalidImage", "The data URI must hold an image in base64.", where)
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise Refused("invalidImage", "The image is neither a UUID, a URL, a data URI nor base64.", where) from None


async def _fetched(url: str, where: str) -> bytes:
    if urlsplit(url).hostname not in LOOPBACK:
        raise Refused("invalidImageURL", "This test server fetches from this machine only.", where)
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
            return (await client.get(url)).raise_for_status().content
    except httpx.HTTPError:
        raise Refused("downloadFailed", "The image could not be downloaded.", where) from None


async def put_away(url: str, data: bytes, kind: str) -> None:
    """Send a result to an uploadEndpoint on this machine."""
    if urlsplit(url).hostname not in LOOPBACK:
        raise Refused("invalidUploadEndpoint", "This test server sends to this machine only.", "uploadEndpoint")
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
            (await client.put(url, content=data, headers={"content-type": kind})).raise_for_status()
    except httpx.HTTPError:
        raise Refused("uploadFailed", "The result could not be sent to its endpoint.", "uploadEndpoint") from None


def _suffix(data: bytes, where: str) -> str:
    """The ending for an encoded image; refuses what is none."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return FORMATS[picture.format or ""]
    except (OSError, KeyError):
        raise Refused("invalidImage", "These bytes are no image that can be read.", where) from None
