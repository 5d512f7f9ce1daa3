"""The user's own S3 bucket, where pictures are stored while a service needs them (docs/services.md, 4).

boto3 only signs links; ``carrier.py`` transfers the bytes.
"""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Any
from uuid import uuid4

import numpy as np

from maskstudio.errors import BadParameter, KeyNeeded, MaskStudioError, ProviderFailed
from maskstudio.params.hosting import HostingAccount
from maskstudio.providers.remote import carrier
from maskstudio.providers.remote.base import Keys, Times
from maskstudio.providers.remote.pictures import Sent, encoded
from maskstudio.providers.remote.wire import Deadline
from maskstudio.services.addresses import Site, configured, site_of

log = logging.getLogger(__name__)

_TIDYING = 5.0  # seconds that deleting may take
_LATE = 0.5  # seconds within which an interrupted upload arrives, if it arrives at all
_SIGNING = threading.Lock()  # a session of boto3 may make only one client at a time
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True, repr=False)
class _Lent:
    """One file in the bucket: its name, its content, and the signed links to upload, read and delete it."""

    name: str
    sent: Sent
    put: str
    get: str
    delete: str


class Links(list[str]):
    """Links to files in the bucket, in order. ``left`` is one sentence if a file could not be deleted afterwards."""

    left = ""


