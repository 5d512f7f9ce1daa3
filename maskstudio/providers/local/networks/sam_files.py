"""The known files of Segment Anything: what each is for, and how Ultralytics builds it. Only data.

Their sha256 sums are not known here, so none is downloaded; they are added by hand.
"""

from dataclasses import dataclass

from maskstudio.providers.weights.weightfile import About, WeightFile

_ULTRALYTICS = "https://github.com/ultralytics/assets/releases/download/v8.4.0"
_APACHE = "Apache-2.0"
_SA_1B = "SA-1B, whose terms allow research only"
_SA_V = "SA-V (CC BY 4.0), SA-1B, whose terms allow research only, and photos and films of Meta's own"

ENCODER, DECODER = ".encoder", ".decoder"  # the ends of the names of two .onnx files that belong together


@dataclass(frozen=True, slots=True)
class SamFile(WeightFile):
    """A SAM weight file; ``builder`` is Ultralytics' function for its network."""

    builder: str = ""


def _entry(name: str, title: str, builder: str, purpose: str, data: str) -> SamFile:
    about = About(purpose, f"{_APACHE}; AGPL-3.0 (Ultralytics)", _APACHE, data)
    return SamFile(name, title, _APACHE, f"{_ULTRALYTICS}/{name}.pt", builder=builder, about=about)


_MOBILE = "Selects what is pointed at; encodes a photo the quickest of its kind."
_FIRST = "Selects what is pointed at; encodes a photo slowly without a graphics card."
_SECOND = "Selects what is pointed at, with finer edges."

ENTRIES = (
    _entry("mobile_sam", "Select anything, light (MobileSAM)", "build_mobile_sam", _MOBILE, _SA_1B),
    _entry("sam2.1_t", "Select anything (SAM 2.1 tiny)", "build_sam2_t", _SECOND, _SA_V),
    _entry("sam2.1_s", "Select anything (SAM 2.1 small)", "build_sam2_s", _SECOND, _SA_V),
    _entry("sam2.1_b", "Select anything, better, slow (SAM 2.1 base)", "build_sam2_b", _SECOND, _SA_V),
    _entry("sam2.1_l", "Select anything, best, slow (SAM 2.1 large)", "build_sam2_l", _SECOND, _SA_V),
    _entry("sam_b", "Select anything, slow (SAM base)", "build_sam_vit_b", _FIRST, _SA_1B),
    _entry("sam_l", "Select anything, slower (SAM large)", "build_sam_vit_l", _FIRST, _SA_1B),
)

BY_NAME = {entry.name: entry for entry in ENTRIES}
