"""Every parameter of background removal with every engine, by the command line, against computations of their own.

The engines: MediaPipe, YOLO, and a cut-out network in an .onnx file, made for this, for which bright is the subject.
"""

import json
import sys

import numpy as np
import PIL.Image
import pytest
from scipy import ndimage

from maskstudio.cli import app
from maskstudio.core.files import read_image
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams
from maskstudio.providers.local.local import Local
from tests.madenets import bright, saved

ENGINES = ["lamp", "mediapipe_selfie", "yolov8n-seg"]


@pytest.fixture
def engine(request, tmp_path, home, monkeypatch):
    """Name of a model, its photo, the photo's pixels and the raw mask that it gives."""
    name = request.param
    if name == "lamp":
        saved(home / "models", name, bright((192, 192)), "mean = 0.5\nstd = 1\n")
        photo = tmp_path / "photo.png"
        PIL.Image.fromarray(lit()).save(photo)
    else:
        shared = request.getfixturevalue("shared_data") / "photos" / "ultralytics_assets"
        monkeypatch.setenv("MASKSTUDIO_MODELS", str(request.getfixturevalue("shared_models")))
        whole = PIL.Image.open(shared / "zidane.jpg")
        photo = tmp_path / "photo.png"
        whole.resize((640, 360)).save(photo)
    image = read_image(photo).image
    raw = Local().cutout(image, CutoutParams(model=name), Token()).mask.array()
    assert raw.min() < 10
    assert raw.max() > 240
    return name, photo, image.pixels, raw


def lit():
    """A lamp: a bright disc that fades, specks around it and pinholes in it."""
    rows, columns = np.mgrid[:192, :192]
    away = np.hypot(rows - 90, columns - 100)
    grey = np.clip(255 - (away - 50) * 6, 20, 235)
    grey[10:12, 10:13] = 235
    grey[90, 100:102] = 20
    tint = np.random.default_rng(7).integers(-10, 10, (192, 192, 3))
    return np.clip(grey[..., None] + tint, 0, 255).astype(np.uint8)


@pytest.fixture
def cutout(monkeypatch, capsys, tmp_path):
    """Runs ``maskstudio cutout`` and gives the picture it writes, and its report."""

    def run(engine, *words):
        target = tmp_path / "out.png"
        line = ["maskstudio", "cutout", engine[1], "-o", target, "--model", engine[0], "--json", *words]
        monkeypatch.setattr(sys, "argv", [str(word) for word in line])
        with pytest.raises(SystemExit) as stop:
            app.run()
        out, _ = capsys.readouterr()
        assert not stop.value.code
        return np.array(PIL.Image.open(target)), json.loads(out)

    return run


every = pytest.mark.parametrize("engine", ENGINES, indirect=True)
PLAIN = "--no-alpha-matting"


@every
def test_the_mask_only(engine, cutout):
    picture, report = cutout(engine, PLAIN, "--return-only-mask")
    np.testing.assert_array_equal(picture, engine[3])
    assert report["parameters"]["returnOnlyMask"] is True
    cut, _ = cutout(engine, PLAIN)
    np.testing.assert_array_equal(cut[..., 3], engine[3])
    np.testing.assert_array_equal(cut[..., :3], engine[2])


@every
@pytest.mark.parametrize("rgba", [(10, 200, 30, 255), (250, 0, 90, 128)])
def test_a_colour_behind(engine, cutout, rgba):
    """Porter and Duff's "over" in whole floats, for straight colours."""
    _, _, pixels, raw = engine
    picture, _ = cutout(engine, PLAIN, "--rgba", ",".join(map(str, rgba)))
    over, under = raw[..., None] / 255, (1 - raw[..., None] / 255) * rgba[3] / 255
    opacity = over + under
    colours = (pixels * over + np.array(rgba[:3]) * under) / np.where(opacity > 0, opacity, 1)
    if picture.shape[2] == 3:
        assert rgba[3] == 255
    else:
        np.testing.assert_allclose(picture[..., 3], opacity[..., 0] * 255, atol=0.51)
    seen = opacity[..., 0] > 0
    np.testing.assert_allclose(picture[..., :3][seen], colours[seen], atol=1.01)


