"""Between the dialog and the write, and results that would be written over what they were made from."""

import shutil
from concurrent.futures import Future

import PIL.Image
import pytest

from maskstudio.errors import ChangedElsewhere, OverOriginal
from maskstudio.jobs import Inline, Runner, Token, immediate
from maskstudio.params.local import ExportParams
from maskstudio.session import keeping, operations
from maskstudio.session.session import Session
from tests.collisions.conftest import stroke, told
from tests.fresh import fresh

# Between the dialog and the write


class Later(Inline):
    """A pool that does nothing before it is told to ``go``."""

    def __init__(self):
        self.waiting = []

    def submit(self, fn, /, *args, **kwargs):
        outcome = Future()
        self.waiting.append(lambda: outcome.set_result(fn(*args, **kwargs)))
        return outcome

    def go(self):
        while self.waiting:
            self.waiting.pop(0)()


CHOSEN = {
    "save_as": lambda session, path: session.projects.save_as(path.with_suffix(".ora")),
    "save_copy": lambda session, path: session.projects.save_copy(path.with_suffix(".ora")),
    "export": lambda session, path: session.exporting.export(path, ExportParams(), over="agreed"),
    "mask": lambda session, path: session.exporting.export_mask(path, ExportParams(), over="agreed"),
}


@pytest.fixture
def waiting(photo):
    """A session whose jobs begin when the test says so: ``go``."""
    pool = Later()
    made = Session(Runner(immediate, pool))
    made.said, made.failures, made.go = [], [], pool.go
    made.told, made.failed = made.said.append, made.failures.append
    made.opening.open(photo)
    made.go()
    stroke(made, 50)
    made.go()
    return made


@pytest.mark.parametrize("before", [None, b"agreed to be replaced"])
@pytest.mark.parametrize("verb", CHOSEN)
def test_what_comes_after_the_user_has_chosen_is_not_written_over(waiting, tmp_path, verb, before):
    target = tmp_path / ("new.ora" if verb.startswith("save") else "new.png")
    if before is not None:
        target.write_bytes(before)
    CHOSEN[verb](waiting, target)
    target.write_bytes(b"somebody else's of now")
    waiting.go()
    assert told(waiting) == [f"{target.name} was changed from outside meanwhile; it was left as it is."]
    assert isinstance(waiting.failures[0], ChangedElsewhere)
    assert target.read_bytes() == b"somebody else's of now"
    assert not list(tmp_path.glob("new.*.*")), "nothing is left beside it"
    job = CHOSEN[verb](waiting, target)  # the user agrees to that one too
    waiting.go()
    assert job.state == "done"
    assert target.read_bytes()[:4] in (b"\x89PNG", b"PK\x03\x04")


@pytest.mark.parametrize("verb", CHOSEN)
def test_what_the_user_has_agreed_to_is_replaced_and_what_went_is_no_matter(waiting, tmp_path, verb):
    target = tmp_path / ("new.ora" if verb.startswith("save") else "new.png")
    for gone in (False, True):
        target.write_bytes(b"agreed to be replaced")
        job = CHOSEN[verb](waiting, target)
        if gone:
            target.unlink()
        waiting.go()
        assert job.state == "done"
        assert target.read_bytes()[:4] in (b"\x89PNG", b"PK\x03\x04")
        waiting.close()
        waiting.opening.open(tmp_path / "photo.png")
        waiting.go()
        stroke(waiting, 50)
    assert told(waiting) == []


@pytest.mark.parametrize("verb", CHOSEN)
def test_what_we_wrote_ourselves_in_between_is_nobody_else_s(waiting, tmp_path, verb, monkeypatch):
    """The same file is chosen twice; the first write is too far on to be stopped, and lands after the second choice."""
    target, jobs = tmp_path / ("new.ora" if verb.startswith("save") else "new.png"), []

    def landing(real):
        def write(*args):
            if len(jobs) == 1:
                jobs.append(CHOSEN[verb](waiting, target))
                assert not target.exists()
                return real(*args[:-1], Token())
            assert target.exists()
            return real(*args)

        return write

    for where, name in ((keeping, "write"), (operations, "write_document"), (operations, "write_alpha")):
        monkeypatch.setattr(where, name, landing(getattr(where, name)))
    jobs.append(CHOSEN[verb](waiting, target))
    waiting.go()
    assert told(waiting) == []
    assert [job.state for job in jobs] == ["cancelled", "done"]


