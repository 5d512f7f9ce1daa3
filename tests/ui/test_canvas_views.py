"""Ways of looking that one formula does not tell: a picture behind, stripes, soft pixels from afar, live strokes."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColorSpace

from maskstudio.core.document import Document, Layer
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas import tints
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.picture import Picture
from maskstudio.ui.canvas.style import MODES, OVERLAY, SOFT, Style
from tests.ui.canvases import wear

SIZE = HEIGHT, WIDTH = 300, 330
# Machado, Oliveira, Fernandes (2009), severity 1, on linear light
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip
COLOURS_OF_PHOTOS = np.array(
    [(233, 190, 165), (141, 85, 54), (74, 44, 30), (90, 130, 60), (40, 70, 30), (120, 170, 220), (60, 110, 180),
     (20, 20, 22), (60, 60, 60), (128, 128, 128), (250, 250, 250), (180, 40, 40), (230, 160, 60), (200, 30, 90)]
)  # fmt: skip


def photo(height=HEIGHT, width=WIDTH):
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


def coverage(height=HEIGHT, width=WIDTH):
    alpha = np.random.default_rng(2).integers(0, 256, (height, width), np.uint8)
    alpha[:, : width // 4] = 255
    alpha[:, -width // 4 :] = 0
    return alpha


def document(colours, alpha):
    mask = Mask.from_array(alpha)
    return Document(Image(colours)).add([Layer(0, "subject", mask, mask)])


@pytest.fixture
def seen(qtbot, pixels):
    """The image's part of a canvas in a style, once it is there; the canvas is made anew or shows what it did."""

    def take(shown, style, scale=1.0, canvas=None):
        canvas = canvas or Canvas()
        if canvas.contents.document is None:
            qtbot.addWidget(canvas)
            canvas.resize(480, 420)
            canvas.contents.set_document(shown)
            canvas.show()
        canvas.styling.set_style(style)
        canvas.march._clock.stop()
        width, height = shown.size
        canvas.view.look_at(scale, QPointF(width / 2, height / 2))
        qtbot.waitUntil(lambda: canvas.repaint() or canvas.complete)
        left, top = canvas.view.transform.origin
        box = canvas.view.transform.shown
        return pixels(canvas.grab().toImage())[max(top, 0) : top + box.height, max(left, 0) : left + box.width]

    return take


@pytest.mark.parametrize(("width", "height"), [(165, 200), (220, 150)])
def test_a_picture_covers_the_image_and_is_cut_alike_on_both_sides(seen, width, height):
    """Exactly twice enlarged, bilinear in between: pixel centres of the enlarged one lie at quarters."""
    ramp = np.linspace(0, 240, width)[None, :] + np.zeros((height, 1))
    picture = np.stack([ramp, np.linspace(20, 200, height)[:, None] + np.zeros((1, width)), ramp[:, ::-1]], axis=2)
    shown = document(photo(), coverage())
    got = seen(shown, Style("picture", picture=Picture.of(Image(picture.astype(np.uint8)))))
    factor = max(WIDTH / width, HEIGHT / height)
    x = (np.arange(WIDTH) + 0.5 + (width * factor - WIDTH) / 2) / factor - 0.5
    y = (np.arange(HEIGHT) + 0.5 + (height * factor - HEIGHT) / 2) / factor - 0.5
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    red = np.interp(x, np.arange(width), picture[0, :, 0].astype(np.uint8))[None, :] + np.zeros((HEIGHT, 1))
    green = np.interp(y, np.arange(height), picture[:, 0, 1].astype(np.uint8))[:, None] + np.zeros((1, WIDTH))
    blue = np.interp(x, np.arange(width), picture[0, :, 2].astype(np.uint8))[None, :] + np.zeros((HEIGHT, 1))
    ground = np.stack([red, green, blue], axis=2)
    a = coverage()[..., None] / 255.0
    assert np.abs(got - (photo() * a + ground * (1 - a))).max() <= 3


