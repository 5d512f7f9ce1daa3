"""What is known of a service without asking it. Each service has one info, which all other code uses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from maskstudio.params.spec import Params
from maskstudio.services.departure import ServiceOperation


@dataclass(frozen=True, slots=True)
class SecretField:
    """A key that an account needs, and the environment variable that may hold it.

    label     its name as shown
    variable  the environment variable that may hold it
    optional  whether it may be left empty when keys are typed
    needed    ``needed(account)``: whether work needs it, as this account is set up
    """

    name: str
    label: str
    variable: str
    optional: bool = False
    needed: Callable[[Any], bool] = lambda _account: True


@dataclass(frozen=True, kw_only=True)
class AccountInfo:
    """Something the user can have an account at.

    name      its name in settings, ledger and on the command line
    account   the parameters that the user sets once; their ``title`` is the name that people call it
    secrets   its keys, in the order in which they are asked for
    addresses wire names of the account's addresses that keys are sent to, the main one first, each with a description
              for errors; ``{}`` stands for the title
    unset     the address used if the main one is empty; empty if there is none
    hosts     its official servers: keys in the environment are sent only to these and to this machine; without official
              servers, to whatever address the account has
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

    Its account has a ``baseUrl`` and a ``monthlyCap``; without an ``askFirst``, the user is asked before every job.

    operations    the operations it offers, with the parameter set of each
    at_once       most jobs at a time
    price         USD per call if all calls cost the same: agreeing to a job then means paying this amount
    price_note    one sentence on what is known of prices
    tells_price   whether it tells the price of a job without doing it
    bought_key    the name of the key that is a token which can be bought and pays for calls; empty if there is none
    takes_links   whether it takes only links, so that pictures are stored in the user's own bucket for a while
    kept          seconds for which it keeps a result, None if it does not say; ``kept_words`` is the same as text
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
