"""The verbs of the Layer and Mask menus that need the window: a panel to unfold, a field to ask, handles to drag."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from maskstudio.ui.panels.feather import FeatherField
from maskstudio.ui.tools.base import said
from maskstudio.ui.tools.freetransform import TransformTool

if TYPE_CHECKING:
    from maskstudio.ui.window.window import MainWindow


def verbs(window: MainWindow) -> dict[str, Callable[[], object]]:
    """By the id of their action."""
    feather = FeatherField(window.canvas)
    feather.chosen.connect(lambda radius: window.session.feather(radius))
    return {
        "select.feather": feather.ask,
        "edit.transform": partial(_transform, window),
        "mask.smooth": partial(_adjust, window, "smooth"),
        "mask.contrast": partial(_adjust, window, "contrast"),
        "mask.shiftEdge": partial(_adjust, window, "shift_edge"),
        "mask.clean": partial(_clean, window),
        "layer.rename": partial(_rename, window),
        "layer.next": partial(_choose, window, 1),
        "layer.previous": partial(_choose, window, -1),
    }


def _unfold(window: MainWindow, name: str) -> None:
    window.sidebar.show()
    window.sidebar.docks[name].show()
    window.sidebar.fold(name, False)


def _adjust(window: MainWindow, name: str) -> None:
    _unfold(window, "adjustPanel")
    window.adjust_panel.focus(name)


def _clean(window: MainWindow) -> None:
    _unfold(window, "adjustPanel")
    window.adjust_panel.clean.open()


def _transform(window: MainWindow) -> None:
    document, layer = window.session.document, window.session.active
    if document is None or layer is None or window.tools.name == TransformTool.name:
        return
    if layer not in document.shown:
        window.session.told(said("{} is hidden; show it to transform it.").format(document.called(layer)))
        return
    window.tools.lend(TransformTool)


def _rename(window: MainWindow) -> None:
    _unfold(window, "layersPanel")
    window.layers_panel.rename()


def _choose(window: MainWindow, by: int) -> None:
    """Make the layer above (1) or below (-1) the active one."""
    document, layer = window.session.document, window.session.active
    if document and layer:
        at = document.layers.index(layer) + by
        if 0 <= at < len(document.layers):
            window.session.activate(document.layers[at].id)
