"""Lazy: values worked out when first asked for and kept, by objects that never change, whatever thread asks."""

from collections.abc import Callable, Collection
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 - it is used as a decorator
    """Like ``functools.cached_property`` without its lock, which all objects of a class share up to Python 3.11.

    With it, the window would wait for a mask whenever a job works out another one. Should two threads work the same
    value out at the same time, the first one done is what both get, so that identity can be relied on.

    Asked of the class, it is this object, which tells and forgets what an instance keeps: ``Layer.alpha.kept(layer)``.
    """

    made_of: frozenset[str] | None = None  # the attributes it is made of, where ``made_of`` says so

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

    def kept(self, instance: object) -> T | None:
        """The value if ``instance`` has worked it out already, or None; works nothing out."""
        return instance.__dict__.get(self._name)

    def keep(self, instance: object, value: T) -> None:
        """Have ``instance`` keep a ``value`` that is known from elsewhere, as if it had worked it out."""
        instance.__dict__[self._name] = value

    def forget(self, instance: object) -> None:
        """Let go of the value; it is worked out anew when somebody asks for it again."""
        instance.__dict__.pop(self._name, None)


def made_of(*attributes: str) -> Callable[[Callable[[Any], T]], lazy[T]]:
    """Declare a ``lazy`` value together with all it is made of: fields, and other values declared so.

    A changed copy then keeps it for as long as none of these changed, see ``carry``.
    """

    def declare(make: Callable[[Any], T]) -> lazy[T]:
        made = lazy(make)
        made.made_of = frozenset(attributes)
        return made

    return declare


def declared(kind: type) -> dict[str, lazy[Any]]:
    """The values of a class that say what they are made of, by name, in the order they are declared."""
    return {name: value for name, value in vars(kind).items() if isinstance(value, lazy) and value.made_of is not None}


def carry(old: object, new: object, changed: Collection[str]) -> None:
    """Give ``new``, a copy of ``old`` with other values in the fields ``changed``, what ``old`` has worked out and is
    made of nothing that changed, directly or through another such value.
    """
    stale = set(changed)
    for name, value in declared(type(old)).items():
        if stale.isdisjoint(value.made_of or ()):
            if (kept := value.kept(old)) is not None:
                value.keep(new, kept)
        else:
            stale.add(name)
