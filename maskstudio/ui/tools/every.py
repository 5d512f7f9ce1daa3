"""Every tool there is, by name."""

from dataclasses import replace

from maskstudio.ui.tools.base import AnyTool, Bench
from maskstudio.ui.tools.brush import BrushTool, EraserTool
from maskstudio.ui.tools.eyedropper import EyedropperTool
from maskstudio.ui.tools.fill import FillTool
from maskstudio.ui.tools.gradient import GradientTool
from maskstudio.ui.tools.hand import HandTool
from maskstudio.ui.tools.hinting import RefineTool, TrimapTool
from maskstudio.ui.tools.lasso import LassoTool
from maskstudio.ui.tools.magnetic import MagneticTool
from maskstudio.ui.tools.marquee import EllipseTool, RectangleTool
from maskstudio.ui.tools.move import MoveTool
from maskstudio.ui.tools.polygon import PolygonTool
from maskstudio.ui.tools.quickselection import QuickTool
from maskstudio.ui.tools.rotate import RotateTool
from maskstudio.ui.tools.selectobject import SelectTool
from maskstudio.ui.tools.wand import WandTool
from maskstudio.ui.tools.zoom import ZoomTool

FIRST = "brush"
_AREAS = (RectangleTool, EllipseTool, LassoTool, PolygonTool, MagneticTool, WandTool, FillTool, GradientTool)


def every(bench: Bench) -> dict[str, AnyTool]:
    """Make one of each tool, at this bench."""
    brush, eraser, dropper = BrushTool(bench), EraserTool(bench), EyedropperTool(bench)
    brush.turned = eraser
    dropper.taken = lambda share: brush.set_params(replace(brush.params, coverage=share))
    hinting = RefineTool(bench), TrimapTool(bench)
    tools: list[AnyTool] = [MoveTool(bench), *(kind(bench) for kind in _AREAS), brush, eraser, *hinting, dropper]
    tools += [SelectTool(bench), QuickTool(bench)]
    return {tool.name: tool for tool in (*tools, HandTool(bench), ZoomTool(bench), RotateTool(bench))}
