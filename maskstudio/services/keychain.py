"""The user's keys of services: in the keychain of the system, or for this session only. Never in a file of ours.

An entry belongs to a service *and* the servers its addresses lead to, so a changed address is never sent an old key.
"""

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

from maskstudio.errors import BadInput, Failed

log = logging.getLogger(__name__)

Kept = Literal["keychain", "session"]
_APP = "maskstudio"
_LONGEST = 2000  # letters; some keychains hold no more


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
        self._said: dict[str, str] = {}  # by the keychain, which takes long, and may have to ask the user
        self._lock, self._asking = threading.Lock(), threading.Lock()

    def keep(self, service: str, address: str, field: str, secret: str) -> Kept:
        """Keep a key; says where: the keychain, or this session alone where there is no keychain. Raises BadInput."""
        secret = secret.strip()
        if not secret or len(secret) > _LONGEST or not secret.isprintable():
            raise BadInput("This is no key: it is empty, too long, or holds letters that cannot be typed.")
        entry = _entry(service, address, field)
        with self._asking:
            ring = self._open()
            kept = ring is not None and _done(lambda: ring.set_password(_APP, entry, secret))
        with self._lock:
            self._said.pop(entry, None)
            self._session.pop(entry, None)
            if not kept:
                self._session[entry] = secret
        return "keychain" if kept else "session"

    def look_up(self, service: str, address: str, field: str) -> str:
        """The key, from this session, the keychain or the environment; empty where there is none.

        The environment is believed for the service's own address and for servers on this machine only. The first time
        may take long; the keychain is asked once for each key.
        """
        entry = _entry(service, address, field)
        known = self.known(service, address, field)
        if known is not None:
            return known
        with self._asking:
            ring = self._open()
            found = (_asked(lambda: ring.get_password(_APP, entry)) or "") if ring is not None else ""
        with self._lock:
            self._said[entry] = found
        return found or _from_outside(service, address, field)

    def known(self, service: str, address: str, field: str) -> str | None:
        """As ``look_up``, at once and without asking the keychain; None where it would have to be asked."""
        entry = _entry(service, address, field)
        with self._lock:
            found = self._session.get(entry) or self._said.get(entry)
        return None if found is None else found or _from_outside(service, address, field)

    def forget(self, service: str, address: str) -> None:
        """Remove all keys of a service at this address. Raises Failed where the keychain does not let them go."""
        left = False
        for field in FIELDS[service]:
            entry = _entry(service, address, field.name)
            with self._lock:
                self._session.pop(entry, None)
                self._said.pop(entry, None)
            with self._asking:
                left = not _removed(self._open(), entry) or left
        if left:
            raise Failed("The keychain does not let go of the keys; unlock it and try again.")

    @property
    def lasting(self) -> bool:
        """Whether keys outlive the session: there is a keychain."""
        return self._open() is not None


@cache
def keychain() -> Keychain:
    """The one keychain of this process, so that all its documents share the keys of a session."""
    return Keychain()


_taken: dict[str, str] = {}  # by variable


def take_in() -> None:
    """Take the keys out of the environment, which every program started from here would be given; to be called before
    anything is started. They stay known to this process.
    """
    for variable in (field.variable for fields in FIELDS.values() for field in fields):
        value = os.environ.pop(variable, None)
        if value is not None:
            _taken[variable] = value


def from_environment(variable: str) -> str:
    """The key that the environment holds, or held when this process began; empty where there is none."""
    return os.environ.get(variable, "") or _taken.get(variable, "")


def _origins(address: str) -> list[str]:
    """Scheme and host of every address in a text, which a space parts."""
    return [_origin(each if "://" in each else f"https://{each}") for each in address.split()]


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:  # as typed so far, or no address at all: nothing is sent there, and no key is kept for another
        return address.lower()
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""


def _entry(service: str, address: str, field: str) -> str:
    return " ".join((service, *_origins(address), field))


_OFFICIAL = {
    "runware": ("api.runware.ai",),
    "adobe": ("image.adobe.io", "ims-na1.adobelogin.com"),
    "alibaba": ("imageseg.cn-shanghai.aliyuncs.com",),
}
_HERE = ("127.0.0.1", "::1", "localhost")


def _from_outside(service: str, address: str, field: str) -> str:
    """The key in the environment, where it can only be meant for this address; empty elsewhere."""
    variable = next((each.variable for each in FIELDS[service] if each.name == field), "")
    hosts = [_host(each) for each in _origins(address)]
    # Server402 and hosting have no official address: the user names address and key alike.
    own = service not in _OFFICIAL or all(host in (*_HERE, *_OFFICIAL[service]) for host in hosts)
    return from_environment(variable) if variable and own else ""


def _system_ring() -> Any:
    """The system's keychain. One that is a plain file, or none, counts as none."""
    import keyring
    from keyring.backends import fail, null

    ring = keyring.get_keyring()
    backends = getattr(ring, "backends", None) or [ring]
    sound = [each for each in backends if not isinstance(each, fail.Keyring | null.Keyring)]
    return ring if sound and not any(type(each).__module__.startswith("keyrings.alt") for each in sound) else None


def _done(step: Callable[[], object]) -> bool:
    """Whether the keychain did it. Backends raise what they like, and their words may hold the key."""
    try:
        step()
    except Exception as error:  # noqa: BLE001
        log.info("the keychain refused (%s)", type(error).__name__)
        return False
    return True


def _asked(step: Callable[[], str | None]) -> str | None:
    found: list[str | None] = []
    return found[0] if _done(lambda: found.append(step())) else None


def _removed(ring: Any, entry: str) -> bool:
    """Whether the keychain surely holds nothing under this name any more."""
    if ring is None:
        return True
    found: list[str | None] = []
    if not _done(lambda: found.append(ring.get_password(_APP, entry))):
        return False
    return not found[0] or _done(lambda: ring.delete_password(_APP, entry))
