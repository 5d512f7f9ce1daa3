"""What ``detect`` and ``objects`` do: finds of a model or of a service, and what is kept of them."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from maskstudio.cli.used import Settle, used_here
from maskstudio.errors import BadParameter
from maskstudio.params.kept import KeepParams
from maskstudio.params.local import DetectParams, MaskParams
from maskstudio.params.spec import Params
from maskstudio.session.findpresets import FIND_PRESETS, best_model, preset_called

if TYPE_CHECKING:
    from maskstudio.session.session import Session

P = TypeVar("P", bound=Params)

PresetName = Annotated[
    str | None,
    typer.Option(
        "--preset",
        metavar="NAME",
        help="What to look for: sets model, labels, padding and edge to suit it; options win. "
        f"One of: {', '.join(FIND_PRESETS)}.",
    ),
]


def find_here(
    session: "Session",
    preset: str | None,
    sets: tuple[DetectParams, MaskParams, KeepParams],
    chosen: dict[str, Any],
    settle: Settle,
    parts_of: Path | None = None,
) -> dict[str, Any]:
    """Find objects on this machine, by the sets or by a preset in which the ``chosen`` values win; for the report.

    Raises BadParameter for an unknown preset and for parameters that would not be used.
    """
    detect, shape, keep = sets
    if preset is None:
        used = used_here(settle, chosen, detect, keep, shape, parts_of=parts_of)
        session.finding.detect(detect, shape, keep)
        return used
    found = preset_called(preset)
    model = chosen.get("model") or best_model(found, session.finding.models())
    if found.operation == "cutout":
        if unused := next((wire for wire in chosen if wire != "model"), None):
            raise BadParameter(f"{unused} would not be used here: the preset {preset} cuts out whatever stands out.")
        params = found.cutting(model)
        used = used_here(settle, {}, params, parts_of=parts_of)
        session.finding.remove_background(params, found.edge)
        return {**used, "preset": preset}
    its = found.wanted(model)
    wanted = replace(
        its, params=_with(its.params, chosen), keep=_with(its.keep, chosen), shape=_with(its.shape, chosen)
    )
    used = used_here(settle, chosen, wanted.params, wanted.keep, wanted.shape, parts_of=parts_of)
    session.finding.find(wanted, found.title)
    return {**used, "preset": preset}


def check_no_preset(preset: str | None) -> None:
    """Raise BadParameter for a preset, when a service does the work."""
    if preset is not None:
        raise BadParameter("--preset chooses among the models of this machine; leave it out where a service is asked.")


def keep_of_service(
    session: "Session", detect: DetectParams, keep: KeepParams, chosen: dict[str, Any], used: dict[str, Any]
) -> dict[str, Any]:
    """Keep what is wanted of the finds that a service has just sent, by the ``chosen`` values that it does not know
    itself; gives the report ``used`` with them.
    """
    there = used["parameters"]
    values = {wire: value for wire, value in {**detect.to_wire(), **keep.to_wire()}.items() if wire in _HERE}
    values = {wire: value for wire, value in values.items() if wire in chosen and wire not in there}
    finds = session.finding.finds
    if not values or finds is None:
        return used
    wanted = replace(finds.wanted, params=_with(finds.wanted.params, values), keep=_with(keep, values))
    session.finding.sift(wanted)
    if session.document is None or not any(map(finds.root, session.document.layers)):
        session.told(f"Of what the service found, {finds.nothing_kept(wanted)}")
    return {**used, "parameters": {**there, **values}}


_HERE = frozenset(("confidence", "maxDetections", *(spec.wire for spec in KeepParams.specs())))


def _with(params: P, values: dict[str, Any]) -> P:
    """The set with other values, by wire name, as far as it has them."""
    own = params.to_wire()
    return type(params).from_wire({**own, **{wire: value for wire, value in values.items() if wire in own}})
