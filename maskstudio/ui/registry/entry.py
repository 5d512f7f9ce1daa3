"""The declaration of an action: id, words, keys, icon and the condition under which it is enabled."""

from dataclasses import dataclass
from typing import Literal

Workspace = Literal["", "refine"]
When = Literal[
    "always",
    "document",
    "layer",
    "undo",
    "redo",
    "job",
    "model",
    "layers",
    "above",
    "below",
    "tabs",
    "doubt",
]

WHY_NOT: dict[When, str] = {
    "document": "Open a photo first.",
    "layer": "Choose a layer first.",
    "undo": "There is nothing to undo.",
    "redo": "There is nothing to redo.",
    "job": "Nothing is running.",
    "model": "Open a photo and choose a model that is ready.",
    "layers": "There is no mask yet.",
    "above": "There is no layer above this one.",
    "below": "There is no layer below this one.",
    "tabs": "Only one photo is open.",
    "doubt": "No second model differs from this: choose one and cut out the subject again.",
}  # why an action with this condition is disabled


@dataclass(frozen=True, slots=True)
class Entry:
    """The declaration of an action.

    ``keys`` are Qt's portable texts, the first one is shown; the other presets replace them (``ui/keys/presets.py``).
    ``group`` makes it one of several exclusive choices. ``cycles`` names actions of which it triggers the next, so that
    it needs no verb. ``submenu`` puts it one level down. ``also`` are words a user may search for. With ``workspace``
    the entry is no action but a set of keys that act in that workspace only, before their usual meaning: they trigger
    the action named by ``does``, and ``menu`` is the heading they are listed under.
    """

    id: str
    menu: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    when: When = "always"
    group: str = ""
    ends_section: bool = False
    checkable: bool = False
    submenu: str = ""
    also: str = ""
    cycles: tuple[str, ...] = ()
    workspace: Workspace = ""
    does: str = ""
