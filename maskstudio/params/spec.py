"""Declared parameters: names, ranges and checks of one parameter, and sets of them."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Self

from maskstudio.errors import BadParameter

__all__ = ["Params", "Rule", "Spec", "param"]


@dataclass(frozen=True, slots=True)
class Spec:
    """Name, checks and presentation of one parameter.

    ``low`` and ``high`` are inclusive bounds of numbers. ``soft`` is the range of a slider if the full range would make
    it too coarse. The shown value is the value times ``scale`` (100 for a share shown in %).
    """

    name: str
    wire: str
    label: str
    help: str
    default: Any
    low: float | None = None
    high: float | None = None
    soft: tuple[float, float] | None = None
    step: float = 1
    unit: str = ""
    scale: float = 1
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> type:
        """The type of the value in code."""
        return type(self.default)

    def check(self, value: object) -> Any:
        """The value, converted to its type.

        Raises ``BadParameter`` with one sentence that names the parameter and its range.
        """
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if self.kind is tuple and isinstance(value, list):
            value = tuple(value)
        if type(value) is not self.kind:
            raise BadParameter(f"{self.wire} must be {_KINDS[self.kind]}, not {value!r}.")
        if self.choices and value not in dict(self.choices):
            known = ", ".join(key for key, _ in self.choices)
            raise BadParameter(f"{self.wire} must be one of {known}, not {value!r}.")
        if isinstance(value, tuple):
            self._check_tuple(value)
            return value
        number = value if isinstance(value, int | float) else 0
        if self.low is not None and self.high is not None and not self.low <= number <= self.high:
            raise BadParameter(f"{self.wire} must be from {self.low:g} to {self.high:g}, not {value!r}.")
        return value

    @property
    def pair(self) -> bool:
        """Whether the value is two whole numbers, x and y, rather than a colour."""
        return self.kind is tuple and len(self.default) == 2

    def _check_tuple(self, value: tuple[Any, ...]) -> None:
        if not self.pair:
            if not _is_rgba(value):
                raise BadParameter(f"{self.wire} must be four whole numbers from 0 to 255, not {value!r}.")
            return
        low, high = self.low or 0, self.high or 0
        if len(value) != 2 or not all(type(number) is int and low <= number <= high for number in value):
            raise BadParameter(f"{self.wire} must be two whole numbers from {low:g} to {high:g}, not {value!r}.")


_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", tuple: "whole numbers"}


def _is_rgba(value: tuple[Any, ...]) -> bool:
    return len(value) == 4 and all(type(number) is int and 0 <= number <= 255 for number in value)


def param(
    default: object,
    wire: str,
    label: str,
    help: str,  # noqa: A002
    *,
    between: tuple[float, float] | None = None,
    soft: tuple[float, float] | None = None,
    step: float = 1,
    unit: str = "",
    scale: float = 1,
    choices: tuple[tuple[str, str], ...] = (),
) -> Any:
    """Declare a parameter: its default, wire name, label and help, and the facets of ``Spec``."""
    low, high = between or (None, None)
    facets = {"low": low, "high": high, "soft": soft, "step": step, "unit": unit, "scale": scale, "choices": choices}
    return field(default=default, metadata={"wire": wire, "label": label, "help": help, **facets})


@dataclass(frozen=True)
class Rule:
    """When a parameter has an effect: while ``holds(params)`` is true; ``needs`` says what that takes, as half a
    sentence.
    """

    holds: Callable[[Any], bool]
    needs: str


@dataclass(frozen=True)
class Params:
    """A set of parameters; checked when made, so an instance is always valid.

    title   the name of the set that users see
    rules   when a parameter has an effect, by its name in code; parameters that always have one are left out
    front   names of the parameters that a panel always shows while it folds the others; empty if it folds all
    links   names of links that the user gives; they may hold signatures, so the window has none and none is stored
    """

    title: ClassVar[str] = ""
    rules: ClassVar[Mapping[str, Rule]] = {}
    front: ClassVar[tuple[str, ...]] = ()
    links: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for spec in self.specs():
            object.__setattr__(self, spec.name, spec.check(getattr(self, spec.name)))

    @classmethod
    def specs(cls) -> tuple[Spec, ...]:
        """The declarations of this set, in the order in which they are shown."""
        return tuple(
            Spec(name=item.name, default=item.default, **item.metadata)
            for item in fields(cls)
            if item.default is not MISSING and item.metadata
        )

    def to_wire(self) -> dict[str, Any]:
        """The values under their wire names, as JSON types."""
        values = {spec.wire: getattr(self, spec.name) for spec in self.specs()}
        return {wire: list(value) if isinstance(value, tuple) else value for wire, value in values.items()}

    @classmethod
    def from_wire(cls, values: dict[str, Any]) -> Self:
        """A set from values under wire names. Missing ones get their default; unknown ones raise ``BadParameter``."""
        names = {spec.wire: spec.name for spec in cls.specs()}
        for wire in values:
            if wire not in names:
                raise BadParameter(f"There is no parameter called {wire!r}.")
        return cls(**{names[wire]: value for wire, value in values.items()})
