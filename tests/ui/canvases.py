"""What tests of the canvas share."""

from contextlib import contextmanager
from dataclasses import replace

import shiboken6

from maskstudio.ui.canvas.canvas import Canvas


def wear(canvas, **options):
    """Show a canvas in its present style with other options: ``wear(canvas, mode="mask")``."""
    canvas.styling.set_style(replace(canvas.styling.style, **options))


@contextmanager
def canvas_for_now():
    """A canvas for one example of many, destroyed by Qt at its end.

    Left to Python's garbage collector its parts would die in any order, and with some of them the process.
    """
    canvas = Canvas()
    try:
        yield canvas
    finally:
        shiboken6.delete(canvas)
