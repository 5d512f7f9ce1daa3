"""When a parameter counts: forms disable one that does not, and the command line refuses it, by the same table."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from maskstudio.params.local import AdjustParams, CutoutParams, RefineParams
from maskstudio.params.services import REMBG, RunwareCutoutParams, RunwareMaskParams
from maskstudio.params.spec import Params, Spec


@dataclass(frozen=True)
class Rule:
    """``holds(params)`` while the parameter has an effect; ``needs`` says what that takes, half a sentence."""

    holds: Callable[[Any], bool]
    needs: str


_MATTING = tuple(f"alpha_matting_{name}" for name in ("foreground_threshold", "background_threshold", "erode_size"))
_REMBG = Rule(lambda params: bool(params.model == REMBG), f"only the model {REMBG} (RemBG) has it")
_MATTED = Rule(lambda params: bool(params.alpha_matting), "it belongs to alphaMatting")
_MATTED_THERE = Rule(
    lambda params: bool(params.model == REMBG and params.alpha_matting),
    f"it belongs to alphaMatting of the model {REMBG} (RemBG)",
)
_LOSSY = Rule(lambda params: bool(params.output_format != "PNG"), "a PNG has no quality")
_SHAPED = Rule(lambda params: bool(params.shape_there), "it needs shapeThere=yes")
_CLEANED = Rule(lambda params: bool(params.color_decontamination), "it belongs to colorDecontamination")

RULES: Mapping[type[Params], Mapping[str, Rule]] = {
    RunwareMaskParams: {"mask_padding": _SHAPED, "mask_blur": _SHAPED, "output_quality": _LOSSY},
    RunwareCutoutParams: {
        **dict.fromkeys(("post_process_mask", "return_only_mask", "alpha_matting"), _REMBG),
        **dict.fromkeys(_MATTING, _MATTED_THERE),
        "output_quality": _LOSSY,
    },
    CutoutParams: dict.fromkeys(_MATTING, _MATTED),
    RefineParams: {"decontamination_amount": _CLEANED, "spill": _CLEANED},
    AdjustParams: {"outer_only": Rule(lambda params: bool(params.feather > 0), "it belongs to feather")},
}


def rules(kind: type[Params]) -> Mapping[str, Rule]:
    """When the parameters of a set count, by their names in code; those that always do are not in it."""
    return RULES.get(kind, {})


def idle(params: Params, wires: Collection[str]) -> str:
    """One sentence on the first of ``wires`` (wire names that the user gave) that would have no effect; or nothing.

    A switch that is off is as good as not given.
    """
    for spec in params.specs():
        rule = rules(type(params)).get(spec.name)
        if spec.wire in wires and rule is not None and not rule.holds(params) and _asks(spec, params):
            return f"{spec.wire} would not be used here: {rule.needs}."
    return ""


def _asks(spec: Spec, params: Params) -> bool:
    return spec.kind is not bool or bool(getattr(params, spec.name))
