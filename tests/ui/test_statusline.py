"""The status line: whatever it has to say, it never widens the window, and its cancel can be reached."""

import pytest

from maskstudio.jobs import Job

LONG = "Encode the photo: Select anything, better, slow (SAM 2.1 base)"


@pytest.mark.parametrize("width", [910, 1024, 1600])
def test_a_job_does_not_widen_the_window(window, qtbot, width):
    window.resize(width, 700)
    qtbot.waitUntil(lambda: window.width() == width)
    status = window.status
    status.show_view(16.0, (12345, 12345))
    status.show_place((12345, 12345, 255))
    status.show_job(Job(LONG, "x", state="running", fraction=0.4), 12)
    qtbot.wait(50)
    assert window.width() == width
    shown = [each for each in (status._work, status._cancel, status._zoom, status._safety) if each.isVisible()]
    assert {status._work, status._cancel, status._zoom} <= set(shown)
    for one in (*shown, *(each for each in (status._size, status._place, status._bar) if each.isVisible())):
        assert one.geometry().left() >= 0
        assert one.geometry().right() < width
        assert one.width() >= one.minimumSizeHint().width()
    assert status._size.isVisible() or width < 1600
    status.show_job(None)
    assert status._size.isVisible()
    assert status._place.isVisible()
    assert not status._bar.isVisible()
