"""Keys that act only in a workspace, where they come before their usual meaning."""

from maskstudio.ui.registry.entry import Entry
from maskstudio.ui.registry.tool import TOOL
from maskstudio.ui.registry.view import VIEW

_BY_ID = {spec.id: spec for spec in (*TOOL, *VIEW)}


def _there(name: str, does: str, *keys: str) -> Entry:
    """The keys of the Refine workspace for an action of the table, under the action's words."""
    action = _BY_ID[does]
    return Entry(
        f"refine.{name}", "Refine Workspace", action.text, action.tip, keys,
        also=action.also, workspace="refine", does=does,
    )  # fmt: skip


# The letters of Photoshop's Select and Mask.
REFINE = (
    _there("ants", "view.ants", "M"),
    _there("overlay", "view.overlay", "V"),
    _there("black", "view.black", "A"),
    _there("white", "view.white", "T"),
    _there("mask", "view.mask", "K"),
    _there("layers", "view.checker", "Y"),
    _there("onion", "view.onion", "O"),
    _there("brush", "tool.refine", "R"),
)
