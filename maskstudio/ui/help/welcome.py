"""The page of an empty window, which says what to do first."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from maskstudio import paths
from maskstudio.names import path_of, shown
from maskstudio.ui.widgets.icons import icon
from maskstudio.ui.widgets.shortened import short

_SHOWN = 5


class Welcome(QWidget):
    """Buttons to open a photo or the sample, and the recent files; emits ``chosen(path)`` for a recent file."""

    chosen = Signal(Path)

    def __init__(
        self, open_action: QAction, sample_action: QAction, subject_action: QAction, parent: QWidget | None = None
    ) -> None:
        """Lay out the picture, the words, the two buttons and a place for the recent files.

        The words name ``subject_action`` with its key, since it comes first once a photo is open.
        """
        super().__init__(parent)
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        title = QLabel(self.tr("Drop a photo here"), alignment=Qt.AlignmentFlag.AlignCenter)
        title.setObjectName("welcomeTitle")
        self._subject = subject_action
        self._steps = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._steps.setWordWrap(True)
        self._steps.setObjectName("hint")
        subject_action.changed.connect(self._say_steps)
        self._say_steps()
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(_button(self.tr("Open a Photo…"), open_action.trigger, primary=True))
        buttons.addWidget(_button(self.tr("Try the Sample"), sample_action.trigger))
        buttons.addStretch()
        self._recent = QVBoxLayout()
        column = QVBoxLayout(self)
        column.addStretch(2)
        for widget in (self._picture, title, self._steps):
            column.addWidget(widget)
        column.addSpacing(12)
        column.addLayout(buttons)
        column.addSpacing(16)
        column.addLayout(self._recent)
        column.addStretch(3)

    def _say_steps(self) -> None:
        """Say what to do, with the key as it is set now."""
        key = self._subject.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        words = self._subject.text().replace("&", "") + (f" ({key})" if key else "")
        steps = self.tr("Press {} to find its subject, refine the edge, export: all of it on this computer.")
        if (said := steps.format(words)) != self._steps.text():
            self._steps.setText(said)

    def dress(self) -> None:
        """Draw the picture in the colours of the theme in use."""
        self._picture.setPixmap(icon("image").pixmap(48, 48))

    def refresh(self, recent: list[str]) -> None:
        """Show the first few of these paths that still exist."""
        self.dress()
        while (item := self._recent.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for path in [path for path in map(path_of, recent) if paths.is_file(path)][:_SHOWN]:
            button = _button(short(shown(path.name)).replace("&", "&&"), partial(self.chosen.emit, path))
            button.setFlat(True)
            button.setToolTip(shown(path))
            button.setObjectName("recentFile")
            self._recent.addWidget(button, alignment=Qt.AlignmentFlag.AlignCenter)


def _button(text: str, verb: Callable[[], object], *, primary: bool = False) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("primary", primary)
    button.clicked.connect(lambda: verb())
    return button