@every
def test_a_cleaned_up_mask(engine, cutout):
    """Opening, closing and a narrow blur, by windows; an ellipse of 5 px is a square without its corners' thirds."""
    picture, _ = cutout(engine, PLAIN, "--return-only-mask", "--post-process-mask")
    disc = np.ones((5, 5), bool)
    disc[[0, 0, 0, 0, 4, 4, 4, 4], [0, 1, 3, 4, 0, 1, 3, 4]] = False

    def least(plane):
        return ndimage.minimum_filter(plane, footprint=disc, mode="constant", cval=255)

    def most(plane):
        return ndimage.maximum_filter(plane, footprint=disc, mode="constant", cval=0)

    plane = least(most(most(least(engine[3]))))
    weights = np.exp(-np.square(np.arange(-3, 4)) / 2)
    weights /= weights.sum()
    soft = ndimage.convolve1d(
        ndimage.convolve1d(plane.astype(float), weights, 0, mode="mirror"), weights, 1, mode="mirror"
    )
    np.testing.assert_allclose(picture, soft, atol=1.01)


def deep(marked, reach):
    """Where ``marked`` is more than ``reach`` px from anything else; the frame's border is nothing else."""
    return (ndimage.distance_transform_edt(marked) if not marked.all() else np.full(marked.shape, np.inf)) > reach


@every
@pytest.mark.parametrize(("foreground", "background", "erode"), [(240, 10, 10), (200, 60, 4), (250, 2, 25)])
def test_alpha_matting_and_its_three_thresholds(engine, cutout, foreground, background, erode):
    """What is sure comes out as it is; what is not is solved, and differs from the mask."""
    raw = engine[3]
    picture, report = cutout(
        engine, "--return-only-mask", "--alpha-matting-foreground-threshold", foreground,
        "--alpha-matting-background-threshold", background, "--alpha-matting-erode-size", erode,
    )  # fmt: skip
    said = report["parameters"]
    assert [said[f"alphaMatting{name}"] for name in ("ForegroundThreshold", "BackgroundThreshold", "ErodeSize")] == [
        foreground, background, erode,
    ]  # fmt: skip
    inside, outside = deep(raw > foreground, erode), deep(raw < background, erode)
    assert inside.any()
    assert outside.any()
    assert (picture[inside] == 255).all()
    assert (picture[outside] == 0).all()
    unknown = ~inside & ~outside
    assert (picture[unknown] != raw[unknown]).any()


def test_the_thresholds_move_what_is_sure(tmp_path, home, cutout, request):
    """A half-lit thing on a lit one: sure only where the threshold lets it be."""
    saved(home / "models", "lamp", bright((192, 192)), "mean = 0.5\nstd = 1\n")
    grey = np.full((192, 192), 20, np.uint8)
    grey[40:150, 40:110] = 240
    grey[40:150, 110:160] = 136  # a mask of about 167
    PIL.Image.fromarray(np.dstack([grey] * 3)).save(tmp_path / "two.png")
    engine = "lamp", tmp_path / "two.png"
    middle = (slice(75, 115), slice(128, 142))
    sure, _ = cutout(engine, "--return-only-mask", "--alpha-matting-foreground-threshold", 150)
    assert (sure[middle] == 255).all()
    unsure, _ = cutout(engine, "--return-only-mask", "--alpha-matting-foreground-threshold", 200)
    assert (unsure[middle] < 255).all()
    gone, _ = cutout(
        engine, "--return-only-mask", "--alpha-matting-foreground-threshold", 200,
        "--alpha-matting-background-threshold", 180,
    )  # fmt: skip
    assert (gone[middle] == 0).all()
