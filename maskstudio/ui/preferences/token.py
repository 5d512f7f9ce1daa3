"""Buying a token for calls of a service: its price, the user's consent, and the state of the payment."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job
from maskstudio.services.amounts import money
from maskstudio.services.departure import Purchase
from maskstudio.session.buying import Bought
from maskstudio.session.session import Session
from maskstudio.ui.widgets import parts, theme

_WIDTH = 500  # px


class TokenSheet(QDialog):
    """The sheet over ``parent``. No payment is requested before the user presses the button that names the price.

    ``kept`` is emitted when a token has arrived and is kept.
    """

    kept = Signal()

    def __init__(self, parent: QWidget, session: Session, purchase: Purchase) -> None:
        """Show the facts of ``purchase``; asks for no payment."""
        super().__init__(parent)
        self.setObjectName("tokenSheet")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("Buy a Token"))
        self.setMinimumWidth(_WIDTH)
        self._session, self._purchase = session, purchase
        self._job: Job | None = None
        self._facts = {name: QLabel() for name in ("price", "month", "payTo", "expires", "state")}
        self._heads: dict[str, QLabel] = {}
        self._says = parts.Hint()
        self._says.setObjectName("tokenSays")
        self.ask_button = QPushButton(self.tr("Ask for a payment of {}").format(money(purchase.price)))
        self.ask_button.setObjectName("askPayment")
        self.ask_button.setProperty("primary", True)
        self.ask_button.clicked.connect(self._ask)
        self.look_button = QPushButton(self.tr("Look at the last payment"))
        self.look_button.setObjectName("lookAtPayment")
        self.look_button.clicked.connect(self._look)
        self.close_button = QPushButton(self.tr("Close"))
        self.close_button.clicked.connect(self.reject)
        for button in (self.ask_button, self.look_button, self.close_button):
            button.setAutoDefault(False)
        self._arrange()
        self.close_button.setDefault(True)
        self.close_button.setFocus()
        self._begin()

    def _arrange(self) -> None:
        """Lay out the title, the facts as a table, the sentence and the buttons."""
        title = QLabel(self.tr("A token for one call of {}").format(self._purchase.title))
        title.setObjectName("pageTitle")
        about = parts.Hint(
            self.tr(
                "{} answers with an amount and an address, and you pay it with your wallet. The token is kept with "
                "your keys and is good once the payment has arrived."
            ).format(self._purchase.title)
        )
        words = {
            "price": self.tr("Price"), "month": self.tr("This month"), "payTo": self.tr("Pay to"),
            "expires": self.tr("By"), "state": self.tr("State"),
        }  # fmt: skip
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.MARGIN)
        grid.setVerticalSpacing(theme.SPACE)
        grid.setColumnStretch(1, 1)
        for row, (name, label) in enumerate(self._facts.items()):
            head = self._heads[name] = QLabel(words[name])
            head.setObjectName("hint")
            label.setObjectName(name)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAccessibleDescription(words[name])
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            grid.addWidget(head, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label, row, 1)
        buttons = parts.row(self.look_button, self.close_button, self.ask_button)
        buttons.insertStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN * 2, theme.MARGIN * 2, theme.MARGIN * 2, theme.MARGIN)
        column.setSpacing(theme.SPACE)
        for widget in (title, about):
            column.addWidget(widget)
        column.addLayout(grid)
        column.addWidget(self._says)
        column.addStretch()
        column.addLayout(buttons)

    def _begin(self) -> None:
        """Show price and spending (USD), and enable the buttons unless something, or the cap, forbids it."""
        purchase = self._purchase
        self._fact("price", f"{money(purchase.price)} ({purchase.host})" if purchase.host else money(purchase.price))
        self._fact("month", self.tr("{} of {} spent").format(money(purchase.spent), money(purchase.cap)))
        for name in ("payTo", "expires", "state"):
            self._fact(name, "")
        beyond = purchase.spent + purchase.price > purchase.cap + 1e-9
        cap = self.tr("This would pass your monthly cap of {}.").format(money(purchase.cap)) if beyond else ""
        self._say(purchase.problem or cap, "bad")
        self.ask_button.setEnabled(not purchase.problem and not beyond)
        self.look_button.setEnabled(not purchase.problem)

    def _fact(self, name: str, text: str) -> None:
        self._facts[name].setText(text)
        for label in (self._facts[name], self._heads[name]):
            label.setVisible(bool(text))

    def _say(self, text: str, tone: str = "") -> None:
        parts.say(self._says, text, tone)
        self._says.setVisible(bool(text))

    # Doing

    def _ask(self) -> None:
        self._work(lambda: self._session.services.tokens.buy(self._purchase, self._came, self._failed))

    def _look(self) -> None:
        self._work(lambda: self._session.services.tokens.look(self._purchase.service, self._came, self._failed))

    def _work(self, start: Callable[[], Job]) -> None:
        self.ask_button.setEnabled(False)
        self.look_button.setEnabled(False)
        self._say(self.tr("Asking {}…").format(self._purchase.title))
        self._job = start()

    def _came(self, bought: Bought) -> None:
        """Show how the payment stands; where to pay is shown only while it is pending."""
        payment = bought.payment
        self._say("")
        if payment.amount is not None:
            self._fact("price", money(payment.amount))
        waits = payment.status in ("pending", "")
        self._fact("payTo", payment.pay_to if waits else "")
        self._fact("expires", _when(payment.expires) if waits else "")
        self._fact("state", _state(payment.status))
        self.look_button.setText(self.tr("Look again"))
        self.look_button.setEnabled(True)
        if bought.kept == "session":
            self._say(self.tr("The token is kept for this session only: this system has no keychain."), "warn")
        if bought.kept:
            self.kept.emit()

    def _failed(self, error: MaskStudioError) -> None:
        self._say(str(error), "bad")
        self.look_button.setEnabled(True)

    def done(self, result: int) -> None:
        """Close the sheet and stop its job; a requested payment stays in the ledger."""
        if self._job is not None and not self._job.finished:
            self._job.cancel()
        super().done(result)


def _state(status: str) -> str:
    words = {
        "": "Not paid yet", "pending": "Not paid yet", "paid": "Paid: the token is good", "expired": "Expired",
        "exhausted": "Used up",
    }  # fmt: skip
    return QCoreApplication.translate("TokenSheet", words.get(status, status))


def _when(text: str) -> str:
    """A time in the user's format; a text that is none is returned as it is."""
    moment = QDateTime.fromString(text, Qt.DateFormat.ISODate)
    return QLocale().toString(moment.toLocalTime(), QLocale.FormatType.ShortFormat) if moment.isValid() else text
