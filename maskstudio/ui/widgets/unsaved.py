"""The one question at the end: which of the documents that no file holds are to be saved."""

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.dialogs import short

_ROWS = 8  # shown without scrolling
_WIDTH = 420  # px
_MARGIN = 16


class UnsavedDialog(QDialog):
    """Documents with a tick each. ``chosen`` are the numbers of those to be saved, None for not leaving at all.

    ``otherwise`` says what becomes of work that is not saved.
    """

    def __init__(self, names: Sequence[str], otherwise: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unsaved")
        self.setWindowTitle(self.tr("Save before Quitting?"))
        self.chosen: list[int] | None = None
        title = QLabel(self.tr("Save the work on these {} photos before quitting?").format(len(names)))
        title.setObjectName("unsavedTitle")
        hint = QLabel(otherwise)
        hint.setObjectName("hint")
        self.boxes = [self._box(name) for name in names]
        photos = QWidget()
        rows = QVBoxLayout(photos)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(theme.GAP)
        for box in self.boxes:
            rows.addWidget(box)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(photos)
        row = self.boxes[0].sizeHint().height() + theme.GAP
        scroll.setFixedHeight(row * min(len(names), _ROWS))
        self.save_button, leave, stay = (
            QPushButton(),
            QPushButton(self.tr("Don't Save")),
            QPushButton(self.tr("Cancel")),
        )
        self.save_button.setProperty("primary", True)
        self.save_button.setDefault(True)
        self.save_button.clicked.connect(lambda: self._answer(self._ticked()))
        leave.clicked.connect(lambda: self._answer([]))
        stay.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(leave)
        buttons.addStretch(1)
        buttons.addWidget(stay)
        buttons.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(10)
        for widget in (title, hint, scroll):
            column.addWidget(widget)
        column.addLayout(buttons)
        self.setMinimumWidth(_WIDTH)
        self._name()

    def _box(self, name: str) -> QCheckBox:
        box = QCheckBox(short(name).replace("&", "&&"))
        box.setToolTip(name)
        box.setChecked(True)
        box.toggled.connect(self._name)
        return box

    def _ticked(self) -> list[int]:
        return [number for number, box in enumerate(self.boxes) if box.isChecked()]

    def _name(self) -> None:
        """Say how many will be saved."""
        ticked = len(self._ticked())
        every = ticked == len(self.boxes)
        self.save_button.setText(self.tr("Save All") if every else self.tr("Save {}").format(ticked))
        self.save_button.setEnabled(ticked > 0)

    def _answer(self, chosen: list[int]) -> None:
        self.chosen = chosen
        self.accept()
