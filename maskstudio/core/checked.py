"""Values from a file, each checked before it is believed. What does not fit raises BadProject with half a sentence."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from maskstudio.errors import BadProject
from maskstudio.names import path_of, text_of

T = TypeVar("T")
LONGEST = 1000  # letters of a name; nobody reads more
_MOST = 1 << 16  # letters of a value that nobody reads but a program, such as an address
_WHOLE = 2**53


class Fields:
    """A JSON object whose values are asked for by name and kind. ``what`` is how to call it in a sentence."""

    def __init__(self, values: object, what: str) -> None:
        if not isinstance(values, dict):
            raise BadProject(f"{what} is not what it should be")
        self.values: dict[str, Any] = values
        self.what = what

    def whole(self, name: str, low: int = 0, high: int = _WHOLE) -> int:
        """A whole number between two others, inclusively."""
        value = self.values.get(name)
        if type(value) is not int or not low <= value <= high:
            self._refuse(name)
        return value

    def number(self, name: str, low: float = -math.inf, high: float = math.inf) -> float:
        """A finite number between two others, inclusively."""
        return finite(self.values.get(name), f"the {name} of {self.what}", low, high)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self.values.get(name)
        if type(value) is not bool:
            self._refuse(name)
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """A text, cut to ``LONGEST`` letters, without half letters and null bytes; ``default`` where there is none."""
        value = self.values.get(name, default)
        if not isinstance(value, str):
            self._refuse(name)
        return clean(value)

    def path(self, name: str) -> Path | None:
        """A path exactly as ``path_text`` wrote it, of any length and any bytes; None where there is none."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str) or "\0" in value:
            self._refuse(name)
        return path_of(value)

    def one_of(self, name: str, *choices: str) -> str:
        """One of these texts."""
        value = self.values.get(name)
        if not isinstance(value, str) or value not in choices:
            self._refuse(name)
        return value

    def listed(self, name: str, most: int) -> list[Any]:
        """A list of so many items at most."""
        value = self.values.get(name)
        if not isinstance(value, list) or len(value) > most:
            self._refuse(name)
        return value

    def part(self, name: str) -> "Fields":
        """An object within."""
        return Fields(self.values.get(name), f"the {name} of {self.what}")

    def maybe(self, name: str, read: Callable[["Fields"], T]) -> T | None:
        """What ``read`` makes of an object within, or None where there is none."""
        return None if self.values.get(name) is None else read(self.part(name))

    def _refuse(self, name: str) -> NoReturn:
        raise BadProject(f"the {name} of {self.what} is not what it should be")


def finite(value: object, what: str, low: float = -math.inf, high: float = math.inf) -> float:
    """``value`` as a finite number between two others, inclusively."""
    if type(value) not in (int, float):
        raise BadProject(f"{what} is not a number")
    try:
        number = float(value)  # type: ignore[arg-type]
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or not low <= number <= high:
        raise BadProject(f"{what} is not in its range")
    return number


def path_text(path: Path | None) -> str | None:
    """A path for a JSON object, the same one whatever folder and locale it is read in. Bytes that are no UTF-8
    stand in it as lone surrogates, which JSON must keep escaped, as it does by default.
    """
    return None if path is None else text_of(path.absolute())


def clean(text: str, most: int = LONGEST) -> str:
    """``text`` cut to ``most`` letters, by default ``LONGEST``, with half letters (lone surrogates)
    and null bytes replaced.
    """
    return text[:most].encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def parsed(data: bytes, what: str) -> Fields:
    """A JSON object in UTF-8; numbers that are none (NaN, Infinity) are refused."""

    def no_number(text: str) -> NoReturn:
        raise ValueError(text)

    try:
        values = json.loads(data.decode("utf-8"), parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise BadProject(f"{what} cannot be read") from error
    return Fields(values, what)


def simple(values: object, what: str) -> dict[str, Any]:
    """A JSON object of plain values and short lists of them, as parameters are."""
    if not isinstance(values, dict) or len(values) > 100:
        raise BadProject(f"{what} is not what it should be")
    return {clean(key): _plain(value, what) for key, value in values.items()}


def told(values: object, what: str) -> dict[str, Any]:
    """As `simple`, with objects of plain values in it, as boxes are."""
    inner = (
        {name: value for name, value in values.items() if isinstance(value, dict)} if isinstance(values, dict) else {}
    )
    if not isinstance(values, dict) or len(values) > 100:
        raise BadProject(f"{what} is not what it should be")
    plain = simple({name: value for name, value in values.items() if name not in inner}, what)
    return plain | {clean(name): simple(value, what) for name, value in inner.items()}


def _plain(value: object, what: str) -> Any:
    if isinstance(value, list) and len(value) <= 100:
        return [_plain(each, what) for each in value if not isinstance(each, list)]
    if isinstance(value, str):
        return clean(value, _MOST)
    if value is None or isinstance(value, bool):
        return value
    finite(value, what)
    return value
