"""The verbs of the Edit, Select, Mask and Layer menus that act on the document in front alone."""

from collections.abc import Callable

from maskstudio.session.session import Session
from maskstudio.ui.tools.base import said


def verbs(session: Callable[[], Session]) -> dict[str, Callable[[], object]]:
    """By the id of their action. ``session`` is asked when a verb is used: it is that of the tab in front then."""
    return {
        "edit.clear": lambda: session().painting.clear(),
        "edit.fill": lambda: session().painting.fill(),
        "select.all": lambda: session().painting.fill(),
        "select.none": lambda: session().painting.clear(),
        "mask.invert": lambda: session().painting.invert(),
        "mask.reset": lambda: session().painting.reset_paint(),
        "mask.clearTrimap": lambda: clear_trimap(session()),
        "layer.new": lambda: session().layers.add(),
        "layer.duplicate": lambda: _with_active(session(), session().layers.duplicate),
        "layer.mergeDown": lambda: _with_active(session(), session().layers.merge_down),
        "layer.solo": lambda: toggle_solo(session()),
        "layer.visible": lambda: toggle_visible(session()),
        "layer.up": lambda: move_layer(session(), 1),
        "layer.down": lambda: move_layer(session(), -1),
        "layer.next": lambda: choose_layer(session(), 1),
        "layer.previous": lambda: choose_layer(session(), -1),
        "layer.delete": lambda: _with_active(session(), session().layers.delete),
    }


def clear_trimap(session: Session) -> None:
    """Take what was painted into the active layer's trimap away."""
    if (layer := session.active) and (document := session.document):
        if layer.hints is None:
            session.told(said("Nothing was painted into the trimap of {}.").format(document.called(layer)))
        session.edging.clear_hints(layer.id)


def toggle_visible(session: Session) -> None:
    """Show or hide the active layer."""
    if layer := session.active:
        session.layers.set_visible(layer.id, not layer.visible)


def toggle_solo(session: Session) -> None:
    """Let the active layer alone count, or all again."""
    if (layer := session.active) and session.document:
        session.layers.set_solo(None if session.document.solo == layer.id else layer.id)


def move_layer(session: Session, by: int) -> None:
    """Move the active layer up (1) or down (-1)."""
    document, layer = session.document, session.active
    if document and layer:
        session.layers.move(layer.id, document.layers.index(layer) + by)


def choose_layer(session: Session, by: int) -> None:
    """Make the layer above (1) or below (-1) the active one."""
    document, layer = session.document, session.active
    if document and layer:
        at = document.layers.index(layer) + by
        if 0 <= at < len(document.layers):
            session.layers.activate(document.layers[at].id)


def _with_active(session: Session, verb: Callable[[int], object]) -> None:
    if layer := session.active:
        verb(layer.id)
