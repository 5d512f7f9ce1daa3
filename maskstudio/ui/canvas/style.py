"""The view modes, and the options of each."""

from dataclasses import dataclass
from typing import Literal, get_args

from maskstudio.core.arrays import Colour
from maskstudio.ui.canvas.picture import Picture

Mode = Literal[
    "overlay", "ants", "black", "white", "worst", "colour", "picture", "checker", "mask", "onion", "soft", "doubt",
    "image",
]  # fmt: skip
Side = Literal["outside", "inside"]
MODES: tuple[Mode, ...] = get_args(Mode)

CUTS: frozenset[Mode] = frozenset({"black", "white", "worst", "colour", "picture", "checker"})  # on something
PHOTOS: frozenset[Mode] = frozenset({"image", "ants"})  # modes that show the photo alone
PLANES: frozenset[Mode] = frozenset({"mask", "soft", "doubt"})  # neither photo nor cut-out: no trimap lies over these

# At half strength on typical colours of photos (skin, leaves, sky, greys) this is visible with every kind of colour
# vision: at least 23 units of CIELAB from the bare photo in the simulation of Machado, Oliveira and Fernandes (2009).
# The usual red reaches 1.
OVERLAY: Colour = (0xD6, 0x00, 0xFF)
# Lighter than any grey of the dimmed photo below, so that it shows without hue.
SOFT: Colour = (0xFF, 0xD0, 0x00)
# Chosen in the same way for the unknown band of a trimap: at half strength it is at least 13 units from typical
# colours of photos, and 30 from these under the overlay.
BAND: Colour = (0xA5, 0xFF, 0x00)


@dataclass(frozen=True, slots=True)
class Style:
    """How to show a document. ``opacity`` and ``onion`` are 0..1; ``square`` is in device pixels.

    colour    of the overlay, which lies on a ``side`` of the mask with ``opacity``
    hatched   whether the overlay has dark stripes, a cue that needs no hue
    backdrop  what "colour" puts behind the cut-out
    picture   what "picture" puts there; a checkerboard without one
    onion     how much of the photo "onion" lays over the cut-out
    soft      what marks half-transparent pixels in "soft", and pixels on which two models differ in "doubt"
    worst     what "worst" puts behind the cut-out: the colour on which its edge shows most of a fringe
    raw       whether the cut-out has the colours of the photo along its edge, not the clean ones
    bare      whether no trimap lies over it, as on the photo beside the result
    square    side of a checkerboard's square; stripes are as wide
    grid_from the scale (device pixels per image pixel) from which lines separate image pixels

    A mode that is not one of ``MODES`` raises ValueError.
    """

    mode: Mode = "overlay"
    colour: Colour = OVERLAY
    opacity: float = 0.5
    side: Side = "outside"
    hatched: bool = False
    backdrop: Colour = (0x7F, 0x7F, 0x7F)
    picture: Picture | None = None
    onion: float = 0.5
    soft: Colour = SOFT
    square: int = 8
    grid_from: float = 8.0
    worst: Colour = (0xFF, 0xFF, 0xFF)
    raw: bool = False
    bare: bool = False

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"There is no view mode called {self.mode!r}.")

    @property
    def of_alpha(self) -> bool:
        """Whether the mode shows the mask; otherwise a changed mask changes nothing on the screen."""
        return self.mode not in PHOTOS
