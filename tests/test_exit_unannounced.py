"""A program that ends without farewell: its journal is whole, and it says nothing on its way out."""

import subprocess
import sys

import numpy as np
import PIL.Image

from maskstudio.journal import recovery
from maskstudio.journal.background import THUMBNAIL
from tests.patience import PATIENCE

# One stroke is painted, and the program ends. The thread of the journal's picture begins to draw once the interpreter
# gives no threads any more; "waits" keeps the interpreter from ending before that thread has.
PROGRAM = """
import concurrent.futures.thread
import sys
import threading
import time
from pathlib import Path

from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.journal import background
from maskstudio.journal.writer import Writer
from maskstudio.params.local import BrushParams
from maskstudio.session.session import Session

real, begun, drawing = background.thumbnail_png, threading.Event(), []

def late(document):
    drawing.append(threading.current_thread())
    begun.set()
    while not concurrent.futures.thread._shutdown:
        time.sleep(0.01)
    return real(document)

def waits():
    begun.wait(float(sys.argv[2]))
    drawing[0].join()

background.thumbnail_png = late
session = Session(Runner(immediate, Inline()))
session.journalling.begin(Writer())
session.opening.open(Path(sys.argv[1]))
session.painting.begin_stroke(BrushParams(size=40, hardness=1.0), 255)
session.painting.stroke_to(50, 60)
session.end_stroke()
threading.Thread(target=waits).start()
"""


def test_a_journal_is_whole_and_nothing_is_said(tmp_path):
    pixels = np.random.default_rng(5).integers(0, 256, (90, 120, 3), np.uint8)
    PIL.Image.fromarray(pixels).save(tmp_path / "photo.png")
    line = [sys.executable, "-c", PROGRAM, str(tmp_path / "photo.png"), str(PATIENCE)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (found,) = recovery.recoverable()
    document = recovery.recover(found).history.document
    assert document.layers[0].alpha.array()[60, 50] == 255
    assert np.array_equal(document.image.pixels, pixels)
    with PIL.Image.open(found.folder / THUMBNAIL) as picture:
        assert picture.size == (120, 90)


# The work begins once the interpreter gives no threads any more.
LATE = """
import concurrent.futures.thread
import sys
import threading
import time

from maskstudio.jobs import Token
from maskstudio.matting.workthrough import work_through

def late():
    while not concurrent.futures.thread._shutdown:
        time.sleep(0.01)
    work_through(done.append, range(5), Token())
    sys.stdout.write(str(done))

done = []
threading.Thread(target=late).start()
"""


def test_what_two_threads_share_is_done_by_the_one_that_is_left():
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[0, 1, 2, 3, 4]", "")
