"""A progress bar that is painted with the next regular repaint."""

from PySide6.QtWidgets import QProgressBar, QWidget

_STEPS = 1000


class ProgressBar(QProgressBar):
    """A progress bar with delayed repaints; Qt's own repaints at once, together with everything else that waits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaximum(_STEPS)
        self.setTextVisible(False)

    def show_fraction(self, fraction: float) -> None:
        """Show how far the work is, 0..1."""
        self.setUpdatesEnabled(False)
        self.setValue(round(fraction * _STEPS))
        self.setUpdatesEnabled(True)
