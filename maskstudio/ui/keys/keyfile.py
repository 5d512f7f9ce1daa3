"""Keys in a file, to take to another machine or to share: the name of a set, and the changes to it.

It is a JSON object ``{"keys": 1, "set": "krita", "changed": {"layer.solo": ["F8"]}}``. Every value is checked before
any is used, and the file is taken whole or not at all.
"""

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from maskstudio.core.atomic import reason, replacing
from maskstudio.core.checked import Fields, parsed
from maskstudio.errors import BadParameter, BadProject, CannotRead
from maskstudio.ui.keys.keymap import Keymap, portable
from maskstudio.ui.keys.presets import PRESETS
from maskstudio.ui.registry.table import BY_ID

VERSION = 1
FIXED = frozenset({"Space", "Esc", "Left", "Right", "Up", "Down"})  # they move the view or leave a tool
_MODIFIERS = frozenset({"Shift", "Ctrl", "Control", "Alt", "Meta"})  # modifiers, which are no keys by themselves
_LARGEST = 1 << 20  # bytes
_MOST = 8  # most keys of one action
_LONGEST = 64  # most letters of a key


def _said(text: str) -> str:
    return QCoreApplication.translate("keyfile", text)


def write(path: Path, keymap: Keymap) -> None:
    """Write the set in use and the user's changes to it. Raises CannotWrite."""
    changed = {action: list(keymap.keys(action)) for action in keymap.own if action in BY_ID}
    values = {"keys": VERSION, "set": keymap.preset, "changed": changed}
    with replacing(path) as file:
        file.write(json.dumps(values, indent=2, ensure_ascii=False).encode() + b"\n")


def read(path: Path, before: Keymap) -> tuple[Keymap, int]:
    """Read the keys in a file, with the preferences of ``before``; also returns how many of its actions are unknown.

    Raises CannotRead if it cannot be read, and BadParameter if it is not what ``write`` makes.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise CannotRead(_said("{} could not be read: {}.").format(path.name, reason(error))) from error
    try:
        values = parsed(data if len(data) <= _LARGEST else b"", "the file")
        values.whole("keys", VERSION, VERSION)
        return _keymap(values, before)
    except BadProject as error:
        raise BadParameter(_said("{} holds no keys of maskstudio.").format(path.name)) from error


def _keymap(values: Fields, before: Keymap) -> tuple[Keymap, int]:
    preset = next(name for name in PRESETS if name == values.one_of("set", *PRESETS))
    changed = values.part("changed")
    own = {action: _keys(changed, action) for action in changed.values}
    known = {action: keys for action, keys in own.items() if action in BY_ID}
    where = [(BY_ID[action].workspace, key) for action, keys in known.items() for key in keys]
    if len(set(where)) < len(where):
        raise BadProject("a key of the file means two things")
    return Keymap(preset, known, before.full_screen_f), len(own) - len(known)


def _keys(changed: Fields, action: str) -> tuple[str, ...]:
    """The keys of one action, each a single allowed key in its one spelling. Raises BadProject."""
    return tuple(_key(key) for key in changed.listed(action, _MOST))


def _key(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or QKeySequence(value).count() != 1:
        raise BadProject("a key of the file is none")
    key = portable(value)
    if not key or key in FIXED or key.split("+")[-1] in _MODIFIERS:
        raise BadProject("a key of the file is none")
    return key
