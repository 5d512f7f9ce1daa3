"""A field for labels, separated by commas: typed, or ticked in a list of those that are known."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from maskstudio.ui.widgets import parts, theme


class LabelsField(QWidget):
    """``edited`` is emitted when a label is ticked, and when what was typed is complete. Empty is every label."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty field that knows no labels yet."""
        super().__init__(parent)
        self._known: dict[str, int] = {}
        self._taken = ""
        self.line = QLineEdit()
        self.line.setPlaceholderText(_said("Every label"))
        self.line.setFixedHeight(theme.ROW)
        self.line.editingFinished.connect(self._take)
        self.button: QToolButton = parts.icon_button("chevron-down", _said("Labels that were found"), self._open)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFixedHeight(theme.ROW)
        self.setFocusProxy(self.line)
        self.know({})

    def value(self) -> str:
        """The labels as they were taken last."""
        return self._taken

    def set_value(self, labels: str) -> None:
        """Show these, without a signal."""
        self._taken = labels
        self.line.setText(labels)

    def know(self, labels: Mapping[str, int]) -> None:
        """Offer these labels, each with the number of finds that have it."""
        self._known = dict(labels)
        self.button.setEnabled(bool(labels))
        self.button.setToolTip(_said("Labels that were found") if labels else _said("No labels yet: press Detect"))

    def menu(self) -> QMenu:
        """The list of labels, with ticks at those that are kept."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chosen = self._chosen()
        every = menu.addAction(_said("Every label"), lambda: self._choose([]))
        every.setCheckable(True)
        every.setChecked(not chosen)
        menu.addSeparator()
        for label, count in sorted(self._known.items(), key=lambda pair: (-pair[1], pair[0])):
            self._add(menu, label, count, ticked=label.casefold() in {each.casefold() for each in chosen})
        return menu

    def setAccessibleName(self, name: str) -> None:
        """The name of the field is that of its line."""
        super().setAccessibleName(name)
        self.line.setAccessibleName(name)

    def setAccessibleDescription(self, text: str) -> None:
        """Likewise what it does."""
        super().setAccessibleDescription(text)
        self.line.setAccessibleDescription(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The down arrow opens the list."""
        if event.key() == Qt.Key.Key_Down and self._known:
            self._open()
            return
        super().keyPressEvent(event)

    def _add(self, menu: QMenu, label: str, count: int, *, ticked: bool) -> None:
        action: QAction = menu.addAction(f"{label}  ({count})")
        action.setCheckable(True)
        action.setChecked(ticked)
        action.triggered.connect(lambda: self._turn(label))

    def _open(self) -> None:
        self.menu().popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _chosen(self) -> list[str]:
        return [each.strip() for each in self.line.text().split(",") if each.strip()]

    def _turn(self, label: str) -> None:
        """Add a label to those that are kept, or take it out."""
        left = [each for each in self._chosen() if each.casefold() != label.casefold()]
        self._choose(left if len(left) < len(self._chosen()) else [*left, label])

    def _choose(self, labels: list[str]) -> None:
        self.line.setText(", ".join(labels))
        self._take()

    def _take(self) -> None:
        text = self.line.text().strip()
        if text != self._taken:
            self._taken = text
            self.edited.emit()


def _said(text: str) -> str:
    return QCoreApplication.translate("LabelsField", text)
