"""Results are fetched from addresses that were checked, by way of the system's proxy where there is one."""

import asyncio
import ipaddress
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from maskstudio.errors import BadAnswer, Unreachable
from maskstudio.providers.remote import carrier
from maskstudio.providers.remote.base import Times
from maskstudio.providers.remote.wire import Deadline
from maskstudio.services import addresses
from tests.budgets import PATIENT
from tests.patience import PATIENCE

PICTURE = b"\x89PNG of somewhere"


class Place(ThreadingHTTPServer):
    """A server and a proxy in one: gives a picture whatever is asked, opens no tunnels, and notes what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    server: Place

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Host"]))
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(PICTURE)))
        self.end_headers()
        self.wfile.write(PICTURE)

    def do_CONNECT(self) -> None:
        self.server.asked.append((self.path, "tunnel"))
        self.send_response(403)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def _place() -> Iterator[Place]:
    with Place() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


place = pytest.fixture(_place)
proxy = pytest.fixture(_place)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def leads_to(monkeypatch: pytest.MonkeyPatch, *found: str, port: int = 0) -> None:
    """Any name leads to these addresses, nowhere without one. At ``port``, this machine counts as public."""

    async def resolved(origin: addresses.Site) -> list[Any]:
        if not found:
            raise Unreachable(f"{origin.host} cannot be found.")
        return [ipaddress.ip_address(each) for each in found]

    monkeypatch.setattr(addresses, "_resolved", resolved)
    if port:
        monkeypatch.setattr(addresses, "_PORTS", {"http": port, "https": 443})
        monkeypatch.setattr(addresses, "_is_public", lambda _address: True)


def fetched(link: str, times: Times = PATIENT) -> bytes:
    return asyncio.run(carrier.fetch(link, set(), times, Deadline(PATIENCE), plain=True))


@pytest.mark.parametrize("name", ["ALL_PROXY", "http_proxy"])
@pytest.mark.parametrize("found", [[], ["93.184.216.34"]])
def test_a_proxy_is_given_the_name(monkeypatch: pytest.MonkeyPatch, proxy: Place, name: str, found: list[str]) -> None:
    monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    leads_to(monkeypatch, *found)
    assert fetched("http://files.example/a.png") == PICTURE
    assert proxy.asked == [("http://files.example/a.png", "files.example")]


def test_a_tunnel_is_asked_for_by_the_name(monkeypatch: pytest.MonkeyPatch, proxy: Place) -> None:
    monkeypatch.setenv("ALL_PROXY", f"127.0.0.1:{proxy.port}")
    leads_to(monkeypatch, "93.184.216.34")
    with pytest.raises(Unreachable):
        fetched("https://files.example/a.png", replace(PATIENT, tries=1))
    assert proxy.asked == [("files.example:443", "tunnel")]


@pytest.mark.parametrize(
    ("host", "found"),
    [("files.example", ["10.0.0.1"]), ("localhost", []), ("intranet", []), ("meta.internal", []), ("127.0.0.1", []),
     ("printer.local", ["93.184.216.34"])],
)  # fmt: skip
def test_a_proxy_is_not_sent_into_private_places(
    monkeypatch: pytest.MonkeyPatch, proxy: Place, host: str, found: list[str]
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
    leads_to(monkeypatch, *found)
    with pytest.raises(BadAnswer):
        fetched(f"http://{host}/a.png")
    assert not proxy.asked


@pytest.mark.parametrize("spared", ["files.example", ".example", "*"])
def test_a_host_spared_from_the_proxy_is_asked_at_its_address(
    monkeypatch: pytest.MonkeyPatch, proxy: Place, place: Place, spared: str
) -> None:
    for name in ("ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", spared)
    leads_to(monkeypatch, "127.0.0.1", port=place.port)
    assert fetched(f"http://files.example:{place.port}/a.png") == PICTURE
    assert place.asked == [("/a.png", f"files.example:{place.port}")]
    assert not proxy.asked


def test_an_address_that_does_not_answer_is_followed_by_another(monkeypatch: pytest.MonkeyPatch, place: Place) -> None:
    leads_to(monkeypatch, "::1", "::1", "127.0.0.1", port=place.port)
    assert fetched(f"http://files.example:{place.port}/a.png", replace(PATIENT, tries=2)) == PICTURE


def test_addresses_take_turns_and_kinds_too() -> None:
    found, tried = ["2606::1", "2606::2", "1.1.1.1", "1.0.0.1"], []
    for _ in range(5):
        tried.append(carrier._next(found, tried))
    assert tried == ["2606::1", "1.1.1.1", "2606::2", "1.0.0.1", "2606::1"]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("64:ff9b::808:808", True),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::808:808", False),
        ("::8.8.8.8", False),
        ("::ffff:0:8.8.8.8", False),
        ("::ffff:8.8.8.8", True),
        ("::ffff:10.0.0.1", False),
        ("fec0::1", False),
        ("fe80::1", False),
        ("ff02::1", False),
        ("4000::1", False),
        ("2002:a00:1::1", False),
        ("2001:db8::1", False),
        ("2606:2800:220:1::1", True),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert addresses._is_public(ipaddress.ip_address(address)) is public
