"""The providers on this machine, by name; services are asked through ``remote`` instead."""

from collections.abc import Callable
from functools import lru_cache

from maskstudio.errors import BadParameter
from maskstudio.providers.provider import Provider
from maskstudio.services import directory


def _local() -> Provider:
    from maskstudio.providers.local.local import Local

    return Local()


FACTORIES: dict[str, Callable[[], Provider]] = {"local": _local}


@lru_cache(maxsize=8)
def get(name: str) -> Provider:
    """The provider called ``name``, made once. Raises ``BadParameter`` for an unknown name."""
    if name not in FACTORIES:
        known = ", ".join([*FACTORIES, *directory.SERVICES])
        raise BadParameter(f"There is no provider called {name!r}; known are {known}.")
    return FACTORIES[name]()
