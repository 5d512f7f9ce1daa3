"""Every tool there is, by name."""

from dataclasses import replace

from maskstudio.ui.tools.base import AnyTool, Bench
from maskstudio.ui.tools.brush import Brush, Eraser
from maskstudio.ui.tools.eyedropper import Eyedropper
from maskstudio.ui.tools.fill import Fill
from maskstudio.ui.tools.gradient import Gradient
from maskstudio.ui.tools.hand import Hand
from maskstudio.ui.tools.hinting import Refine, Trimap
from maskstudio.ui.tools.lasso import Lasso
from maskstudio.ui.tools.magnetic import Magnetic
from maskstudio.ui.tools.marquee import Ellipse, Rectangle
from maskstudio.ui.tools.move import Move
from maskstudio.ui.tools.polygon import Polygon
from maskstudio.ui.tools.rotate import Rotate
from maskstudio.ui.tools.wand import MagicWand
from maskstudio.ui.tools.zoom import Zoom

FIRST = "brush"
_AREAS = (Rectangle, Ellipse, Lasso, Polygon, Magnetic, MagicWand, Fill, Gradient)


def every(bench: Bench) -> dict[str, AnyTool]:
    """One of each, at this bench."""
    brush, eraser, dropper = Brush(bench), Eraser(bench), Eyedropper(bench)
    brush.turned = eraser
    dropper.taken = lambda share: brush.set_params(replace(brush.params, coverage=share))
    hinting = Refine(bench), Trimap(bench)
    tools: list[AnyTool] = [Move(bench), *(kind(bench) for kind in _AREAS), brush, eraser, *hinting, dropper]
    return {tool.name: tool for tool in (*tools, Hand(bench), Zoom(bench), Rotate(bench))}
