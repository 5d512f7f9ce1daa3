"""Buttons and check boxes in a panel that do what an action of the window does, and look as it stands."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QPushButton, QSizePolicy


class ActionFollower:
    """Ties a button to an action; without one the button is hidden. Its words stay the panel's own."""

    def __init__(self, button: QAbstractButton) -> None:
        self._button = button
        self._action: QAction | None = None
        button.clicked.connect(self._press)
        button.hide()

    def follow(self, action: QAction | None) -> None:
        """Be this action from now on."""
        if self._action is not None:
            self._action.changed.disconnect(self._show)
        self._action = action
        self._button.setVisible(action is not None)
        if action is not None:
            action.changed.connect(self._show)
            self._show()

    def _press(self) -> None:
        if self._action is not None:
            self._action.trigger()
            self._show()  # a button that can be checked has checked itself, whatever came of it

    def _show(self) -> None:
        button, action = self._button, self._action
        if action is None:
            return
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())
        button.setCheckable(isinstance(button, QCheckBox) or action.isCheckable())
        blocked = button.blockSignals(True)
        button.setChecked(action.isChecked())
        button.blockSignals(blocked)


def button(text: str) -> tuple[QPushButton, ActionFollower]:
    """A button with these words, and what ties it to an action."""
    made = QPushButton(text)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    made.setProperty("narrow", True)
    return made, ActionFollower(made)


def check(text: str) -> tuple[QCheckBox, ActionFollower]:
    """A check box with these words, and what ties it to an action."""
    made = QCheckBox(text)
    return made, ActionFollower(made)
