"""Which provider answers to a name here; services are asked in a way of their own (``remote``)."""

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
    """The provider of this name, made once; ``BadParameter`` for a name nobody knows."""
    if name not in FACTORIES:
        known = ", ".join([*FACTORIES, *directory.SERVICES])
        raise BadParameter(f"There is no provider called {name!r}; known are {known}.")
    return FACTORIES[name]()
