"""The verbs of the Edit, Select, Mask and Layer menus that need a panel, a field that asks, or handles to drag."""

from collections.abc import Callable
from functools import partial

from maskstudio.params.tools import SnapParams
from maskstudio.ui.panels.feather import FeatherField, SnapField
from maskstudio.ui.tools.base import Bench, said
from maskstudio.ui.tools.colourrange import ColourRangeTool
from maskstudio.ui.tools.freetransform import TransformTool
from maskstudio.ui.window.shell import Shell


def verbs(shell: Shell) -> dict[str, Callable[[], object]]:
    """The verbs, by the id of their action; a panel is shown and unfolded before its control is used."""
    feather = FeatherField(shell.canvas)
    feather.chosen.connect(lambda radius: shell.session.adjusting.feather(radius))
    snap = SnapField(shell.canvas)
    snap.chosen.connect(lambda width: shell.session.adjusting.snap(SnapParams(width=width)))
    return {
        "edit.transform": partial(_transform, shell),
        "select.detect": shell.detect_panel.detect,
        "select.people": shell.detect_panel.objects.people,
        "select.subject": shell.detect_panel.cut_out,
        "select.colourRange": partial(_colour_range, shell, {}),
        "select.refine": shell.refine_panel.refine,
        "select.feather": feather.ask,
        "select.snap": snap.ask,
        "mask.smooth": partial(_adjust, shell, "smooth"),
        "mask.contrast": partial(_adjust, shell, "contrast"),
        "mask.shiftEdge": partial(_adjust, shell, "shift_edge"),
        "mask.clean": partial(_clean, shell),
        "mask.fixFringe": lambda: shell.session.edging.fix_fringe(shell.canvas.view.visible),
        "layer.rename": partial(_rename, shell),
    }


def _unfold(shell: Shell, name: str) -> None:
    shell.sidebar.show()
    shell.sidebar.unfold(name)


def _adjust(shell: Shell, name: str) -> None:
    _unfold(shell, "adjustPanel")
    shell.adjust_panel.focus(name)


def _clean(shell: Shell) -> None:
    _unfold(shell, "adjustPanel")
    shell.adjust_panel.clean.open()


def _rename(shell: Shell) -> None:
    _unfold(shell, "layersPanel")
    shell.layers_panel.rename()


def _transform(shell: Shell) -> None:
    document, layer = shell.session.document, shell.session.active
    if document is None or layer is None or shell.tools.name == TransformTool.name:
        return
    if layer not in document.shown:
        shell.session.told(said("{} is hidden; show it to transform it.").format(document.called(layer)))
        return
    shell.tools.lend(TransformTool)


def _colour_range(shell: Shell, kept: dict[str, ColourRangeTool]) -> None:
    """Lend the pointer to Colour Range: one tool for as long as the window stands, as the bar has one page for it."""
    if shell.session.document is None or shell.tools.name == ColourRangeTool.name:
        return

    def lent(bench: Bench, over: Callable[[], object]) -> ColourRangeTool:
        tool = kept.setdefault(ColourRangeTool.name, ColourRangeTool(bench))
        tool.over = over
        return tool

    shell.tools.lend(lent)
