"""What the tabs say: photos of one series can be told apart, and so can two of one name."""

import shutil

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QStyle, QStyleOptionTab, QTabBar

from maskstudio.ui.files.tabs import _telling


@pytest.fixture
def crowded(window, qtbot, tmp_path):
    """Twelve photos of one series open in a window of a usual width, and one more of the same name from elsewhere."""
    names = [f"product_shot_white_{number:04}.png" for number in range(12)]
    for name in names:
        Image.fromarray(np.full((30, 40, 3), 90, np.uint8)).save(tmp_path / name)
    (tmp_path / "other").mkdir()
    shutil.copy(tmp_path / names[3], tmp_path / "other" / names[3])
    for path in (*(tmp_path / name for name in names), tmp_path / "other" / names[3]):
        window.open(path)
    qtbot.waitUntil(lambda: window.tabs.count() == 13)
    return window


def shown_on(bar, at):
    """The text of a tab as it fits into it."""
    option = QStyleOptionTab()
    bar.initStyleOption(option, at)
    room = bar.style().subElementRect(QStyle.SubElement.SE_TabBarTabText, option, bar).width()
    return bar.fontMetrics().elidedText(bar.tabText(at), bar.elideMode(), room)


def test_a_series_of_photos_can_be_told_apart(crowded):
    shown = [shown_on(crowded.tabs, at) for at in range(crowded.tabs.count())]
    assert len(set(shown)) == len(shown)
    assert all(str(number) in shown[number] for number in range(12) if number != 3)


def test_two_of_one_name_say_their_folder(crowded, tmp_path):
    texts = [crowded.tabs.tabText(at) for at in range(crowded.tabs.count())]
    assert texts[3] == f"product_shot_white_0003.png – {tmp_path.name}"
    assert texts[12] == "product_shot_white_0003.png – other"
    assert texts[4] == "product_shot_white_0004.png"
    crowded.tabs.remove(crowded.tabs.open[12])
    assert crowded.tabs.tabText(3) == "product_shot_white_0003.png"


@pytest.mark.parametrize(
    ("title", "other", "shown"),
    [
        ("portrait_session_hamburg_0003_final.jpg", "portrait_session_hamburg_0004_final.jpg", "…0003_final.jpg"),
        ("portrait_session_hamburg_0003.jpg", "portrait_session_hamburg_0004.jpg", "portrait_session_hamburg_0003.jpg"),
        ("a-cup-of-black-tea-on-a-table.jpg", "a-cup-of-black-coffee-on-a-table.jpg", "…tea-on-a-table.jpg"),
        ("short.jpg", "shirt.jpg", "short.jpg"),
    ],
)
def test_names_that_differ_in_the_middle_begin_there(title, other, shown):
    assert _telling(title, {other, "else.jpg"}) == shown
    assert _telling(title, set()) == title


def test_each_close_button_says_what_it_closes(crowded):
    bar = crowded.tabs
    buttons = [bar.tabButton(at, QTabBar.ButtonPosition.RightSide) for at in range(12)]
    assert [each.accessibleName() for each in buttons] == [
        f"Close product_shot_white_{number:04}.png" for number in range(12)
    ]


def png(path, side):
    Image.fromarray(np.full((side, side, 3), 90, np.uint8)).save(path)
    return path


def test_of_several_opened_together_the_last_one_asked_for_ends_in_front(window, qtbot, tmp_path):
    slow = window.tabs.fresh()
    slow.opening = tmp_path / "slow.png"
    window.open(png(tmp_path / "quick.png", 20))
    qtbot.waitUntil(lambda: window.session.document is not None)
    slow.session.opening.open(png(tmp_path / "slow.png", 30))  # comes when the other is there and looked at
    qtbot.waitUntil(lambda: slow.session.document is not None and window.tabs.count() == 2)
    assert window.tabs.front.title == "quick.png"
    window.open(tmp_path / "slow.png")
    assert window.tabs.front is slow


def test_what_fails_does_not_keep_another_from_coming(window, qtbot, tmp_path):
    slow = window.tabs.fresh()
    slow.opening = tmp_path / "slow.png"
    (tmp_path / "none.png").write_bytes(b"no photo")
    window.open(tmp_path / "none.png")
    qtbot.waitUntil(lambda: bool(window.notice.sentence))
    slow.session.opening.open(png(tmp_path / "slow.png", 30))
    qtbot.waitUntil(lambda: slow.session.document is not None)
    assert window.tabs.front is slow
