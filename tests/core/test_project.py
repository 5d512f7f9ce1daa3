"""The project file: what goes in comes out, others can read it, and a failed save costs nothing."""

import errno
import io
import os
import zipfile

import numpy as np
import PIL.Image
import pytest
from hypothesis import HealthCheck, given, settings

from maskstudio.core import flattened
from maskstudio.core.document import Document
from maskstudio.core.files import read_image
from maskstudio.core.geometry import Rect
from maskstudio.core.image import Image
from maskstudio.core.project import Source, read_project, write_project
from maskstudio.core.record import FORMAT
from maskstudio.errors import BadProject, Cancelled, CannotRead, CannotWrite
from tests.core.documents import disc, document, image, layer
from tests.core.records import assert_same, documents, rewritten

NONE = Source(None)


def kept(made, path, source=NONE):
    write_project(path, made, source)
    return read_project(path, limit=None).document


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents())
def test_a_document_comes_back_as_it_was(tmp_path, made):
    path = tmp_path / "work.ora"
    back = kept(made, path)
    assert_same(made, back)
    assert back.image.digest == made.image.digest
    np.testing.assert_array_equal(back.alpha.array(), made.alpha.array())


def test_masks_that_were_one_object_are_one_again(tmp_path):
    made = document(disc())
    back = kept(made, tmp_path / "work.ora")
    assert back.layers[0].mask is back.layers[0].shaped


@pytest.mark.parametrize("grey", [False, True])
def test_sixteen_bits_profile_and_grey_survive_without_a_file(tmp_path, grey):
    pixels = image(90, 70, dtype=np.uint16).pixels.copy()
    icc = None
    if grey:
        pixels[...] = pixels[..., :1]
    else:
        from PIL import ImageCms

        icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = Document(Image(pixels, icc, "pasted", None, grey))
    back = kept(made, tmp_path / "work.ora").image
    assert (back.digest, back.icc, back.name, back.grey) == (made.image.digest, icc, "pasted", grey)


def test_the_photo_is_kept_byte_for_byte(tmp_path, jpeg):
    made = Document(read_image(jpeg).image).add([layer(disc())])
    data = jpeg.read_bytes()
    source = write_project(tmp_path / "one.ora", made, Source(jpeg))
    jpeg.unlink()
    opened = read_project(tmp_path / "one.ora", limit=None)
    again = write_project(tmp_path / "two.ora", opened.document, opened.source)
    for path, member in ((tmp_path / "one.ora", source.member), (tmp_path / "two.ora", again.member)):
        assert zipfile.ZipFile(path).read(member) == data
    assert opened.document.image.name == "photo.jpg"


def test_a_photo_that_was_changed_meanwhile_is_kept_as_it_was_opened(tmp_path, jpeg):
    made = Document(read_image(jpeg).image)
    PIL.Image.new("RGB", made.size, "red").save(jpeg)
    back = kept(made, tmp_path / "work.ora", Source(jpeg))
    assert back.image.digest == made.image.digest


@pytest.fixture
def jpeg(tmp_path):
    path = tmp_path / "photo.jpg"
    PIL.Image.fromarray(image().pixels).save(path, quality=90)
    return path


def test_the_picture_of_the_photo_is_drawn_once(tmp_path, jpeg, monkeypatch):
    made = Document(read_image(jpeg).image)
    source = write_project(tmp_path / "work.ora", made, Source(jpeg))
    before = zipfile.ZipFile(tmp_path / "work.ora").read("data/photo.png")
    monkeypatch.setattr(flattened, "photo_pieces", None)
    source = write_project(tmp_path / "work.ora", made, source)
    assert zipfile.ZipFile(tmp_path / "work.ora").read("data/photo.png") == before
    monkeypatch.undo()
    (tmp_path / "work.ora").unlink()
    write_project(tmp_path / "work.ora", made, source)
    assert read_project(tmp_path / "work.ora", limit=None).document.image.digest == made.image.digest


