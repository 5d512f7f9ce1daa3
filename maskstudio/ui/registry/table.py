"""The one table of what can be done, in the order of the menus. Menus, keys, toolbar, palette and sheet read it."""

from maskstudio.ui.registry.edit import EDIT
from maskstudio.ui.registry.file import FILE
from maskstudio.ui.registry.layer import LAYER
from maskstudio.ui.registry.mask import MASK, SELECT
from maskstudio.ui.registry.spec import Spec
from maskstudio.ui.registry.tool import BRUSH, TOOL
from maskstudio.ui.registry.view import VIEW
from maskstudio.ui.registry.window import HELP, WINDOW

ACTIONS: tuple[Spec, ...] = (*FILE, *EDIT, *SELECT, *MASK, *LAYER, *VIEW, *TOOL, *BRUSH, *WINDOW, *HELP)
BY_ID: dict[str, Spec] = {spec.id: spec for spec in ACTIONS}