def test_a_copy_that_is_written_elsewhere_stays_a_copy(session, work, tmp_path):
    (tmp_path / "folder.ora").mkdir()
    job = session.projects.save_copy(tmp_path / "folder.ora")
    assert job.state == "failed"
    job.owes.elsewhere(tmp_path / "copy.ora")
    assert session.said == ["Saved a copy as copy.ora."]
    assert session.projects.path == work


# Results


def test_export_again_writes_over_its_own_export_only(session, tmp_path):
    target = tmp_path / "cut.png"
    target.write_bytes(b"of another day")
    session.exporting.export(target, ExportParams())
    stroke(session, 90)
    session.exporting.export(target, ExportParams(), over="own")
    assert not session.failures
    target.write_bytes(b"retouched by somebody else")
    session.exporting.export(target, ExportParams(), over="own")
    assert told(session) == ["cut.png was changed from outside meanwhile; it was left as it is."]
    assert target.read_bytes() == b"retouched by somebody else"
    session.exporting.export(target, ExportParams())
    session.exporting.export(target, ExportParams(), over="own")
    target.unlink()
    session.exporting.export(target, ExportParams(), over="own")
    assert target.exists()
    assert len(session.failures) == 1


@pytest.mark.parametrize("what", ["photo", "project", "link"])
def test_nothing_is_exported_over_what_it_was_made_from(photo, work, tmp_path, what):
    session = fresh()
    session.opening.open(work if what == "project" else photo)
    stroke(session, 90)
    target = {"photo": photo, "project": work, "link": tmp_path / "link.png"}[what]
    if what == "link":
        target.symlink_to(photo)
    before = target.read_bytes()
    for verb in (session.exporting.export, session.exporting.export_mask):
        verb(target, ExportParams())
    sentence = f"{target.name} is what you are working on, and would be lost: name another file."
    assert told(session) == [sentence] * 2
    assert isinstance(session.failures[0], OverOriginal)
    assert target.read_bytes() == before
    if what == "project":  # no picture has that ending
        return
    session.exporting.export(target, ExportParams(), over="original")
    with PIL.Image.open(target) as cut:
        assert cut.mode == "RGBA"


def test_the_photo_of_another_open_document_is_spared_too(session, photo, tmp_path):
    other = tmp_path / "other.png"
    shutil.copy(photo, other)
    session.exporting.open_files = lambda: [other]
    session.exporting.export(other, ExportParams())
    assert isinstance(session.failures[0], OverOriginal)
    assert other.read_bytes() == photo.read_bytes()


def test_no_project_takes_the_place_of_a_photo(session, photo, work):
    before = photo.read_bytes()
    for verb in (session.projects.save_as, session.projects.save_copy):
        verb(photo)
    assert told(session) == ["A project is written, so the name of photo.png must end in .ora."] * 2
    assert photo.read_bytes() == before
    assert session.projects.path == work
    assert session.projects.unsaved


def test_a_project_of_another_name_is_saved_where_it_is(work):
    named = work.rename(work.with_name("work.zip"))
    session = fresh()
    session.opening.open(named)
    stroke(session, 150)
    session.projects.save()
    assert told(session) == []
    assert not session.projects.unsaved


def test_a_name_no_file_can_have_is_said(session, tmp_path):
    for verb in (session.exporting.export, session.exporting.export_mask):
        verb(tmp_path / "a\0b.png", ExportParams())
    assert all("no file can have that name" in sentence for sentence in told(session))
    assert len(told(session)) == 2
