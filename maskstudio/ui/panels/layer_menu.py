"""The menus of a layer: its verbs, and the modes in which it combines with the layers below."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMenu, QWidget

from maskstudio.core.document import Document, Layer
from maskstudio.core.ops import CombineMode
from maskstudio.session.session import Session
from maskstudio.ui.panels import swatches
from maskstudio.ui.widgets.icons import icon

_MODES: tuple[CombineMode, ...] = ("add", "subtract", "intersect", "xor")


def opened(over: QWidget) -> QMenu:
    """An empty menu that is deleted when it closes."""
    menu = QMenu(over)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def whole(
    session: Session,
    layer: Layer,
    rename: Callable[[], object],
    tell: Callable[[], object],
    compare: Callable[[], object],
    over: QWidget,
) -> QMenu:
    """The menu of all verbs of a layer.

    ``rename`` starts editing the name, ``tell`` shows the layer's origin, ``compare`` compares with it.
    """
    document = session.document
    assert document is not None
    at, solo = document.layers.index(layer), document.solo == layer.id
    menu = opened(over)

    def add(name: str, text: str, verb: Callable[[], object], *, picture: str = "", enabled: bool = True) -> None:
        action = menu.addAction(icon(picture), _said(text)) if picture else menu.addAction(_said(text))
        action.setObjectName(f"layer.{name}")
        action.triggered.connect(lambda: verb())
        action.setEnabled(enabled)

    add("rename", "Rename", rename)
    add("duplicate", "Duplicate", lambda: session.layers.duplicate(layer.id), picture="duplicate")
    add("mergeDown", "Merge Down", lambda: session.layers.merge_down(layer.id), picture="merge", enabled=at > 0)
    menu.addSeparator()
    shown = "Hide" if layer.visible else "Show"
    add("visible", shown, lambda: session.layers.set_visible(layer.id, not layer.visible), picture="eye")
    alone = "Show All Layers" if solo else "Show This Layer Alone"
    add("solo", alone, lambda: session.layers.set_solo(None if solo else layer.id), picture="solo")
    add("compare", "Compare With This Layer", compare, picture="view-split")
    fill_modes(menu.addMenu(_said("Combine")), session, layer)
    swatches.fill(
        menu.addMenu(_said("Colour")), layer.colour, lambda rgb: session.layers.set_colour(layer.id, rgb), over
    )
    menu.addSeparator()
    add(
        "up", "Bring Forward", lambda: session.layers.move(layer.id, at + 1), picture="up", enabled=_above(document, at)
    )
    add("down", "Send Backward", lambda: session.layers.move(layer.id, at - 1), picture="down", enabled=at > 0)
    menu.addSeparator()
    worked = layer.paint is not None or layer.retouch is not None or layer.inverted
    add("reset", "Remove Paint and Inversion", lambda: _reset(session, layer), picture="reset", enabled=worked)
    add("details", "Details…", tell, picture="info")
    menu.addSeparator()
    add("delete", "Delete", lambda: session.layers.delete(layer.id), picture="trash")
    return menu


def fill_modes(menu: QMenu, session: Session, layer: Layer) -> None:
    """Add the modes in which a layer combines, with its own checked."""
    names = {
        "add": _said("Add to What Is Below"),
        "subtract": _said("Subtract from What Is Below"),
        "intersect": _said("Intersect with What Is Below"),
        "xor": _said("Exclude Where Both Overlap"),
    }
    for mode in _MODES:
        action = menu.addAction(icon(mode), names[mode])
        action.triggered.connect(lambda _checked, mode=mode: session.layers.set_mode(layer.id, mode))
        action.setObjectName(f"mode.{mode}")
        action.setCheckable(True)
        action.setChecked(layer.mode == mode)


def _above(document: Document, at: int) -> bool:
    return at < len(document.layers) - 1


def _reset(session: Session, layer: Layer) -> None:
    session.layers.activate(layer.id)
    session.painting.reset_paint()


def _said(text: str) -> str:
    return QCoreApplication.translate("LayersPanel", text)
