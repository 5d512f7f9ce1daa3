"""What is known of a weight file before it is downloaded. Only data."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One weight file: the model's name and title, its licence and its address (https).

    ``digests`` are the sha256 sums of its known editions, in hexadecimal; without one it is never downloaded. ``size``
    is in bytes, None if unknown. ``suffix`` is .pt or .onnx.
    """

    name: str
    title: str
    licence: str
    url: str
    digests: tuple[str, ...] = ()
    size: int | None = None
    suffix: str = ".pt"

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}{self.suffix}"


def digests(entries: Iterable[WeightFile]) -> frozenset[str]:
    """The sha256 sums of all editions of these files."""
    return frozenset(digest for entry in entries for digest in entry.digests)
