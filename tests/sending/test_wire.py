"""The one layer over httpx: which addresses are asked, what is repeated, and what is never said aloud."""

import asyncio
import email.utils
import logging
import time

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from maskstudio.errors import BadAnswer, BadParameter, Busy, Cancelled, ProviderFailed, Unclear, Unreachable
from maskstudio.jobs import Token
from maskstudio.providers.remote import carrier
from maskstudio.providers.remote.base import run_with
from maskstudio.providers.remote.redact import redacted, sentence
from maskstudio.providers.remote.wire import Deadline, Wire, retry_after
from maskstudio.services import addresses
from maskstudio.services.addresses import configured, public, site_of
from tests.budgets import PATIENT
from tests.patience import PATIENCE
from tests.servers.running import serve


@pytest.fixture(scope="module")
def site():
    """A server that counts, and answers as its path says."""
    asked: list[tuple[str, dict[str, str]]] = []

    async def answer(request):
        asked.append((request.url.path, dict(request.headers)))
        name = request.path_params["name"]
        tries = sum(path == request.url.path for path, _ in asked)
        if name.startswith("busy"):
            return Response(status_code=429, headers={"Retry-After": "0"})
        if name.startswith("later") and tries < 3:
            return Response(status_code=503)
        if name.startswith("long"):
            return Response(f"{'word ' * 399}{SECRET}", status_code=400)
        if name.startswith("away"):
            return RedirectResponse("http://169.254.169.254/latest", 302)
        if name.startswith("picture"):
            return Response(b"\x89PNG", media_type="image/png")
        if name.startswith("large"):
            return Response(b"x" * 5000, media_type="image/png")
        return JSONResponse({"ok": True})

    app = Starlette(routes=[Route("/{name:path}", answer, methods=["GET", "POST", "PUT", "DELETE"])])
    with serve(app) as base:
        yield base, asked


def call(base, path, **how):
    async def work():
        async with Wire(base, "The service", times=PATIENT, headers={"Authorization": "Bearer hidden-key"}) as wire:
            return await wire.call(how.pop("method", "POST"), path, **how)

    return run_with(Token(), work)


def test_a_call_is_repeated_while_time_may_help(site):
    base, asked = site
    assert call(base, "later-a", json={"a": 1}).data == {"ok": True}
    assert sum(path == "/later-a" for path, _ in asked) == 3


def test_a_paid_call_is_not_repeated(site):
    base, asked = site
    with pytest.raises(ProviderFailed):
        call(base, "later-b", repeat="unsent")
    assert sum(path == "/later-b" for path, _ in asked) == 1


def test_too_many_requests_end_as_busy(site):
    base, asked = site
    with pytest.raises(Busy):
        call(base, "busy-a")
    assert sum(path == "/busy-a" for path, _ in asked) == PATIENT.tries


def test_redirects_are_not_followed(site):
    base, _ = site
    with pytest.raises(BadAnswer, match="not followed"):
        call(base, "away-a")


def test_keys_stay_with_their_origin(site):
    base, asked = site
    with pytest.raises(BadAnswer, match="outside its own server"):
        call(base, "https://elsewhere.example/x")
    port = site_of(base).port
    with pytest.raises(BadAnswer):
        call(base, f"http://127.0.0.1:{port + 1}/x")
    assert call(base, f"{base}/inside").ok
    assert asked[-1][1]["authorization"] == "Bearer hidden-key"


def test_nobody_there():
    with pytest.raises(Unreachable, match="cannot be reached"):
        call("http://127.0.0.1:9", "x", repeat="unsent")


def test_results_are_fetched_without_keys_from_known_origins_alone(site):
    base, asked = site

    def fetch(link, known, **how):
        return run_with(Token(), lambda: carrier.fetch(link, known, PATIENT, Deadline(PATIENCE), **how))

    assert fetch(f"{base}/picture-a", {site_of(base)}) == b"\x89PNG"
    assert "authorization" not in asked[-1][1]
    with pytest.raises(BadAnswer):
        fetch(f"{base}/picture-a", set())
    with pytest.raises(BadAnswer, match="larger"):
        fetch(f"{base}/large", {site_of(base)}, largest=4096)
    with pytest.raises(BadAnswer, match="no picture"):
        fetch(f"{base}/page", {site_of(base)})
    with pytest.raises(BadAnswer, match="leads on"):
        fetch(f"{base}/away-b", {site_of(base)})


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("https://files.example/a.png", ["10.0.0.1"]),
        ("https://files.example/a.png", ["93.184.216.34", "127.0.0.1"]),
        ("https://files.example/a.png", ["::ffff:192.168.1.1"]),
        ("https://files.example/a.png", ["100.64.1.1"]),
        ("https://files.example/a.png", ["169.254.169.254"]),
        ("https://files.example/a.png", ["fd00::1"]),
        ("https://files.example/a.png", ["224.0.0.1"]),
        ("https://files.example/a.png", ["0.0.0.0"]),
        ("https://127.0.0.1/a.png", []),
        ("https://[::1]/a.png", []),
        ("https://93.184.216.34/a.png", []),
        ("http://files.example/a.png", ["93.184.216.34"]),
        ("https://files.example:8443/a.png", ["93.184.216.34"]),
        ("https://user:pass@files.example/a.png", ["93.184.216.34"]),
        ("ftp://files.example/a.png", ["93.184.216.34"]),
        ("file:///etc/passwd", []),
        ("javascript:alert(1)", []),
    ],
)
def test_links_into_private_places_are_refused(monkeypatch, link, found):
    monkeypatch.setattr(addresses, "_resolved", _resolving(found))
    with pytest.raises(BadAnswer):
        asyncio.run(public(link, set()))


