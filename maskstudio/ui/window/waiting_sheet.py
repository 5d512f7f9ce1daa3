"""The sheet that is shown while the window waits to close: what is still being written, and how far it is."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from maskstudio.jobs import Job
from maskstudio.ui.widgets.progress import ProgressBar
from maskstudio.ui.widgets.shortened import short

_ROWS = 6
_WIDTH = 420  # px
_MARGIN = 16


class WaitingSheet(QDialog):
    """The sheet. It emits ``anyway`` if the user does not want to wait; rejecting it means staying."""

    anyway = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the sheet with a few empty rows and the buttons Quit Anyway and Cancel."""
        super().__init__(parent)
        self.setObjectName("waiting")
        self.setWindowTitle(self.tr("Quit"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.sentence = QLabel()
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._rows = [(QLabel(), ProgressBar()) for _ in range(_ROWS)]
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        for number, (label, bar) in enumerate(self._rows):
            label.setTextFormat(Qt.TextFormat.PlainText)
            bar.setFixedWidth(140)
            grid.addWidget(label, number, 0)
            grid.addWidget(bar, number, 1)
        self.anyway_button, stay = QPushButton(self.tr("Quit Anyway")), QPushButton(self.tr("Cancel"))
        self.anyway_button.setToolTip(
            self.tr("What is not written yet is left out; what a service was asked for may be charged all the same")
        )
        self.anyway_button.clicked.connect(self.anyway)
        stay.setDefault(True)
        stay.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(self.anyway_button)
        buttons.addStretch(1)
        buttons.addWidget(stay)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(10)
        column.addWidget(self.sentence)
        column.addLayout(grid)
        column.addLayout(buttons)
        self.setMinimumWidth(_WIDTH)

    def show_jobs(self, jobs: Sequence[Job]) -> None:
        """Show the progress of these jobs."""
        names = [short(job.owes.what) for job in jobs if job.owes is not None]
        if any(job.owes is not None and job.owes.adds for job in jobs):
            more = self.tr("{} and {} more").format(names[0], len(names) - 1) if len(names) > 1 else names[0]
            self.sentence.setText(self.tr("Waiting for {} before quitting…").format(more))
        elif len(names) == 1:
            self.sentence.setText(self.tr("Writing {} before quitting…").format(names[0]))
        elif names:
            self.sentence.setText(self.tr("Writing {} files before quitting…").format(len(names)))
        for number, (label, bar) in enumerate(self._rows):
            shown = number < len(names)
            label.setVisible(shown)
            bar.setVisible(shown)
            if shown:
                label.setText(names[number])
                bar.show_fraction(jobs[number].fraction)
