"""One account in the preferences: the address of a service, its keys, a test, and what was spent there."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton

from maskstudio.errors import BadParameter, MaskStudioError
from maskstudio.jobs import Job
from maskstudio.params.spec import Params
from maskstudio.services import accounts, directory
from maskstudio.services.amounts import money
from maskstudio.session.session import Session
from maskstudio.settings import Settings
from maskstudio.ui.preferences.keys import ServiceKeys
from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.form import Form
from maskstudio.ui.widgets.section import Section


def _said(text: str) -> str:
    return QCoreApplication.translate("AccountSection", text)


class AccountSection(Section):
    """The account called ``name``. ``changed`` is emitted when it, or one of its keys, is changed here."""

    changed = Signal()

    def __init__(self, name: str, settings: Settings, session: Callable[[], Session]) -> None:
        """Make the section, folded, for the account called ``name``."""
        kind = directory.account(name).account
        super().__init__(f"{name}Account", kind.title, folded=True)
        self._name, self._settings, self._session = name, settings, session
        self._job: Job | None = None
        self._before = ""  # the former address, if keys are kept for it
        self.form = Form(kind)
        self.form.changed.connect(self._take)
        self.keys = ServiceKeys(
            name, kind.title, session().services.access.keys, lambda: accounts.address(self.form.params())
        )
        self.keys.changed.connect(self._keys_changed)
        self._old_keys = parts.Hint()
        self._build_test()
        self._spent, self._bar = parts.Hint(), QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMaximum(1000)
        self._bar.setAccessibleName(_said("Spent of the monthly cap of {}").format(kind.title))
        self._has_cap = "monthlyCap" in kind().to_wire()
        self._arrange()
        self.toggled.connect(lambda folded: None if folded else self.refresh())

    def _build_test(self) -> None:
        """Make the buttons that test, cancel and buy a token; the last is hidden where no token is sold."""
        self.test_button = QPushButton(_said("Test connection"))
        self.test_button.setObjectName("testConnection")
        self.test_button.setAccessibleName(
            _said("Test the connection to {}").format(directory.account(self._name).title)
        )
        self.test_button.setAutoDefault(False)
        self.test_button.clicked.connect(self._test)
        self.cancel_button = QPushButton(_said("Cancel"))
        self.cancel_button.setObjectName("cancelTest")
        self.cancel_button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self._cancel)
        self.cancel_button.hide()
        self.outcome = parts.Hint()
        self.token_button = QPushButton(_said("Buy a token…"))
        self.token_button.setObjectName("buyToken")
        self.token_button.setAutoDefault(False)
        self.token_button.clicked.connect(self._buy)
        info = directory.SERVICES.get(self._name)
        if info is None or not info.bought_key:
            self.token_button.hide()

    def _arrange(self) -> None:
        """Lay out form, keys and buttons, and what is spent if the account has a monthly cap."""
        tests = QHBoxLayout()
        tests.addWidget(self.test_button)
        tests.addWidget(self.cancel_button)
        tests.addWidget(self.token_button)
        tests.addStretch()
        for each in (self.form, self._old_keys, self.keys):
            self.column.addWidget(each)
        self.column.addLayout(tests)
        self.column.addWidget(self.outcome)
        self.outcome.hide()
        self._old_keys.hide()
        if self._has_cap:
            self.column.addSpacing(theme.GAP)
            self.column.addWidget(self._spent)
            self.column.addWidget(self._bar)

    def refresh(self) -> None:
        """Show the present account. The keychain and the ledger are asked only while the section is unfolded."""
        self.form.set_params(accounts.account(self._settings, self._name))
        if not self.folded:
            self._session().services.ask_states(lambda _states: self._show_keys())
            self._show_spent()

    def _show_keys(self) -> None:
        """Show the keys, after a thread has asked the keychain, so that it answers at once."""
        self.keys.refresh()
        self._show_old_keys()

    def _take(self, account: Params) -> None:
        """Keep a changed account, or put back the one that is kept and say what is wrong."""
        known = accounts.account(self._settings, self._name)
        before = accounts.address(known)
        self._cancel()
        try:
            accounts.keep(self._settings, self._name, account)
        except BadParameter as error:
            self.form.set_params(known)  # the form shows what is in use
            self._say(str(error), "bad")
            return
        if before and before != accounts.address(account) and self.keys.held_at(before):
            self._before = before
        self.outcome.hide()
        self.refresh()
        self.changed.emit()

    def _keys_changed(self) -> None:
        self.outcome.hide()
        self._show_old_keys()
        self.changed.emit()

    def _show_old_keys(self) -> None:
        """Say, after a change of the address, that the keys belong to the former one."""
        now = accounts.address(self.form.params())
        stale = bool(self._before) and self._before != now and not (now and self.keys.held_at(now))
        if stale:
            text = _said("Your keys belong to {} and are not sent elsewhere; enter those of the new address.")
            parts.say(self._old_keys, text.format(_hosts(self._before)), "warn")
        self._old_keys.setVisible(stale)

    def _show_spent(self) -> None:
        """Show what is spent of the monthly cap (USD), or why the ledger cannot be read."""
        if not self._has_cap:
            return
        cap = float(self.form.params().to_wire()["monthlyCap"])
        try:
            spent = self._session().services.access.ledger.spent(self._name)
        except MaskStudioError as error:
            parts.say(self._spent, str(error), "bad")
            return
        parts.say(self._spent, _said("{} of {} are spent this month.").format(money(spent), money(cap)))
        self._bar.setValue(round(1000 * min(1.0, spent / cap)) if cap else 1000 * (spent > 0))

    # Tokens

    def _buy(self) -> None:
        """Open the sheet that offers a payment; this alone asks for none."""
        from maskstudio.ui.preferences.token import TokenSheet

        session = self._session()
        try:
            sheet = TokenSheet(self, session, session.services.tokens.prepare(self._name))
        except MaskStudioError as error:
            self._say(str(error), "bad")
            return
        sheet.kept.connect(self._token_kept)
        sheet.finished.connect(lambda _: self._show_spent())
        sheet.open()

    def _token_kept(self) -> None:
        self.keys.refresh()
        self._show_spent()
        self.changed.emit()

    # Testing

    def _test(self) -> None:
        self._cancel()
        self._say(_said("Asking…"))
        self.test_button.setEnabled(False)
        self.cancel_button.show()
        job = self._session().services.check(
            self._name, lambda sentence: self._tested(sentence, "good"), lambda error: self._tested(str(error), "bad")
        )
        self._job = None if job.finished else job

    def _tested(self, sentence: str, tone: str) -> None:
        self._job = None
        self._at_rest()
        self._say(sentence, tone)

    def _cancel(self) -> None:
        """Stop the test and drop its answer."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self._at_rest()
            self._say(_said("Cancelled."))

    def _at_rest(self) -> None:
        self.test_button.setEnabled(True)
        self.cancel_button.hide()

    def _say(self, sentence: str, tone: str = "") -> None:
        parts.say(self.outcome, sentence, tone)
        self.outcome.show()


def _hosts(address: str) -> str:
    """The hosts in an address, which may name two servers."""
    return ", ".join(each.partition("://")[2].partition("/")[0] or each for each in address.split())
