"""Buttons and check boxes in a panel that trigger an action of the window and show its state."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QPushButton, QSizePolicy


class ActionFollower:
    """Ties a button to an action; without one the button is hidden. The button keeps its own words."""

    def __init__(self, button: QAbstractButton) -> None:
        self._button = button
        self._action: QAction | None = None
        button.clicked.connect(self._press)
        button.hide()

    def follow(self, action: QAction | None) -> None:
        """Trigger and show this action; None hides the button."""
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
            self._show()  # a checkable button has toggled itself, even if the action did not

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
    """A button with these words, and its follower."""
    made = QPushButton(text)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    made.setProperty("narrow", True)
    return made, ActionFollower(made)


def check(text: str) -> tuple[QCheckBox, ActionFollower]:
    """A check box with these words, and its follower."""
    made = QCheckBox(text)
    return made, ActionFollower(made)
