"""All services. A new service is added to this list and to no other."""

from maskstudio.errors import BadParameter
from maskstudio.params.spec import Params
from maskstudio.services.adobe import ADOBE
from maskstudio.services.alibaba import ALIBABA
from maskstudio.services.hosting import HOSTING
from maskstudio.services.info import AccountInfo, ServiceInfo
from maskstudio.services.runware import RUNWARE
from maskstudio.services.server402 import SERVER402

# By name, in the order in which they are shown.
SERVICES: dict[str, ServiceInfo] = {info.name: info for info in (RUNWARE, ADOBE, SERVER402, ALIBABA)}


def service(name: str) -> ServiceInfo:
    """The service called ``name``. Raises BadParameter for an unknown name."""
    if name not in SERVICES:
        raise BadParameter(f"There is no service called {name!r}; known are {', '.join(SERVICES)}.")
    return SERVICES[name]


def accounts() -> dict[str, AccountInfo]:
    """Everything the user can have an account at, by name: the services, then the user's bucket."""
    return {**SERVICES, HOSTING.name: HOSTING}


def account(name: str) -> AccountInfo:
    """What the user can have an account at under this name. Raises BadParameter for an unknown name."""
    known = accounts()
    if name not in known:
        raise BadParameter(f"There is no service called {name!r}; known are {', '.join(known)}.")
    return known[name]


def of(account: Params) -> AccountInfo:
    """The service or bucket that this set of account parameters belongs to."""
    return next(info for info in accounts().values() if info.account is type(account))


def title_of(name: str) -> str:
    """The title of a service; the name itself if it is unknown, as in a ledger of another version."""
    return SERVICES[name].title if name in SERVICES else name
