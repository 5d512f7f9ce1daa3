"""The quiet room: one at a time, and the process's error output is afterwards what it was."""

import os
import threading

from maskstudio.core.quiet import quiet, silence


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
