"""The Tool menu: the tools, and the settings of the brush."""

from maskstudio.figures import percent
from maskstudio.ui.registry.entry import Entry

_LASSOS = ("tool.lasso", "tool.polygon", "tool.magnetic")
_MARQUEES = ("tool.rectangle", "tool.ellipse")
_SELECTIONS = ("tool.select", "tool.quick", "tool.wand")
_FILLS = ("tool.fill", "tool.gradient")
_HINTING = ("tool.refine", "tool.trimap")
_GREATEST = 10  # the shares on the keys 1 to 9 and 0


def _steps(name: str, text: str, tip: str, modifier: str) -> tuple[Entry, ...]:
    """Ten actions ``brush.<name>10`` to ``brush.<name>100``, on the digits; 0 is 100 %."""
    return tuple(
        Entry(f"brush.{name}{step * 10}", "Tool", f"{text} {percent(step / _GREATEST)}", tip,
             (f"{modifier}{step % _GREATEST}",), "", "document", submenu=text, also="brush strength")
        for step in range(1, _GREATEST + 1)
    )  # fmt: skip


TOOL = (
    Entry("tool.move", "Tool", "Move", "Move the active layer's mask.",
          ("V",), "tool-move", "document", "tool", also="drag shift layer"),
    Entry("tool.rectangle", "Tool", "Rectangle", "Select a rectangle.",
          ("M",), "tool-rectangle", "document", "tool", also="marquee box"),
    Entry("tool.ellipse", "Tool", "Ellipse", "Select an ellipse.",
          (), "tool-ellipse", "document", "tool", also="marquee circle oval"),
    Entry("tool.lasso", "Tool", "Lasso", "Select by drawing around it.",
          ("L",), "tool-lasso", "document", "tool", also="freehand"),
    Entry("tool.polygon", "Tool", "Polygon Lasso", "Select by clicking from corner to corner.",
          (), "tool-polygon", "document", "tool", also="straight"),
    Entry("tool.magnetic", "Tool", "Magnetic Lasso", "Select along the edge the photo has.",
          (), "tool-magnetic", "document", "tool", also="intelligent scissors livewire snap"),
    Entry("tool.select", "Tool", "Select", "Select the thing you point at: click it, box it or scribble over it.",
          ("W",), "tool-select", "document", "tool", also="object subject click box scribble sam model repair smart"),
    Entry("tool.quick", "Tool", "Quick Selection", "Brush over a thing; the selection grows out to its edge.",
          (), "tool-quick", "document", "tool", also="brush edge grow follow smart paint selection object"),
    Entry("tool.wand", "Tool", "Magic Wand", "Select what has the colour of the place you click.",
          (), "tool-wand", "document", "tool", also="fuzzy similar colour"),
    Entry("tool.brush", "Tool", "Brush", "Paint into the mask.",
          ("B",), "tool-brush", "document", "tool", also="paint add draw"),
    Entry("tool.eraser", "Tool", "Eraser", "Paint out of the mask.",
          ("E",), "tool-eraser", "document", "tool", also="rubber remove subtract"),
    Entry("tool.refine", "Tool", "Refine Edge Brush", "Paint over hair or fur; its edge is solved from the photo.",
          ("U",), "tool-refine", "document", "tool", also="hair matting unknown select and mask"),
    Entry("tool.trimap", "Tool", "Trimap Brush", "Paint what of the edge is unknown, and what is sure.",
          (), "tool-trimap", "document", "tool", also="unknown foreground background hints matting band"),
    Entry("tool.fill", "Tool", "Fill Region", "Fill an enclosed region or a hole with a click.",
          ("G",), "tool-fill", "document", "tool", also="bucket hole"),
    Entry("tool.gradient", "Tool", "Gradient", "Fade the mask along a line.",
          (), "tool-gradient", "document", "tool", also="ramp"),
    Entry("tool.eyedropper", "Tool", "Eyedropper", "Take the coverage to paint with from the mask.",
          ("I",), "tool-eyedropper", "document", "tool", also="pick sample coverage"),
    Entry("tool.hand", "Tool", "Hand", "Move the view. Holding Space does the same.",
          ("H",), "hand", "document", "tool", also="pan scroll"),
    Entry("tool.zoom", "Tool", "Zoom", "Click to see closer, with Alt from further away.",
          ("Z",), "search", "document", "tool", also="magnifier"),
    Entry("tool.rotate", "Tool", "Rotate View", "Turn the view by dragging.",
          ("R",), "tool-rotate", "document", "tool", ends_section=True, also="turn"),
    Entry("tool.nextMarquee", "Tool", "Next Marquee", "Rectangle or ellipse, in turn.",
          ("Shift+M",), "", "document", submenu="Next of a Kind", cycles=_MARQUEES),
    Entry("tool.nextLasso", "Tool", "Next Lasso", "Lasso, polygon or magnetic lasso, in turn.",
          ("Shift+L",), "", "document", submenu="Next of a Kind", cycles=_LASSOS),
    Entry("tool.nextSelection", "Tool", "Next Selection Tool", "Select, quick selection or magic wand, in turn.",
          ("Shift+W",), "", "document", submenu="Next of a Kind", cycles=_SELECTIONS),
    Entry("tool.nextRefine", "Tool", "Next Refine Brush", "Refine edge brush or trimap brush, in turn.",
          ("Shift+U",), "", "document", submenu="Next of a Kind", cycles=_HINTING),
    Entry("tool.nextFill", "Tool", "Next Fill", "Fill region or gradient, in turn.",
          ("Shift+G",), "", "document", submenu="Next of a Kind", ends_section=True, cycles=_FILLS),
    Entry("tool.nextCandidate", "Tool", "Next Candidate", "Show what else the thing you point at could be.",
          (".",), "", "document", also="select answer mask alternative"),
    Entry("tool.previousCandidate", "Tool", "Previous Candidate", "Go back to what was shown before.",
          (",",), "", "document", ends_section=True, also="select answer mask alternative"),
)  # fmt: skip
BRUSH = (
    Entry("brush.swap", "Tool", "Swap Brush and Eraser", "From painting in to painting out, and back.",
          ("X",), "", "document", also="switch add erase"),
    Entry("brush.erase", "Tool", "Erase Refinement",
          "From painting to erasing with the refine or the trimap brush, and back.",
          ("Shift+E",), "", "document", also="remove hints trimap switch toggle"),
    Entry("brush.reset", "Tool", "Default Brush", "Give the brush its first size, hardness and strength.",
          ("D",), "", "document", ends_section=True, also="reset"),
    Entry("brush.smaller", "Tool", "Smaller", "A smaller brush.",
          ("[", "Alt+Down"), "", "document", submenu="Size and Strength", also="brush size decrease"),
    Entry("brush.larger", "Tool", "Larger", "A larger brush.",
          ("]", "Alt+Up"), "", "document", submenu="Size and Strength", also="brush size increase"),
    Entry("brush.softer", "Tool", "Softer", "A brush with a softer rim.",
          ("Shift+[", "Alt+Left"), "", "document", submenu="Size and Strength", also="hardness decrease"),
    Entry("brush.harder", "Tool", "Harder", "A brush with a harder rim.",
          ("Shift+]", "Alt+Right"), "", "document", submenu="Size and Strength", also="hardness increase"),
    Entry("brush.weaker", "Tool", "Weaker", "A stroke that covers 10 % less.",
          (), "", "document", submenu="Size and Strength", also="opacity decrease"),
    Entry("brush.stronger", "Tool", "Stronger", "A stroke that covers 10 % more.",
          (), "", "document", submenu="Size and Strength", also="opacity increase"),
    *_steps("opacity", "Opacity", "How much one stroke covers. Two digits in a row are taken exactly.", ""),
    *_steps("flow", "Flow", "How fast a stroke builds up. Two digits in a row are taken exactly.", "Shift+"),
)  # fmt: skip
