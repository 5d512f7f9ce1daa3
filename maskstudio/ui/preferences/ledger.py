"""The ledger as a table: time, service, operation, state and cost."""

import time

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QDialog, QHeaderView, QPushButton, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from maskstudio.errors import MaskStudioError
from maskstudio.services import directory
from maskstudio.services.departure import OPERATIONS
from maskstudio.services.ledger import PAYMENT, Ledger, Line
from maskstudio.ui.widgets import parts, theme

_SIZE = QSize(640, 420)
_WIDE, _COST = 2, 4  # columns


class LedgerWindow(QDialog):
    """The newest lines of ``ledger`` first."""

    def __init__(self, parent: QWidget, ledger: Ledger) -> None:
        """Read the ledger and fill the table; if it cannot be read, say why above an empty one."""
        super().__init__(parent)
        self.setObjectName("ledger")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("What Was Spent"))
        says, lines = parts.Hint(), []
        try:
            lines = ledger.lines()
            known = self.tr("Amounts are US dollars; one with a question mark may have been charged.")
            says.setText(known if lines else self.tr("Nothing has been sent to a service yet."))
        except MaskStudioError as error:
            parts.say(says, str(error), "bad")
        self.table = QTreeWidget()
        self.table.setAccessibleName(self.tr("What was spent"))
        self.table.setRootIsDecorated(False)
        self.table.setHeaderLabels(
            [self.tr("When"), self.tr("Service"), self.tr("What"), self.tr("State"), self.tr("Cost")]
        )
        header = self.table.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(_WIDE, QHeaderView.ResizeMode.Stretch)
        self.table.headerItem().setTextAlignment(_COST, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for line in lines:
            self.table.addTopLevelItem(self._row(line))
        close = QPushButton(self.tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, theme.MARGIN, theme.MARGIN, theme.SPACE)
        column.setSpacing(theme.SPACE)
        column.addWidget(says)
        column.addWidget(self.table, 1)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(_SIZE)

    def _row(self, line: Line) -> QTreeWidgetItem:
        names: dict[str, str] = {str(name): text for name, text in OPERATIONS.items()}
        names[PAYMENT] = self.tr("Buy a token")
        title = directory.title_of(line.service)
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(line.at))
        cells = [when, title, names.get(line.operation, line.operation), self._word(line.state), _cost(line)]
        row = QTreeWidgetItem(cells)
        row.setTextAlignment(_COST, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return row

    def _word(self, state: str) -> str:
        words = {
            "agreed": self.tr("Waiting"), "sent": self.tr("Under way"), "done": self.tr("Done"),
            "failed": self.tr("Failed"), "unclear": self.tr("Unclear"),
        }  # fmt: skip
        return words.get(state, state)


def _cost(line: Line) -> str:
    """The cost of a line, USD, with a question mark if it may have been charged."""
    if line.charged == "no":
        return QCoreApplication.translate("LedgerWindow", "not charged")
    amount = line.amount if line.amount is not None else line.expected
    if amount is None:
        return "?"
    return f"{amount:.4f}" + ("" if line.state == "done" else " ?")