class Hosting:
    """A bucket for files that services read. Several threads with an event loop each may use one object."""

    def __init__(self, account: HostingAccount, keys: Keys, *, times: Times | None = None) -> None:
        self.account = account
        self._keys, self._times = keys, times or Times()

    @property
    def host(self) -> str:
        """The host name of links; empty if the settings do not determine it."""
        try:
            origin = self._endpoint()
        except BadParameter:
            return ""
        named = self.account.bucket and not self._in_path(origin)
        return f"{self.account.bucket}.{origin.host}" if named else origin.host

    @property
    def origin(self) -> Site | None:
        """The site of links; None if the settings do not determine it."""
        try:
            origin = self._endpoint()
        except BadParameter:
            return None
        return Site(origin.scheme, self.host, origin.port)

    @property
    def known(self) -> frozenset[Site]:
        """The site of links if it is this machine: results may be fetched from there too (``carrier.fetch``)."""
        origin = self.origin
        return frozenset({origin} if origin is not None and origin.local else ())

    def problem(self, allowed: Collection[str] | None = None) -> str:
        """One sentence if files cannot be stored here, else empty; uses no network and no keys.

        ``allowed`` are the domains, with their subdomains, from which a service reads files; None for any.
        """
        if not self.account.bucket:
            return "This service takes links only; name a bucket of yours under Hosting first."
        try:
            self._endpoint()
        except BadParameter as error:
            return str(error)
        host = self.host
        if allowed is None or any(host == name or host.endswith(f".{name}") for name in allowed):
            return ""
        return f"This service takes no files from {host}, only from {', '.join(allowed)}; choose a bucket there."

    @asynccontextmanager
    async def lent(self, pictures: Sequence[Sent], deadline: Deadline) -> AsyncIterator[Links]:
        """Store pictures in the bucket for the duration of an ``async with``; returns links to read them, in order.

        They are deleted afterwards in any case; ``left`` then names those that could not be. A cancelled task does not
        wait for that: a thread deletes them. Raises BadParameter, KeyNeeded, ProviderFailed and Unreachable.
        """
        files = await self._signed(pictures)
        begun: list[_Lent] = []
        settled = False
        links = Links(file.get for file in files)
        try:
            for file in files:
                begun.append(file)
                await carrier.store(file.put, file.sent.data, file.sent.kind, self._times, deadline)
            settled = True
            yield links
        except BaseException as error:
            # A cancelled task must end at once, and an interrupted upload may still arrive: a thread deletes both.
            if begun and (not settled or not isinstance(error, Exception)):
                self._tidy_later(begun, again=not settled)
                begun = []
            raise
        finally:
            if begun:
                links.left = await self._tidy_now(begun)

    async def check(self) -> str:
        """Store a tiny picture, read it and delete it; returns one sentence with the result.

        Raises the errors of ``lent``.
        """
        if problem := self.problem():
            raise BadParameter(problem)
        deadline = Deadline(self._times.total)
        async with self.lent([encoded(np.zeros((1, 1), np.uint8), (1, 1), "PNG")], deadline) as links:
            await carrier.fetch(links[0], self.known, self._times, deadline)
        if links.left:
            raise ProviderFailed(f"Files can be put into {self.account.bucket} and read, but not deleted.")
        return f"Files can be put into {self.account.bucket} at {self.host}, read and deleted."

    def _endpoint(self) -> Site:
        """The site of the storage, without the bucket. Raises BadParameter."""
        if self.account.endpoint:
            return configured(self.account.endpoint, "your storage")
        return configured(f"https://s3.{self.account.region}.amazonaws.com", "your storage")

    def _in_path(self, origin: Site) -> bool:
        """Whether the bucket is part of the path: as configured, or because it cannot be part of the host name."""
        return self.account.path_style or origin.local or _is_number(origin.host) or "." in self.account.bucket

    async def _signed(self, pictures: Sequence[Sent]) -> list[_Lent]:
        if problem := self.problem():
            raise BadParameter(problem)
        return await asyncio.to_thread(self._sign, pictures)

    def _sign(self, pictures: Sequence[Sent]) -> list[_Lent]:
        """Make signed links for the pictures, with boto3. Raises KeyNeeded or BadParameter."""
        from botocore.exceptions import BotoCoreError

        origin = self._endpoint()
        key, secret = self._keys["accessKeyId"], self._keys["secretAccessKey"]
        if not key or not secret:
            raise KeyNeeded("Your storage wants an access key and its secret; enter them under Hosting.")
        try:
            with _SIGNING:
                client = self._client(origin, key, secret)
            try:
                return [self._links(client, picture) for picture in pictures]
            finally:
                client.close()
        except (BotoCoreError, ValueError):
            # botocore's messages may hold what the user typed.
            raise BadParameter("Links to your storage cannot be made; check region and bucket.") from None

    def _client(self, origin: Site, key: str, secret: str) -> Any:
        """boto3's client for signing, with the bucket in the path or in the host name."""
        from botocore.config import Config

        style = "path" if self._in_path(origin) else "virtual"
        signing = Config(
            signature_version="s3v4", s3={"addressing_style": style}, request_checksum_calculation="when_required"
        )
        return _session().client(
            "s3",
            endpoint_url=str(origin),
            region_name=self.account.region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=signing,
        )

    def _links(self, client: Any, picture: Sent) -> _Lent:
        """One picture with a random file name and its signed links."""
        name = f"{self.account.prefix.lstrip('/')}{uuid4()}.{_ENDINGS.get(picture.kind, 'bin')}"
        file = {"Bucket": self.account.bucket, "Key": name}

        def link(verb: str, **more: str) -> str:
            seconds = self.account.valid_for * 60
            made = str(client.generate_presigned_url(verb, Params={**file, **more}, ExpiresIn=seconds))
            if site_of(made).host != self.host:
                raise ValueError("a link to another host than the user was told")
            return made

        put = link("put_object", ContentType=picture.kind)
        return _Lent(name, picture, put, link("get_object"), link("delete_object"))

    async def _tidy_now(self, files: Sequence[_Lent]) -> str:
        """Delete the files within a few seconds; returns one sentence on those left.

        A cancelled task leaves the rest to a thread.
        """
        try:
            return await self._delete(files)
        except asyncio.CancelledError:
            self._tidy_later(files, again=False)
            raise

    def _tidy_later(self, files: Sequence[_Lent], *, again: bool) -> None:
        """Delete the files on a thread, and once more a moment later if ``again``.

        The program waits for it before it exits.
        """

        def work() -> None:
            deadline = Deadline(_TIDYING)
            self._sweep(files, deadline)
            if again:
                time.sleep(_LATE)
                self._sweep(files, deadline)

        threading.Thread(target=work, name="tidying the bucket").start()

    def _sweep(self, files: Sequence[_Lent], deadline: Deadline) -> None:
        """Delete without an event loop, which cannot resolve names while the program exits."""
        import httpx

        with httpx.Client(follow_redirects=False) as client:
            for file in files:
                try:
                    client.delete(file.delete, timeout=min(deadline.left, self._times.read))
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    log.info("A file at %s could not be deleted (%s).", self.host, type(error).__name__)

    async def _delete(self, files: Sequence[_Lent]) -> str:
        """Delete the files; returns one sentence that names those that could not be deleted, or empty."""
        deadline, left = Deadline(_TIDYING), []
        for file in files:
            try:
                await carrier.delete(file.delete, self._times, deadline)
            except MaskStudioError as error:
                log.info("A file at %s could not be deleted: %s", self.host, error)
                left.append(file.name)
        if not left:
            return ""
        names = " and ".join(left)
        return f"Delete {names} in the bucket {self.account.bucket} yourself; it could not be done from here."


@cache
def _session() -> Any:
    """boto3's session, read from its files once; it holds no key."""
    import boto3

    return boto3.session.Session()


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