def test_pixels_without_a_file_are_stored_once_and_stay_so(tmp_path):
    made = document(disc())
    source = write_project(tmp_path / "work.ora", made, NONE)
    opened = read_project(tmp_path / "work.ora", limit=None)
    for known in (source, opened.source):
        write_project(tmp_path / "again.ora", made, known)
        names = zipfile.ZipFile(tmp_path / "again.ora").namelist()
        assert [name for name in names if "image" in name] == ["mergedimage.png"]
        assert read_project(tmp_path / "again.ora", limit=None).document.image.digest == made.image.digest


# Other readers


def test_an_independent_reader_finds_the_layers(tmp_path):
    pyora = pytest.importorskip("pyora")
    made = document(disc(radius=50, centre=(90, 90)), disc(radius=30, centre=(200, 200)))
    first, second = made.layers
    made = made.put(second.changed(name='<"Hand" & Fuß>\x01', visible=False))
    write_project(tmp_path / "work.ora", made, NONE)
    found = pyora.Project.load(str(tmp_path / "work.ora"))
    assert found.dimensions == (300, 280)
    photo, low, hand = found
    assert [each.name for each in found] == ["noise.png", "disc", '<"Hand" & Fuß>\ufffd']
    assert [each.visible for each in (hand, low, photo)] == [False, True, True]
    assert low.opacity == pytest.approx(0.5)
    pixels = np.asarray(low.get_image_data(raw=False))
    np.testing.assert_array_equal(pixels[..., 3], disc(radius=50, centre=(90, 90)))
    assert tuple(pixels[90, 90, :3]) == first.colour
    np.testing.assert_array_equal(np.asarray(photo.get_image_data())[..., :3], made.image.pixels)


def test_the_container_is_as_openraster_asks(tmp_path):
    made = document(disc())
    write_project(tmp_path / "work.ora", made, NONE)
    data = (tmp_path / "work.ora").read_bytes()
    assert data[30:54] == b"mimetypeimage/openraster"
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
    merged = np.asarray(PIL.Image.open(archive.open("mergedimage.png")))
    amount = disc()[..., None] / 255 / 2
    expected = made.image.pixels + (np.array(made.layers[0].colour) - made.image.pixels) * amount
    np.testing.assert_allclose(merged, expected, atol=0.51)
    thumbnail = PIL.Image.open(archive.open("Thumbnails/thumbnail.png"))
    assert max(thumbnail.size) == 256
    assert thumbnail.size == (256, 239)


def test_an_empty_mask_and_no_mask_can_be_written(tmp_path):
    for made in (document(), document(np.zeros((280, 300), np.uint8))):
        assert len(kept(made, tmp_path / "work.ora").layers) == len(made.layers)


# Failing


def test_a_failed_save_keeps_the_last_good_file(tmp_path, monkeypatch):
    path = tmp_path / "work.ora"
    write_project(path, document(disc()), NONE)
    good = path.read_bytes()

    def full(_handle):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotWrite, match=r"work\.ora could not be written: the disk is full\."):
        write_project(path, document(), NONE)
    assert path.read_bytes() == good
    assert list(tmp_path.glob(".*")) == []


