"""The forms of a service: for each of its operations the parameters it has, and a button."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from maskstudio.params.spec import Params
from maskstudio.services import directory
from maskstudio.services.departure import OPERATIONS, ServiceOperation
from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.fields import Choice
from maskstudio.ui.widgets.form import Form

_ROOM = 28  # px beside the words of an open list
_UNSEEN = ("rgba",)  # a parameter of the command line; in the window the export has a background of its own


def _said(text: str) -> str:
    return QCoreApplication.translate("errands", text)


class ErrandForm(QWidget):
    """The form of one operation of a service. ``asked`` is emitted when its button is pressed."""

    asked = Signal()

    def __init__(self, operation: ServiceOperation, kind: type[Params], text: str, *, primary: bool) -> None:
        """Make the form of an operation, its button ``text``, and the rarer parameters behind a disclosure."""
        super().__init__()
        self.setObjectName(f"{operation}Errand")
        front = kind.front
        rest = tuple(spec.name for spec in kind.specs() if spec.name not in (*front, *kind.links, *_UNSEEN))
        self._forms = [Form(kind, only=names) for names in (front, rest) if names]
        self._params = kind()
        self.button = parts.button(text, self.asked.emit, primary=primary)
        self.button.setObjectName(f"{operation}There")
        self.options = parts.icon_button("more", _said("Options of {}").format(text), self._disclose)
        self.options.setObjectName(f"{operation}Options")
        self.options.setCheckable(True)
        self.options.setVisible(bool(rest))
        self._rest = self._forms[-1] if rest else None
        column = parts.column(self)
        column.setContentsMargins(0, 0, 0, 0)
        if front:
            column.addWidget(self._forms[0])
        row = parts.row(self.button, self.options) if rest else parts.row(self.button)
        row.setSpacing(theme.GAP)
        column.addLayout(row)
        if self._rest is not None:
            column.addWidget(self._rest)
            self._rest.hide()
        for form in self._forms:
            form.changed.connect(self.set_params)
            for choice in form.findChildren(Choice):
                choice.view().setMinimumWidth(choice.view().sizeHintForColumn(0) + _ROOM)
            for name, rule in kind.rules.items():
                if name in (front if form is not self._rest else rest):
                    form.enable_when(name, rule.holds)

    def params(self) -> Params:
        """The values of the forms."""
        return self._params

    def set_params(self, params: Params) -> None:
        """Show these, without a signal. Both forms hold all parameters, so that rules can refer to either."""
        self._params = params
        for form in self._forms:
            form.set_params(params)

    def _disclose(self) -> None:
        if self._rest is not None:
            self._rest.setVisible(self.options.isChecked())


class ServicePane(QWidget):
    """All operations of one service in a panel. ``asked(operation)`` is emitted at a press of a button."""

    asked = Signal(str)

    def __init__(self, name: str, offers: Mapping[ServiceOperation, type[Params]]) -> None:
        """Make a form for each operation in ``offers``; the button of the first is the primary one."""
        super().__init__()
        self.setObjectName(f"{name}Pane")
        self.forms: dict[ServiceOperation, ErrandForm] = {}
        column = parts.column(self)
        column.setContentsMargins(0, 0, 0, 0)
        for operation, kind in offers.items():
            text = _said(OPERATIONS[operation])
            if operation == "refine":
                text = _said("Refine at {}").format(directory.title_of(name))
            form = self.forms[operation] = ErrandForm(operation, kind, text, primary=not self.forms)
            form.asked.connect(lambda operation=operation: self.asked.emit(operation))
            column.addWidget(form)

    @property
    def main(self) -> ServiceOperation:
        """The operation of the primary button."""
        return next(iter(self.forms))
