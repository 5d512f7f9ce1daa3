"""A row of icons above the panels, one for each, so that panels off a low screen are one click away."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from maskstudio.ui.widgets import parts, theme

HEIGHT = theme.ROW + theme.GAP  # px


class PanelStrip(QWidget):
    """``go(name)`` brings the panel of that name into view; the icon of the one at the top is marked."""

    def __init__(self, go: Callable[[str], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("panelStrip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._go = go
        self.buttons: dict[str, QToolButton] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.SPACE, 1, theme.SPACE, 1)
        self._row.setSpacing(0)

    def add(self, name: str, title: str, icon_name: str) -> None:
        """One more panel."""
        button = parts.icon_button(icon_name, title, lambda: self._press(name))
        button.setObjectName(f"goTo.{name}")
        button.setToolTip(self.tr("Go to {}").format(title))
        button.setCheckable(True)
        button.setFixedSize(QSize(theme.ROW + theme.GAP, theme.ROW))
        self._row.addWidget(button, 1, Qt.AlignmentFlag.AlignHCenter)
        self.buttons[name] = button

    def come_before(self, panel: QWidget) -> None:
        """Let Tab reach the icons, in order, before the first ``panel``."""
        before = panel.previousInFocusChain()
        while before and (before.focusPolicy() == Qt.FocusPolicy.NoFocus or before.isAncestorOf(panel)):
            before = before.previousInFocusChain()
        for button in self.buttons.values():
            if before is not None:
                QWidget.setTabOrder(before, button)
            before = button

    def mark(self, name: str) -> None:
        """Mark the icon of the panel that is at the top."""
        for each, button in self.buttons.items():
            button.setChecked(each == name)

    def _press(self, name: str) -> None:
        self.mark(name)
        self._go(name)
