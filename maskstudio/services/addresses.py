"""Which addresses may be requested.

A link in an answer is not trusted: it must lead to a public server, or to one the user has configured.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from maskstudio.errors import BadAnswer, BadParameter, Unreachable

_PORTS = {"https": 443, "http": 80}
_UNICAST = ipaddress.ip_network("2000::/3")  # all IPv6 addresses assigned so far
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # IPv4 addresses as an IPv6 network sees them (RFC 6052)
_INNER = (".local", ".localhost", ".internal", ".home.arpa")  # names that are always private
_CARRIER = ipaddress.ip_network("100.64.0.0/10")  # shared address space (RFC 6598): private in all but name
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Site:
    """Scheme, host and port: two links lead to the same server if these are equal."""

    scheme: str
    host: str
    port: int

    @property
    def local(self) -> bool:
        """Whether it is this machine."""
        return _is_loopback(self.host)

    def __str__(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{shown}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")


def site_of(address: str) -> Site:
    """The site of an http(s) address. Raises ValueError for any other, and for one with a user name or password."""
    parts = urlsplit(address)
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None or parts.password is not None:
        raise ValueError("no web address")
    return Site(parts.scheme, parts.hostname.lower().rstrip("."), parts.port or _PORTS[parts.scheme])


def configured(address: str, what: str) -> Site:
    """The site of an address the user typed: https, or http to this machine. Raises BadParameter for any other."""
    if not address:
        raise BadParameter(f"{what} has no address yet; set one in its account.")
    try:
        origin = site_of(address if address.isprintable() and " " not in address else "")
    except ValueError:
        raise BadParameter(f"The address of {what} must be a web address such as https://example.com.") from None
    if origin.scheme == "http" and not origin.local:
        raise BadParameter(f"The address of {what} must begin with https, so that your key travels encrypted.")
    return origin


async def public(link: str, known: Collection[Site], *, plain: bool = False, proxied: bool = False) -> tuple[str, ...]:
    """Check a link from an answer; returns the IP addresses to connect to, or none if the name is to be used.

    Links to ``known`` sites pass. Others must use https (or http if ``plain``) on its default port, and every address
    of their host must be public. Raises BadAnswer, and Unreachable if the name cannot be resolved. If ``proxied``, the
    proxy resolves the name, so a failure here is no error.
    """
    try:
        origin = site_of(link)
    except ValueError:
        raise BadAnswer("The service answered with something that is no link, so nothing was fetched.") from None
    if origin in known:
        return ()
    if origin.scheme != "https" and not plain:
        raise BadAnswer(f"The result lies at {origin.host} without encryption, so it was not fetched.")
    if origin.port != _PORTS[origin.scheme] or _literal(origin.host) is not None:
        raise BadAnswer(f"The result lies at an unusual address ({origin}), so it was not fetched.")
    if "." not in origin.host or origin.host.endswith(_INNER):
        raise BadAnswer(f"The result lies inside a private network ({origin.host}), so it was not fetched.")
    try:
        found = await _resolved(origin)
    except Unreachable:
        if proxied:
            return ()
        raise
    if not found or not all(_is_public(address) for address in found):
        raise BadAnswer(f"The result lies inside a private network ({origin.host}), so it was not fetched.")
    return () if proxied else tuple(dict.fromkeys(str(address) for address in found))


async def _resolved(origin: Site) -> list[Address]:
    loop = asyncio.get_running_loop()
    try:
        rows = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    except OSError:
        raise Unreachable(f"{origin.host} cannot be found; is this machine online?") from None
    return [ipaddress.ip_address(str(row[4][0]).split("%")[0]) for row in rows]


def _is_public(address: Address) -> bool:
    """Whether an IP address is public; an IPv4 address inside an IPv6 address is checked instead of it."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(inner)
        if address not in _UNICAST:
            return False
    return address.is_global and not address.is_multicast and not (address.version == 4 and address in _CARRIER)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" or (literal is not None and literal.is_loopback)
