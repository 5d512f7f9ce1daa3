"""Which service answers to a name, and how it is made from the user's account and keys."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from maskstudio.errors import BadParameter
from maskstudio.params.services import (
    AdobeAccount,
    AdobeBodyPartsParams,
    AdobeCutoutParams,
    AdobeObjectsParams,
    AdobeRefineParams,
    AlibabaAccount,
    AlibabaRefineParams,
    HostingAccount,
    RunwareAccount,
    RunwareCutoutParams,
    RunwareMaskParams,
    Server402Account,
    Server402RefineParams,
)
from maskstudio.params.spec import Params
from maskstudio.providers.remote.base import Keys, Operation, Service, Times

if TYPE_CHECKING:
    from maskstudio.providers.remote.hosting import Hosting

OPERATIONS: dict[str, dict[Operation, type[Params]]] = {
    "runware": {"detect": RunwareMaskParams, "cutout": RunwareCutoutParams},
    "adobe": {
        "objects": AdobeObjectsParams,
        "bodyParts": AdobeBodyPartsParams,
        "cutout": AdobeCutoutParams,
        "refine": AdobeRefineParams,
    },
    "server402": {"refine": Server402RefineParams},
    "alibaba": {"refine": AlibabaRefineParams},
}
TITLES = {"runware": "Runware", "adobe": "Adobe", "server402": "Server402", "alibaba": "Alibaba Cloud"}


def make(
    name: str, accounts: Callable[[str], Params], keys: Callable[[str], Keys], times: Times | None = None
) -> Service:
    """The service called ``name``; ``accounts`` and ``keys`` give what it is set up with, and its hosting."""
    times = times or Times()
    own = accounts(name) if name in OPERATIONS else None
    if isinstance(own, RunwareAccount):
        from maskstudio.providers.remote.runware import Runware

        return Runware(own, keys(name), times=times)
    place = hosting(accounts, keys, times)
    if isinstance(own, AdobeAccount):
        from maskstudio.providers.remote.adobe import Adobe

        return Adobe(own, keys(name), place, times=times)
    if isinstance(own, Server402Account):
        from maskstudio.providers.remote.server402 import Server402

        return Server402(own, keys(name), place, times=times)
    if isinstance(own, AlibabaAccount):
        from maskstudio.providers.remote.alibaba import Alibaba

        return Alibaba(own, keys(name), place, times=times)
    raise BadParameter(f"There is no service called {name!r}; known are {', '.join(OPERATIONS)}.")


def hosting(accounts: Callable[[str], Params], keys: Callable[[str], Keys], times: Times) -> "Hosting":
    """The user's bucket, for services that take links only."""
    from maskstudio.providers.remote.hosting import Hosting

    place = accounts("hosting")
    assert isinstance(place, HostingAccount)
    return Hosting(place, keys("hosting"), times=times)


def offers(name: str) -> Mapping[Operation, type[Params]]:
    """What the service called ``name`` does; nothing for a name nobody knows."""
    return OPERATIONS.get(name, {})
