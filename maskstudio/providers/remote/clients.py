"""How the client of a service is found and made: each is in the module here that has the service's name.

Such a module has a function ``client(account, keys, bucket, times)`` that gives a ``Service``.
"""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from maskstudio.params.hosting import HostingAccount
from maskstudio.params.spec import Params
from maskstudio.providers.remote.base import Keys, Service, Times
from maskstudio.services import directory

if TYPE_CHECKING:
    from maskstudio.providers.remote.hosting import Hosting


def make(
    name: str, accounts: Callable[[str], Params], keys: Callable[[str], Keys], times: Times | None = None
) -> Service:
    """The service called ``name``; ``accounts`` and ``keys`` give what it is set up with, and its hosting.

    Raises BadParameter where there is no such service.
    """
    info, times = directory.service(name), times or Times()
    module = import_module(f"{__package__}.{info.name}")
    made: Service = module.client(accounts(name), keys(name), hosting(accounts, keys, times), times)
    return made


def hosting(accounts: Callable[[str], Params], keys: Callable[[str], Keys], times: Times) -> "Hosting":
    """The user's bucket, for services that take links only."""
    from maskstudio.providers.remote.hosting import Hosting

    place = accounts("hosting")
    assert isinstance(place, HostingAccount)
    return Hosting(place, keys("hosting"), times=times)
