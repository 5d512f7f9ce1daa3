"""The workspace for edges: it makes room for the panels that refine, and restores the others afterwards."""

from maskstudio.ui.panels.layers import LayersPanel
from maskstudio.ui.window.sidebar import Sidebar

_REFINING, _ASIDE = ("refinePanel", "adjustPanel"), ("detectPanel", "maskPanel")


class RefineWorkspace:
    """Folds and unfolds the panels of ``sidebar``; the list of ``layers`` is short meanwhile."""

    def __init__(self, sidebar: Sidebar, layers: LayersPanel) -> None:
        self._sidebar, self._layers = sidebar, layers
        self._before: dict[str, bool] | None = None  # which panels were folded before

    def toggle(self) -> bool:
        """Make room for the panels that refine an edge; the second time, fold and unfold all as it was before.

        Returns whether they have the room now.
        """
        sidebar, before = self._sidebar, self._before
        if before is not None:
            self._before = None
            self._layers.show_compact(False)
            for name, folded in before.items():
                sidebar.fold(name, folded)
            return False
        self._before = {name: sidebar.folded(name) for name in (*_REFINING, *_ASIDE)}
        self._layers.show_compact(True)
        sidebar.show()
        for name in _ASIDE:
            sidebar.fold(name, True)
        for name in _REFINING:
            sidebar.unfold(name)
        sidebar.reveal(_REFINING[0])
        return True
