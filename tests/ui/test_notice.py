"""The sentence above the canvas: its buttons stand beside it, or below it where it would have no room to be read."""

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from maskstudio.ui.widgets.notice import Notice

SENTENCE = "portrait.ora was written by another program since it was opened here, so it was not written over."


@pytest.fixture
def stage(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    return made


@pytest.fixture
def notice(stage):
    made = Notice()
    made.lie_over(stage)
    more = [("Open Theirs", lambda: None), ("Replace Theirs", lambda: None)]
    made.show_sentence(SENTENCE, "warning", "Keep Both", lambda: None, more)
    return made


def test_the_buttons_stand_below_a_sentence_without_room(notice, qtbot):
    text = notice.findChild(QLabel, "noticeText")
    for width, below in ((900, False), (420, True), (900, False)):
        notice.parentWidget().resize(width, 400)
        qtbot.waitUntil(lambda width=width: notice.width() == width)
        assert all((each.y() > text.geometry().bottom()) is below for each in notice.buttons)
        assert [each.text() for each in sorted(notice.buttons, key=lambda each: each.x())] == [
            "Keep Both", "Open Theirs", "Replace Theirs",
        ]  # fmt: skip
        assert all(notice.rect().contains(each.geometry()) for each in (text, *notice.buttons))
        assert text.width() >= 240
