"""What tests of the canvas share."""

from dataclasses import replace


def wear(canvas, **options):
    """Show a canvas in its present style with other options: ``wear(canvas, mode="mask")``."""
    canvas.styling.set_style(replace(canvas.styling.style, **options))
