"""Controls of preferences that forms lack: a line of text, a colour without opacity, a file."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from maskstudio.ui.widgets import file_dialogs, theme
from maskstudio.ui.widgets.fields import ColourButton


class TextField(QLineEdit):
    """A line of text; ``edited`` is emitted at every letter."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.textEdited.connect(lambda _: self.edited.emit())

    def value(self) -> str:
        """The text."""
        return self.text()

    def set_value(self, text: str) -> None:
        """Show this, without a signal."""
        if text != self.text():
            self.setText(text)


class SolidColour(ColourButton):
    """A colour as "#rrggbb"."""

    def colour(self) -> str:
        """The colour chosen."""
        return QColor(*self.value()[:3]).name()

    def set_colour(self, name: str) -> None:
        """Show this one, without a signal."""
        shade = QColor(name)
        self.set_value((shade.red(), shade.green(), shade.blue(), 255))

    def _choose(self) -> None:
        chosen = QColorDialog.getColor(QColor(self.colour()), self, self.accessibleName())
        if chosen.isValid():
            self.set_colour(chosen.name())
            self.edited.emit()


class FileField(QWidget):
    """The path of a file, typed or chosen; ``edited`` is emitted when it is complete. Empty means no file."""

    edited = Signal()

    def __init__(self, endings: str, parent: QWidget | None = None) -> None:
        """Make the line and the button; ``endings`` is the filter of the file dialog."""
        super().__init__(parent)
        self._endings = endings
        self._line = QLineEdit()
        self._line.setClearButtonEnabled(True)
        self._line.setPlaceholderText(self.tr("none"))
        self._line.editingFinished.connect(self.edited)
        self._line.textChanged.connect(lambda text: self.edited.emit() if not text else None)
        self._choose = QPushButton(self.tr("Choose…"))
        self._choose.setAutoDefault(False)
        self._choose.clicked.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addWidget(self._line, 1)
        row.addWidget(self._choose)
        self.setFocusProxy(self._line)

    def setAccessibleName(self, name: str) -> None:
        """Give the name to the line that is typed in."""
        super().setAccessibleName(name)
        self._line.setAccessibleName(name)

    def value(self) -> str:
        """The path as text; nothing for none."""
        return self._line.text().strip()

    def set_value(self, path: str) -> None:
        """Show this, without a signal."""
        blocked = self._line.blockSignals(True)
        self._line.setText(path)
        self._line.blockSignals(blocked)

    def _ask(self) -> None:
        folder = file_dialogs.place(Path(self.value()).parent) if self.value() else ""
        name, _ = QFileDialog.getOpenFileName(self, self.accessibleName(), folder, self._endings)
        if name:
            self.set_value(name)
            self.edited.emit()
