"""A recovered document shows its own photo, or says that it cannot."""

import json

import numpy as np
import PIL.Image
import pytest

from maskstudio.core.fileframes import framed, read_frames
from maskstudio.core.project import read_project
from maskstudio.errors import BadProject
from maskstudio.journal import recovery, source
from tests.fresh import fresh
from tests.patience import PATIENCE, until
from tests.recovered.conftest import died, header_of, pictured, worked_on

# The photo


@pytest.mark.parametrize("digest", [True, False])
def test_another_photo_of_the_same_size_is_not_shown_under_the_masks(writer, photo, digest):
    """Also where the editor was killed before it knew more of the photo than the sample taken at once."""
    session = worked_on(writer, photo)
    one = died(session, writer, copy=False)
    if not digest:
        log = next(one.folder.glob("log.*"))
        with log.open("rb") as file:
            frames = [frame for frame in read_frames(file) if b'"digest":"' not in frame.payload or frame.kind != b"H"]
        log.write_bytes(b"".join(framed(frame.kind, frame.payload) for frame in frames))
        assert header_of(one.folder)["digest"] is None
    pictured(photo, seed=1)
    with pytest.raises(BadProject, match=r"photo\.png cannot be continued: another photo is in its place now"):
        recovery.recover(one)
    pictured(photo)
    back = recovery.recover(one)
    back.lock.release()
    assert back.history.document.image.digest == session.document.image.digest
    assert back.notes == ()


def test_a_journal_of_before_there_were_digests_says_so(writer, photo):
    one = died(worked_on(writer, photo), writer, copy=False)
    log = next(one.folder.glob("log.*"))
    with log.open("rb") as file:
        frames = list(read_frames(file))
    about = {key: value for key, value in header_of(one.folder).items() if key not in ("sample", "digest")}
    log.write_bytes(
        b"".join(
            framed(frame.kind, json.dumps(about).encode() if frame.kind == b"H" else frame.payload) for frame in frames
        )
    )
    back = recovery.recover(one)
    back.lock.release()
    assert back.notes == ("Nobody noted what photo.png looked like; see whether it is still the photo you worked on.",)


def test_one_pixel_makes_another_photo(writer, photo):
    one = died(worked_on(writer, photo), writer, copy=False)
    with PIL.Image.open(photo) as there:
        pixels = np.asarray(there).copy()
    pixels[30, 40, 1] ^= 1
    PIL.Image.fromarray(pixels).save(photo)
    with pytest.raises(BadProject, match="another photo"):
        recovery.recover(one)


@pytest.mark.parametrize("change", ["changed", "gone", "same"])
def test_the_copy_serves_and_what_became_of_the_photo_is_said(writer, photo, change):
    session = worked_on(writer, photo)
    one = died(session, writer)
    if change == "changed":
        pictured(photo, seed=1)
    elif change == "gone":
        photo.unlink()
    back = fresh(writer)
    back.opening.recover(one)
    assert back.document.image.digest == session.document.image.digest
    what = {"changed": "is another file now", "gone": "has been moved or deleted"}.get(change)
    said = f"photo.png {what}; you go on with the copy that was kept with your work."
    assert back.said == ([said] if what else [])


def test_a_project_of_a_recovered_photo_holds_the_photo_that_is_seen(writer, photo, tmp_path):
    session = worked_on(writer, photo)
    one = died(session, writer)
    pictured(photo, seed=1)
    back = fresh(writer)
    back.opening.recover(one)
    back.projects.save_as(tmp_path / "work.ora")
    assert read_project(tmp_path / "work.ora", limit=None).document.image.digest == session.document.image.digest


def test_the_same_bytes_are_the_same_photo_whatever_the_decoder_makes_of_them(writer, photo):
    one = died(worked_on(writer, photo), writer)
    about = json.loads((one.folder / "source.json").read_bytes())
    (one.folder / "source.json").write_text(json.dumps({**about, "digest": "of another version"}))
    photo.unlink()
    back = recovery.recover(one)
    back.lock.release()
    assert back.history.document.image.size == (80, 60)


def test_the_digest_does_not_hold_up_the_journal(writer, photo, monkeypatch):
    """The first steps are safe while the photo's digest is still being worked out."""
    from threading import Event

    go = Event()
    keep = source.keep

    def slow(*args):
        assert go.wait(PATIENCE)
        keep(*args)

    monkeypatch.setattr(source, "keep", slow)
    session = worked_on(writer, photo)
    until(lambda: session.journal.acknowledged)
    header = header_of(session.journal.folder)
    assert header["sample"] == session.document.image.sample
    assert header["digest"] is None
    go.set()
    until(lambda: header_of(session.journal.folder)["digest"] == session.document.image.digest)
