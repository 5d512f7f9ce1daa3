"""The table of all actions, in the order of the menus. Menus, keys, toolbar, palette and sheet read it."""

from collections.abc import Collection

from maskstudio.ui.registry.edit import EDIT
from maskstudio.ui.registry.entry import Entry
from maskstudio.ui.registry.file import FILE
from maskstudio.ui.registry.layer import LAYER
from maskstudio.ui.registry.mask import MASK, SELECT
from maskstudio.ui.registry.tool import BRUSH, TOOL
from maskstudio.ui.registry.view import VIEW
from maskstudio.ui.registry.window import HELP, WINDOW
from maskstudio.ui.registry.workspace import REFINE

ACTIONS: tuple[Entry, ...] = (*FILE, *EDIT, *SELECT, *MASK, *LAYER, *VIEW, *TOOL, *BRUSH, *WINDOW, *HELP, *REFINE)
BY_ID: dict[str, Entry] = {spec.id: spec for spec in ACTIONS}


def with_keys(present: Collection[str]) -> list[Entry]:
    """The entries that can have keys: the actions in ``present`` (ids), and the workspace keys for these."""
    return [spec for spec in ACTIONS if (spec.does or spec.id) in present]
