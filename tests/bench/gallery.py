"""Makes docs/gallery.md and its pictures from the shared photos: ``python -m tests.bench.gallery``.

Every row shows a crop of one photo: before, the trimap, pymatting's closed form, then our edge with the photo's own
colours and with clean ones, on the background that is worst for it, on black and on white.
"""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from maskstudio.core.document import Document
from maskstudio.core.files import read_image
from maskstudio.core.geometry import Rect
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.jobs import Token
from maskstudio.matting import halo
from maskstudio.matting.edge import refine_edge, whole_trimap
from maskstudio.matting.foreground import estimate
from maskstudio.matting.hints import from_trimap
from maskstudio.params.local import RefineParams
from tests.conftest import SHARED
from tests.matting.truth import decode

ROOT = Path(__file__).resolve().parents[2] / "docs"
SIDE = 300  # px of a tile of the gallery

# name, what it shows, photo, rough mask or trimap, band width, crop (x, y, side) in px of the photo
SUBJECTS = [
    ("lemur", "Fur against leaves, with the trimap that comes with it", "matting/lemur/image/lemur.png",
     "matting/lemur/trimap/lemur.png", 0, (250, 40, 620)),
    ("camel", "A rough mask of a network, 30 px band", "matting/am2k_animals/image/sample1.jpg",
     "matting/am2k_animals/alpha_gfm_prediction/sample1.png", 30, None),
    ("antelope", "A rough mask of a network, 30 px band", "matting/am2k_animals/image/sample4.jpg",
     "matting/am2k_animals/alpha_gfm_prediction/sample4.png", 30, None),
    ("portrait", "A rough mask of a network, 40 px band", "matting/p3m_portraits/image/p_22fc0130.jpg",
     "matting/p3m_portraits/alpha_p3m_prediction/p_22fc0130.png", 40, None),
]  # fmt: skip


def subject(photo: str, mask: str, band: int) -> tuple[Document, np.ndarray]:
    """The document with the edge solved, and its trimap."""
    data = SHARED / "data"
    image = read_image(data / photo, limit=None).image
    plane = decode(data / mask, cv2.IMREAD_GRAYSCALE)
    plane = cv2.resize(plane, (image.width, image.height), interpolation=cv2.INTER_NEAREST)
    rough = Mask.from_array(np.where(cv2.GaussianBlur(plane, (0, 0), 3) >= 128, 255, 0).astype(np.uint8))
    layer = Layer(1, "subject", rough, rough, refine=RefineParams(band_width=max(band, 1)))
    if not band:
        layer = layer.changed(hints=from_trimap(plane))
    layer = layer.changed(refinement=refine_edge(image, layer, Token()))
    return Document(image).add([layer]), whole_trimap(image, layer, Token()).array()


def over(colours: np.ndarray, alpha: np.ndarray, backdrop: tuple[int, int, int]) -> np.ndarray:
    """The cut-out on one colour, as a viewer shows it."""
    share = alpha[..., None].astype(np.float32) / 255
    return np.rint(colours * share + np.float32(backdrop) * (1 - share)).astype(np.uint8)


def closed_form(pixels: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    """pymatting's closed form of a crop with a margin of what is known around it."""
    from pymatting import estimate_alpha_cf

    return np.rint(estimate_alpha_cf(pixels / 255, trimap / 255) * 255).astype(np.uint8)


def busiest(trimap: np.ndarray) -> tuple[int, int, int]:
    """The square that holds most of the band."""
    side = min(560, *trimap.shape)
    unknown = np.float32((trimap > 0) & (trimap < 255))
    held = cv2.boxFilter(unknown, -1, (side, side), anchor=(0, 0), normalize=False, borderType=cv2.BORDER_CONSTANT)
    held = held[: trimap.shape[0] - side + 1, : trimap.shape[1] - side + 1]
    y, x = np.unravel_index(held.argmax(), held.shape)
    return int(x), int(y), side


def row(document: Document, trimap: np.ndarray, crop: tuple[int, int, int]) -> tuple[np.ndarray, float, float]:
    """The tiles of one subject side by side, and the fringe before and after cleaning colours."""
    rect = Rect(crop[0], crop[1], crop[2], crop[2]).intersect(document.frame)
    here = rect.slices()
    photo, alpha = document.image.pixels[here], document.alpha.array(rect)
    plain = replace(document, layers=tuple(layer.changed(refine=None) for layer in document.layers))
    raw, clean = plain.colours(rect), document.colours(rect)
    before, after = halo.measure(photo, raw, alpha), halo.measure(photo, clean, alpha)
    peer = closed_form(photo, trimap[here])
    peer_colours = estimate(photo, peer)
    worst = before.backdrop
    tiles = [
        photo,
        cv2.merge([trimap[here]] * 3),
        over(peer_colours, peer, worst),
        over(raw, alpha, worst),
        over(clean, alpha, worst),
        over(clean, alpha, (0, 0, 0)),
        over(clean, alpha, (255, 255, 255)),
    ]
    small = [cv2.resize(tile, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for tile in tiles]
    joined = np.hstack([np.pad(tile, ((0, 0), (0, 4), (0, 0)), constant_values=255) for tile in small])
    return joined, before.fringe, after.fringe


def main() -> None:
    """Write the page and its pictures."""
    (ROOT / "gallery").mkdir(parents=True, exist_ok=True)
    intro = (
        "Made by `python -m tests.bench.gallery`. From left to right: the photo, the trimap, pymatting's closed form, "
        "our edge with the photo's own colours, and with clean ones: all three on the background on which the fringe "
        "of this very edge would show worst; then on black and on white. The number is the fringe on that background "
        "(mean visible difference along the rim, Delta E)."
    )
    lines = ["# Edges, side by side", "", intro, ""]
    for name, words, photo, mask, band, crop in SUBJECTS:
        document, trimap = subject(photo, mask, band)
        picture, before, after = row(document, trimap, crop or busiest(trimap))
        done, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
        assert done
        (ROOT / "gallery" / f"{name}.jpg").write_bytes(data.tobytes())
        said = f"{words}. Fringe {before:.1f} with the photo's own colours, {after:.1f} with clean ones."
        lines += [f"## {name.capitalize()}", "", said, "", f"![{name}](gallery/{name}.jpg)", ""]
    (ROOT / "gallery.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
