"""What an action is made from: id, words, keys, icon and when it can be done."""

from dataclasses import dataclass
from typing import Literal

Workspace = Literal["", "refine"]
When = Literal["always", "document", "layer", "undo", "redo", "job", "model", "layers", "above", "below", "tabs"]

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
}  # the sentence for an action that waits for this


@dataclass(frozen=True, slots=True)
class Entry:
    """An action.

    ``keys`` are Qt's portable texts, the first one is shown; the other presets replace them (``ui/keys/presets.py``).
    ``group`` makes it one of several exclusive choices. ``cycles`` names actions of which this one triggers the next;
    it needs no verb of its own. ``submenu`` puts it one level down. ``also`` are words a user may search for.
    ``workspace`` makes it a set of keys that act only there, before what they do elsewhere: they trigger the action
    that ``does`` names, and the entry is no action of its own. ``menu`` is then the heading it is listed under.
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
