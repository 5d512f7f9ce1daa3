"""Finds and makes the client of a service: it is in the module of this package with the service's name.

Such a module has a function ``client(account, keys, bucket, times)`` that returns a ``Service``.
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
    """The client of the service ``name``; ``accounts`` and ``keys`` return accounts and keys by name.

    Raises BadParameter if there is no such service.
    """
    info, times = directory.service(name), times or Times()
    module = import_module(f"{__package__}.{info.name}")
    made: Service = module.client(accounts(name), keys(name), hosting(accounts, keys, times), times)
    return made


def hosting(accounts: Callable[[str], Params], keys: Callable[[str], Keys], times: Times) -> "Hosting":
    """The user's bucket, for services that take only links."""
    from maskstudio.providers.remote.hosting import Hosting

    place = accounts("hosting")
    assert isinstance(place, HostingAccount)
    return Hosting(place, keys("hosting"), times=times)
