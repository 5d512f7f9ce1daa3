"""What is known of a service without asking it. Each service has one info, which all other code uses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from maskstudio.params.spec import Params
from maskstudio.services.departure import ServiceOperation


@dataclass(frozen=True, slots=True)
class SecretField:
    """A key that an account wants, and where it may come from.

    label     how it is shown
    variable  the environment variable that may hold it
    optional  whether it may be left empty where keys are typed
    needed    ``needed(account)``: whether work needs it, as the account is set up
    """

    name: str
    label: str
    variable: str
    optional: bool = False
    needed: Callable[[Any], bool] = lambda _account: True


@dataclass(frozen=True, kw_only=True)
class AccountInfo:
    """Something the user can have an account at.

    name      what settings, ledger and command line call it
    account   the set of parameters that the user sets once; its ``title`` is what people call it
    secrets   its keys, in the order they are asked for
    addresses wire names of the account's addresses that keys are sent to, the main one first, and what each leads to;
              ``{}`` stands for the title
    unset     the address that an empty main one stands for; empty where there is none
    hosts     its official servers: keys in the environment are sent to these and to this machine only; a service that
              has none is sent them wherever the account says
    """

    name: str
    account: type[Params]
    secrets: tuple[SecretField, ...]
    addresses: tuple[tuple[str, str], ...] = (("baseUrl", "{}"),)
    unset: str = ""
    hosts: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name that people call it."""
        return self.account.title

    def address(self, account: Params) -> str:
        """The main address of such an account; empty if none is set."""
        return str(account.to_wire()[self.addresses[0][0]]) or self.unset


@dataclass(frozen=True, kw_only=True)
class ServiceInfo(AccountInfo):
    """A service. Its client is in ``providers/remote``, in a module of the info's name.

    Its account has a ``baseUrl`` and a ``monthlyCap``; where it has no ``askFirst``, every job is asked for.

    operations    what it does, and the set of parameters of each
    at_once       jobs that may be under way there at a time
    price         USD a call, where every call costs the same: then agreeing to a job is a payment of that much
    price_note    what is known of prices, one sentence
    tells_price   whether it tells the price of a job without doing it
    bought_key    the name of the key that is a token which pays for calls and can be bought; empty where there is none
    takes_links   whether it takes links only, so that pictures lie in the user's own bucket for a while
    kept          seconds for which it keeps a result, ``kept_words`` the same in words; None where it does not say
    """

    operations: Mapping[ServiceOperation, type[Params]]
    at_once: int = 1
    price: float | None = None
    price_note: str = ""
    tells_price: bool = False
    bought_key: str = ""
    takes_links: bool = False
    kept: float | None = None
    kept_words: str = ""

    def pays_by_token(self, account: Params) -> bool:
        """Whether calls are paid with a bought token, as this account is set up."""
        return any(field.name == self.bought_key and field.needed(account) for field in self.secrets)
