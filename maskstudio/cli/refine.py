"""Input and output of ``maskstudio refine``: its region arguments and its report. ``session.steps`` does the work."""

from typing import Any

from maskstudio.cli.streams import given
from maskstudio.core.fringe import Fringe
from maskstudio.errors import BadParameter
from maskstudio.session.steps import FringeReport, RegionFile


def region(text: str) -> RegionFile:
    """A region written as MASK=RECIPE. Raises BadParameter, and CannotRead for a standard input that holds nothing."""
    mask, _, recipe = text.partition("=")
    if not (mask and recipe):
        raise BadParameter(f"A region is given as MASK=RECIPE, not {text!r}.")
    wanted = given(recipe)
    return RegionFile(given(mask), wanted)


def sentence(report: FringeReport) -> str:
    """The fringe of an edge as one sentence; empty if it was not measured."""
    if report.fringe is None:
        return ""
    red, green, blue = report.fringe.backdrop
    worst, peak = report.fringe.worst, _rounded(report.fringe.peak)
    place = f", and of {peak} where it is worst, at {worst[0]}, {worst[1]}" if worst else ""
    before = f"; it was {_rounded(report.before.amount)} before" if report.before else ""
    amount = _rounded(report.fringe.amount)
    return f"The edge shows a fringe of {amount} on #{red:02x}{green:02x}{blue:02x}{place}{before}."


def as_json(report: FringeReport) -> dict[str, Any] | None:
    """The fringe of an edge for a JSON report; None if it was not measured."""
    if report.fringe is None:
        return None
    before = {"before": _row(report.before)} if report.before else {}
    return {**_row(report.fringe), **before}


def _row(found: Fringe) -> dict[str, Any]:
    return {
        "amount": _rounded(found.amount),
        "peak": _rounded(found.peak),
        "backdrop": list(found.backdrop),
        "worst": list(found.worst) if found.worst else None,
        "spots": [{"at": list(spot.place), "amount": _rounded(spot.amount)} for spot in found.tour],
    }


def _rounded(amount: float) -> float:
    return round(amount, 2)
