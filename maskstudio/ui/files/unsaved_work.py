"""The questions before documents with unsaved work close: save it, let it go, or stay."""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.shortened import short

_ROWS = 8  # rows shown without scrolling
_WIDTH = 420  # px
_MARGIN = 16


Leave = Literal["save", "discard", "cancel"]


def _tr(text: str) -> str:
    return QCoreApplication.translate("unsaved", text)


def ask_leave(parent: QWidget, name: str, days: int) -> Leave:
    """Ask what to do with unsaved work on ``name`` before it is closed. Escape cancels.

    ``days`` is how long it can be reopened without being saved, 0 for not at all.
    """
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(_tr("Save the work on {} before closing?").format(short(name)))
    box.setInformativeText(without_saving(days))
    save = box.addButton(QMessageBox.StandardButton.Save)
    save.setProperty("primary", True)
    save.style().polish(save)
    discard = box.addButton(QMessageBox.StandardButton.Discard)
    discard.setText(_tr("Don't Save"))
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(save)
    box.exec()
    return "save" if box.clickedButton() is save else "discard" if box.clickedButton() is discard else "cancel"


def without_saving(days: int) -> str:
    """A sentence on what happens to unsaved work if closed documents are kept for ``days``."""
    if days <= 0:
        return _tr("What is not saved will be lost, since closed documents are not kept.")
    if days == 1:
        return _tr("What is not saved can be brought back for a day by File > Reopen Closed.")
    return _tr("What is not saved can be brought back for {} days by File > Reopen Closed.").format(days)


def ask_leave_all(parent: QWidget, names: Sequence[str], days: int) -> list[int] | None:
    """Ask which of these documents are saved before the program ends; returns their numbers, or None to stay.

    ``days`` means the same as in ``ask_leave``.
    """
    if len(names) == 1:
        answer = ask_leave(parent, names[0], days)
        return None if answer == "cancel" else [0] if answer == "save" else []
    dialog = UnsavedDialog(names, without_saving(days), parent)
    dialog.exec()
    return dialog.chosen


class UnsavedDialog(QDialog):
    """Documents with a check box each. ``chosen`` are the numbers of those to save, None to stay.

    ``otherwise`` is a sentence on what happens to unsaved work.
    """

    def __init__(self, names: Sequence[str], otherwise: str, parent: QWidget | None = None) -> None:
        """List ``names`` with a ticked box each, above the buttons to save, not to save, and to stay."""
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
        """Say on the button how many will be saved."""
        ticked = len(self._ticked())
        every = ticked == len(self.boxes)
        self.save_button.setText(self.tr("Save All") if every else self.tr("Save {}").format(ticked))
        self.save_button.setEnabled(ticked > 0)

    def _answer(self, chosen: list[int]) -> None:
        self.chosen = chosen
        self.accept()
