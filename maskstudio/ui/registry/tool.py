"""The Tool menu: what the pointer does, and the brush it does it with."""

from maskstudio.ui.registry.spec import Spec

_LASSOS = ("tool.lasso", "tool.polygon", "tool.magnetic")
_MARQUEES = ("tool.rectangle", "tool.ellipse")
_FILLS = ("tool.fill", "tool.gradient")
_HINTING = ("tool.refine", "tool.trimap")
_GREATEST = 10  # of the keys 1 to 9 and 0


def _steps(name: str, text: str, tip: str, modifier: str) -> tuple[Spec, ...]:
    """Ten actions ``brush.<name>10`` to ``brush.<name>100``, on the digits; 0 is 100 %."""
    return tuple(
        Spec(f"brush.{name}{step * 10}", "Tool", f"{text} {step * 10} %", tip,
             (f"{modifier}{step % _GREATEST}",), "", "document", submenu=text, also="brush strength")
        for step in range(1, _GREATEST + 1)
    )  # fmt: skip


TOOL = (
    Spec("tool.move", "Tool", "Move", "Move the active layer's mask.",
         ("V",), "tool-move", "document", "tool", also="drag shift layer"),
    Spec("tool.rectangle", "Tool", "Rectangle", "Select a rectangle.",
         ("M",), "tool-rectangle", "document", "tool", also="marquee box"),
    Spec("tool.ellipse", "Tool", "Ellipse", "Select an ellipse.",
         (), "tool-ellipse", "document", "tool", also="marquee circle oval"),
    Spec("tool.lasso", "Tool", "Lasso", "Select by drawing around it.",
         ("L",), "tool-lasso", "document", "tool", also="freehand"),
    Spec("tool.polygon", "Tool", "Polygon Lasso", "Select by clicking from corner to corner.",
         (), "tool-polygon", "document", "tool", also="straight"),
    Spec("tool.magnetic", "Tool", "Magnetic Lasso", "Select along the edge the photo has.",
         (), "tool-magnetic", "document", "tool", also="intelligent scissors livewire snap"),
    Spec("tool.wand", "Tool", "Magic Wand", "Select what has the colour of the place you click.",
         ("W",), "tool-wand", "document", "tool", also="fuzzy similar colour quick"),
    Spec("tool.brush", "Tool", "Brush", "Paint into the mask.",
         ("B",), "tool-brush", "document", "tool", also="paint add draw"),
    Spec("tool.eraser", "Tool", "Eraser", "Paint out of the mask.",
         ("E",), "tool-eraser", "document", "tool", also="rubber remove subtract"),
    Spec("tool.refine", "Tool", "Refine Edge Brush", "Paint over hair or fur; its edge is solved from the photo.",
         ("U",), "tool-refine", "document", "tool", also="hair matting unknown select and mask"),
    Spec("tool.trimap", "Tool", "Trimap Brush", "Paint what of the edge is unknown, and what is sure.",
         (), "tool-trimap", "document", "tool", also="unknown foreground background hints matting band"),
    Spec("tool.fill", "Tool", "Fill Region", "Fill an enclosed region or a hole with a click.",
         ("G",), "tool-fill", "document", "tool", also="bucket hole"),
    Spec("tool.gradient", "Tool", "Gradient", "Fade the mask along a line.",
         (), "tool-gradient", "document", "tool", also="ramp"),
    Spec("tool.eyedropper", "Tool", "Eyedropper", "Take the coverage to paint with from the mask.",
         ("I",), "tool-eyedropper", "document", "tool", also="pick sample coverage"),
    Spec("tool.hand", "Tool", "Hand", "Move the view. Holding Space does the same.",
         ("H",), "hand", "document", "tool", also="pan scroll"),
    Spec("tool.zoom", "Tool", "Zoom", "Click to see closer, with Alt from further away.",
         ("Z",), "search", "document", "tool", also="magnifier"),
    Spec("tool.rotate", "Tool", "Rotate View", "Turn the view by dragging.",
         ("R",), "tool-rotate", "document", "tool", ends_section=True, also="turn"),
    Spec("tool.nextMarquee", "Tool", "Next Marquee", "Rectangle or ellipse, in turn.",
         ("Shift+M",), "", "document", submenu="Next of a Kind", cycles=_MARQUEES),
    Spec("tool.nextLasso", "Tool", "Next Lasso", "Lasso, polygon or magnetic lasso, in turn.",
         ("Shift+L",), "", "document", submenu="Next of a Kind", cycles=_LASSOS),
    Spec("tool.nextRefine", "Tool", "Next Refine Brush", "Refine edge brush or trimap brush, in turn.",
         ("Shift+U",), "", "document", submenu="Next of a Kind", cycles=_HINTING),
    Spec("tool.nextFill", "Tool", "Next Fill", "Fill region or gradient, in turn.",
         ("Shift+G",), "", "document", submenu="Next of a Kind", ends_section=True, cycles=_FILLS),
)  # fmt: skip
BRUSH = (
    Spec("brush.swap", "Tool", "Swap Brush and Eraser", "From painting in to painting out, and back.",
         ("X",), "", "document", also="switch add erase"),
    Spec("brush.erase", "Tool", "Erase Refinement",
         "From painting to erasing with the refine or the trimap brush, and back.",
         ("Shift+E",), "", "document", also="remove hints trimap switch toggle"),
    Spec("brush.reset", "Tool", "Default Brush", "Give the brush its first size, hardness and strength.",
         ("D",), "", "document", ends_section=True, also="reset"),
    Spec("brush.smaller", "Tool", "Smaller", "A smaller brush.",
         ("[", "Alt+Down"), "", "document", submenu="Size and Strength", also="brush size decrease"),
    Spec("brush.larger", "Tool", "Larger", "A larger brush.",
         ("]", "Alt+Up"), "", "document", submenu="Size and Strength", also="brush size increase"),
    Spec("brush.softer", "Tool", "Softer", "A brush with a softer rim.",
         ("Shift+[", "Alt+Left"), "", "document", submenu="Size and Strength", also="hardness decrease"),
    Spec("brush.harder", "Tool", "Harder", "A brush with a harder rim.",
         ("Shift+]", "Alt+Right"), "", "document", submenu="Size and Strength", also="hardness increase"),
    Spec("brush.weaker", "Tool", "Weaker", "A stroke that covers 10 % less.",
         (), "", "document", submenu="Size and Strength", also="opacity decrease"),
    Spec("brush.stronger", "Tool", "Stronger", "A stroke that covers 10 % more.",
         (), "", "document", submenu="Size and Strength", also="opacity increase"),
    *_steps("opacity", "Opacity", "How much one stroke covers. Two digits in a row are taken exactly.", ""),
    *_steps("flow", "Flow", "How fast a stroke builds up. Two digits in a row are taken exactly.", "Shift+"),
)  # fmt: skip