def test_saving_can_be_stopped_at_any_step(tmp_path):
    path = tmp_path / "work.ora"
    steps = []
    write_project(path, document(disc()), NONE, steps.append)
    good = path.read_bytes()
    assert steps == sorted(steps)
    for stop in (0, len(steps) // 2, len(steps) - 1):
        seen = []

        def step(part, stop=stop, seen=seen):
            seen.append(part)
            if len(seen) > stop:
                raise Cancelled("Cancelled.")

        with pytest.raises(Cancelled):
            write_project(path, document(disc(radius=20)), NONE, step)
        assert path.read_bytes() == good


def test_a_save_over_the_file_it_reads_its_photo_from(tmp_path, jpeg):
    path = tmp_path / "work.ora"
    made = Document(read_image(jpeg).image)
    source = write_project(path, made, Source(jpeg))
    for _ in range(2):
        source = write_project(path, made, source)
    assert zipfile.ZipFile(path).read(source.member) == jpeg.read_bytes()


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(CannotRead, match=r"^gone\.ora does not exist\.$"):
        read_project(tmp_path / "gone.ora", limit=None)


# Versions


def test_a_project_of_version_0_is_upgraded(tmp_path):
    path = tmp_path / "old.ora"
    write_project(path, document(disc()), NONE)

    def age(record):
        record["format"] = 0
        del record["solo"]
        record["layers"][0]["colour"] = "#0a0B0c"

    opened = read_project(rewritten(path, age), limit=None).document
    assert opened.layers[0].colour == (10, 11, 12)
    assert opened.solo is None
    np.testing.assert_array_equal(opened.alpha.array(), disc())


def test_a_newer_project_is_refused_with_a_sentence(tmp_path):
    path = tmp_path / "new.ora"
    write_project(path, document(disc()), NONE)
    rewritten(path, lambda record: record.update(format=FORMAT + 1))
    with pytest.raises(BadProject, match=r"^new\.ora cannot be opened: it was saved by a newer version of maskstudio"):
        read_project(path, limit=None)


# Files of other programs


def ora(path, layers, size=(60, 40), *, merged=None):
    """An .ora as another program writes it; ``layers`` are (attributes, picture), the topmost first."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "image/openraster", zipfile.ZIP_STORED)
        lines = []
        for number, (attributes, picture) in enumerate(layers):
            lines.append(f'<layer src="data/{number}.png" {attributes}/>')
            archive.writestr(f"data/{number}.png", png(picture))
        stack = f'<image w="{size[0]}" h="{size[1]}"><stack>{"".join(lines)}</stack></image>'
        archive.writestr("stack.xml", stack)
        archive.writestr("mergedimage.png", png(merged or PIL.Image.new("RGBA", size, (9, 8, 7, 255))))
    return path


def png(picture):
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def test_another_programs_lowest_layer_is_the_photo_and_the_others_are_masks(tmp_path):
    veil = PIL.Image.new("RGBA", (20, 10), (255, 0, 0, 200))
    photo = PIL.Image.new("RGBA", (60, 40), (1, 2, 3, 255))
    path = ora(
        tmp_path / "theirs.ora",
        [('name="Top" x="50" y="35" visibility="hidden"', veil), ('name="Cut" x="-5" y="4"', veil), ("", photo)],
    )
    opened = read_project(path, limit=None)
    assert not opened.own
    assert tuple(opened.document.image.pixels[0, 0]) == (1, 2, 3)
    cut, top = opened.document.layers
    assert (cut.name, cut.visible, top.name, top.visible) == ("Cut", True, "Top", False)
    expected = np.zeros((40, 60), np.uint8)
    expected[4:14, :15] = 200
    np.testing.assert_array_equal(cut.mask.array(), expected)
    assert top.mask.bounds == Rect(50, 35, 10, 5)


def test_without_a_photo_at_the_bottom_the_merged_picture_serves(tmp_path):
    veil = PIL.Image.new("RGBA", (20, 10), (255, 0, 0, 200))
    opened = read_project(ora(tmp_path / "theirs.ora", [("", veil)]), limit=None).document
    assert tuple(opened.image.pixels[0, 0]) == (9, 8, 7)
    assert len(opened.layers) == 1


def test_ours_opens_again_after_another_program_took_our_part_away(tmp_path):
    made = document(disc(radius=60))
    write_project(tmp_path / "work.ora", made, NONE)
    archive = zipfile.ZipFile(tmp_path / "work.ora")
    with zipfile.ZipFile(tmp_path / "theirs.ora", "w") as target:
        for info in archive.infolist():
            if not info.filename.startswith("maskstudio/"):
                target.writestr(info.filename, archive.read(info))
    opened = read_project(tmp_path / "theirs.ora", limit=None).document
    np.testing.assert_array_equal(opened.alpha.array(), made.alpha.array())
    assert opened.image.digest == made.image.digest
