"""The part of a panel that can send its work to a service: the choice of the place, and the service's forms."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from maskstudio.services.departure import WITH_MASK, ServiceOperation
from maskstudio.session.session import Session
from maskstudio.ui.services.requests import ServicePane
from maskstudio.ui.services.where import WhereRow
from maskstudio.ui.widgets import parts


class Elsewhere(QWidget):
    """The choice of the place, and the forms of the chosen service.

    ``switched(name)`` is emitted when another place is chosen; the name is empty for this machine.

    The panel hides its own controls while a service is chosen.
    """

    switched = Signal(str)

    def __init__(self, session: Session, operations: tuple[ServiceOperation, ...]) -> None:
        super().__init__()
        self._session, self._operations = session, operations
        self._panes: dict[str, ServicePane] = {}
        self.where = WhereRow(session, operations)
        self.where.chosen.connect(lambda _: self._switch())
        self._column = parts.column(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.where)

    @property
    def name(self) -> str:
        """The service that is chosen; empty for this machine."""
        return self.where.name

    @property
    def pane(self) -> ServicePane | None:
        """The forms of the service that is chosen, None on this machine."""
        return self._panes.get(self.name)

    def choose(self, name: str) -> None:
        """Choose a service by name; an unknown name means this machine."""
        self.where.set_name(name)
        if self.name and self.isVisible():
            self.where.look_up()
        self._switch()

    def ask(self, operation: ServiceOperation) -> None:
        """Have the service do this with the values of its form; the user is asked before anything is sent."""
        if self._session.document is not None and self.pane is not None and operation in self.pane.forms:
            self._session.services.ask(self.name, operation, self.pane.forms[operation].params())

    def follow(self, session: Session) -> None:
        """Use another document's session."""
        self._session = session
        self.where.follow(session)
        self.refresh()

    def facts(self) -> object:
        """Why the queue of the chosen service is paused, which can change by itself."""
        return self.name and self._session.services.paused(self.name)

    def refresh(self) -> None:
        """Enable what can be asked for with the present document."""
        self.where.refresh()
        if self.pane is not None:
            has_layer = self._session.active is not None  # an empty mask is noticed when the service is asked
            for operation, form in self.pane.forms.items():
                takes_mask = operation in WITH_MASK
                form.button.setEnabled(self._session.document is not None and (has_layer or not takes_mask))
                needs = self.tr("Choose a layer with a mask first.") if takes_mask and not has_layer else ""
                form.button.setToolTip(needs)

    def showEvent(self, event: QShowEvent) -> None:
        """Look up the state of the chosen service."""
        super().showEvent(event)
        if self.name:
            self.where.look_up()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "where"):
            self.where.dress()

    def _switch(self) -> None:
        """Show the forms of the chosen service, made the first time, and hide those of the others."""
        name = self.name
        if name and name not in self._panes:
            offers = self._session.services.offers(name)
            made = ServicePane(name, {each: offers[each] for each in self._operations if each in offers})
            made.asked.connect(self.ask)
            self._panes[name] = made
            self._column.addWidget(made)
        for each, pane in self._panes.items():
            pane.setVisible(each == name)
        self.refresh()
        self.switched.emit(name)
