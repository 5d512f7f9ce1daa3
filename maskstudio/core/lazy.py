"""Lazy: values worked out when first asked for and kept, by objects that never change, whatever thread asks."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 - it is used as a decorator
    """Like ``functools.cached_property`` without its lock, which all objects of a class share up to Python 3.11.

    With it, the window would wait for a mask whenever a job works out another one. Should two threads work the same
    value out at the same time, the first one done is what both get, so that identity can be relied on.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "lazy[T]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> "lazy[T] | T":
        """The value, which from now on lies in the object itself and is found there without coming here."""
        if instance is None:
            return self
        kept: T = instance.__dict__.setdefault(self._name, self._make(instance))
        return kept
