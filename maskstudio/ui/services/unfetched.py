"""Paid results that have not arrived; each can be fetched while the service keeps it."""

import time
from functools import partial

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale
from PySide6.QtWidgets import QVBoxLayout, QWidget

from maskstudio.services import directory
from maskstudio.services.amounts import money
from maskstudio.services.billing import until
from maskstudio.services.departure import OPERATIONS
from maskstudio.services.ledger import Line
from maskstudio.session.session import Session
from maskstudio.ui.widgets import parts, theme

_MOST = 5  # rows


class OwedList(QWidget):
    """The newest of these results; hidden if there are none. The ledger is read on a thread."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("owedResults")
        self._session = session
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.SPACE)
        self._column.addWidget(parts.Hint(self.tr("Paid, but not here yet")))
        self.hide()

    def follow(self, session: Session) -> None:
        """Fetch results for another document."""
        self._session = session

    def refresh(self) -> None:
        """Read the list from the ledger again."""
        self._session.services.owed.ask(self.show_lines)

    def show_lines(self, lines: list[Line]) -> None:
        """Show exactly these lines of the ledger."""
        for row in self._rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self._rows = [self._row(line) for line in lines[:_MOST]]
        for row in self._rows:
            self._column.addWidget(row)
        self.setVisible(bool(lines))

    def _row(self, line: Line) -> QWidget:
        """A row for a line of the ledger: what it is, and buttons to fetch or forget it."""
        row = QWidget()
        says = parts.Hint(_sentence(line))
        get = parts.button(self.tr("Fetch"), partial(self._fetch, line.id))
        get.setObjectName("fetchResult")
        get.setAccessibleName(self.tr("Fetch the result of {}").format(_what(line)))
        get.setToolTip(self.tr("Fetches it for the photo in front. This costs nothing."))
        drop = parts.icon_button("close", self.tr("Do not fetch it"), partial(self._forget, line.id))
        drop.setObjectName("forgetResult")
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(says)
        buttons = parts.row(get, drop)
        buttons.addStretch()
        column.addLayout(buttons)
        return row

    def _fetch(self, identity: str) -> None:
        if self._session.document is not None:
            self._session.services.owed.fetch(identity)
        else:
            self._session.told(self.tr("Open the photo first that the result is of."))

    def _forget(self, identity: str) -> None:
        self._session.services.owed.forget(identity, self.refresh)


def _said(text: str) -> str:
    return QCoreApplication.translate("OwedList", text)


def _what(line: Line) -> str:
    words: dict[str, str] = dict(OPERATIONS)  # type: ignore[arg-type]
    title = directory.title_of(line.service)
    return _said("{} at {}").format(_said(words.get(line.operation, line.operation)), title)


def _sentence(line: Line) -> str:
    cost = _said("it may be charged")
    if line.charged == "yes":
        cost = _said("{} was paid").format(money(line.amount or 0.0))
    return f"{_what(line)}, {_clock(line.at)}: {cost}; {_lasts(line)}."


def _lasts(line: Line) -> str:
    end = until(line.service, line.at)
    if end is None:
        return _said("it is kept for as long as the service likes")
    if end < time.time():
        return _said("it is probably gone by now")
    return _said("it is kept until about {}").format(_clock(end))


def _clock(at: float) -> str:
    moment = QDateTime.fromSecsSinceEpoch(int(at))
    today = moment.date() == QDateTime.currentDateTime().date()
    locale, short = QLocale(), QLocale.FormatType.ShortFormat
    return locale.toString(moment.time(), short) if today else locale.toString(moment, short)
