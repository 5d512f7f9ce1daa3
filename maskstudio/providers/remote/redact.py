"""Removes secrets from texts: keys, tokens, signatures, and pictures in base64."""

import logging
import re

_MARK = "[…]"
_NAMED = re.compile(
    r"(?i)(authorization|x-api-key|api_?key|client_secret|client_id|access_token|x-payment-token|payment-?token|x-payment"
    r"|payment-signature|x-amz-(?:signature|security-token|credential)|ossaccesskeyid|access_?key_?(?:id|secret)"
    r"|private_?key|signature|sig|token|secret)"
    r"(\\?[\"']?\s*[:=]\s*\\?[\"']?)((?:bearer|basic)\s+)?[^\s\"'&,;}\\]+"
)
_SIGNED = re.compile(r"(?i)(https?://[^\s\"'?]+)\?[^\s\"']+")
_LONG = re.compile(r"[A-Za-z0-9+/=_-]{200,}")
_SHORTEST = 6  # least characters of a secret that is searched for


_CHATTY = ("httpx", "httpcore", "boto3", "botocore", "urllib3", "asyncio")


def hush() -> None:
    """Keep libraries from logging complete links and headers, which hold signatures and keys, at any log level."""
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def redacted(text: str, *secrets: str) -> str:
    """``text`` without ``secrets``, without the queries of links, and without values that are named like a key."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, _MARK)
    text = _SIGNED.sub(rf"\1?{_MARK}", text)
    text = _LONG.sub(lambda found: f"[{len(found[0])} letters]", text)
    return _NAMED.sub(rf"\1\2{_MARK}", text)


def sentence(text: object, *secrets: str, most: int = 200) -> str:
    """A service's text, safe to use inside a sentence: redacted, in one line of at most ``most`` characters, no full
    stop.
    """
    line = " ".join(redacted(str(text), *secrets).split())
    line = "".join(letter for letter in line if letter.isprintable())
    return (line if len(line) <= most else line[: most - 1] + "…").rstrip(".")
