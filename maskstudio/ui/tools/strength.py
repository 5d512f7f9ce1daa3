"""The verbs of the brush keys: size, hardness, opacity, flow, and erasing with the refine brush.

Size is that of the tool in use; hardness, opacity and flow those of brush or eraser, whichever was used last.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from maskstudio.ui.keys.digit_shares import Digits
from maskstudio.ui.tools.base import AnyTool
from maskstudio.ui.tools.brush import PaintTool
from maskstudio.ui.tools.hinting import HintTool
from maskstudio.ui.tools.stroking import Stroking

_STEP = 0.1


class Strength:
    """The verbs. ``name()`` gives the name of the tool in use, ``choose(name)`` chooses another."""

    def __init__(self, tools: Mapping[str, AnyTool], name: Callable[[], str], choose: Callable[[str], object]) -> None:
        self._tools, self._name, self._choose = tools, name, choose
        self._last = "brush"
        self._digits = {"opacity": Digits(partial(self._set, "opacity")), "flow": Digits(partial(self._set, "flow"))}

    @property
    def painting(self) -> PaintTool:
        """Brush or eraser."""
        if isinstance(self._tools[self._name()], PaintTool):
            self._last = self._name()
        chosen = self._tools[self._last]
        assert isinstance(chosen, PaintTool)
        return chosen

    @property
    def sized(self) -> Stroking[Any]:
        """The tool in use if it has a size, otherwise the brush or eraser used last."""
        painting, used = self.painting, self._tools[self._name()]
        return used if isinstance(used, Stroking) else painting

    def verbs(self) -> dict[str, Callable[[], object]]:
        """What the actions do, by id."""
        tenths = {
            f"brush.{field}{percent}": partial(self._digits[field].press, percent // 10 % 10)
            for field in ("opacity", "flow")
            for percent in range(10, 101, 10)
        }
        return {
            "brush.swap": self._swap,
            "brush.reset": lambda: self.sized.set_params(self.sized.kind()),
            "brush.erase": self._toggle_erasing,
            "brush.smaller": lambda: self.sized.step_size(-1),
            "brush.larger": lambda: self.sized.step_size(1),
            "brush.softer": lambda: self.painting.step_hardness(-1),
            "brush.harder": lambda: self.painting.step_hardness(1),
            "brush.weaker": lambda: self._turn(-_STEP),
            "brush.stronger": lambda: self._turn(_STEP),
            **tenths,
        }

    def _swap(self) -> None:
        """Switch between brush and eraser; from any other tool, go to the one used last."""
        used = self.painting
        other = "eraser" if used.name == "brush" else "brush"
        self._choose(other if self._name() == used.name else used.name)

    def _toggle_erasing(self) -> None:
        """Toggle erasing of the refine or trimap brush; from any other tool, go to the refine brush."""
        used = self._tools[self._name()]
        if isinstance(used, HintTool):
            used.toggle_erasing()
        else:
            self._choose("refine")

    def _turn(self, by: float) -> None:
        self._set("opacity", round(self.painting.params.opacity + by, 2))

    def _set(self, field: str, share: float) -> None:
        values: dict[str, Any] = {field: min(max(share, 0.01), 1.0)}
        self.painting.set_params(replace(self.painting.params, **values))
