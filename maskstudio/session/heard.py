"""Signals: any number of listeners can connect, and none can replace another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Never, ParamSpec

P = ParamSpec("P")


class Heard(Generic[P]):
    """A signal of one object. Calling it calls all connected listeners, in the order they connected."""

    def __init__(self) -> None:
        self._listeners: list[Callable[P, object]] = []

    def connect(self, listener: Callable[P, object]) -> None:
        """Call ``listener`` each time, after those that are already connected."""
        self._listeners.append(listener)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call all listeners. An error of a listener stops the call and is raised to the caller."""
        for listener in tuple(self._listeners):
            listener(*args, **kwargs)


class Signal(Generic[P]):
    """Declares, in the body of a class, a ``Heard`` for each of its objects. It cannot be assigned."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> Heard[P]:
        return vars(instance).setdefault(self._name, Heard[P]()) if instance is not None else Heard[P]()

    def __set__(self, instance: object, value: Never) -> None:
        raise AttributeError(f"connect to {self._name!r} instead of assigning it: others hear it too")
