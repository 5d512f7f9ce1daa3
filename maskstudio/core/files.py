"""Image files in and out: to an Image and its starting mask, from a cut-out or a mask; failures are one sentence."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from maskstudio.core.arrays import Opacity, Pixels, Plane
from maskstudio.core.atomic import replacing
from maskstudio.core.callbacks import Progress
from maskstudio.core.cutout import alpha_to_depth, cutout_raster
from maskstudio.core.cv import cv2
from maskstudio.core.decode import decode, decode_jpeg, decode_quarter, peeked_size
from maskstudio.core.firstlook import Preview
from maskstudio.core.image import Image, to_8bit
from maskstudio.core.maskin import Incoming
from maskstudio.core.metadata import Resolution
from maskstudio.core.planes import Planes, alpha_of
from maskstudio.core.png import Compression, png_pieces, raster_of
from maskstudio.core.pngabout import chunks_of, resolution_chunks
from maskstudio.errors import BadMask, BadParameter, CannotRead, MaskStudioError, TooLarge
from maskstudio.names import shown
from maskstudio.params.local import ExportParams, MaskInParams

DEFAULT_PIXEL_LIMIT = 250_000_000
"""Pixels. More than any camera or phone has (200 million); at 1 GB with its mask, 8 GB of memory can still edit it."""

_PLAIN = ExportParams()
_MOST_BYTES = 4 << 30  # no image file within reach of the limit above is larger


@dataclass(frozen=True, eq=False)
class Opened:
    """An image and, if the file has an alpha plane that is not opaque everywhere, that plane: (H, W), of 16 bits where
    the file has them.
    """

    image: Image
    alpha: Pixels | None


def read_preview(path: str | Path, *, limit: int | None = DEFAULT_PIXEL_LIMIT) -> Preview | None:
    """A first look at the picture in a file, in half the time of ``read_image``, beside which it may run.

    None where there is none: small pictures, formats that must be decoded whole, and files that cannot be opened.
    """
    path = Path(path)
    try:
        found = decode_quarter(_read(path), shown(path.name), limit)
    except MaskStudioError:  # whoever reads the whole picture tells the user
        return None
    if found is None:
        return None
    size, planes = found
    return Preview(_rgb(planes), planes.icc, path.name, path, planes.colour.ndim == 2, full=size)


def read_image(path: str | Path, *, limit: int | None = DEFAULT_PIXEL_LIMIT, step: Progress | None = None) -> Opened:
    """The first picture in a file. ``limit`` is in pixels, None for none; nothing is decoded above it.

    Raises CannotRead (missing, a folder, no permission), BadImage, TooLarge; or what ``step`` (0..1) raises.
    """
    path = Path(path)
    _tell(step, 0.0)
    planes = _planes(path, limit)
    _tell(step, 1.0)
    return _opened(planes, path.name, path)


def decode_image(
    data: bytes, name: str, *, path: Path | None = None, limit: int | None = DEFAULT_PIXEL_LIMIT
) -> Opened:
    """As ``read_image``, from bytes in memory (clipboard, network). Raises BadImage, TooLarge."""
    return _opened(decode(data, name, limit), name, path)


def read_mask(
    path: str | Path,
    size: tuple[int, int] | None = None,
    *,
    allow_resize: bool = False,
    limit: int | None = DEFAULT_PIXEL_LIMIT,
) -> Plane:
    """A mask, uint8 (H, W), from any image file: the channel that looks most like one (``maskin.Incoming.best``).

    ``size`` is (width, height); a mask of another size is resized smoothly if allowed, else BadMask.
    """
    return to_8bit(read_deep_mask(path, size, allow_resize=allow_resize, limit=limit))


def read_deep_mask(
    path: str | Path,
    size: tuple[int, int] | None = None,
    *,
    allow_resize: bool = False,
    limit: int | None = DEFAULT_PIXEL_LIMIT,
) -> Pixels:
    """Reads a mask as ``read_mask`` does; uint16, (H, W), where the file has 16 bits."""
    path = Path(path)
    return decode_deep_mask(_read(path), shown(path.name), size, allow_resize=allow_resize, limit=limit)


def decode_mask(
    data: bytes,
    name: str,
    size: tuple[int, int] | None = None,
    *,
    allow_resize: bool = False,
    limit: int | None = DEFAULT_PIXEL_LIMIT,
) -> Plane:
    """Reads a mask as ``read_mask`` does, from bytes in memory. Raises BadImage, TooLarge, BadMask."""
    return to_8bit(decode_deep_mask(data, name, size, allow_resize=allow_resize, limit=limit))


def decode_deep_mask(
    data: bytes,
    name: str,
    size: tuple[int, int] | None = None,
    *,
    allow_resize: bool = False,
    limit: int | None = DEFAULT_PIXEL_LIMIT,
) -> Pixels:
    """Reads a mask as ``read_deep_mask`` does, from bytes in memory. Raises BadImage, TooLarge, BadMask."""
    incoming = decode_incoming(data, name, limit=limit)
    return incoming.mask(size or incoming.size, MaskInParams(), "stretch" if allow_resize else "exact")


def read_incoming(path: Path, *, limit: int | None = DEFAULT_PIXEL_LIMIT) -> Incoming:
    """A picture that is to be a mask, from any image file. Raises CannotRead, BadImage, TooLarge."""
    return decode_incoming(_read(path), path.name, limit=limit)


def decode_incoming(data: bytes, name: str, *, limit: int | None = DEFAULT_PIXEL_LIMIT) -> Incoming:
    """As ``read_incoming``, from bytes in memory. Raises BadImage, TooLarge."""
    return Incoming(decode(data, name, limit), name)


def looks_like_mask(path: Path, size: tuple[int, int]) -> bool:
    """Whether a file holds a picture of ``size`` (width, height) that is more likely a mask than a photo.

    Files of another size are not decoded. Raises CannotRead, BadImage, TooLarge.
    """
    data = _read(path)
    if peeked_size(data) not in (size, size[::-1]):
        return False
    incoming = decode_incoming(data, path.name)
    return incoming.size == size and incoming.mask_like


def write_cutout(
    path: str | Path,
    image: Image,
    alpha: Opacity,
    params: ExportParams = _PLAIN,
    *,
    colours: Pixels | None = None,
    step: Progress | None = None,
) -> None:
    """A straight-alpha RGBA PNG with the image's profile, written as ``params`` say; ``alpha`` and ``colours`` are
    those of ``cutout_raster``.

    The file appears whole or not at all. Raises BadMask, BadParameter, CannotWrite; or what ``step`` raises.
    """
    _write(path, _cutout_pieces(image, alpha, params, colours, step))


def encode_cutout(
    image: Image,
    alpha: Opacity,
    params: ExportParams = _PLAIN,
    *,
    colours: Pixels | None = None,
    step: Progress | None = None,
) -> bytes:
    """What ``write_cutout`` would write, as bytes (for clipboard and drags)."""
    return b"".join(_cutout_pieces(image, alpha, params, colours, step))


def _cutout_pieces(
    image: Image, alpha: Opacity, params: ExportParams, colours: Pixels | None, step: Progress | None
) -> Generator[bytes]:
    raster = cutout_raster(image, alpha, colours=colours, depth=bits(params, image), hidden=params.hidden)
    about = chunks_of(image, params.metadata)
    return png_pieces(raster, about=about, compression=params.compression, step=step)


def bits(params: ExportParams, image: Image) -> int:
    """How many bits a channel of the cut-out of ``image`` gets: 8 or 16."""
    return image.depth if params.depth == "source" else int(params.depth)


def write_mask(
    path: str | Path,
    alpha: Opacity,
    *,
    depth: int = 8,
    resolution: Resolution | None = None,
    compression: Compression = "fast",
    step: Progress | None = None,
) -> None:
    """Alpha (H, W) as a grey PNG of 8 or 16 bits, with the photo's ``resolution``.

    Raises CannotWrite; or what ``step`` raises.
    """
    _write(path, _mask_pieces(alpha, depth, resolution, compression, step))


def encode_mask(alpha: Opacity, *, depth: int, resolution: Resolution | None, compression: Compression) -> bytes:
    """What ``write_mask`` would write, as bytes."""
    return b"".join(_mask_pieces(alpha, depth, resolution, compression, None))


def _mask_pieces(
    alpha: Opacity, depth: int, resolution: Resolution | None, compression: Compression, step: Progress | None
) -> Generator[bytes]:
    if alpha.ndim != 2 or 0 in alpha.shape or depth not in (8, 16):
        raise BadMask(f"A mask of shape {alpha.shape} cannot be written with {depth} bits.")
    raster, about = raster_of(alpha_to_depth(alpha, depth)), resolution_chunks(resolution)
    return png_pieces(raster, about=about, compression=compression, step=step)


def check_png_name(path: str | Path) -> None:
    """Refuse, with BadParameter, to name a PNG after another format. Writers do; ask earlier where work comes first."""
    path = Path(path)
    if path.suffix.lower() not in ("", ".png"):
        raise BadParameter(f"A PNG is written, so the name of {path.name} must end in .png.")


def _write(path: str | Path, pieces: Generator[bytes]) -> None:
    check_png_name(path)
    with closing(pieces), replacing(path) as file:
        for piece in pieces:
            file.write(piece)


def _opened(planes: Planes, name: str, path: Path | None) -> Opened:
    alpha, grey = alpha_of(planes), planes.colour.ndim == 2
    seen = None if alpha is None else to_8bit(alpha)
    image = Image(_rgb(planes), planes.icc, name, path, grey, planes.notes, planes.cicp, planes.metadata, alpha=seen)
    return Opened(image, alpha)


def _planes(path: Path, limit: int | None) -> Planes:
    with _readable(path):
        straight = decode_jpeg(path, limit)
    return decode(_read(path), shown(path.name), limit) if straight is None else straight


def _read(path: Path) -> bytes:
    with _readable(path):
        return path.read_bytes()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """The place to read a file: what may not be read is refused first, and what goes wrong is put in our words."""
    try:
        if path.is_dir():
            raise CannotRead(f"{path.name or path} is a folder, not an image.")
        if not path.is_file() and path.exists():
            raise CannotRead(f"{path.name} is a device, not an image.")
        if path.stat().st_size > _MOST_BYTES:
            raise TooLarge(f"{path.name} is larger than {_MOST_BYTES >> 30} GB and cannot be opened.")
        yield
    except FileNotFoundError as error:
        raise CannotRead(f"{path.name} does not exist.") from error
    except PermissionError as error:
        raise CannotRead(f"You may not read {path.name}.") from error
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        raise CannotRead(f"{path.name} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    except MemoryError as error:
        raise TooLarge(f"{path.name} needs more memory than this computer can give.") from error


def _rgb(planes: Planes) -> Pixels:
    return cv2.cvtColor(planes.colour, cv2.COLOR_GRAY2RGB) if planes.colour.ndim == 2 else planes.colour


def _tell(step: Progress | None, fraction: float) -> None:
    if step is not None:
        step(fraction)
