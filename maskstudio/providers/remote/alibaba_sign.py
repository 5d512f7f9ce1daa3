"""Alibaba Cloud's signature ACS3-HMAC-SHA256 (docs/services.md, 3.6). Pure: no network, no clock."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote, urlencode

SCHEME = "ACS3-HMAC-SHA256"
FORM = "application/x-www-form-urlencoded"


def body_of(form: Mapping[str, str]) -> bytes:
    """The bytes of a form, as they are sent and signed."""
    return urlencode(form).encode()


def headers(
    host: str, action: str, version: str, form: Mapping[str, str], date: str, nonce: str, key: tuple[str, str],
    path: str = "/",
) -> dict[str, str]:  # fmt: skip
    """All headers of a signed POST. ``date`` is UTC as "2026-01-02T03:04:05Z", ``key`` the key's id and secret."""
    digest = hashlib.sha256(body_of(form)).hexdigest()
    signed = {
        "content-type": FORM,
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": digest,
        "x-acs-date": date,
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    name, secret = key
    stamp = signature("POST", path, {}, signed, digest, secret)
    listed = ";".join(sorted(signed))
    return {**signed, "Authorization": f"{SCHEME} Credential={name},SignedHeaders={listed},Signature={stamp}"}


def signature(
    method: str, path: str, query: Mapping[str, str], signed: Mapping[str, str], digest: str, secret: str
) -> str:
    """The signature in hexadecimal over the headers in ``signed`` (names in lower case) and the body's ``digest``."""
    names = sorted(signed)
    asked = "&".join(f"{_escaped(name)}={_escaped(query[name])}" for name in sorted(query))
    lines = "".join(f"{name}:{signed[name].strip()}\n" for name in names)
    whole = "\n".join((method, path, asked, lines, ";".join(names), digest))
    text = f"{SCHEME}\n{hashlib.sha256(whole.encode()).hexdigest()}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _escaped(text: str) -> str:
    return quote(text, safe="-_.~")
