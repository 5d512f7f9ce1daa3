"""What the window offers where somebody else has changed a file, and where a result would take the photo's place."""

import shutil
import threading
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from maskstudio.core.project import read_project
from maskstudio.errors import ChangedElsewhere
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.journal.recovery import Recoverable
from maskstudio.params.local import BrushParams
from maskstudio.session import keeping
from maskstudio.session.session import Session
from maskstudio.ui.files.recovery_offer import RecoveryOffer
from tests.core.documents import image

CHANGED = "work.ora was changed from outside meanwhile; it was left as it is."


def stroke(session, x):
    session.painting.begin_stroke(BrushParams(size=30), 255)
    session.painting.stroke_to(x, 50)
    session.end_stroke()


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    PIL.Image.fromarray(image(280, 100).pixels).save(path)
    return path


@pytest.fixture
def work(photo, tmp_path):
    session = Session(Runner(immediate, Inline()))
    session.opening.open(photo)
    stroke(session, 50)
    session.projects.save_as(tmp_path / "work.ora")
    return tmp_path / "work.ora"


@pytest.fixture
def collided(window, qtbot, work):
    """The project is open and worked on; somebody else has saved it meanwhile, and now the user does."""
    window.open(work)
    qtbot.waitUntil(lambda: window.session.document is not None)
    other = Session(Runner(immediate, Inline()))
    other.opening.open(work)
    stroke(other, 250)
    other.projects.save()
    stroke(window.session, 150)
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.notice.sentence == CHANGED)
    return window


def click(window, words):
    buttons = {each.text(): each for each in window.notice.findChildren(QPushButton) if not each.isHidden()}
    QTest.mouseClick(buttons[words], Qt.MouseButton.LeftButton)


def offered(window):
    return [each.text() for each in window.notice.findChildren(QPushButton) if not each.isHidden()]


def alpha_of(path):
    return read_project(path, limit=None).document.alpha.array()


def test_both_are_kept_with_one_click(collided, qtbot, work, tmp_path):
    theirs = work.read_bytes()
    assert offered(collided) == ["Keep Both", "Open Theirs", "Replace Theirs"]
    click(collided, "Keep Both")
    qtbot.waitUntil(lambda: collided.session.projects.path == tmp_path / "work (mine).ora")
    assert collided.notice.sentence == "Saved work (mine).ora."
    assert offered(collided) == ["Show in Folder"]
    assert work.read_bytes() == theirs
    np.testing.assert_array_equal(alpha_of(collided.session.projects.path), collided.session.document.alpha.array())


def test_theirs_opens_beside_ours(collided, qtbot, work):
    ours = collided.session
    click(collided, "Open Theirs")
    qtbot.waitUntil(lambda: collided.session is not ours and collided.session.document is not None)
    np.testing.assert_array_equal(collided.session.document.alpha.array(), alpha_of(work))
    assert ours.projects.unsaved
    assert [tab.session for tab in collided.tabs.open] == [ours, collided.session]


def test_theirs_is_replaced_when_the_user_says_so(collided, qtbot, work):
    click(collided, "Replace Theirs")
    qtbot.waitUntil(lambda: not collided.session.projects.unsaved)
    np.testing.assert_array_equal(alpha_of(work), collided.session.document.alpha.array())


def test_autosave_in_a_tab_behind_says_it_of_its_own_document(window, qtbot, work, photo, tmp_path):
    window.open(work)
    qtbot.waitUntil(lambda: window.session.document is not None)
    behind = window.session
    stroke(behind, 150)
    shutil.copy(photo, tmp_path / "front.png")
    window.open(tmp_path / "front.png")
    qtbot.waitUntil(lambda: window.session is not behind and window.session.document is not None)
    work.unlink()
    window.autosave.save_all()
    qtbot.waitUntil(lambda: window.notice.sentence.startswith("work.ora was moved or deleted meanwhile"))
    assert offered(window) == ["Save Again"]
    click(window, "Save Again")
    qtbot.waitUntil(work.exists)
    qtbot.waitUntil(lambda: not behind.projects.unsaved)
    np.testing.assert_array_equal(alpha_of(work), behind.document.alpha.array())


