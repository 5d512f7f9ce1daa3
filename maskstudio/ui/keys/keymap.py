"""The keys of actions: a preset, and the user's own choices over it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import cast

from PySide6.QtGui import QKeySequence

from maskstudio.settings import Settings
from maskstudio.ui.keys.presets import DIFFERENT, FULL_SCREEN_F, Preset
from maskstudio.ui.registry.entry import Workspace
from maskstudio.ui.registry.table import ACTIONS, BY_ID


def portable(key: str) -> str:
    """The one spelling of a key ("ctrl+z" becomes "Ctrl+Z"); empty if it is no key."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def shown(key: str) -> str:
    """A key as this system writes it, for showing."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


@dataclass(frozen=True)
class Keymap:
    """The keys of every action. ``own`` holds the user's, by action id; ``full_screen_f`` is a preference.

    A key may belong to one entry outside workspaces and to one in each workspace, where that one comes first.
    """

    preset: Preset = "photoshop"
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    full_screen_f: bool = False

    @cached_property
    def _preset_keys(self) -> dict[str, tuple[str, ...]]:
        keys = {spec.id: spec.keys for spec in ACTIONS} | DIFFERENT[self.preset]
        if self.full_screen_f and self.preset == "photoshop":
            keys |= FULL_SCREEN_F
        return {action: _clean(each) for action, each in keys.items()}

    @cached_property
    def _keys(self) -> dict[str, tuple[str, ...]]:
        """The keys of each action: the user's, else the preset's less those given to others in its workspace."""
        taken: dict[Workspace, set[str]] = {spec.workspace: set() for spec in ACTIONS}
        own: dict[str, tuple[str, ...]] = {}
        for action, keys in self.own.items():
            if action in BY_ID:
                there = taken[BY_ID[action].workspace]
                own[action] = tuple(key for key in _clean(keys) if key not in there)
                there.update(own[action])
        left = {
            action: tuple(key for key in keys if key not in taken[BY_ID[action].workspace])
            for action, keys in self._preset_keys.items()
            if action not in own
        }
        return left | own

    @cached_property
    def _owners(self) -> dict[tuple[str, Workspace], str]:
        return {(key, BY_ID[action].workspace): action for action, keys in self._keys.items() for key in keys}

    def keys(self, action: str) -> tuple[str, ...]:
        """The keys of an action, first the one to show; empty for an unknown action."""
        return self._keys.get(action, ())

    def owner(self, key: str, workspace: Workspace = "") -> str:
        """The id of the entry that has ``key`` in a workspace, or outside all of them; empty if none has."""
        return self._owners.get((portable(key), workspace), "")

    def action(self, key: str, workspace: Workspace = "") -> str:
        """The id of the action that ``key`` triggers in a workspace; empty if none."""
        there = self.owner(key, workspace)
        return (BY_ID[there].does or there) if there else self.owner(key)

    def acting(self, action: str, workspace: Workspace = "") -> tuple[str, ...]:
        """The keys that trigger ``action`` in a workspace, first those it has only there."""
        here = (
            key for spec in ACTIONS if spec.does == action and spec.workspace == workspace for key in self.keys(spec.id)
        )
        keys = dict.fromkeys((*here, *self.keys(action)))
        return tuple(key for key in keys if self.action(key, workspace) == action)

    def changed(self, action: str) -> bool:
        """Whether an action's keys differ from those of the preset."""
        return self.keys(action) != self._preset_keys.get(action, ())

    def with_key(self, action: str, key: str) -> "Keymap":
        """The keymap with ``key`` as the first key of ``action``, taken from the one that had it in the workspace."""
        key = portable(key)
        former = self.owner(key, BY_ID[action].workspace)
        own = dict(self.own)
        if former and former != action:
            own[former] = tuple(each for each in self.keys(former) if each != key)
        own[action] = (key, *(each for each in self.keys(action) if each != key))
        return self._with(own)

    def without_key(self, action: str, key: str) -> "Keymap":
        """The keymap without ``key`` for ``action``."""
        return self._with({**self.own, action: tuple(each for each in self.keys(action) if each != portable(key))})

    def reset(self, action: str) -> "Keymap":
        """The keymap with the preset's keys for ``action``; the user's other choices stay, without a key it needs."""
        wanted, there = self._preset_keys.get(action, ()), BY_ID[action].workspace
        own = {
            other: tuple(key for key in keys if portable(key) not in wanted or _workspace(other) != there)
            for other, keys in self.own.items()
            if other != action
        }
        return self._with(own)

    def _with(self, own: Mapping[str, Iterable[str]]) -> "Keymap":
        """The keymap with these choices, without those that equal the preset's."""
        preset = self._preset_keys
        kept = {action: tuple(keys) for action, keys in own.items() if _clean(keys) != preset.get(action)}
        return replace(self, own=kept)


def of_settings(settings: Settings) -> Keymap:
    """The keymap in the settings."""
    own = {action: tuple(keys) for action, keys in settings.keys.items()}
    return Keymap(cast("Preset", settings.preset), own, settings.full_screen_f)


def into_settings(keymap: Keymap, settings: Settings) -> None:
    """Put a keymap into the settings."""
    settings.preset = keymap.preset
    settings.keys = {action: list(keys) for action, keys in keymap.own.items()}


def _workspace(action: str) -> Workspace:
    """The workspace in which the keys of an action act; an action of another version acts outside them."""
    return BY_ID[action].workspace if action in BY_ID else ""


def _clean(keys: Iterable[str]) -> tuple[str, ...]:
    """Each key once, in its one spelling, without texts that are no keys."""
    return tuple(dict.fromkeys(clean for clean in map(portable, keys) if clean))
