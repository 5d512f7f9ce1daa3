"""Sets of keys for users of other editors. Photoshop's are in the action table; the others list what differs.

Where an editor's key conflicts with another or with what masks need, a comment beside the key gives the choice.
"""

from typing import Literal, get_args

from maskstudio.ui.registry.table import ACTIONS

Preset = Literal["photoshop", "gimp", "krita", "lightroom"]
PRESETS: tuple[Preset, ...] = get_args(Preset)
TITLES: dict[Preset, str] = {"photoshop": "Photoshop", "gimp": "GIMP", "krita": "Krita", "lightroom": "Lightroom"}
SIZED_BY_SHIFT: frozenset[Preset] = frozenset({"krita"})  # sets in which dragging with Shift sizes the brush

KeySets = dict[str, tuple[str, ...]]
_NO_DIGITS: KeySets = {spec.id: () for spec in ACTIONS if spec.id.startswith(("brush.opacity", "brush.flow"))}
# Other editors have no such workspace, and its keys would hide the set's own letters there.
_NO_WORKSPACE: KeySets = {spec.id: () for spec in ACTIONS if spec.workspace}

_GIMP: KeySets = {
    **_NO_WORKSPACE,
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
    "view.originalMask": (),  # P is the brush
}
_KRITA: KeySets = {
    **_NO_WORKSPACE,
    **_NO_DIGITS,  # 4, 5 and 6 turn the view
    "tool.rectangle": ("R",),
    "tool.ellipse": ("Shift+R",),
    "tool.nextMarquee": (),
    "tool.rotate": (),
    "tool.move": ("T",),
    "tool.fill": ("F",),
    "tool.eyedropper": ("P",),
    "tool.eraser": (),
    "brush.swap": ("E", "X"),  # E turns the brush into an eraser and back
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
    "view.originalMask": (),  # P is the eyedropper
    "window.fullScreen": ("Ctrl+Shift+F", "F11"),
}
_TENS = tuple((step * 10, str(step % 10)) for step in range(1, 11))
# The keys of masking and of Develop; rating, flagging and cropping have no counterpart here.
_LIGHTROOM: KeySets = {
    **_NO_WORKSPACE,
    **{f"brush.flow{percent}": (digit,) for percent, digit in _TENS},  # digits are the flow
    **{f"brush.opacity{percent}": (f"Shift+{digit}",) for percent, digit in _TENS},
    "tool.brush": ("K", "B"),
    "tool.gradient": ("M",),
    "tool.ellipse": ("Shift+M",),  # the radial gradient's
    "tool.rectangle": (),
    "tool.nextMarquee": (),
    "tool.hand": (),  # H hides what lies over the photo; Space moves it
    "tool.zoom": (),  # Z is 100 %
    "brush.swap": ("/", "X"),  # switches from brush A to B there
    "select.subject": ("Shift+W", "C", "Ctrl+Shift+B"),  # a new mask
    "tool.nextSelection": (),
    "mask.invert": ("'", "Ctrl+I", "Ctrl+Shift+I"),
    "layer.visible": ("Ctrl+Alt+H",),  # Ctrl+, is for preferences
    "edit.commands": ("Ctrl+F", "Ctrl+Shift+P"),
    "edit.preferences": ("Ctrl+,", "Ctrl+K"),
    "file.exportAgain": ("Ctrl+Alt+Shift+E", "Ctrl+E"),
    "view.overlay": ("O",),
    "view.nextMode": ("Shift+O",),  # there it changes the colour of the overlay
    "view.previousMode": (),
    "view.mask": ("Alt+O",),
    "view.image": ("\\", "Q"),
    "view.sideBySide": ("Y",),
    "view.actual": ("Z", "Ctrl+1"),
    "view.boxes": ("H", "Ctrl+H"),
    "window.panels": ("Shift+Tab",),
    "window.sidebar": ("Tab",),
    "window.fullScreen": ("F", "F11", "Ctrl+Shift+F"),
    "help.shortcuts": ("Ctrl+/", "F1", "?"),
}
DIFFERENT: dict[Preset, KeySets] = {"photoshop": {}, "gimp": _GIMP, "krita": _KRITA, "lightroom": _LIGHTROOM}
FULL_SCREEN_F: KeySets = {
    "view.nextMode": ("Shift+F",),
    "view.previousMode": (),
    "window.fullScreen": ("F", "F11", "Ctrl+Shift+F"),
}  # for Photoshop's set, where F means that in the main window