def test_a_photo_is_replaced_by_its_cut_out_only_when_the_user_says_so(window, qtbot, photo, monkeypatch):
    window.open(photo)
    qtbot.waitUntil(lambda: window.session.document is not None)
    stroke(window.session, 50)
    before = photo.read_bytes()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(photo), ""))
    window.actions_by_id["file.exportAgain"].trigger()
    sentence = "photo.png is what you are working on, and would be lost: name another file."
    qtbot.waitUntil(lambda: window.notice.sentence == sentence)
    assert photo.read_bytes() == before
    asked = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (asked.append(1), ("", ""))[1])
    window.actions_by_id["file.exportAgain"].trigger()
    assert asked, "it was not written there, so there is nothing to repeat"
    click(window, "Replace It")
    qtbot.waitUntil(lambda: window.notice.sentence == "Saved photo.png.")
    with PIL.Image.open(photo) as cut:
        assert cut.mode == "RGBA"


def test_an_export_somebody_has_retouched_is_not_written_over(window, qtbot, photo, tmp_path, monkeypatch):
    window.open(photo)
    qtbot.waitUntil(lambda: window.session.document is not None)
    stroke(window.session, 50)
    target = tmp_path / "cut.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    window.actions_by_id["file.exportAgain"].trigger()
    qtbot.waitUntil(lambda: window.notice.sentence == "Saved cut.png.")
    target.write_bytes(b"retouched")
    window.actions_by_id["file.exportAgain"].trigger()
    qtbot.waitUntil(lambda: window.notice.sentence.startswith("cut.png was changed from outside meanwhile"))
    assert target.read_bytes() == b"retouched"
    click(window, "Replace Theirs")
    qtbot.waitUntil(lambda: window.notice.sentence == "Saved cut.png.")
    assert target.read_bytes() != b"retouched"


KINDS = {"file.saveAs": "new.ora", "file.saveCopy": "new.ora", "file.export": "new.png", "file.exportMask": "new.png"}


@pytest.mark.parametrize("before", [None, b"to be replaced"])
@pytest.mark.parametrize("verb", KINDS)
def test_what_is_written_between_the_dialog_and_the_write_is_asked_about(
    window, qtbot, photo, tmp_path, monkeypatch, verb, before
):
    """The job is held up; meanwhile somebody else writes where ours is to go."""
    window.open(photo)
    qtbot.waitUntil(lambda: window.session.document is not None)
    stroke(window.session, 50)
    target, mine, go = tmp_path / KINDS[verb], tmp_path / f"new (mine){Path(KINDS[verb]).suffix}", threading.Event()
    if before is not None:
        target.write_bytes(before)
    spared = {"spare": keeping.spare, "check_name": keeping.check_name}
    for name, real in spared.items():
        monkeypatch.setattr(keeping, name, lambda *args, real=real: go.wait() and real(*args))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    window.actions_by_id[verb].trigger()
    target.write_bytes(b"theirs")
    go.set()
    qtbot.waitUntil(
        lambda: window.notice.sentence.endswith("was changed from outside meanwhile; it was left as it is.")
    )
    assert target.read_bytes() == b"theirs"
    assert offered(window) == ["Keep Both", "Replace Theirs"]
    click(window, "Keep Both" if before is None else "Replace Theirs")
    ours = mine if before is None else target
    qtbot.waitUntil(lambda: window.notice.sentence.endswith(f"{ours.name}."))
    assert ours.read_bytes()[:4] in (b"\x89PNG", b"PK\x03\x04")
    assert before is not None or target.read_bytes() == b"theirs"
    assert window.session.projects.path == (ours if verb == "file.saveAs" else None)


def test_a_sentence_about_another_file_offers_no_export(window, qtbot, photo, tmp_path, monkeypatch):
    window.open(photo)
    qtbot.waitUntil(lambda: window.session.document is not None)
    stroke(window.session, 50)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "cut.png"), ""))
    window.actions_by_id["file.exportAgain"].trigger()
    qtbot.waitUntil(lambda: window.notice.sentence == "Saved cut.png.")
    window.job_reports.failed(
        window.session, ChangedElsewhere("work (mine).ora was changed.", tmp_path / "work (mine).ora")
    )
    assert offered(window) == []


def test_what_a_newer_version_keeps_is_named_and_can_be_neither_taken_nor_thrown_away(qtbot, home):
    offer = RecoveryOffer()
    qtbot.addWidget(offer)
    offer.show_found([Recoverable(home, "photo.jpg", (0, 0), 1.0, 0, None, newer=True)])
    assert offer.findChild(QLabel, "recoveryName").text() == "photo.jpg"
    assert [each.objectName() for each in offer.findChildren(QPushButton)] == ["recoverLater"]
    assert offer.findChild(QLabel, "recoveryTitle").text() == "Work of a newer version of maskstudio is kept here."
    texts = [label.text() for label in offer.findChildren(QLabel)]
    assert "It was worked on in a newer version of maskstudio; update to go on with it." in texts
