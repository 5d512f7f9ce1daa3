"""The page of services: the accounts with their keys and costs, and the ledger."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from maskstudio.services import directory
from maskstudio.session.session import Session
from maskstudio.settings import Settings
from maskstudio.ui.preferences.account import AccountSection
from maskstudio.ui.widgets import parts, theme


class ServicesPage(QWidget):
    """Changes the accounts in ``settings`` in place; ``changed`` is emitted when they have to be saved."""

    changed = Signal()

    def __init__(self, settings: Settings, session: Callable[[], Session]) -> None:
        """Make a section for each account, and the button that opens the ledger."""
        super().__init__()
        self.setObjectName("servicesPage")
        self._session = session
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addWidget(
            parts.Hint(
                self.tr(
                    "Nothing leaves this machine unless you choose a service in a panel and agree to what is sent. "
                    "Keys are kept by the keychain of your system, never in a file of maskstudio."
                )
            )
        )
        self.accounts = {name: AccountSection(name, settings, session) for name in directory.accounts()}
        for section in self.accounts.values():
            column.addWidget(parts.line())
            column.addWidget(section)
            section.changed.connect(self.changed)
        column.addWidget(parts.line())
        self.ledger_button = QPushButton(self.tr("What Was Spent…"))
        self.ledger_button.setObjectName("showLedger")
        self.ledger_button.setAutoDefault(False)
        self.ledger_button.clicked.connect(self._show_ledger)
        row = QHBoxLayout()
        row.addWidget(self.ledger_button)
        row.addStretch()
        column.addLayout(row)
        column.addStretch()

    def refresh(self) -> None:
        """Show the present accounts."""
        for section in self.accounts.values():
            section.refresh()

    def open_account(self, name: str) -> None:
        """Unfold one account, fold the others, and go to it."""
        for each, section in self.accounts.items():
            section.fold(each != name)
        section = self.accounts[name]
        section.keys.line(section.keys.fields[0]).setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, self, lambda: self._go_to(section))

    def showEvent(self, event: QShowEvent) -> None:
        """Refresh, since accounts change elsewhere too."""
        super().showEvent(event)
        self.refresh()

    def _go_to(self, section: AccountSection) -> None:
        above: QWidget | None = self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if isinstance(above, QScrollArea) and (page := above.widget()) is not None:
            above.verticalScrollBar().setValue(section.mapTo(page, section.rect().topLeft()).y() - theme.MARGIN)

    def _show_ledger(self) -> None:
        from maskstudio.ui.preferences.ledger import LedgerWindow

        LedgerWindow(self, self._session().services.access.ledger).open()
