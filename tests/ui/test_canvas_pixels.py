"""What the canvas shows, against compositions computed here in floating point."""

import os
import struct
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import QColor, QColorSpace, QImage, QPainter, QRegion

from maskstudio.core.colourtags import of_codes
from maskstudio.core.document import Document, Layer
from maskstudio.core.files import read_image
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.pixels import ScreenColours
from maskstudio.ui.canvas.style import MODES, Style
from tests.ui.canvases import wear

WIDTH, HEIGHT = 330, 300  # more than a tile each way
OVERLAY, SOFT, GROUND, WORST = (0xD6, 0x00, 0xFF), (0xFF, 0xD0, 0x00), (12, 130, 77), (200, 40, 150)


def photo(height=HEIGHT, width=WIDTH, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def coverage(height=HEIGHT, width=WIDTH):
    """Solid, empty, every value, and noise."""
    alpha = np.random.default_rng(2).integers(0, 256, (height, width), np.uint8)
    alpha[:, : width // 4] = 255
    alpha[:, -width // 4 :] = 0
    alpha[: height // 4] = np.linspace(0, 255, width).astype(np.uint8)
    return alpha


def document(colours, alpha, icc=None):
    mask = Mask.from_array(alpha)
    return Document(Image(colours, icc)).add([Layer(0, "subject", mask, mask)])


@pytest.fixture
def show(qtbot):
    """Open a document on a canvas of a given size, and wait until it is painted."""

    def make(shown, width=400, height=360, ratio=1.0):
        canvas = Canvas()
        if ratio != 1.0:
            canvas.devicePixelRatioF = lambda: ratio
        canvas.styling.set_surround(QColor(60, 60, 60))
        canvas.resize(width, height)
        qtbot.addWidget(canvas)
        canvas.contents.set_document(shown)
        canvas.show()
        return canvas

    return make


@pytest.fixture
def taken(qtbot, pixels):
    """The pixels of a canvas once everything is there."""

    def grab(canvas):
        def settled():
            image = QImage(*canvas.view.device_size, QImage.Format.Format_RGB32)
            image.setDevicePixelRatio(canvas.devicePixelRatioF())
            canvas.render(image, QPoint(), QRegion(canvas.rect()))
            assert canvas.sides.result.valid.boundingRect() == canvas.sides.result.pixmap.rect()
            assert (QRegion(canvas.sides.result.pixmap.rect()) - canvas.sides.result.valid).isEmpty()
            return image

        qtbot.waitUntil(lambda: bool(settled()))
        return pixels(settled())

    return grab


def cropped(canvas, array):
    """The image's part of a picture of the canvas."""
    left, top = canvas.view.transform.origin
    box = canvas.view.transform.shown
    return array[max(top, 0) : top + box.height, max(left, 0) : left + box.width]


def checker(height, width, square=8):
    rows, columns = np.mgrid[:height, :width] // square
    return np.where((rows + columns) % 2, 204, 255)[..., None]


def rounded(*args):
    """The composition at 8 bits."""
    return np.rint(expected(*args))


def expected(mode, colours, alpha, colour=OVERLAY, opacity=0.5, side="outside"):
    c, a = colours.astype(float), alpha[..., None] / 255.0
    if mode == "image":
        return c
    if mode == "soft":
        grey = np.repeat((c @ [0.299, 0.587, 0.114])[..., None], 3, axis=2) * 0.6
        soft = (alpha >= 0.05 * 255) & (alpha <= 0.95 * 255)
        return np.where(soft[..., None], np.array(SOFT, float), grey)
    if mode == "onion":
        return c * opacity + (c * a + checker(*alpha.shape) * (1 - a)) * (1 - opacity)
    if mode == "mask":
        return np.repeat(a * 255, 3, axis=2)
    if mode == "overlay":
        cover = ((1 - a) if side == "outside" else a) * opacity
        return c * (1 - cover) + np.array(colour, float) * cover
    grounds = {"black": 0.0, "white": 255.0, "checker": checker(*alpha.shape), "colour": np.array(GROUND, float)}
    grounds["worst"] = np.array(WORST, float)
    background = grounds[mode]
    return c * a + background * (1 - a)


@pytest.mark.parametrize("mode", sorted(set(MODES) - {"ants", "picture", "doubt"}))
def test_every_mode_at_100_percent_equals_the_composition(show, taken, mode):
    colours, alpha = photo(), coverage()
    canvas = show(document(colours, alpha))
    canvas.styling.set_style(Style(mode, backdrop=GROUND, worst=WORST))
    canvas.view.actual_pixels()
    seen = cropped(canvas, taken(canvas))
    assert np.abs(seen - rounded(mode, colours, alpha)).max() <= (2 if mode in ("onion", "soft") else 1)


@pytest.mark.parametrize(("side", "opacity"), [("outside", 1.0), ("inside", 0.3), ("inside", 0.0)])
def test_overlay_takes_colour_opacity_and_side(show, taken, side, opacity):
    colours, alpha = photo(), coverage()
    canvas = show(document(colours, alpha))
    wear(canvas, colour=(10, 200, 90), opacity=opacity, side=side)
    canvas.view.actual_pixels()
    seen = cropped(canvas, taken(canvas))
    assert np.abs(seen - rounded("overlay", colours, alpha, (10, 200, 90), opacity, side)).max() <= 1


@pytest.mark.parametrize("scale", [2.0, 3.0, 10 / 3, 6.0])
def test_enlarged_pixels_are_exact_squares(show, taken, scale):
    colours, alpha = photo(), coverage()
    canvas = show(document(colours, alpha))
    wear(canvas, mode="image")
    canvas.view.look_at(
        scale, QPointF(WIDTH - 120 / scale, HEIGHT - 100 / scale)
    )  # across the tile borders and the image's corner
    seen = taken(canvas)
    height, width = seen.shape[:2]
    left, top = canvas.view.transform.origin
    columns = np.floor((np.arange(width) + 0.5 - left) / scale).astype(int)
    rows = np.floor((np.arange(height) + 0.5 - top) / scale).astype(int)
    inside = np.ix_((rows >= 0) & (rows < HEIGHT), (columns >= 0) & (columns < WIDTH))
    wanted = colours[np.clip(rows, 0, HEIGHT - 1)][:, np.clip(columns, 0, WIDTH - 1)]
    assert np.array_equal(seen[inside], wanted[inside])
    outside = np.ones(seen.shape[:2], bool)
    outside[inside] = False
    assert outside.any()
    assert (seen[outside] == 60).all()


def test_lines_between_pixels_from_800_percent(show, taken):
    canvas = show(document(np.full((HEIGHT, WIDTH, 3), 250, np.uint8), coverage()))
    wear(canvas, mode="image")
    canvas.view.look_at(8, QPointF(100, 100))
    seen = taken(canvas)
    left, top = canvas.view.transform.origin
    line = (np.arange(seen.shape[1]) - left) % 8 == 0
    row = (np.arange(seen.shape[0]) - top) % 8 == 4
    assert (seen[row][:, ~line] == 250).all()
    assert (seen[row][:, line] < 250).all()
    canvas.view.look_at(6, QPointF(100, 100))
    assert (taken(canvas) == 250).all()


@pytest.mark.parametrize("level", [1, 2])
def test_reduced_sizes_are_area_averages_of_the_composition(show, taken, level):
    """On black too: a cut-out seen from afar shows the average of what it is up close."""
    size = 2**level
    height, width = 600, 704
    colours, alpha = photo(height, width), coverage(height, width)
    canvas = show(document(colours, alpha))
    for mode, tolerance in (("image", level), ("mask", level), ("black", 1 + level), ("white", 1 + level)):
        wear(canvas, mode=mode)
        canvas.view.zoom_to(1 / size)
        seen = cropped(canvas, taken(canvas))
        whole = expected(mode, colours, alpha).reshape(height // size, size, width // size, size, 3)
        assert np.abs(seen - whole.mean(axis=(1, 3))).max() <= tolerance, mode


@pytest.mark.parametrize("scale", [0.51, 0.73, 0.97])
def test_no_seams_between_tiles_when_reduced(show, taken, scale):
    """A ramp stays a ramp across tile borders, whatever the scale."""
    ramp = np.repeat(np.linspace(0, 255, 1024).astype(np.uint8)[None, :, None], 600, axis=0)
    canvas = show(document(np.repeat(ramp, 3, axis=2), np.full((600, 1024), 255, np.uint8)), 1100, 640)
    for mode in ("image", "black"):
        wear(canvas, mode=mode)
        canvas.view.zoom_to(scale)
        seen = cropped(canvas, taken(canvas))[..., 0]
        steps = np.diff(seen, axis=1)
        assert steps.min() >= 0
        assert steps.max() <= 1
        assert (seen == seen[:1]).all()


def test_painting_in_pieces_equals_painting_at_once(show, taken):
    """Panning shifts the old pixels and paints only the strip; nobody may see the difference."""
    canvas = show(document(photo(900, 1000), coverage(900, 1000)), 320, 240)
    for scale in (0.37, 0.8, 1.0, 2.5):
        canvas.view.look_at(scale, QPointF(480, 440))
        taken(canvas)
        for step in (QPointF(7, 3), QPointF(-30, 11), QPointF(100, -60)):
            canvas.view.look_at(scale, canvas.view.centre + step / scale)
            moved = taken(canvas)
        canvas.sides.result.clear()
        difference = np.abs(moved - taken(canvas))
        assert difference.max() <= 2  # Qt's smoothing counts in 1/256 of a pixel, and this photo is pure noise
        assert (difference > 1).mean() < 1e-4


def test_two_device_pixels_a_point(show, taken):
    colours, alpha = photo(), coverage()
    canvas = show(document(colours, alpha), 200, 180, ratio=2.0)
    wear(canvas, mode="black")
    canvas.view.actual_pixels()
    assert canvas.view.scale == 1.0
    array = taken(canvas)
    assert array.shape[:2] == (360, 400)
    assert np.abs(cropped(canvas, array) - rounded("black", colours, alpha)).max() <= 1


def test_a_real_scale_factor_in_a_process_of_its_own():
    code = (
        "from PySide6.QtWidgets import QApplication; app = QApplication([])\n"
        "import numpy as np\n"
        "from maskstudio.core.document import Document; from maskstudio.core.image import Image\n"
        "from maskstudio.ui.canvas.canvas import Canvas; from maskstudio.ui.canvas.style import Style\n"
        "c = Canvas(); c.resize(100, 100); c.styling.set_style(Style('image'))\n"
        "c.contents.set_document(Document(Image(np.full((50, 50, 3), 200, np.uint8))))\n"
        "c.view.actual_pixels(); c.show()\n"
        "for _ in range(20): app.processEvents()\n"
        "g = c.grab().toImage()\n"
        "row = [g.pixelColor(x, g.height() // 2).red() == 200 for x in range(g.width())]\n"
        "print(g.width(), sum(row))\n"
    )
    for factor, side in (("1.5", 150), ("2", 200)):
        environment = {**os.environ, "QT_SCALE_FACTOR": factor, "QT_QPA_PLATFORM": "offscreen"}
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
        assert run.stdout.split() == [str(side), "50"]


def test_16_bit_pixels_are_rounded_for_the_screen(show, taken):
    wide = np.random.default_rng(3).integers(0, 65536, (100, 120, 3), np.uint16)
    canvas = show(document(wide, np.full((100, 120), 255, np.uint8)))
    wear(canvas, mode="image")
    canvas.view.actual_pixels()
    assert np.abs(cropped(canvas, taken(canvas)) - wide / 257).max() <= 0.51


def test_colours_go_through_the_profile(show, taken):
    """Adobe RGB: linearise with 2.19921875, change primaries, encode as sRGB (IEC 61966-2-1)."""
    colours = photo(90, 120)
    icc = bytes(QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb).iccProfile().data())
    canvas = show(document(colours, np.full((90, 120), 255, np.uint8), icc))
    wear(canvas, mode="image")
    canvas.view.actual_pixels()
    matrix = np.array([[1.39836, -0.39836, 0.0], [0.0, 1.0, 0.0], [0.0, -0.04293, 1.04293]])
    linear = np.clip((colours / 255.0) ** 2.19921875 @ matrix.T, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055) * 255
    assert np.abs(cropped(canvas, taken(canvas)) - encoded).max() <= 3
    assert np.abs(cropped(canvas, taken(canvas)) - colours).max() > 20


def test_a_senseless_profile_is_ignored(show, taken):
    colours = photo(60, 60)
    canvas = show(document(colours, np.full((60, 60), 255, np.uint8), b"no profile" * 40))
    wear(canvas, mode="image")
    canvas.view.actual_pixels()
    assert np.array_equal(cropped(canvas, taken(canvas)), colours)


def test_decontaminated_colours_show_on_black(show, taken):
    from dataclasses import replace

    from maskstudio.core.document import Refinement
    from maskstudio.params.local import RefineParams

    colours, alpha = np.full((80, 80, 3), 200, np.uint8), np.full((80, 80), 128, np.uint8)
    mask = Mask.from_array(alpha)
    clean = np.full((80, 80, 3), 40, np.uint8)
    layer = Layer(0, "subject", mask, mask, refine=RefineParams(), refinement=Refinement(mask, {(0, 0): clean}))
    shown = Document(Image(colours)).add([layer])
    canvas = show(shown)
    wear(canvas, mode="black")
    canvas.view.actual_pixels()
    assert np.abs(cropped(canvas, taken(canvas)) - 40 * 128 / 255).max() <= 1
    half = replace(shown.layers[0], refine=RefineParams(decontamination_amount=0.5))
    canvas.contents.set_document(shown.put(half))
    assert np.abs(cropped(canvas, taken(canvas)) - 120 * 128 / 255).max() <= 1


def test_checker_moves_with_the_image_and_keeps_its_size(show, taken):
    corner = np.zeros((HEIGHT, WIDTH), np.uint8)
    corner[0, 0] = 255  # with nothing selected at all, the photo would be shown
    canvas = show(document(photo(), corner))
    wear(canvas, mode="checker")
    for scale in (0.9, 1.0, 1.1):
        canvas.view.zoom_to(scale)
        seen = cropped(canvas, taken(canvas))
        board = np.repeat(checker(*seen.shape[:2]), 3, axis=2)
        assert np.array_equal(seen[4:, 4:], board[4:, 4:])


def test_nothing_but_surround_without_a_document(show, taken, pixels):
    canvas = show(None)
    assert (pixels(canvas.grab().toImage()) == 60).all()
    canvas.contents.set_document(document(photo(), coverage()))
    assert not (taken(canvas) == 60).all()
    canvas.contents.set_document(None)
    assert (pixels(canvas.grab().toImage()) == 60).all()


def test_snapshots(show, taken, snapshot):
    rows, columns = np.mgrid[:240, :320]
    colours = np.stack([rows, columns * 0.8, 255 - rows], axis=2).astype(np.uint8)
    distance = np.hypot(rows - 120, columns - 160)
    alpha = np.clip((90 - distance) * 16, 0, 255).astype(np.uint8)
    canvas = show(document(colours, alpha), 300, 220)
    taken(canvas)
    snapshot(canvas.grab().toImage(), "canvas_overlay_fit")
    wear(canvas, mode="checker")
    canvas.view.look_at(12, QPointF(230, 120))
    taken(canvas)
    snapshot(canvas.grab(QRect(0, 0, 300, 220)).toImage(), "canvas_checker_1200")


def test_painter_is_ended_when_the_widget_is_hidden(show):
    canvas = show(document(photo(), coverage()))
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    canvas.render(painter, QPoint())
    assert painter.end()


@pytest.mark.parametrize(
    ("name", "right"),
    [("gama1.png", (228, 161, 134)), ("p3chrm.png", (215, 85, 51)), ("cicp_p3.png", (215, 85, 51))],
)
def test_colours_tagged_without_a_profile_are_shown_as_tagged(shared_data, name, right):
    image = read_image(shared_data / "faults" / name).image
    screen = ScreenColours(image.icc)(np.array([[[200, 93, 62]]], np.uint8))
    assert np.abs(screen[0, 0, 2::-1].astype(int) - right).max() <= 1


def test_hdr_in_a_profile_is_shown_by_its_curves_and_not_cut_off():
    tag = of_codes(9, 16)
    icc = tag.icc
    count = struct.unpack_from(">I", icc, 128)[0]
    names = 132 + 12 * (count - 1)  # the last tag becomes one that says PQ once more, as ICC.1:2022 has it
    said = icc[:names] + b"cicp" + icc[names + 4 :]
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, 2)
    np.testing.assert_array_equal(ScreenColours(said)(ramp), ScreenColours(icc)(ramp))
