"""The user's wallet: its address, and signatures with its key. Needs the extra ``maskstudio[wallet]`` (eth-account).

The import takes most of a second and signing some milliseconds, so call these on a thread. Only this file reads the
key.
"""

import re
import sys
from collections.abc import Mapping
from typing import Any

from maskstudio.errors import KeyNeeded, ProviderFailed

_KEY = re.compile(r"(0x)?[0-9a-fA-F]{64}")


def address_of(key: str) -> str:
    """The wallet's address. Raises KeyNeeded for an invalid private key, ProviderFailed without the extra."""
    return str(_account(key).address)


def signed(key: str, typed: Mapping[str, Any]) -> str:
    """The signature of typed data (EIP-712): 65 bytes as "0x…". Raises the errors of `address_of`."""
    return "0x" + bytes(_account(key).sign_typed_data(full_message=dict(typed)).signature).hex()


def _account(key: str) -> Any:
    """The account of a private key. Raises KeyNeeded or ProviderFailed."""
    key = key.strip()
    if not key:
        raise KeyNeeded("There is no private key of a wallet yet; set one in the account of Server402.")
    if not _KEY.fullmatch(key):
        raise KeyNeeded("The wallet's private key is not one: it must have 64 hexadecimal digits.")
    depth = sys.getrecursionlimit()
    try:
        from eth_account import Account
    except ImportError:
        raise ProviderFailed("Paying with a wallet needs one more package: install maskstudio[wallet].") from None
    finally:
        # A parser it imports raises the limit so far that a deeply nested answer would crash the program.
        sys.setrecursionlimit(depth)
    try:
        return Account.from_key(key)
    except Exception:  # noqa: BLE001  the library's own errors repeat the key
        raise KeyNeeded("The wallet's private key is not one that can sign.") from None
