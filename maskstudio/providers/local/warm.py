"""Keeps loaded models in memory, within one budget for all families. Knows no family.

A family asks ``WARM.get`` for what it would otherwise keep itself: a network, a session, a graph. What was used longest
ago is let go first; it is freed once nobody uses it any more.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

_BUDGET = 2 << 30  # bytes, until the user's setting is known

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that is in memory now; ``size`` is an estimate in bytes."""

    name: str
    size: int


@dataclass(eq=False)
class _Place:
    """Where a model is, or will be once it is loaded; the lock lets one thread load it."""

    name: str
    size: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    model: Any = None


class Warm:
    """The loaded models, those used last at the end. Safe to share between threads."""

    def __init__(self, budget: int = _BUDGET) -> None:
        """Start empty; ``budget`` is in bytes."""
        self._budget = budget
        self._lock = threading.Lock()
        self._places: OrderedDict[Hashable, _Place] = OrderedDict()

    @property
    def budget(self) -> int:
        """How many bytes loaded models may take together. The one in use stays even if it alone takes more."""
        return self._budget

    def set_budget(self, budget: int) -> None:
        """Change the budget, in bytes, and let go of what is above it."""
        with self._lock:
            self._budget = budget
            self._make_room(next(reversed(self._places), None))

    def get(self, name: str, key: Hashable, size: int, load: Callable[[], T]) -> T:
        """The model kept under ``key``, loaded now if it is not in memory.

        ``name`` is the model's, as users know it; ``size`` is an estimate of its memory in bytes. Room is made before
        it is loaded. Errors of ``load`` are passed on, and nothing is kept then.
        """
        with self._lock:
            place = self._places.setdefault(key, _Place(name, size))
            self._places.move_to_end(key)
            self._make_room(key)
        with place.lock:
            if place.model is None:
                try:
                    place.model = load()
                except BaseException:
                    self._forget(key, place)
                    raise
            model: T = place.model
        return model

    def loaded(self) -> list[LoadedModel]:
        """What is in memory now, the one used last first."""
        with self._lock:
            return [
                LoadedModel(place.name, place.size)
                for place in reversed(self._places.values())
                if place.model is not None
            ]

    def drop(self, name: str) -> None:
        """Let go of everything of the model called ``name``."""
        with self._lock:
            for key in [key for key, place in self._places.items() if place.name == name]:
                del self._places[key]

    def _make_room(self, kept: Hashable) -> None:
        """Let go of the oldest models until the rest, with the one kept, is within the budget."""
        over = sum(place.size for place in self._places.values()) - self._budget
        for key, place in list(self._places.items()):
            if over > 0 and key != kept and place.model is not None:
                del self._places[key]
                over -= place.size

    def _forget(self, key: Hashable, place: _Place) -> None:
        with self._lock:
            if self._places.get(key) is place:
                del self._places[key]


WARM = Warm()  # memory is one for the whole process, and so is this
