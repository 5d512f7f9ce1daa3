"""QActions made from the table: their menus, keys, tooltips and enabled states."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from maskstudio.ui.keys.keymap import Keymap, shown
from maskstudio.ui.registry.entry import Entry, When, Workspace
from maskstudio.ui.registry.table import ACTIONS, BY_ID
from maskstudio.ui.widgets.icons import icon

_REPEATING = (
    "edit.undo", "edit.redo", "view.zoomIn", "view.zoomOut", "view.rotateLeft", "view.rotateRight", "brush.smaller",
    "brush.larger", "brush.softer", "brush.harder", "brush.weaker", "brush.stronger",
)  # fmt: skip  # while their key is held


def build(parent: QObject, verbs: Mapping[str, Callable[[], object]], keymap: Keymap) -> dict[str, QAction]:
    """A QAction for each entry that has a verb, named by its id and connected to it.

    An entry without a verb, or one that cycles through fewer than two others, is left out, since it would do nothing.
    Raises KeyError for an id in ``verbs`` that is not in the table.
    """
    assert not set(verbs) - set(BY_ID), f"not in the table: {sorted(set(verbs) - set(BY_ID))}"
    groups: dict[str, QActionGroup] = {}
    actions: dict[str, QAction] = {}
    for spec in ACTIONS:
        if spec.does or (spec.id not in verbs and sum(other in verbs for other in spec.cycles) < 2):
            continue
        action = actions[spec.id] = _made(spec, parent)
        if spec.group:
            groups.setdefault(spec.group, QActionGroup(parent)).addAction(action)
        verb = verbs.get(spec.id) or partial(_trigger_next, actions, spec.cycles)
        action.triggered.connect(lambda _checked=False, verb=verb: verb())
    set_keys(actions, keymap)
    return actions


def missing(verbs: Iterable[str]) -> list[str]:
    """The ids of the table that have no verb."""
    known = set(verbs)
    return [spec.id for spec in ACTIONS if spec.id not in known and not spec.cycles and not spec.does]


def set_keys(actions: Mapping[str, QAction], keymap: Keymap, workspace: Workspace = "") -> None:
    """Give every action the keys it has in a workspace, and tooltips that name them."""
    for name, action in actions.items():
        keys = keymap.acting(name, workspace)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setToolTip(tooltip(BY_ID[name], keys))


def fill(bar: QMenuBar, actions: Mapping[str, QAction], recent: QMenu, given: Iterable[QMenu] = ()) -> None:
    """Menus from the table, with the recent files below Open. Submenus that are ``given`` are taken by their titles."""
    ready = {menu.title(): menu for menu in given}
    menus: dict[tuple[str, str], QMenu] = {}
    ended: set[str] = set()  # menus whose last section is over
    for spec in ACTIONS:
        if spec.id in actions:
            if (spec.menu, "") not in menus:
                menus[spec.menu, ""] = bar.addMenu(f"&{_translated(spec.menu)}")
            menu = menus[spec.menu, ""]
            if spec.menu in ended:
                ended.discard(spec.menu)
                menu.addSeparator()
            if spec.submenu:
                if (spec.menu, spec.submenu) not in menus:
                    submenu = ready.get(_translated(spec.submenu)) or QMenu(_translated(spec.submenu), bar)
                    menus[spec.menu, spec.submenu] = submenu
                    menu.addMenu(submenu)
                menu = menus[spec.menu, spec.submenu]
            menu.addAction(actions[spec.id])
            if spec.id == "file.open":
                menu.addMenu(recent)
        if spec.ends_section and (spec.menu, "") in menus:
            ended.add(spec.menu)


def enable(actions: Mapping[str, QAction], holds: Iterable[When]) -> None:
    """Enable the actions whose condition is among ``holds``."""
    true = {"always", *holds}
    for name, action in actions.items():
        action.setEnabled(BY_ID[name].when in true)


def tooltip(spec: Entry, keys: tuple[str, ...]) -> str:
    """The tooltip of an action: its text, its key, and what it does."""
    title = f"{_translated(spec.text)}  {shown(keys[0]) if keys else ''}".strip()
    return f"<p><b>{title}</b><br>{_translated(spec.tip)}</p>"


def _made(spec: Entry, parent: QObject) -> QAction:
    action = QAction(_translated(spec.text), parent)
    action.setObjectName(spec.id)
    if spec.icon:
        action.setIcon(icon(spec.icon))
    action.setStatusTip(_translated(spec.tip))
    action.setCheckable(bool(spec.group) or spec.checkable)
    action.setAutoRepeat(spec.id in _REPEATING)
    return action


def _trigger_next(actions: Mapping[str, QAction], names: tuple[str, ...]) -> None:
    """Trigger the one after the checked one of these; the first, if none is checked."""
    kin = [actions[name] for name in names if name in actions]
    checked = next((at for at, action in enumerate(kin) if action.isChecked()), -1)
    kin[(checked + 1) % len(kin)].trigger()


def _translated(text: str) -> str:
    return QCoreApplication.translate("actions", text)
