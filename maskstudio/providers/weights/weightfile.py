"""What is known of a model and its weight file before it is downloaded. Only data."""

from collections.abc import Iterable
from dataclasses import dataclass

_NO_WEIGHTS = "no weights"


@dataclass(frozen=True, slots=True)
class About:
    """What a model is for and what its authors state, as words for the user; empty where nothing is known or stated.

    ``purpose`` is one sentence. ``code``, ``weights`` and ``data`` are the licences of the program that made it, of the
    weights, and of the pictures it was trained on, as stated by whoever published them.
    """

    purpose: str = ""
    code: str = ""
    weights: str = ""
    data: str = ""

    @property
    def weightless(self) -> bool:
        """Whether it is stated that there are no weights."""
        return self.weights == _NO_WEIGHTS


UNSTATED = About()


def own_method(purpose: str) -> About:
    """What is stated of a method of our own, which has no weights."""
    return About(purpose, "AGPL-3.0", _NO_WEIGHTS, "not trained")


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One weight file: the model's name and title, its licence and its address (https).

    ``digests`` are the sha256 sums of its known editions, in hexadecimal; without one it is never downloaded. ``size``
    is in bytes, None if unknown. ``suffix`` is .pt, .onnx or .ts. ``mirrors`` are further addresses (https) of the same
    file, tried in turn if the first fails. With ``package`` it is published only inside the npm package of that name,
    under the name ``part``. ``about`` is what its authors state.
    """

    name: str
    title: str
    licence: str
    url: str
    digests: tuple[str, ...] = ()
    size: int | None = None
    suffix: str = ".pt"
    mirrors: tuple[str, ...] = ()
    package: str = ""
    part: str = ""
    about: About = UNSTATED

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}{self.suffix}"


def digests(entries: Iterable[WeightFile]) -> frozenset[str]:
    """The sha256 sums of all editions of these files."""
    return frozenset(digest for entry in entries for digest in entry.digests)
