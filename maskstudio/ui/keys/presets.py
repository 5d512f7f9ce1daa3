"""Sets of keys for people who come from another editor. Photoshop's are in the table itself; the others differ from it.

Where two editors disagree with each other or with what a mask needs, the choice is noted beside the key.
"""

from typing import Literal, get_args

from maskstudio.ui.registry.table import ACTIONS

Preset = Literal["photoshop", "gimp", "krita"]
PRESETS: tuple[Preset, ...] = get_args(Preset)
TITLES: dict[Preset, str] = {"photoshop": "Photoshop", "gimp": "GIMP", "krita": "Krita"}

Keys = dict[str, tuple[str, ...]]
_NO_DIGITS: Keys = {spec.id: () for spec in ACTIONS if spec.id.startswith(("brush.opacity", "brush.flow"))}

_GIMP: Keys = {
    **_NO_DIGITS,  # digits zoom
    "tool.brush": ("P",),
    "tool.eraser": ("Shift+E",),
    "tool.wand": ("U",),
    "tool.lasso": ("F",),
    "tool.magnetic": ("I",),
    "tool.rectangle": ("R",),
    "tool.ellipse": ("E",),
    "tool.fill": ("Shift+B",),
    "tool.gradient": ("G",),
    "tool.move": ("M",),
    "tool.eyedropper": ("O",),
    "tool.rotate": (),  # R selects rectangles
    "tool.refine": ("Y",),  # U is the wand
    "tool.nextMarquee": (),
    "tool.nextLasso": (),
    "tool.nextFill": (),
    "brush.erase": (),  # Shift+E is the eraser
    "select.none": ("Ctrl+Shift+A",),
    "select.detect": ("Ctrl+Alt+D",),  # Ctrl+Shift+D duplicates
    "select.feather": (),
    "layer.duplicate": ("Ctrl+Shift+D",),
    "layer.mergeDown": ("Ctrl+M",),  # merges all visible ones in GIMP
    "layer.visible": ("Ctrl+Alt+H",),  # Ctrl+, fills
    "edit.fill": ("Ctrl+,",),
    "edit.transform": ("Shift+T",),
    "view.overlay": ("\\", "Shift+Q"),
    "view.nextMode": ("V",),  # F is the lasso
    "view.previousMode": ("Shift+V",),
    "view.fit": ("Ctrl+Shift+J",),
    "view.actual": ("1", "Ctrl+1"),
    "view.zoom200": ("2", "Ctrl+2"),
    "view.zoom400": ("3", "Ctrl+3"),
    "view.zoom800": ("4", "Ctrl+4"),
    "view.zoomIn": ("+", "=", "Ctrl++"),
    "view.zoomOut": ("-", "Ctrl+-"),
    "view.resetRotation": ("!",),
    "view.boxes": ("Ctrl+T",),
}
_KRITA: Keys = {
    **_NO_DIGITS,  # 4, 5 and 6 turn the view
    "tool.rectangle": ("R",),
    "tool.ellipse": ("Shift+R",),
    "tool.nextMarquee": (),
    "tool.rotate": (),
    "tool.move": ("T",),
    "tool.fill": ("F",),
    "tool.eyedropper": ("P",),
    "brush.weaker": ("I",),
    "brush.stronger": ("O",),
    "select.none": ("Ctrl+Shift+A",),
    "edit.clear": ("Delete",),
    "edit.fill": ("Shift+Backspace",),
    "edit.commands": ("Ctrl+Return", "Ctrl+F", "Ctrl+Shift+P", "/"),
    "file.exportAgain": (),  # Ctrl+E merges
    "layer.mergeDown": ("Ctrl+E",),
    "layer.up": ("Ctrl+PgUp", "Ctrl+]"),
    "layer.down": ("Ctrl+PgDown", "Ctrl+["),
    "view.nextMode": ("V",),  # F fills; straight lines are Shift and a click
    "view.previousMode": ("Shift+V",),
    "view.fit": ("2", "Ctrl+0"),
    "view.actual": ("1", "Ctrl+1"),
    "view.rotateLeft": ("4",),
    "view.resetRotation": ("5",),
    "view.rotateRight": ("6",),
    "view.mirror": ("M",),
    "window.fullScreen": ("Ctrl+Shift+F", "F11"),
}
DIFFERENT: dict[Preset, Keys] = {"photoshop": {}, "gimp": _GIMP, "krita": _KRITA}
FULL_SCREEN_F: Keys = {
    "view.nextMode": ("Shift+F",),
    "view.previousMode": (),
    "window.fullScreen": ("F", "F11", "Ctrl+Shift+F"),
}  # for Photoshop's set, where F means that in the main window
