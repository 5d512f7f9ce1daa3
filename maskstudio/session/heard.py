"""Something that several may want to hear of: whoever wants to connects, and nobody can push another one out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Never, ParamSpec

P = ParamSpec("P")


class Heard(Generic[P]):
    """A thing that happens to one object. Calling it tells all who are connected, in the order they came."""

    def __init__(self) -> None:
        self._listeners: list[Callable[P, object]] = []

    def connect(self, listener: Callable[P, object]) -> None:
        """Have ``listener`` called each time, after those that are connected already."""
        self._listeners.append(listener)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Tell everybody. An error of a listener ends it and is the caller's."""
        for listener in tuple(self._listeners):
            listener(*args, **kwargs)


class Signal(Generic[P]):
    """Declares, in the body of a class, a ``Heard`` that each of its objects has. It cannot be assigned."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> Heard[P]:
        return vars(instance).setdefault(self._name, Heard[P]()) if instance is not None else Heard[P]()

    def __set__(self, instance: object, value: Never) -> None:
        raise AttributeError(f"connect to {self._name!r} instead of assigning it: others hear it too")
