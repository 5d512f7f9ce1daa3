"""Which provider answers to a name. Knows only how to make them."""

from collections.abc import Callable
from functools import lru_cache

from maskstudio.errors import BadParameter
from maskstudio.providers.base import Provider


def _local() -> Provider:
    from maskstudio.providers.local import Local

    return Local()


FACTORIES: dict[str, Callable[[], Provider]] = {"local": _local}


@lru_cache(maxsize=8)
def get(name: str) -> Provider:
    """The provider of this name, made once; ``BadParameter`` for a name nobody knows."""
    if name not in FACTORIES:
        raise BadParameter(f"There is no provider called {name!r}; known are {', '.join(FACTORIES)}.")
    return FACTORIES[name]()