def test_a_public_link_is_pinned_to_the_address_that_was_checked(monkeypatch):
    monkeypatch.setattr(addresses, "_resolved", _resolving(["93.184.216.34"]))
    assert asyncio.run(public("https://files.example/a.png", set())) == ("93.184.216.34",)
    assert asyncio.run(public("http://files.example/a.png", set(), plain=True)) == ("93.184.216.34",)


def _resolving(found):
    import ipaddress

    async def resolve(_origin):
        return [ipaddress.ip_address(each) for each in found]

    return resolve


@pytest.mark.parametrize("typed", ["http://example.com/v1", "example.com", "", "https://", "ftp://example.com"])
def test_an_address_the_user_types_is_https_or_local(typed):
    with pytest.raises(BadParameter):
        configured(typed, "The service")
    assert configured("http://localhost:8402/x", "The service").local


def test_retry_after_in_seconds_or_as_a_date():
    assert retry_after({"retry-after": "7"}) == 7
    soon = email.utils.formatdate(time.time() + 60, usegmt=True)
    assert 50 < retry_after({"retry-after": soon}) <= 61
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({}) is None


@given(st.text(max_size=60))
def test_retry_after_bears_anything(text):
    found = retry_after({"retry-after": text})
    assert found is None or found >= 0


SECRET = "sk-very-secret-1234567890"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f'{{"apiKey":"{SECRET}"}}',
        f"client_secret={SECRET}&grant_type=x",
        f"{{'X-Payment-Token': '{SECRET}'}}",
        f"PAYMENT-SIGNATURE: {SECRET}",
        f"https://bucket.s3.amazonaws.com/a.png?X-Amz-Signature={SECRET}&X-Amz-Date=1",
        f"x-api-key: {SECRET}",
        f"the key {SECRET} is wrong",
        "iVBORw0KGgo" * 40,
    ],
)
def test_secrets_are_taken_out(text):
    clean = redacted(text, SECRET)
    assert SECRET not in clean
    assert "iVBORw0KGgoiVBORw0KGgo" not in clean
    assert SECRET not in redacted(text) or "the key" in text


@given(st.text(max_size=400))
def test_a_sentence_is_one_short_line(text):
    line = sentence(text, SECRET)
    assert len(line) <= 200
    assert "\n" not in line
    assert line.isprintable() or not line


def test_libraries_log_no_links(site, caplog):
    base, _ = site
    caplog.set_level(logging.DEBUG)
    call(base, "quiet?X-Amz-Signature=shown")
    assert "shown" not in caplog.text
    assert "hidden-key" not in caplog.text


def test_a_secret_at_the_end_of_a_long_answer_is_taken_out(site, caplog):
    base, _ = site
    caplog.set_level(logging.DEBUG)

    async def work():
        def judge(_reply):
            return ProviderFailed("It did not work.")

        async with Wire(base, "The service", times=PATIENT, secrets=(SECRET,), judge=judge) as wire:
            await wire.call("GET", "long")

    with pytest.raises(ProviderFailed):
        run_with(Token(), work)
    assert "answered 400" in caplog.text
    assert SECRET[:4] not in caplog.text


def test_a_cancelled_token_stops_the_work_wherever_it_waits():
    token, stopped = Token(), []

    async def work():
        try:
            token.cancel()
            await asyncio.sleep(PATIENCE)
            stopped.append(False)
        finally:
            stopped.append(True)

    with pytest.raises(Cancelled):
        run_with(token, work)
    assert stopped == [True]


def test_what_may_have_been_paid_is_unclear(site):
    async def broken(_self, *_rest):
        raise httpx.ReadError("gone")

    base, _ = site
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Wire, "_once", broken)
        with pytest.raises(Unclear, match="may have been done and charged"):
            call(base, "x", repeat="unsent")
