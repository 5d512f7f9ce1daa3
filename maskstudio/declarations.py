"""How a setting is declared: ``Paged`` is one that the preferences show, with label, help and range; ``Remembered`` one
that the window stores without showing it. Both say which values are valid.
"""

from dataclasses import dataclass
from typing import Literal

from maskstudio.checks import Fits
from maskstudio.params.spec import Spec

Page = Literal["general", "canvas", "brush", "files", "models", "performance"]


@dataclass(frozen=True)
class Remembered:
    """A setting that the window stores without showing it. ``fits`` gets only values of the default's type."""

    fits: Fits


@dataclass(frozen=True)
class Paged:
    """A setting on a ``page`` of the preferences; its facets are those of ``params.Spec``.

    ``kind`` says which control a text without choices has; ``fits`` says whether such a text is valid.
    """

    page: Page
    label: str
    help: str
    between: tuple[float, float] | None = None
    soft: tuple[float, float] | None = None
    step: float = 1
    unit: str = ""
    scale: float = 1
    choices: tuple[tuple[str, str], ...] = ()
    kind: Literal["", "text", "colour", "file"] = ""
    fits: Fits = lambda _value: True

    def spec(self, name: str, default: object) -> Spec:
        """The declaration that controls are made from."""
        low, high = self.between or (None, None)
        facets = (low, high, self.soft, self.step, self.unit, self.scale, self.choices)
        return Spec(name, name, self.label, self.help, default, *facets)