def test_a_picture_moves_with_the_image(seen, qtbot):
    """Half the size is the average of the whole, wherever it is."""
    soft = np.add.outer(np.arange(150), np.arange(165)).astype(np.uint8)
    picture = Picture.of(Image(np.repeat(soft[..., None], 3, axis=2)))
    corner = np.zeros(SIZE, np.uint8)
    corner[0, 0] = 255  # with nothing selected at all, the photo would be shown
    empty = document(photo(), corner)
    whole = seen(empty, Style("picture", picture=picture)).astype(float)
    half = seen(empty, Style("picture", picture=picture), 0.5)
    averaged = whole.reshape(HEIGHT // 2, 2, WIDTH // 2, 2, 3).mean(axis=(1, 3))
    smooth = (
        np.ptp(whole.reshape(HEIGHT // 2, 2, WIDTH // 2, 2, 3), axis=(1, 3)).max(axis=-1) < 10
    )  # where it does not wrap
    assert np.abs(half - averaged)[smooth].max() <= 3


def test_without_a_picture_there_is_a_checkerboard(seen):
    shown = document(photo(), coverage())
    assert np.array_equal(seen(shown, Style("picture")), seen(shown, Style("checker")))


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_stripes_keep_the_size_of_the_screen_and_the_strength_of_the_overlay(seen, scale):
    alpha, colours = np.zeros((90, 110), np.uint8), np.full((90, 110, 3), 100, np.uint8)
    alpha[:, 40:60], alpha[:, 60:] = 128, 255
    got = seen(document(colours, alpha), Style("overlay", hatched=True, opacity=0.6), scale)
    rows, columns = np.mgrid[: got.shape[0], : got.shape[1]]
    dark = ((rows + columns) // 8 % 2 == 1)[..., None]
    stripes = np.where(dark, np.rint(np.array(OVERLAY) * 0.3), np.array(OVERLAY, float))
    cover = (0.6 * (1 - alpha / 255.0))[(rows / scale).astype(int), (columns / scale).astype(int)][..., None]
    assert np.abs(got - (100 * (1 - cover) + stripes * cover)).max() <= 2


def test_a_hard_mask_has_no_soft_pixels_from_afar_and_a_soft_line_stays_in_sight(seen):
    alpha = np.zeros((400, 400), np.uint8)
    alpha[:, 201:] = 255  # not on a border of any reduced size
    grey = np.full((400, 400, 3), 120, np.uint8)
    assert (seen(document(grey, alpha), Style("soft"), 0.25) == 72).all()
    alpha[:, 200:202] = 100
    marked = seen(document(grey, alpha), Style("soft"), 0.25)[:, 50]
    share = np.sqrt(0.5)  # half of the pixels below are soft
    assert np.abs(marked - (72 * (1 - share) + np.array(SOFT) * share)).max() <= 2


@pytest.mark.parametrize("alpha", [0, 12, 13, 128, 242, 243, 255])
def test_soft_is_from_5_to_95_per_cent(alpha):
    assert (tints.softness()[alpha] == 255) == (0.05 <= alpha / 255 <= 0.95)


def lab(linear):
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = np.clip(linear, 0, 1) @ matrix.T / np.array([0.9505, 1, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_overlay_is_told_from_photos_by_every_kind_of_eyes(sight):
    def perceived(colours):
        encoded = colours / 255
        linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
        return lab(linear @ SIGHTS[sight].T)

    tinted = COLOURS_OF_PHOTOS * 0.5 + np.array(OVERLAY) * 0.5
    apart = np.sqrt(((perceived(COLOURS_OF_PHOTOS) - perceived(tinted)) ** 2).sum(axis=1))
    assert apart.min() > 20


def test_colours_go_to_the_profile_of_the_screen(seen, qtbot):
    """Into Display P3: the same colour has other numbers there; grey has the same."""
    icc = bytes(QColorSpace(QColorSpace.NamedColorSpace.DisplayP3).iccProfile().data())
    colours = np.zeros((60, 60, 3), np.uint8)
    colours[:30], colours[30:] = (255, 0, 0), (90, 90, 90)
    canvas = Canvas()
    canvas.contents.set_display(icc)
    got = seen(document(colours, np.full((60, 60), 255, np.uint8)), Style("image"), 1.0, canvas)
    assert np.abs(got[10, 10] - (234, 51, 35)).max() <= 2  # known values of sRGB red in Display P3
    assert np.abs(got[50, 10] - 90).max() <= 1
    canvas.contents.set_display(None)
    qtbot.waitUntil(lambda: canvas.repaint() or canvas.complete)
    assert canvas.grab().toImage().pixelColor(canvas.view.from_image(QPointF(10, 10)).toPoint()).getRgb()[:3] == (
        255,
        0,
        0,
    )


@pytest.mark.parametrize("mode", MODES)
def test_a_live_stroke_shows_in_every_mode_as_the_document_it_becomes(seen, mode, qtbot):
    colours, alpha = photo(), coverage()
    canvas = Canvas()
    seen(document(colours, alpha), Style(mode), 1.0, canvas)
    after = alpha.copy()
    after[60:180, 100:260] = np.random.default_rng(7).integers(0, 256, (120, 160), np.uint8)
    canvas.contents.set_live(lambda rect: after[rect.slices()])
    canvas.contents.touch(Rect(100, 60, 160, 120))
    live = seen(canvas.contents.document, Style(mode), 1.0, canvas)
    fresh = seen(document(colours, after), Style(mode))
    assert np.array_equal(live, fresh)
    canvas.contents.set_live(None)
    assert np.array_equal(
        seen(canvas.contents.document, Style(mode), 1.0, canvas), seen(document(colours, alpha), Style(mode))
    )


def test_a_glance_at_the_photo_leaves_everything_as_it_was(seen, qtbot, pixels):
    shown, canvas = document(photo(), coverage()), Canvas()
    before = seen(shown, Style("black"), 1.0, canvas)
    painted = canvas.sides.result.painted
    canvas.compared.hold_original(True)
    assert np.array_equal(seen(shown, Style("black"), 1.0, canvas), photo())
    canvas.compared.hold_original(False)
    assert np.array_equal(seen(shown, Style("black"), 1.0, canvas), before)
    assert canvas.sides.result.painted == painted


def test_an_unknown_mode_is_refused(qtbot):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    with pytest.raises(ValueError, match="no view mode"):
        wear(canvas, mode="sepia")


def test_pictures_are_kept_small(monkeypatch):
    monkeypatch.setattr("maskstudio.ui.canvas.picture.LONGEST", 100)
    picture = Picture.of(Image(np.zeros((300, 400, 3), np.uint8)))
    assert picture._half(0).shape[:2] == (75, 100)


@pytest.mark.parametrize("mode", ["white", "black", "worst", "checker"])
def test_the_photo_is_shown_until_something_is_selected(qtbot, pixels, mode):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(200, 160)
    canvas.show()
    photo = Document(Image(np.full((100, 120, 3), (200, 90, 30), np.uint8)))
    nothing = Mask(120, 100)
    square = Mask.from_array(np.pad(np.full((20, 20), 255, np.uint8), ((0, 80), (0, 100))))

    def seen(document):
        canvas.contents.set_document(document)
        qtbot.waitUntil(lambda: canvas.repaint() or canvas.complete)
        middle = canvas.view.from_image(QPointF(60.5, 50.5)).toPoint()
        return tuple(pixels(canvas.grab().toImage())[middle.y(), middle.x()])

    wear(canvas, mode=mode)
    assert seen(photo) == (200, 90, 30)
    assert seen(photo.add([Layer(0, "new", nothing, nothing)])) == (200, 90, 30)
    assert seen(photo.add([Layer(0, "square", square, square)])) != (200, 90, 30)
    assert seen(photo) == (200, 90, 30)
