"""Reports what did the work, and refuses parameters that would not be used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maskstudio.errors import BadParameter
from maskstudio.names import text_of
from maskstudio.params.counts import idle
from maskstudio.params.local import DetectParams
from maskstudio.params.services import recorded
from maskstudio.params.spec import Params
from maskstudio.services import directory

if TYPE_CHECKING:
    from maskstudio.core.arrays import Box
    from maskstudio.core.document import Detection, Document, Layer

_SAID = ("label", "score", "boundingBox", "mediaType")  # reported for each mask, under the service's own names


@dataclass(frozen=True)
class Settle:
    """What the command line decides in advance: options of the service, and consent."""

    options: list[str] | None
    yes: bool


@dataclass(frozen=True)
class Used:
    """What did the work, for a report: the service, its model and parameters, its cost and its own words."""

    provider: str
    params: Params
    model: str
    cost: float | None = None
    said: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The entries of a JSON report."""
        return {
            "provider": self.provider, "model": self.model or None, "parameters": recorded(self.params),
            "cost": self.cost, **self.said,
        }  # fmt: skip


def check_local(settle: Settle, parts_of: Path | None = None) -> None:
    """Raise BadParameter for options that only a service would use, when the work is done on this machine."""
    if settle.options:
        raise BadParameter("--option is for a service; name one with --provider.")
    if parts_of is not None:
        able = " or ".join(name for name, info in directory.SERVICES.items() if "bodyParts" in info.operations)
        raise BadParameter(f"--parts-of is for a service that knows body parts, which is {able}.")


def used_here(settle: Settle, chosen: dict[str, Any], *sets: Params, parts_of: Path | None = None) -> dict[str, Any]:
    """The entries of a JSON report for work on this machine.

    Raises BadParameter for parameters that would not be used.
    """
    check_local(settle, parts_of)
    for each in sets:
        if unused := idle(each, chosen.keys()):
            raise BadParameter(unused)
        if isinstance(each, DetectParams) and "boxShape" in chosen:
            _check_box(each)
    values = {wire: value for each in sets for wire, value in each.to_wire().items()}
    model = {"model": values["model"]} if "model" in values else {}
    return {"provider": "local", **model, "parameters": values}


def about_subject(layer: "Layer | None") -> dict[str, Any]:
    """The entries of a JSON report on how the subject that ``layer`` shows was found; none where nothing was."""
    from maskstudio.providers.local.opinions import share_in_doubt
    from maskstudio.session.finding import subject_of
    from maskstudio.subject.subject import NOTHING

    found = subject_of(layer) if layer else None
    if found is None:
        return {"way": NOTHING, "confidence": 0.0, "sure": False}
    doubt = share_in_doubt(found)
    second = {} if doubt is None else {"doubt": round(doubt, 3)}
    return {
        "used": found.used, "way": found.way, "confidence": round(found.confidence, 3), "sure": found.sure, **second,
    }  # fmt: skip


def _check_box(params: DetectParams) -> None:
    """Raise BadParameter if a box shape is given for a model that outlines what it finds."""
    from maskstudio.providers.local import families

    if families.outlines(params.model):
        raise BadParameter("boxShape would not be used here: this model outlines what it finds.")


def check_mask_only(chosen: dict[str, Any], *, mask_only: bool) -> None:
    """Raise BadParameter for parameters of colours when only a mask is written."""
    unused = next((wire for wire in ("rgba", "hiddenColours") if mask_only and wire in chosen), None)
    if unused:
        raise BadParameter(f"{unused} would not be used here: a mask alone has no colours.")


def row_of(one: "Detection") -> dict[str, Any]:
    """The entry of a detection in a JSON report; ``areaRatio`` is the share of the photo that its mask covers."""
    own = {name: one.said[name] for name in _SAID if name in one.said}
    return {
        "label": one.label, "score": one.score, **_place(one.mask.share, one.box), "provider": one.provider,
        "model": one.model, "stand_in": one.stand_in or None, **own,
    }  # fmt: skip


def _place(share: float, box: "Box") -> dict[str, Any]:
    """How much of the photo a mask covers, and where."""
    left, top, right, bottom = box
    around = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    return {"areaRatio": round(share, 6), "box": list(box), "boundingBox": around}


def file_rows(document: "Document", written: "list[tuple[Path, str]]") -> list[dict[str, Any]]:
    """The entries of the written files in a JSON report: one per layer, and one of what no layer covers."""
    from maskstudio.core.layer import box_around

    rest = document.alpha.inverse
    rows = [{} if layer.source is None else row_of(layer.source) for layer in document.layers]
    rows.append({"score": None, **_place(rest.share, box_around(rest))})
    return [{**row, "file": text_of(path), "label": name} for (path, name), row in zip(written, rows, strict=True)]


def described(row: dict[str, Any]) -> str:
    """An entry of a detection as one line of text."""
    score = "" if row["score"] is None else f"{row['score']:.2f}"
    return f"{row['label']:<16}{score:>6}  {', '.join(f'{edge:.0f}' for edge in row['box'])}"
