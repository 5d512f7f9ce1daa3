"""The user's keys for services: in the system's keychain, or in memory for this session. Never in a file of ours.

An entry belongs to a service *and* to the servers of its addresses, so an old key is never sent to a changed address.
"""

import logging
import os
import threading
from collections.abc import Callable
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

from maskstudio.errors import BadInput, Failed
from maskstudio.services import directory

log = logging.getLogger(__name__)

KeyPlace = Literal["keychain", "session"]
_APP = "maskstudio"
_LONGEST = 2000  # characters; some keychains hold no more


class Keychain:
    """Keys by service, address and field. ``open_ring`` returns the system's keychain, None if there is none."""

    def __init__(self, open_ring: Callable[[], Any] | None = None) -> None:
        self._open = open_ring or _system_ring
        self._session: dict[str, str] = {}
        self._said: dict[str, str] = {}  # answers of the keychain, which is slow and may ask the user
        self._lock, self._asking = threading.Lock(), threading.Lock()

    def keep(self, service: str, address: str, field: str, secret: str) -> KeyPlace:
        """Store a key; returns where: in the keychain, or in memory for this session if there is no keychain.

        Raises BadInput for a text that can be no key.
        """
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
        """The key, from this session, the keychain or the environment; empty if there is none.

        The environment is used only for the service's official servers and for servers on this machine. The first call
        may take long; the keychain is asked once per key.
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
        """As ``look_up``, but at once and without asking the keychain; None if it would have to be asked."""
        entry = _entry(service, address, field)
        with self._lock:
            found = self._session.get(entry) or self._said.get(entry)
        return None if found is None else found or _from_outside(service, address, field)

    def forget(self, service: str, address: str) -> None:
        """Remove all keys of a service at this address. Raises Failed if the keychain refuses."""
        left = False
        for field in directory.account(service).secrets:
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
        """Whether keys outlive the session, that is, whether there is a keychain."""
        return self._open() is not None


@cache
def keychain() -> Keychain:
    """The keychain of this process, shared so that all documents have the keys of the session."""
    return Keychain()


_taken: dict[str, str] = {}  # keys taken from the environment, by variable


def take_in() -> None:
    """Remove the keys from the environment, so that programs started from here do not get them. This process still
    knows them.

    Must be called before any program is started.
    """
    for variable in variables():
        value = os.environ.pop(variable, None)
        if value is not None:
            _taken[variable] = value


def variables() -> list[str]:
    """The environment variables that may hold keys."""
    return [field.variable for info in directory.accounts().values() for field in info.secrets]


def from_environment(variable: str) -> str:
    """The key that the environment holds, or held when this process started; empty if there is none."""
    return os.environ.get(variable, "") or _taken.get(variable, "")


def _origins(address: str) -> list[str]:
    """Scheme and host of each address in a text, in which they are separated by spaces."""
    return [_origin(each if "://" in each else f"https://{each}") for each in address.split()]


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:  # half-typed or no address: nothing is sent there, and it matches no other address's keys
        return address.lower()
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""


def _entry(service: str, address: str, field: str) -> str:
    return " ".join((service, *_origins(address), field))


_HERE = ("127.0.0.1", "::1", "localhost")


def _from_outside(service: str, address: str, field: str) -> str:
    """The key in the environment if it can only be meant for this address; otherwise empty."""
    info = directory.account(service)
    variable = next((each.variable for each in info.secrets if each.name == field), "")
    hosts = [_host(each) for each in _origins(address)]
    # Without an official server, the user chooses both address and key.
    own = not info.hosts or all(host in (*_HERE, *info.hosts) for host in hosts)
    return from_environment(variable) if variable and own else ""


def _system_ring() -> Any:
    """The system's keychain; None if there is none or it is a plain file."""
    import keyring
    from keyring.backends import fail, null

    ring = keyring.get_keyring()
    backends = getattr(ring, "backends", None) or [ring]
    sound = [each for each in backends if not isinstance(each, fail.Keyring | null.Keyring)]
    return ring if sound and not any(type(each).__module__.startswith("keyrings.alt") for each in sound) else None


def _done(step: Callable[[], object]) -> bool:
    """Whether the keychain did it.

    Backends raise any exception, and its text may hold the key, so only its type is logged.
    """
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
    """Whether the keychain certainly holds nothing under this name any more."""
    if ring is None:
        return True
    found: list[str | None] = []
    if not _done(lambda: found.append(ring.get_password(_APP, entry))):
        return False
    return not found[0] or _done(lambda: ring.delete_password(_APP, entry))
