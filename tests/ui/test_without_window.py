"""What stands around the window works without one: each part is given what it needs, and nothing else."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from maskstudio.errors import CannotWrite
from maskstudio.settings import Settings
from maskstudio.ui.files.autosave import Autosave
from maskstudio.ui.files.kept_safe import KeptSafe
from maskstudio.ui.views.view_modes import ViewModes
from maskstudio.ui.widgets.notice import Notice
from maskstudio.ui.window.finish_first import finishing
from maskstudio.ui.window.hidden_panels import HiddenPanels
from maskstudio.ui.window.owed import OwedWork
from maskstudio.ui.window.session_news import SessionNews


def session(name):
    return SimpleNamespace(document=SimpleNamespace(image=SimpleNamespace(name=name)))


def tabs_of(front, *others):
    tabs = [SimpleNamespace(session=each) for each in (front, *others)]
    return SimpleNamespace(front=tabs[0], open=tabs, sessions=[front, *others], linger=lambda _session: None)


@pytest.fixture
def notice(qtbot):
    made = Notice()
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("mask.invert", ["the tool ends", "it is done"]),
        ("edit.clear", ["the tool ends", "it is done"]),
        ("edit.undo", ["it is done"]),
        ("edit.transform", ["it is done"]),
        ("file.save", ["what is shown is taken", "it is done"]),
        ("view.fit", ["it is done"]),
    ],
)
def test_what_a_tool_has_under_way_ends_before_a_verb_on_the_document(qapp, name, order):
    done = []
    verbs = finishing(
        {name: lambda: done.append("it is done")},
        lambda: done.append("the tool ends"),
        lambda: done.append("what is shown is taken"),
    )
    verbs[name]()
    assert done == order


def test_news_of_a_photo_behind_says_its_name(notice):
    front, behind = session("front.png"), session("behind.png")
    news = SessionNews(tabs_of(front, behind), notice)
    news.told(front, "Saved.")
    assert notice.sentence == "Saved."
    news.told(behind, "Saved.")
    assert notice.sentence == "behind.png: Saved."


def test_what_could_not_be_written_is_said_once_more_before_the_end(notice):
    front, error, paths = session("front.png"), CannotWrite("There is no room for cut.png."), []
    owed = OwedWork(QWidget(), tabs_of(front), notice)
    assert owed.may_leave()
    owes = SimpleNamespace(what="cut.png", elsewhere=paths.append)
    owed.failed(front, SimpleNamespace(owes=owes, error=error))
    assert not owed.may_leave()
    assert notice.sentence == "There is no room for cut.png."
    assert owed.may_leave(), "the user knows now"
    owed.again(error)(Path("elsewhere.png"))
    assert paths == [Path("elsewhere.png")]
    owed.forget(error)
    assert owed.again(error) is None


def test_the_line_on_safety_follows_the_journal(qapp):
    said, front = [], session("front.png")
    journal = SimpleNamespace(safety="kept", acknowledged=True)
    front.journal = journal
    front.projects = SimpleNamespace(path=None, saved_at=None, unsaved=True)
    safe = KeptSafe(tabs_of(front), Settings(), lambda *words: said.append(words[0]))
    safe.refresh()
    journal.acknowledged = False
    safe.refresh()
    journal.safety = "failed"
    safe.refresh()
    front.document = None
    safe.refresh()
    assert said == ["Changes kept", "Keeping changes…", "Not kept safe", ""]


def test_autosave_keeps_the_time_of_the_settings(qapp):
    saved, settings = [], Settings(autosave_minutes=0)
    front = SimpleNamespace(projects=SimpleNamespace(autosave=lambda: saved.append("front")))
    behind = SimpleNamespace(projects=SimpleNamespace(autosave=lambda: saved.append("behind")))
    parent = QWidget()
    autosave = Autosave(parent, tabs_of(front, behind), settings)
    assert not autosave._timer.isActive()
    settings.autosave_minutes = 3
    autosave.keep_time()
    assert autosave._timer.interval() == 180_000
    autosave._timer.timeout.emit()
    assert saved == ["front", "behind"]
    autosave.stop()
    assert not autosave._timer.isActive()


def test_a_mode_pressed_again_goes_back_to_the_one_before(qapp):
    view = SimpleNamespace(**dict.fromkeys(("fit", "actual_pixels", "zoom_in", "zoom_out", "zoom_to"), print))
    looked = []
    modes = ViewModes(view, looked.append)
    verbs = modes.verbs()
    modes.adopt({name: QAction(checkable=True) for name in verbs})
    for name in ("view.black", "view.mask", "view.mask", "view.overlay", "view.overlay"):
        verbs[name]()
    assert looked == ["black", "mask", "black", "overlay", "image"]
    verbs["view.nextMode"]()
    verbs["view.previousMode"]()
    assert looked[-2:] == ["overlay", "image"]


def test_hidden_panels_come_back_and_only_those(qtbot):
    stage = QWidget()
    panel, bar, folded = (QWidget(stage) for _ in range(3))
    folded.hide()
    qtbot.addWidget(stage)
    stage.show()
    hidden = HiddenPanels(lambda: [panel, bar, folded], lambda: [bar])
    assert hidden.toggle(keep_tools=True)
    assert [each.isVisible() for each in (panel, bar, folded)] == [False, True, False]
    assert not hidden.toggle()
    assert [each.isVisible() for each in (panel, bar, folded)] == [True, True, False]
