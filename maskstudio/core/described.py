"""What a file says of its colours, each kind of file in its own way: an ICC profile, or tags made into one."""

from dataclasses import dataclass

import PIL.Image

from maskstudio.core import colourtags
from maskstudio.core.bmpfile import bmp_colours
from maskstudio.core.boxes import jp2_icc, read_colours
from maskstudio.core.colourtags import ColourTag
from maskstudio.core.pngfile import PngFile
from maskstudio.core.profile import grey_profile_as_rgb, profile_space


@dataclass(frozen=True)
class ColourFacts:
    """The profile of a picture, the four bytes of a PNG's cICP that say the same, and sentences for the user."""

    icc: bytes | None = None
    cicp: bytes = b""
    notes: tuple[str, ...] = ()


def colours_of(image: PIL.Image.Image, data: bytes, png: PngFile | None, *, grey: bool) -> ColourFacts:
    """The colours of the opened ``image``; ``data`` is its file, of a JPEG b"" will do. ``grey``: one channel."""
    first, then, embedded = _tags(image, data, png)
    if first is not None and first.usable:
        return _tagged(first)
    icc = image.info.get("icc_profile") or embedded
    if not icc:
        return _tagged(then)
    space = profile_space(icc)
    if space == "GRAY" and grey:
        icc = grey_profile_as_rgb(icc)
        space = "RGB" if icc else ""
    if space == "RGB":
        return ColourFacts(icc)
    what = f"is for {space} colours" if space else "is damaged"
    rest = _tagged(then)
    taken = "what else the file says of its colours is used" if rest.icc else "sRGB is assumed"
    return ColourFacts(rest.icc, rest.cicp, (f"The colour profile {what} and was ignored; {taken}.", *rest.notes))


def _tags(
    image: PIL.Image.Image, data: bytes, png: PngFile | None
) -> tuple[ColourTag | None, ColourTag | None, bytes | None]:
    """The tag that goes before a profile, the one that holds without a profile, and a profile Pillow does not see."""
    first, then, icc = None, None, None
    if png is not None:
        first, then = colourtags.of_png(png.chunks, png.depth)
    elif image.format in ("AVIF", "HEIF"):
        boxed = read_colours(data)
        then, icc = colourtags.of_boxes(boxed), boxed.icc
    elif image.format == "TIFF":
        return None, colourtags.of_exif(data), None
    elif image.format == "BMP":
        then, icc = bmp_colours(data)
    elif image.format == "JPEG2000":
        icc = jp2_icc(data)
    return first, then or colourtags.of_exif(image.info.get("exif", b"")), icc


def _tagged(tag: ColourTag | None) -> ColourFacts:
    if tag is None or not tag.usable:
        return ColourFacts()
    notes: tuple[str, ...] = ()
    if tag.curve.hdr:
        notes = (f"Its HDR colours ({tag.curve.name}) are shown tone-mapped; their numbers stay as they are.",)
    return ColourFacts(tag.icc, tag.cicp, notes)
