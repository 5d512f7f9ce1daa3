"""A progress bar that waits its turn to be painted."""

from PySide6.QtWidgets import QProgressBar, QWidget

_STEPS = 1000


class ProgressBar(QProgressBar):
    """Qt's own paints at once, and with it everything else that is waiting, such as a whole canvas."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaximum(_STEPS)
        self.setTextVisible(False)

    def show_fraction(self, fraction: float) -> None:
        """Show how far the work is, 0..1."""
        self.setUpdatesEnabled(False)
        self.setValue(round(fraction * _STEPS))
        self.setUpdatesEnabled(True)
