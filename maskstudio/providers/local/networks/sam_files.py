"""The known files of Segment Anything: what each is for, where it is published, and how Ultralytics builds it.

Only data. Those with a sum are the files of the authors themselves, which Ultralytics publishes anew under these
names: several public projects quote the same sha256 sums of them. No sum is known of FastSAM, so that it is not
downloaded, nor of Ultralytics' own editions. SAM 3 is not here: its weights are given only to those who ask for them,
so that no runner of it could be tried.
"""

from dataclasses import dataclass

from maskstudio.providers.weights.weightfile import About, WeightFile

_ULTRALYTICS = "https://github.com/ultralytics/assets/releases/download/v8.4.0"
_META = "https://dl.fbaipublicfiles.com"
_SECOND_HOME = f"{_META}/segment_anything_2/092824/sam2.1_hiera_"
_MOBILE_HOME = "https://github.com/ChaoningZhang/MobileSAM/raw/f706ad9c4eb7f219c00d9050e46328518ffb65d2/weights"
_APACHE = "Apache-2.0"
_SA_1B = "SA-1B, whose terms allow research only"
_SA_V = "SA-V (CC BY 4.0), SA-1B, whose terms allow research only, and photos and films of Meta's own"

ENCODER, DECODER = ".encoder", ".decoder"  # the ends of the names of two .onnx files that belong together


@dataclass(frozen=True, slots=True)
class SamFile(WeightFile):
    """A SAM weight file; ``builder`` is Ultralytics' function for its network, empty for FastSAM, whose file has it."""

    builder: str = ""


def _entry(name: str, title: str, builder: str, url: str, digest: str, size: int | None, about: About) -> SamFile:
    return SamFile(name, title, _APACHE, url, (digest,), size, builder=builder, about=about)


def _about(purpose: str, data: str) -> About:
    return About(purpose, f"{_APACHE}; AGPL-3.0 (Ultralytics)", _APACHE, data)


_MOBILE = _about("Selects what is pointed at; encodes a photo the quickest of its kind.", _SA_1B)
_FIRST = _about("Selects what is pointed at; encodes a photo slowly without a graphics card.", _SA_1B)
_SECOND = _about("Selects what is pointed at, with finer edges.", _SA_V)

_FAST = About(
    "Finds everything in a photo once, then chooses what is pointed at: quick, with coarser edges.",
    f"{_APACHE}; AGPL-3.0 (Ultralytics)",
    f"{_APACHE} as its authors state; made with YOLOv8, which is AGPL-3.0",
    "a fiftieth of SA-1B, whose terms allow research only",
)


def _fast(name: str, title: str) -> SamFile:
    return SamFile(name, title, _APACHE, f"{_ULTRALYTICS}/{name}.pt", about=_FAST)


ENTRIES = (
    _entry(
        "mobile_sam", "Select anything, light (MobileSAM)", "build_mobile_sam", f"{_MOBILE_HOME}/mobile_sam.pt",
        "6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f", 40728226, _MOBILE,
    ),
    _entry(
        "sam2.1_t", "Select anything (SAM 2.1 tiny)", "build_sam2_t", f"{_SECOND_HOME}tiny.pt",
        "7402e0d864fa82708a20fbd15bc84245c2f26dff0eb43a4b5b93452deb34be69", 156008466, _SECOND,
    ),
    _entry(
        "sam2.1_s", "Select anything (SAM 2.1 small)", "build_sam2_s", f"{_SECOND_HOME}small.pt",
        "6d1aa6f30de5c92224f8172114de081d104bbd23dd9dc5c58996f0cad5dc4d38", None, _SECOND,
    ),
    _entry(
        "sam2.1_b", "Select anything, better, slow (SAM 2.1 base)", "build_sam2_b", f"{_SECOND_HOME}base_plus.pt",
        "a2345aede8715ab1d5d31b4a509fb160c5a4af1970f199d9054ccfb746c004c5", 323606802, _SECOND,
    ),
    _entry(
        "sam2.1_l", "Select anything, best, slow (SAM 2.1 large)", "build_sam2_l", f"{_SECOND_HOME}large.pt",
        "2647878d5dfa5098f2f8649825738a9345572bae2d4350a2468587ece47dd318", 898083611, _SECOND,
    ),
    _entry(
        "sam_b", "Select anything, slow (SAM base)", "build_sam_vit_b",
        f"{_META}/segment_anything/sam_vit_b_01ec64.pth",
        "ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912", 375042383, _FIRST,
    ),
    _entry(
        "sam_l", "Select anything, slower (SAM large)", "build_sam_vit_l",
        f"{_META}/segment_anything/sam_vit_l_0b3195.pth",
        "3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622", None, _FIRST,
    ),
    _fast("FastSAM-s", "Select anything, quick (FastSAM small)"),
    _fast("FastSAM-x", "Select anything, quick, better (FastSAM)"),
)  # fmt: skip

BY_NAME = {entry.name: entry for entry in ENTRIES}


def halves(name: str) -> tuple[str, str]:
    """The names of the encoder and of the decoder that are a model together."""
    return f"{name}{ENCODER}", f"{name}{DECODER}"
