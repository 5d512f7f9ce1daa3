"""Files that are missing, damaged, hostile or no images: one sentence each, and nothing else."""

import os
import struct
import subprocess
import sys
import zlib

import numpy as np
import PIL.Image
import PIL.ImageCms
import PIL.ImageOps
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.files import decode_image, read_image
from maskstudio.core.pngfile import read_chunks
from maskstudio.errors import BadImage, CannotRead, TooLarge
from tests.core.pictures import RGB, plain_png, saved
from tests.patience import PATIENCE


def test_nothing_there_folder_and_device(tmp_path):
    for path, text in (
        (tmp_path / "no.png", "no.png does not exist."),
        (tmp_path / "no" / "no.png", "no.png does not exist."),
        (tmp_path, f"{tmp_path.name} is a folder, not an image."),
        ("/dev/zero", "zero is a device, not an image."),
        ("a\0b.png", "cannot be read"),
    ):
        if os.name == "posix" or "dev" not in str(path):
            with pytest.raises(CannotRead) as caught:
                read_image(path)
            assert text in str(caught.value)


def test_unreadable_file(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    path.write_bytes(saved(RGB))

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "read_bytes", refuse)
    with pytest.raises(CannotRead, match=r"You may not read a\.png\."):
        read_image(path)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "a.png is empty."),
        (b"hello, I am a text", "a.png is not an image, or of a kind that cannot be opened."),
        (b"\x89PNG\r\n\x1a\n", "a.png is damaged or incomplete and cannot be opened."),
        (b"\xff\xd8\xff\xe0", "a.png is damaged or incomplete and cannot be opened."),
        (
            b"\0\0\0\x18ftypheic" + bytes(99),
            "a.png is damaged or incomplete and cannot be opened.",
        ),
    ],
)
def test_not_an_image(data, text):
    with pytest.raises(BadImage) as caught:
        decode_image(data, "a.png")
    assert str(caught.value) == text


def test_limit_is_checked_before_decoding():
    header_only = plain_png(2, RGB)[:60]  # cut inside the pixels: decoding it would say "damaged"
    with pytest.raises(TooLarge, match=r"11 by 7 pixels .* --allow-huge"):
        decode_image(header_only, "a.png", limit=76)
    with pytest.raises(BadImage):
        decode_image(header_only, "a.png", limit=77)
    assert decode_image(saved(RGB), "a.png", limit=None).image.width == 11


def test_a_chunk_that_promises_gigabytes_never_reaches_the_decoder():
    data = plain_png(2, RGB)
    at = data.index(b"IDAT") - 4
    promised = data[:at] + struct.pack(">I", (1 << 31) - 1) + data[at + 4 :]
    assert read_chunks(promised).bare == data[:at]
    with pytest.raises(BadImage):
        decode_image(promised, "a.png")


def test_a_text_that_unpacks_to_a_bomb_does_not_cost_the_picture():
    bomb = b"Comment\0\0" + zlib.compress(bytes(200_000_000))
    np.testing.assert_array_equal(decode_image(plain_png(2, RGB, (b"zTXt", bomb)), "a.png").image.pixels, RGB)


@pytest.mark.parametrize(
    ("format", "options"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("WEBP", {}), ("TIFF", {}), ("BMP", {}), ("AVIF", {})],
)
def test_truncated_files_are_errors_wherever_they_end(format, options, capfd):  # noqa: A002
    noise = cv2.resize(RGB, (320, 200), interpolation=cv2.INTER_CUBIC)
    thumbnail = PIL.Image.Exif()
    thumbnail[0x010E] = "\xff\xd9" * 9
    data = (
        saved(noise, format, exif=thumbnail.tobytes(), **options)
        if format == "JPEG"
        else saved(noise, format, **options)
    )
    for keep in np.linspace(0.01, 0.99, 60):
        with pytest.raises(BadImage):
            decode_image(data[: int(len(data) * keep)], "a")
    assert capfd.readouterr().err == ""


def test_a_hole_in_a_jpeg_opens_with_a_note(capfd):
    data = saved(cv2.resize(RGB, (320, 200), interpolation=cv2.INTER_CUBIC), "JPEG", quality=90)
    opened = decode_image(data[: len(data) // 2] + data[-2:], "a.jpg")
    assert opened.image.notes == ("a.jpg is damaged: parts of the picture may be missing or wrong.",)
    assert capfd.readouterr().err == ""


PROBE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
from pathlib import Path
from maskstudio.core.files import read_image
from maskstudio.errors import MaskStudioError
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if not path.is_file() or "weights" in path.parts:
        continue
    try:
        opened = read_image(path)
        shape = opened.image.pixels.shape[:2]
        assert opened.alpha is None or opened.alpha.shape == shape
        print("opened", path.name)
    except MaskStudioError as error:
        text = str(error)
        assert path.name in text and text.endswith(".") and "\\n" not in text, text
        print("refused", path.name)
"""


def test_no_hostile_file_crashes_hangs_or_speaks(shared_data):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE, str(shared_data / "torture")],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    verdicts = dict(reversed(line.split(" ", 1)) for line in done.stdout.splitlines())
    assert len(verdicts) > 300
    assert verdicts["derived_24000x24000_rgba.png"] == "refused"
    assert verdicts["sharp_truncated.jpg"] == "refused"
    assert verdicts["pillow_rgba.psd"] == "opened"


MUTANTS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from pathlib import Path
import numpy as np
from maskstudio.core.files import decode_image
from maskstudio.errors import MaskStudioError
rng, opened = np.random.default_rng(int(sys.argv[1])), 0
for name in sys.argv[2:]:
    whole = Path(name).read_bytes()
    for _ in range(120):
        data = bytearray(whole)
        for place in rng.integers(0, rng.choice([len(data), min(len(data), 400)]), rng.integers(1, 12)):
            data[place] = rng.integers(0, 256)
        if rng.random() < 0.2:
            del data[rng.integers(0, len(data)) :]
        try:
            decode_image(bytes(data), "a", limit=4_000_000)
            opened += 1
        except MaskStudioError as error:
            assert "\\n" not in str(error)
print(opened)
"""


def test_mutated_files_open_or_are_refused(shared_data):
    names = [
        "alpha/sharp_with-alpha.png",
        "pngsuite/basn3p08.png",
        "pngsuite/tbrn2c08.png",
        "alpha/me_Alpha_Lossy_1.webp",
        "depth/pillow_tiff_16bit_RGBa.tiff",
        "depth/pillow_hopper_bigtiff.tif",
        "color/pillow_tiff_strip_cmyk_16l_jpeg.tif",
        "exif_orientation/pillow_hopper_orientation_5.webp",
        "bmpsuite_g/me_pal8-0.bmp",
        "formats/pillow_rgba.psd",
        "animated/sharp_animated-loop-3.gif",
        "depth/pillow_16bit.cropped.jp2",
        "color/pillow_pil_sample_cmyk.jpg",
    ]
    files = [str(shared_data / "torture" / name) for name in names]
    command = [sys.executable, "-W", "error", "-c", MUTANTS, "7", *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=2 * PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 200


# --- masks --------------------------------------------------------------------------------------------------------
