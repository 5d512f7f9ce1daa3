"""The quiet room: one at a time, and the process's error output is afterwards what it was."""

import os
import threading
import warnings

import PIL.Image

from maskstudio.core.quiet import beside, quiet, silence


def test_threads_leave_the_error_output_as_it_was():
    before = os.fstat(2)
    said = []

    def talk(number):
        for room in (silence, quiet) * 20:
            with room() as heard:
                os.write(2, b"%d" % number)
                said.append((number, heard()))

    threads = [threading.Thread(target=talk, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 160
    assert all(heard == str(number) for number, heard in said)
    after = os.fstat(2)
    assert (after.st_dev, after.st_ino) == (before.st_dev, before.st_ino)


def test_beside_another_nothing_is_left_behind_whoever_leaves_first(capfd):
    filters, limit = list(warnings.filters), PIL.Image.MAX_IMAGE_PIXELS
    for first_out in (0, 1):
        rooms = [quiet(), beside()]
        heard, _ = (room.__enter__() for room in rooms)
        os.write(2, b"psst")
        assert heard() == "psst"
        assert PIL.Image.MAX_IMAGE_PIXELS is None
        for room in (rooms[first_out], rooms[1 - first_out]):
            assert PIL.Image.MAX_IMAGE_PIXELS is None
            room.__exit__(None, None, None)
        assert (list(warnings.filters), PIL.Image.MAX_IMAGE_PIXELS) == (filters, limit)
    assert capfd.readouterr().err == ""
    os.write(2, b"aloud")
    assert capfd.readouterr().err == "aloud"


def test_what_was_said_before_is_not_heard_again():
    with beside():
        os.write(2, b"before")
        with quiet() as heard:
            assert heard() == ""
            os.write(2, b"now")
            assert heard() == "now"
