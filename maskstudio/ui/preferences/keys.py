"""The keys of one account: typed once, stored in the keychain, never shown again."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from maskstudio.errors import MaskStudioError
from maskstudio.services import directory
from maskstudio.services.info import SecretField
from maskstudio.services.keychain import Keychain, KeyPlace, from_environment
from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.form import broken, label_width

_DOTS = "•" * 12


def _said(text: str) -> str:
    return QCoreApplication.translate("ServiceKeys", text)


class KeyField(QLineEdit):
    """A line that shows dots. Enter emits ``entered`` and does not press the dialog's button."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Emit ``entered`` at Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Empty the line, so that a typed key that was not kept does not stay in it."""
        super().hideEvent(event)
        self.clear()


class ServiceKeys(QWidget):
    """The keys of ``service`` at ``address()``. ``changed`` is emitted when one is kept or forgotten."""

    changed = Signal()

    def __init__(self, service: str, title: str, keychain: Keychain, address: Callable[[], str]) -> None:
        """Make a line for each key of ``service`` and one button that forgets them; asks no keychain."""
        super().__init__()
        self._service, self._keychain, self._address = service, keychain, address
        self._secrets = directory.account(service).secrets
        self._kept: dict[tuple[str, str], KeyPlace] = {}  # where each key was kept, by address and field
        self._lines: dict[str, KeyField] = {}
        self._says: dict[str, parts.Hint] = {}
        self.forget_button = QPushButton(_said("Forget"))
        self.forget_button.setObjectName("forgetKeys")
        self.forget_button.setAccessibleName(_said("Forget the keys of {}").format(title))
        self.forget_button.setAutoDefault(False)
        self.forget_button.clicked.connect(self._forget)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.SPACE)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, label_width(self))
        grid.setColumnStretch(1, 1)
        for field in self._secrets:
            self._add(grid, field, title)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.GAP)
        whole.addLayout(grid)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of its keys, in their order."""
        return tuple(self._lines)

    def line(self, field: str) -> KeyField:
        """The line in which a key is typed."""
        return self._lines[field]

    def refresh(self) -> None:
        """Ask the keychain which keys there are, and say so."""
        held = {field.name: self._where(field) for field in self._secrets}
        for name, where in held.items():
            self._lines[name].setPlaceholderText(_DOTS if where else "")
            parts.say(self._says[name], where or _said("Not set."))
        self.forget_button.setEnabled(any(held.values()))

    def held_at(self, address: str) -> bool:
        """Whether there are keys of this service at another address."""
        return any(self._keychain.look_up(self._service, address, each.name) for each in self._secrets)

    def _add(self, grid: QGridLayout, field: SecretField, title: str) -> None:
        """Append to ``grid`` the label, the line, the button that keeps the key, and a sentence below."""
        row = grid.rowCount()
        line = self._lines[field.name] = KeyField()
        line.setObjectName(field.name)
        line.setAccessibleName(_said("{} of {}").format(field.label, title))
        line.entered.connect(lambda: self._keep(field))
        label = QLabel(broken(field.label, self.fontMetrics()))
        label.setBuddy(line)
        keep = QPushButton(_said("Keep"))
        keep.setObjectName(f"keep {field.name}")
        keep.setAccessibleName(_said("Keep the {} of {}").format(field.label, title))
        keep.setAutoDefault(False)
        keep.setEnabled(False)
        keep.clicked.connect(lambda: self._keep(field))
        line.textChanged.connect(lambda text: keep.setEnabled(bool(text.strip())))
        says = self._says[field.name] = parts.Hint()
        grid.addWidget(label, row, 0)
        grid.addWidget(line, row, 1)
        grid.addWidget(keep, row, 2)
        grid.addWidget(says, row + 1, 1)
        if field is self._secrets[-1]:
            grid.addWidget(self.forget_button, row + 1, 2)

    def _where(self, field: SecretField) -> str:
        """A sentence on where the key of this field is kept; empty if there is none."""
        address = self._address()
        found = self._keychain.look_up(self._service, address, field.name)
        if not found:
            return ""
        kept = self._kept.get((address, field.name))
        if kept is None and field.variable and from_environment(field.variable) == found:
            return _said("From the environment variable {}.").format(field.variable)
        if kept == "keychain" or (kept is None and self._keychain.lasting):
            return _said("In the keychain.")
        return _said("For this session only: this system has no keychain.")

    def _keep(self, field: SecretField) -> None:
        """Give the typed key to the keychain and empty the line; say why where it cannot be kept."""
        address, line = self._address(), self._lines[field.name]
        if not line.text().strip():
            return
        if not address:
            parts.say(self._says[field.name], _said("Enter the address first: a key belongs to one."), "bad")
            return
        try:
            self._kept[address, field.name] = self._keychain.keep(self._service, address, field.name, line.text())
        except MaskStudioError as error:
            parts.say(self._says[field.name], str(error), "bad")
            return
        line.clear()
        self.refresh()
        self.changed.emit()

    def _forget(self) -> None:
        address = self._address()
        self._keychain.forget(self._service, address)
        for field in self._secrets:
            self._kept.pop((address, field.name), None)
        self.refresh()
        self.changed.emit()
