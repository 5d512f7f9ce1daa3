"""What changed between two states of the work, told by identity: no pixel is looked at.

Layers and documents are frozen and share what stayed the same, so that another object is a change and the same one is
none. Whoever shows a document asks here what of it to show anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

from maskstudio.core.document import Document, Layer
from maskstudio.core.history import History

FIELDS = frozenset(each.name for each in fields(Layer))
_NONE: Mapping[int, frozenset[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two states.

    whole    another document, or another photo in it: anything may differ
    stack    layers have come, gone, or changed places
    active   another layer is active, or none
    solo     another layer counts alone, or none does
    steps    the history has other steps, or stands at another one
    layers   for each layer that is in both and differs, by id: the names of the fields that do
    active_fields  those of the active layer
    """

    whole: bool = False
    stack: bool = False
    active: bool = False
    solo: bool = False
    steps: bool = False
    layers: Mapping[int, frozenset[str]] = field(default_factory=lambda: _NONE)
    active_fields: frozenset[str] = frozenset()


WHOLE = Changes(whole=True)


def between(old: Document | None, new: Document | None, *, steps: bool = False) -> Changes:
    """What differs between two documents, either of which may be missing; ``steps`` tells of the history.

    Layers that are the same objects cost nothing, others a comparison of their fields by identity.
    """
    if old is new:
        return Changes(steps=steps)
    if old is None or new is None or old.image is not new.image:
        return WHOLE
    differing = _NONE if old.layers is new.layers else _differing(old, new)
    return Changes(
        stack=old.layers is not new.layers and [each.id for each in old.layers] != [each.id for each in new.layers],
        active=old.active != new.active,
        solo=old.solo != new.solo,
        steps=steps,
        layers=differing,
        active_fields=differing.get(new.active, frozenset()) if new.active is not None else frozenset(),
    )


def _differing(old: Document, new: Document) -> Mapping[int, frozenset[str]]:
    before = {layer.id: layer for layer in old.layers}
    pairs = [(before[layer.id], layer) for layer in new.layers if layer.id in before]
    return {
        now.id: frozenset(name for name in FIELDS if getattr(was, name) is not getattr(now, name))
        for was, now in pairs
        if was is not now
    }


class Watch:
    """Remembers the state it saw last, and tells what has changed since. One for each place that shows documents."""

    def __init__(self) -> None:
        self._history: History | None = None
        self._document: Document | None = None
        self._revision = 0

    def look(self, history: History | None) -> Changes:
        """What differs between the state of ``history`` and the one it saw last; another history is a whole one."""
        document, revision = (history.document, history.revision) if history is not None else (None, 0)
        if history is not self._history:
            changes = WHOLE
        else:
            changes = between(self._document, document, steps=revision != self._revision)
        self._history, self._document, self._revision = history, document, revision
        return changes
