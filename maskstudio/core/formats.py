"""The kinds of picture files there are, in one list: what dialogs offer, what the clipboard may hold, what bytes are.

A file is read by what is in it; its ending decides only where nothing else does.
"""

from maskstudio.core.boxes import brands
from maskstudio.core.tiff import Directory, Tiff, read_tiff

PICTURES = (
    "jpg", "jpeg", "jpe", "jfif", "mpo", "png", "webp", "tif", "tiff", "heic", "heif", "hif", "avif", "bmp", "dib",
    "gif", "jp2", "j2k", "jpx", "psd", "ppm", "pgm", "pbm", "pnm", "tga",
)  # fmt: skip
"""Endings of pictures that can be opened."""

CAMERA_RAW = (
    "dng", "cr2", "cr3", "crw", "nef", "nrw", "arw", "sr2", "srf", "raf", "orf", "rw2", "rwl", "pef", "srw", "3fr",
    "fff", "iiq", "mos", "mrw", "kdc", "dcr", "erf", "mef", "x3f",
)  # fmt: skip
"""Endings of cameras' raw files, which LibRaw develops where it is installed."""

PROJECTS = ("ora",)

MIME_TYPES = ("png", "tiff", "webp", "avif", "heic", "heif", "jpeg", "bmp", "gif")
"""What is asked of a clipboard as "image/...", the most faithful first."""

_RAW_STARTS = (
    b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM", b"II\x1a\0\0\0HEAPCCDR",
)  # fmt: skip
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif"}
_DNG_VERSION, _PHOTOMETRIC, _PARTS, _CFA, _LINEAR_RAW = 50706, 262, 330, 32803, 34892
_MOST_PARTS = 16


def patterns(*groups: tuple[str, ...]) -> str:
    """Endings as a file dialog wants them: "*.jpg *.png"."""
    return " ".join(f"*.{ending}" for group in groups for ending in group)


def is_picture(name: str) -> bool:
    """Whether a file called ``name`` may hold a picture that can be opened, by its ending."""
    return name.lower().rpartition(".")[2] in PICTURES and "." in name


def is_raw(data: bytes, name: str) -> bool:
    """Whether a file holds what a camera's sensor saw, which has to be developed."""
    if data.startswith(_RAW_STARTS) or b"crx " in brands(data):
        return True
    tiff = read_tiff(data)
    if tiff is None:
        return False
    ending = name.lower().rpartition(".")[2]
    return data[8:10] == b"CR" or ending in CAMERA_RAW or any(_of_sensor(each) for each in _directories(tiff))


def is_heif(data: bytes) -> bool:
    """Whether it is a photo as phones make them."""
    found = brands(data)
    return not {b"avif", b"avis"} & set(found) and bool(_HEIF_BRANDS & set(found))


def is_film(data: bytes) -> bool:
    """Whether it is a file of moving pictures in the family of MP4."""
    found = brands(data)
    return bool(found) and not ({b"avif", b"avis"} | _HEIF_BRANDS) & set(found)


def _directories(tiff: Tiff) -> list[Directory]:
    """The first directories in a row, and those below the first."""
    main = tiff.directory(tiff.first)
    below = [tiff.directory(int(at)) for at in main.numbers(_PARTS)[:_MOST_PARTS]]
    return [main, tiff.directory(main.following), *below] if main.following else [main, *below]


def _of_sensor(directory: Directory) -> bool:
    if _DNG_VERSION in directory.entries:
        return True
    return directory.number(_PHOTOMETRIC) in (_CFA, _LINEAR_RAW)
