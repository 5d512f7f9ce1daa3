"""The menus that find and shape a mask: Select and Mask."""

from maskstudio.ui.registry.entry import Entry

SELECT = (
    Entry("select.all", "Select", "All", "Put the whole photo into the mask.", ("Ctrl+A",), "", "document"),
    Entry("select.none", "Select", "None", "Take everything out of the mask.",
          ("Ctrl+D",), "", "layer", ends_section=True, also="deselect nothing empty"),
    Entry("select.detect", "Select", "Detect", "Find objects with the chosen model.",
          ("Ctrl+Shift+D",), "detect", "model", also="find object face person ai"),
    Entry("select.subject", "Select", "Cut Out Subject", "Find the subject as a whole, and solve its edge.",
          ("C", "Ctrl+Shift+B"), "cutout", "document", ends_section=True,
         also="remove background select person product animal ai"),
    Entry("select.colourRange", "Select", "Colour Range…", "Select colours, skin or tones in the whole photo.",
          ("Ctrl+Alt+Shift+C",), "tool-eyedropper", "document",
          also="color similar fuzziness skin highlights shadows midtones hue"),
    Entry("select.refine", "Select", "Refine Edge", "Solve the edge of the active layer.",
          ("Ctrl+Alt+Shift+R",), "refine", "layer", also="hair matting select and mask alpha"),
    Entry("select.feather", "Select", "Feather…", "Soften the edge over a distance.",
          ("Shift+F6",), "", "layer", also="soften blur edge"),
)  # fmt: skip
MASK = (
    Entry("mask.invert", "Mask", "Invert", "Swap what is in and what is out.",
          ("Ctrl+I", "Ctrl+Shift+I"), "invert", "layer", ends_section=True, also="inverse opposite negative select"),
    Entry("mask.smooth", "Mask", "Smooth…", "Round off a ragged edge.", (), "", "layer", also="jagged median"),
    Entry("mask.contrast", "Mask", "Contrast…", "Make a soft edge harder.", (), "", "layer", also="sharpen edge"),
    Entry("mask.shiftEdge", "Mask", "Shift Edge…", "Move the edge in or out.",
          (), "", "layer", ends_section=True, also="grow shrink expand contract choke"),
    Entry("mask.clean", "Mask", "Clean Islands and Holes…", "Remove specks, and fill pinholes, up to a size.",
          (), "", "layer", also="despeckle dust noise small"),
    Entry("mask.fixFringe", "Mask", "Fix Fringe Here",
          "Clean the colours of the edge in view, or draw it in by a pixel.",
          (), "", "layer", ends_section=True, also="halo rim decontaminate spill choke"),
    Entry("mask.matchPlate", "Mask", "Match Clean Plate…",
          "Measure what is in from a photo of the same scene without it.",
          (), "", "document", also="background difference glass smoke two shot"),
    Entry("mask.matchSecond", "Mask", "Match Second Shot…",
          "Measure what is in from a photo of the same object on another background.",
          (), "", "document", ends_section=True, also="triangulation black white glass two shot"),
    Entry("mask.clearTrimap", "Mask", "Clear Painted Trimap", "Take away what was painted into the trimap.",
          (), "", "layer", also="hints unknown remove reset"),
    Entry("mask.reset", "Mask", "Remove Paint", "Take away what was painted; the detected mask comes back.",
          (), "reset", "layer", also="revert original strokes detection"),
)  # fmt: skip
