"""Two buttons at the end of the bar above the canvas: apply what is shown, or leave everything as it was."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.icons import icon


class EndButtons(QWidget):
    """For a tool that has the pointer until it is done."""

    applied = Signal()
    cancelled = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Make the buttons; their object names are ``<name>.apply`` and ``<name>.cancel``."""
        super().__init__(parent)
        self.apply = self._button("check", self.tr("Apply (Enter)"), f"{name}.apply")
        self.drop = self._button("cancel", self.tr("Cancel (Esc)"), f"{name}.cancel")
        self.apply.clicked.connect(self.applied)
        self.drop.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addStretch(1)
        row.addWidget(self.drop)
        row.addWidget(self.apply)

    def changeEvent(self, event: QEvent) -> None:
        """Take over the colours of the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.apply.setIcon(icon("check"))
            self.drop.setIcon(icon("cancel"))

    def _button(self, picture: str, words: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setIcon(icon(picture))
        button.setIconSize(QSize(20, 20))
        button.setFixedSize(theme.ROW + 2, theme.ROW + 2)
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button
