"""The user's keys of services: in the keychain of the system, or for this session only. Never in a file of ours.

An entry belongs to a service *and* the server its address leads to, so a changed address is never sent an old key.
"""

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

from maskstudio.errors import BadInput

log = logging.getLogger(__name__)

Kept = Literal["keychain", "session"]
_APP = "maskstudio"
_LONGEST = 8192  # letters


@dataclass(frozen=True, slots=True)
class Field:
    """A key a service wants: its name, how it is shown, and the environment variable that may hold it."""

    name: str
    label: str
    variable: str
    optional: bool = False


FIELDS: dict[str, tuple[Field, ...]] = {
    "runware": (Field("apiKey", "API key", "RUNWARE_API_KEY"),),
    "adobe": (
        Field("clientId", "Client ID", "PS_FF_SERVICES_CLIENT_ID"),
        Field("clientSecret", "Client secret", "PS_FF_SERVICES_CLIENT_SECRET"),
    ),
    "server402": (
        Field("paymentToken", "Payment token", "MASKSTUDIO_PAYMENT_TOKEN", optional=True),
        Field("privateKey", "Wallet's private key", "MASKSTUDIO_WALLET_KEY", optional=True),
    ),
    "alibaba": (
        Field("accessKeyId", "AccessKey ID", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
        Field("accessKeySecret", "AccessKey secret", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
    ),
    "hosting": (
        Field("accessKeyId", "Access key ID", "AWS_ACCESS_KEY_ID"),
        Field("secretAccessKey", "Secret access key", "AWS_SECRET_ACCESS_KEY"),
    ),
}


class Keychain:
    """Keys by service, address and field. ``open_ring`` gives the system's keychain, None where there is none."""

    def __init__(self, open_ring: Callable[[], Any] | None = None) -> None:
        self._open = open_ring or _system_ring
        self._session: dict[str, str] = {}
        self._lock = threading.Lock()

    def keep(self, service: str, address: str, field: str, secret: str) -> Kept:
        """Keep a key; says where: the keychain, or this session alone where there is no keychain. Raises BadInput."""
        secret = secret.strip()
        if not secret or len(secret) > _LONGEST or not secret.isprintable():
            raise BadInput("This is no key: it is empty, too long, or holds letters that cannot be typed.")
        entry = _entry(service, address, field)
        with self._lock:
            ring = self._open()
            if ring is not None and _done(lambda: ring.set_password(_APP, entry, secret)):
                self._session.pop(entry, None)
                return "keychain"
            self._session[entry] = secret
            return "session"

    def look_up(self, service: str, address: str, field: str) -> str:
        """The key, from this session, the keychain or the environment; empty where there is none.

        The environment is believed for the service's own address and for servers on this machine only.
        """
        entry = _entry(service, address, field)
        with self._lock:
            if entry in self._session:
                return self._session[entry]
            ring = self._open()
            found = _asked(lambda: ring.get_password(_APP, entry)) if ring is not None else None
        if found:
            return found
        variable = next((each.variable for each in FIELDS[service] if each.name == field), "")
        return os.environ.get(variable, "") if variable and _own(service, address) else ""

    def forget(self, service: str, address: str) -> None:
        """Remove all keys of a service at this address."""
        with self._lock:
            ring = self._open()
            for field in FIELDS[service]:
                entry = _entry(service, address, field.name)
                self._session.pop(entry, None)
                if ring is not None and _asked(lambda entry=entry: ring.get_password(_APP, entry)):  # type: ignore[misc]
                    _done(lambda entry=entry: ring.delete_password(_APP, entry))  # type: ignore[misc]

    @property
    def lasting(self) -> bool:
        """Whether keys outlive the session: there is a keychain."""
        return self._open() is not None


@cache
def keychain() -> Keychain:
    """The one keychain of this process, so that all its documents share the keys of a session."""
    return Keychain()


def _entry(service: str, address: str, field: str) -> str:
    parts = urlsplit(address if "://" in address else f"https://{address}")
    return f"{service} {parts.scheme}://{parts.netloc.lower()} {field}"


_OFFICIAL = {
    "runware": ("api.runware.ai",),
    "adobe": ("image.adobe.io",),
    "alibaba": ("imageseg.cn-shanghai.aliyuncs.com",),
}


def _own(service: str, address: str) -> bool:
    """Whether a key in the environment can only be meant for this address."""
    host = urlsplit(address if "://" in address else f"https://{address}").hostname or ""
    if service in ("server402", "hosting") or host in ("127.0.0.1", "::1", "localhost"):
        return True  # these have no official address: the user names address and key alike
    return host in _OFFICIAL[service]


def _system_ring() -> Any:
    """The system's keychain. One that is a plain file, or none, counts as none."""
    import keyring
    from keyring.backends import fail, null

    ring = keyring.get_keyring()
    backends = getattr(ring, "backends", None) or [ring]
    sound = [each for each in backends if not isinstance(each, fail.Keyring | null.Keyring)]
    return ring if sound and not any(type(each).__module__.startswith("keyrings.alt") for each in sound) else None


def _done(step: Callable[[], object]) -> bool:
    from keyring.errors import KeyringError

    try:
        step()
    except KeyringError:
        log.info("the keychain refused", exc_info=False)
        return False
    return True


def _asked(step: Callable[[], str | None]) -> str | None:
    from keyring.errors import KeyringError

    try:
        return step()
    except KeyringError:
        log.info("the keychain refused", exc_info=False)
        return None
