"""The one table of what can be done, in the order of the menus. Menus, keys, toolbar, palette and sheet read it."""

from collections.abc import Collection

from maskstudio.ui.registry.edit import EDIT
from maskstudio.ui.registry.file import FILE
from maskstudio.ui.registry.layer import LAYER
from maskstudio.ui.registry.mask import MASK, SELECT
from maskstudio.ui.registry.spec import Spec
from maskstudio.ui.registry.tool import BRUSH, TOOL
from maskstudio.ui.registry.view import VIEW
from maskstudio.ui.registry.window import HELP, WINDOW
from maskstudio.ui.registry.workspace import REFINE

ACTIONS: tuple[Spec, ...] = (*FILE, *EDIT, *SELECT, *MASK, *LAYER, *VIEW, *TOOL, *BRUSH, *WINDOW, *HELP, *REFINE)
BY_ID: dict[str, Spec] = {spec.id: spec for spec in ACTIONS}


def with_keys(present: Collection[str]) -> list[Spec]:
    """What can have keys where the actions ``present`` are: these, and the keys of workspaces for them."""
    return [spec for spec in ACTIONS if (spec.does or spec.id) in present]
