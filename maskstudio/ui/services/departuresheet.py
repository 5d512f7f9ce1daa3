"""The sheet before anything is sent: what, to whom and at what price; it waits for the user's consent."""

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from maskstudio.core.geometry import Rect
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job
from maskstudio.services import directory
from maskstudio.services.amounts import money
from maskstudio.services.departure import Departure
from maskstudio.session.session import Session
from maskstudio.ui.services.departurepicture import DeparturePicture
from maskstudio.ui.widgets import parts, theme

_FACTS = 330  # px


class DepartureSheet(QDialog):
    """Shows ``departure`` over ``parent``. ``agreed(departure, asks_again)`` is emitted once, on the user's consent.

    ``shown`` are the visible pixels of the photo. Enter alone never sends: it presses Cancel until the user moves to
    another button.
    """

    agreed = Signal(object, bool)
    accountRequested = Signal(str)  # noqa: N815  as Qt names signals

    def __init__(self, parent: QWidget, session: Session, departure: Departure, shown: Rect) -> None:
        """Build the sheet for ``departure`` and give the focus to Cancel."""
        super().__init__(parent)
        assert session.document is not None
        self.setObjectName("departureSheet")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(departure.label)
        self._session, self._departure = session, departure
        self._info = directory.service(departure.service)
        self._asking: Job | None = None
        layer = session.document.layer(departure.layer)
        self._picture = DeparturePicture(session.document, layer)
        self._areas = self._choices(departure, shown)
        self._build()
        self._arrange()
        self._cancel.setDefault(True)  # only now, since a button is made the default of the dialog it is in
        self._cancel.setFocus()
        self._show()

    # Making

    def _choices(self, departure: Departure, shown: Rect) -> list[tuple[str, str, Rect]]:
        """Object name, words and pixels of each area that can be sent."""
        whole, seen = departure.whole, shown.intersect(departure.whole)
        made = [("wholePhoto", self.tr("Whole photo"), whole)]
        if departure.layer is not None:
            made.append(("aroundLayer", self.tr("Around the layer"), departure.area))
        if seen and seen != whole:
            made.append(("whatIsShown", self.tr("What is shown"), seen))
        return made

    def _build(self) -> None:
        """Make the choices of the area, the facts, and the buttons."""
        self._group = QButtonGroup(self)
        for number, (name, words, area) in enumerate(self._areas):
            choice = QRadioButton(words)
            choice.setObjectName(name)
            choice.setChecked(area == self._departure.area)
            self._group.addButton(choice, number)
        self._group.idClicked.connect(self._take_area)
        self._facts = {name: parts.Hint() for name in ("to", "what", "price", "month")}
        for name, label in self._facts.items():
            label.setObjectName(name)  # the name takes away the style of a quiet sentence
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Spent of the monthly cap"))
        self._ask_price = QPushButton(self.tr("Ask the price"))
        self._ask_price.setObjectName("askPrice")
        tip = self.tr("Sends the same pixels to {}, which answers with the price alone. This costs nothing.")
        self._ask_price.setToolTip(f"<p>{tip.format(self._departure.title)}</p>")
        self._ask_price.setAccessibleDescription(tip.format(self._departure.title))
        self._ask_price.clicked.connect(self._ask)
        self._ask_price.setVisible(self._info.tells_price)
        self._asking_sends = parts.Hint(self.tr("Asking already sends the photo; it costs nothing."))
        self._asking_sends.setVisible(self._info.tells_price)
        self._says = parts.Hint()
        self._says.setObjectName("hint")
        self._account = QPushButton(self.tr("Account…"))
        self._account.setObjectName("account")
        self._account.clicked.connect(self._open_account)
        self._no_more = QCheckBox(self.tr("Do not ask again for {}").format(self._departure.title))
        self._no_more.setObjectName("doNotAsk")
        self._no_more.setVisible(self._departure.remembers)
        self._send, self._cancel = QPushButton(), QPushButton(self.tr("Cancel"))
        self._send.setObjectName("send")
        self._send.setProperty("primary", True)
        self._send.setToolTip(self.tr("Ctrl+Enter"))
        self._send.clicked.connect(self._agree)
        self._cancel.setObjectName("cancel")
        self._cancel.clicked.connect(self.reject)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._send.click)

    def _arrange(self) -> None:
        """Lay out the picture at the left, choices and facts at the right, the buttons below."""
        facts = QVBoxLayout()
        facts.setSpacing(theme.SPACE)
        title = QLabel(self.tr("This leaves your machine"))
        title.setObjectName("pageTitle")
        facts.addWidget(title)
        for choice in self._group.buttons():
            facts.addWidget(choice)
        facts.addSpacing(theme.GAP)
        facts.addLayout(self._table())
        facts.addWidget(self._says)
        row = parts.row(self._account)
        row.addStretch()
        facts.addLayout(row)
        facts.addStretch()
        facts.addWidget(self._no_more)
        middle = QHBoxLayout()
        middle.setContentsMargins(theme.MARGIN * 2, theme.MARGIN * 2, theme.MARGIN * 2, theme.MARGIN)
        middle.setSpacing(theme.MARGIN * 2)
        middle.addWidget(self._picture)
        middle.addLayout(facts, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(middle, 1)
        whole.addWidget(parts.foot(self._cancel, self._send))

    def _table(self) -> QGridLayout:
        """The facts as rows of head and value; below the price the button that asks for it."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.MARGIN)
        grid.setVerticalSpacing(theme.SPACE)
        grid.setColumnStretch(1, 1)
        words = {
            "to": self.tr("To"), "what": self.tr("What"), "price": self.tr("Price"), "month": self.tr("This month"),
        }  # fmt: skip
        for name, label in self._facts.items():
            row = grid.rowCount()
            head = QLabel(words[name])
            head.setObjectName("hint")
            head.setAlignment(Qt.AlignmentFlag.AlignTop)
            grid.addWidget(head, row, 0)
            label.setMinimumWidth(_FACTS)
            label.setAccessibleDescription(words[name])
            grid.addWidget(label, row, 1)
            if name == "price":
                grid.addWidget(self._ask_price, row + 1, 1, Qt.AlignmentFlag.AlignLeft)
                grid.addWidget(self._asking_sends, row + 2, 1)
        grid.addWidget(self._bar, grid.rowCount(), 1)
        return grid

    # Showing

    def _show(self) -> None:
        """Show the departure: area, facts, spending (USD), what forbids it, and what Send costs."""
        departure = self._departure
        self._picture.show_area(departure.area)
        self._facts["to"].setText(_recipients(departure))
        self._facts["what"].setText(_parcel(departure))
        self._facts["price"].setText(_price(departure))
        self._facts["month"].setText(_month(departure))
        most = max(departure.cap, departure.spent + (departure.price or 0.0), 0.01)
        self._bar.setMaximum(1000)
        self._bar.setValue(round(1000 * (departure.spent + (departure.price or 0.0)) / most))
        problem = departure.problem or _beyond(departure)
        held = self._session.services.paused(departure.service)
        self._say(problem or held, "bad" if problem else "warn")
        self._account.setVisible(bool(problem))
        self._send.setEnabled(not problem)
        paid = self._info.price is not None and bool(departure.price)
        words = self.tr("Pay {} and send").format(money(departure.price or 0.0)) if paid else self.tr("Send")
        self._send.setText(words)
        self._ask_price.setEnabled(not departure.problem and self._asking is None)

    def _say(self, text: str, tone: str = "") -> None:
        parts.say(self._says, text, tone)
        self._says.setVisible(bool(text))

    # Doing

    def _take_area(self, number: int) -> None:
        self._stop_asking()
        try:
            self._departure = self._session.services.cropped(self._departure, self._areas[number][2])
        except MaskStudioError as error:
            self._say(str(error), "bad")
            self._send.setEnabled(False)
        else:
            self._show()

    def _ask(self) -> None:
        """Ask the service for the price; an answer for a departure that has changed meanwhile is dropped."""
        departure = self._departure

        def told(priced: Departure) -> None:
            if self._departure is departure:
                self._asking, self._departure = None, priced
                self._show()

        def failed(error: MaskStudioError) -> None:
            if self._departure is departure:
                self._asking = None
                self._show()
                self._say(str(error), "bad")
                self._account.show()

        self._asking = self._session.services.price_of(departure, told, failed)
        if not self._asking.finished:
            self._ask_price.setEnabled(False)
            self._say(self.tr("Asking {} for the price…").format(departure.title))
        else:
            self._asking = None

    def _stop_asking(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def _agree(self) -> None:
        self._stop_asking()
        self.agreed.emit(self._departure, not (self._departure.remembers and self._no_more.isChecked()))
        self.accept()

    def _open_account(self) -> None:
        """Close the sheet, which would lie over the preferences, and open the account."""
        self.reject()
        self.accountRequested.emit(self._departure.service)

    def done(self, result: int) -> None:
        """Close the sheet and cancel a request for the price."""
        self._stop_asking()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Cancel a request for the price when the window closes."""
        self._stop_asking()
        super().closeEvent(event)


def _said(text: str) -> str:
    return QCoreApplication.translate("DepartureSheet", text)


def _recipients(departure: Departure) -> str:
    hosts = _said(" and ").join(dict.fromkeys(departure.hosts))
    return f"{departure.title} ({hosts})" if hosts else departure.title


def _parcel(departure: Departure) -> str:
    width, height = departure.sent
    text = _said("{:,} × {:,} px as {}").format(width, height, departure.kind)
    if departure.sent != (departure.area.width, departure.area.height):
        text = _said("{}, reduced from {:,} × {:,}").format(text, departure.area.width, departure.area.height)
    return _said("{}, and the layer's mask").format(text) if departure.layer is not None else text


def _price(departure: Departure) -> str:
    if departure.price is None:
        return departure.price_note or _said("Not known beforehand.")
    known = money(departure.price)
    return departure.price_note if known in departure.price_note else f"{known}. {departure.price_note}".strip()


def _month(departure: Departure) -> str:
    text = _said("{} of {} spent").format(money(departure.spent), money(departure.cap))
    if departure.price:
        return _said("{}; {} with this").format(text, money(departure.spent + departure.price))
    return text


def _beyond(departure: Departure) -> str:
    """A sentence on why the cap forbids sending; empty if it does not."""
    total = departure.spent + (departure.price or 0.0)
    if total > departure.cap + 1e-9 or (departure.price is None and departure.spent >= departure.cap):
        return _said("This would pass your monthly cap of {}.").format(money(departure.cap))
    return ""
