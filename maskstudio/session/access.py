"""Access to services: the user's accounts and keys, what is missing from them, and the ledger of agreed charges."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from maskstudio import settings
from maskstudio.params.spec import Params
from maskstudio.providers.remote import clients
from maskstudio.providers.remote.base import Keys, Service, Times
from maskstudio.services import accounts, directory
from maskstudio.services.keychain import Keychain, keychain
from maskstudio.services.ledger import Ledger, voucher_of

if TYPE_CHECKING:
    from maskstudio.providers.remote.hosting import Hosting


class Access:
    """``account`` returns an account by its service's name; ``keys`` holds the user's keys, ``times`` the timeouts.

    The client of a service is kept and reused until its account or the timeouts change.
    """

    def __init__(self) -> None:
        self.account: Callable[[str], Params] = lambda name: accounts.account(settings.load(), name)
        self.keys: Keychain = keychain()
        self.ledger = Ledger()
        self.times = Times()
        self._services: dict[str, tuple[object, Service]] = {}

    def service(self, name: str) -> Service:
        """The client of the service ``name``, with its current account and keys."""
        accounts_now = {each: self.account(each) for each in (name, "hosting") if each in directory.accounts()}
        known = self._services.get(name)
        wanted = (accounts_now, self.times)
        if known is None or known[0] != wanted:
            made = clients.make(name, self.account, self.keys_of, self.times)
            known = self._services[name] = (wanted, made)
        return known[1]

    def place_of(self, name: str) -> "Service | Hosting":
        """The client of the service ``name``; for "hosting", the storage that services fetch pictures from."""
        return clients.hosting(self.account, self.keys_of, self.times) if name == "hosting" else self.service(name)

    def keys_of(self, name: str) -> Keys:
        """The keys of the account ``name``. The keychain is asked for a key only when that key is used."""
        address = accounts.address(self.account(name))
        return Keys(lambda field: self.keys.look_up(name, address, field))

    def missing(self, name: str) -> str:
        """One sentence that says what the account ``name`` lacks; empty if it lacks nothing. Asks the keychain."""
        held = self.keys_of(name)
        for field in directory.service(name).secrets:
            _ = held[field.name]
        return self.lacking(name)

    def lacking(self, name: str) -> str:
        """One sentence that says what the account is known to lack; empty if nothing. Does not ask the keychain."""
        info, own = directory.service(name), self.account(name)
        if not info.address(own):
            return f"{info.title} has no address yet; set one in its account."
        address = accounts.address(own)
        lacking = [
            field.label
            for field in info.secrets
            if field.needed(own) and self.keys.known(name, address, field.name) == ""
        ]
        return f"{info.title} needs your {' and '.join(lacking)}; set it in its account." if lacking else ""

    def prepaid(self, name: str) -> bool:
        """Whether the next call is already paid for with a token, as far as is known without asking the keychain."""
        info, account = directory.service(name), self.account(name)
        if not info.pays_by_token(account):
            return False
        token = self.keys.known(name, accounts.address(account), info.bought_key)
        return bool(token) and self.ledger.prepaid(voucher_of(token or ""))
