"""Two buttons at the end of the bar above the canvas: apply what is shown, or leave everything as it was."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.barfields import bar_button


class EndButtons(QWidget):
    """For a tool that has the pointer until it is done."""

    applied = Signal()
    cancelled = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Make the buttons; their object names are ``<name>.apply`` and ``<name>.cancel``."""
        super().__init__(parent)
        self.apply = bar_button("check", self.tr("Apply (Enter)"), f"{name}.apply")
        self.drop = bar_button("cancel", self.tr("Cancel (Esc)"), f"{name}.cancel")
        self.apply.clicked.connect(self.applied)
        self.drop.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addStretch(1)
        row.addWidget(self.drop)
        row.addWidget(self.apply)
