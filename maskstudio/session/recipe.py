"""Recipe: parameter sets in a file, under their wire names, so that the same work can be repeated.

A JSON object ``{"recipe": 1, "refine": {"bandWidth": 30}, "adjust": {}, "export": {}}``; what is left out has its
default. A recipe may come from anyone, so every value is checked.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from maskstudio.core.atomic import replacing
from maskstudio.errors import BadParameter, CannotRead
from maskstudio.params.kept import KeepParams
from maskstudio.params.local import AdjustParams, CutoutParams, DetectParams, ExportParams, MaskParams, RefineParams
from maskstudio.params.spec import Params

VERSION = 1
_LARGEST = 1 << 20  # bytes
P = TypeVar("P", bound=Params)
_KINDS: tuple[type[Params], ...] = (
    DetectParams, KeepParams, MaskParams, RefineParams, AdjustParams, CutoutParams, ExportParams,
)  # fmt: skip


def section(kind: type[Params]) -> str:
    """The name of a parameter set in a recipe: "refine" for ``RefineParams``."""
    return kind.__name__.removesuffix("Params").lower()


@dataclass(frozen=True)
class Recipe:
    """Values under their wire names, by section. ``read`` and ``of`` make it, so every value has been checked."""

    sections: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, *sets: Params) -> "Recipe":
        """The recipe of these parameter sets, complete."""
        return cls({section(type(each)): each.to_wire() for each in sets})

    @classmethod
    def read(cls, path: Path) -> "Recipe":
        """The recipe in a file. Raises CannotRead, or BadParameter with one sentence that names what is wrong."""
        try:
            with path.open("rb") as file:
                data = file.read(_LARGEST + 1)
        except FileNotFoundError as error:
            raise CannotRead(f"{path.name} does not exist.") from error
        except OSError as error:
            raise CannotRead(f"{path.name} cannot be read: {error.strerror or error}.") from error
        try:
            values = json.loads(data[:_LARGEST].decode("utf-8")) if len(data) <= _LARGEST else None
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict) or not isinstance(values.get("recipe"), int):
            raise BadParameter(f"{path.name} is not a recipe of maskstudio.")
        if values["recipe"] > VERSION:
            raise BadParameter(f"{path.name} was made by a newer version of maskstudio.")
        known = {section(kind): kind for kind in _KINDS}
        sections = {name: given for name, given in values.items() if name != "recipe"}
        for name, given in sections.items():
            if name not in known or not isinstance(given, dict):
                raise BadParameter(f"{path.name} has a part called {name!r}, which no recipe has.")
            try:
                known[name].from_wire(given)
            except BadParameter as error:
                raise BadParameter(f"{path.name}: {error}") from error
        return cls(sections)

    def write(self, path: Path) -> None:
        """Write the recipe completely or not at all. Raises CannotWrite."""
        text = json.dumps(
            {"recipe": VERSION, **{name: dict(values) for name, values in self.sections.items()}}, indent=2
        )
        with replacing(path) as file:
            file.write(text.encode() + b"\n")

    def params(self, kind: type[P]) -> P:
        """One parameter set, with defaults for what the recipe leaves out."""
        return kind.from_wire(dict(self.sections.get(section(kind), {})))
