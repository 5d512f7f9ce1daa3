"""Finds parameters that would have no effect, by the rules of their set, so that the command line can refuse them."""

from collections.abc import Collection

from maskstudio.params.spec import Params, Spec


def idle(params: Params, wires: Collection[str]) -> str:
    """One sentence about the first of ``wires`` (wire names the user gave) that would have no effect; empty if none.

    A switch that is off counts as not given.
    """
    for spec in params.specs():
        rule = params.rules.get(spec.name)
        if spec.wire in wires and rule is not None and not rule.holds(params) and _asks(spec, params):
            return f"{spec.wire} would not be used here: {rule.needs}."
    return ""


def _asks(spec: Spec, params: Params) -> bool:
    return spec.kind is not bool or bool(getattr(params, spec.name))
