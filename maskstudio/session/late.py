"""Careful work that ends after its draft was edited: it replaces the draft wherever the draft is still unchanged."""

from collections.abc import Mapping

from maskstudio.core.document import Document
from maskstudio.core.layer import Layer
from maskstudio.core.paint import Paint


def caught_up(document: Document, draft: Layer, fields: Mapping[str, object]) -> Document:
    """``document`` with ``fields`` in place of those of ``draft``, an earlier state of one of its layers.

    Only values that are still the draft's are replaced, in paint tile by tile: no stroke is changed. A document that
    holds nothing of the draft is returned as it is.
    """
    now = document.layer(draft.id)
    if now is None:
        return document
    changes: dict[str, object] = {}
    for name, careful in fields.items():
        here, was = getattr(now, name), getattr(draft, name)
        if isinstance(careful, Paint) and isinstance(here, Paint) and isinstance(was, Paint):
            painted = _caught_up(here, was, careful)
            changes |= {} if painted is here else {name: painted}
        elif here is was and careful is not was and careful is not None:
            changes[name] = careful
    if changes and "refinement" in fields:
        changes["refinement"] = None
    return document.put(now.changed(**changes)) if changes else document


def _caught_up(here: Paint, draft: Paint, careful: Paint) -> Paint:
    """``here`` with the tiles of the draft replaced by careful ones; tiles that were painted on since stay."""
    value_changed, cover_changed = careful.value.changed(draft.value), careful.cover.changed(draft.cover)
    own = [
        index
        for index in {*value_changed, *cover_changed}
        if here.value.held(index) is draft.value.held(index) and here.cover.held(index) is draft.cover.held(index)
    ]
    if not own:
        return here
    return here.replaced(
        {index: careful.value.held(index) for index in own}, {index: careful.cover.held(index) for index in own}
    )
