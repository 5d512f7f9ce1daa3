"""The choice of where a panel's work runs, on this machine or at a service, with the state of the service."""

from collections.abc import Collection

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from maskstudio.services import directory
from maskstudio.services.departure import ServiceOperation, ServiceState
from maskstudio.session.session import Session
from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.dropdown import Dropdown
from maskstudio.ui.widgets.form import label_width
from maskstudio.ui.widgets.state_dot import DOT, dot

HERE = ""  # the name of this machine


class WhereRow(QWidget):
    """This machine and the services that do some of ``operations``. ``chosen(name)`` is emitted when the user chooses.

    Keys are in the keychain, which may be slow to ask, so states are looked up only while a service is chosen or the
    list is opened.
    """

    chosen = Signal(str)
    accountRequested = Signal(str)  # noqa: N815  as Qt names signals
    resumed = Signal()  # the user has resumed a paused queue

    def __init__(self, session: Session, operations: Collection[ServiceOperation]) -> None:
        """List this machine and every service that does some of ``operations``; this machine is chosen."""
        super().__init__()
        self._session = session
        self._states: dict[str, ServiceState] = {}
        self._paused = ""  # why the queue of the chosen service is paused, as shown
        self.places = Dropdown(6)
        self.places.setObjectName("provider")
        self.places.setAccessibleName(self.tr("Where it runs"))
        self.places.setToolTip(self.tr("Where it runs: nothing leaves this machine unless you choose a service here."))
        self.places.setIconSize(QSize(DOT, DOT))
        self.places.addItem(self.tr("This machine"), HERE)
        for name, info in directory.SERVICES.items():
            if not set(operations).isdisjoint(session.services.offers(name)):
                self.places.addItem(info.title, name)
        self.places.opening.connect(self.look_up)
        self.places.activated.connect(lambda _: self._choose())
        self._label = QLabel(self.tr("Where"))
        self._label.setBuddy(self.places)
        self._label.setFixedWidth(label_width(self))
        self.account_button = parts.icon_button("settings", self.tr("Account…"), self._ask_account)
        self.account_button.setObjectName("account")
        self._note = parts.Hint()
        self.way_out = parts.button("", self._take_way_out)
        self.way_out.setObjectName("serviceWayOut")
        self._arrange()
        self.dress()
        self.refresh()

    def _arrange(self) -> None:
        column = parts.column(self)
        column.setContentsMargins(0, 0, 0, 0)
        row = parts.row(self._label, self.places, self.account_button)
        row.setStretch(1, 1)
        column.addLayout(row)
        column.addWidget(self._note)
        column.addWidget(self.way_out)

    @property
    def name(self) -> str:
        """The name of the chosen service; empty for this machine."""
        return str(self.places.currentData() or HERE)

    def set_name(self, name: str) -> None:
        """Choose by name, without a signal; an unknown name means this machine."""
        self.places.setCurrentIndex(max(self.places.findData(name), 0))
        self.refresh()

    def follow(self, session: Session) -> None:
        """Use another document's session."""
        self._session = session
        self.refresh()

    def look_up(self) -> None:
        """Ask for the states of all services, and show them once they are known."""
        self._session.services.ask_states(self._show_states)

    def _show_states(self, states: list[ServiceState]) -> None:
        self._states = {each.name: each for each in states}
        for row in range(1, self.places.count()):
            state = self._states[self.places.itemData(row)]
            said = f"{self._word(state)}\n{state.paused or state.note}".strip()
            self.places.setItemData(row, said, Qt.ItemDataRole.ToolTipRole)
            words = f"{state.title}, {self._word(state)}"
            self.places.setItemData(row, words, Qt.ItemDataRole.AccessibleTextRole)
        self.dress()
        self.refresh()

    def refresh(self) -> None:
        """Show whether the chosen service can work, without asking the keychain."""
        name = self.name
        self.account_button.setVisible(bool(name))
        paused, lacking = (self._session.services.paused(name), self._lacking(name)) if name else ("", "")
        if paused != self._paused:
            self._paused = paused
            self.dress()
        if name:
            self.account_button.setToolTip(self.tr("Account of {}…").format(directory.title_of(name)))
        parts.say(self._note, self.tr("Paused: {}").format(paused) if paused else lacking, "warn")
        self._note.setVisible(bool(paused or lacking))
        self.way_out.setText(self.tr("Go on") if paused else self.tr("Account…"))
        self.way_out.setVisible(bool(paused or lacking))

    def dress(self) -> None:
        """Draw the dots in the colours of the theme in use."""
        colours = theme.tokens()
        self.places.setItemIcon(0, dot(colours.good, colours.on_accent))
        for row in range(1, self.places.count()):
            name = self.places.itemData(row)
            good = name in self._states and not self._states[name].note
            paused = bool(self._session.services.paused(name))
            shade = colours.warn if paused else colours.good if good else colours.disabled
            self.places.setItemIcon(row, dot(shade, colours.on_accent))

    def changeEvent(self, event: QEvent) -> None:
        """Align the label with those of the forms when the font changes."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_label"):
            self._label.setFixedWidth(label_width(self))

    def _word(self, state: ServiceState) -> str:
        if state.paused:
            return self.tr("Paused")
        return self.tr("Not set up yet") if state.note else self.tr("Ready")

    def _lacking(self, name: str) -> str:
        return self._states[name].note if name in self._states else ""

    def _choose(self) -> None:
        if self.name:
            self.look_up()
        self.refresh()
        self.chosen.emit(self.name)

    def _ask_account(self) -> None:
        self.accountRequested.emit(self.name)

    def _take_way_out(self) -> None:
        if self._session.services.paused(self.name):
            self._session.services.resume(self.name)
            self.look_up()
            self.resumed.emit()
        else:
            self._ask_account()
