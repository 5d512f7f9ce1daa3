"""The part of the detect panel that cuts out the subject: one button, the model that does it, and its parameters."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from maskstudio.params.local import CutoutParams
from maskstudio.ui.panels.chosen_model import ChosenModel
from maskstudio.ui.panels.models import ListedModel
from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.form import Form
from maskstudio.ui.widgets.jobbutton import JobButton

WRITTEN = ("rgba", "return_only_mask")  # what becomes of the cut-out when it is written: the export panel shows these


def _said(text: str) -> str:
    return QCoreApplication.translate("SubjectSection", text)


class SubjectSection(QWidget):
    """The one blue button, the model that does it, and the parameters behind a disclosure.

    ``press`` is called by the button. ``edited`` is emitted when the user chooses another model.
    """

    edited = Signal()

    def __init__(self, press: Callable[[], object]) -> None:
        """Make the section, with no model listed yet."""
        super().__init__()
        self.setObjectName("subjectSection")
        self.button = JobButton(_said("Cut Out Subject"), press, primary=True)
        self.button.setObjectName("cutOutSubject")
        self.options_button = parts.icon_button("more", _said("Options of cutting out"), self._disclose)
        self.options_button.setCheckable(True)
        self.options_button.setObjectName("cutoutOptions")
        self.chosen = ChosenModel("cutoutModel", brief=True)
        self.chosen.edited.connect(self._take_model)
        self.model = self.chosen.choice
        self.model.setAccessibleName(_said("What cuts out the subject"))
        self.form = Form(CutoutParams, without=("model", *WRITTEN))
        for name, rule in CutoutParams.rules.items():
            self.form.enable_when(name, rule.holds)
        self._elsewhere = parts.Hint(_said("Background colour and mask only are set in Export."))
        self._options = QWidget()
        self._options.setObjectName("cutoutForm")
        self._options.hide()
        self._arrange()

    def _arrange(self) -> None:
        """The button above, then the model, then what is disclosed."""
        within = parts.column(self._options)
        within.setContentsMargins(0, 0, 0, 0)
        within.addWidget(self.form)
        within.addWidget(self._elsewhere)
        column = parts.column(self)
        column.setContentsMargins(0, 0, 0, 0)
        pressed = parts.row(self.button, self.options_button)
        pressed.setSpacing(theme.GAP)
        column.addLayout(pressed)
        column.addWidget(self.chosen)
        column.addWidget(self.chosen.foot)
        column.addWidget(self._options)

    def params(self) -> CutoutParams:
        """The chosen model and the values of the form."""
        return replace(self.form.params(), model=self.model.value() or self.form.params().model)

    def show_models(self, models: Sequence[ListedModel], choose: str = "") -> None:
        """List these models, and choose one called ``choose`` among them, or keep the one that is chosen."""
        names = {each.name for each in models}
        self.chosen.show_models(models, choose if choose in names else self.params().model)
        self.form.set_params(self.params())

    def _take_model(self) -> None:
        self.form.set_params(self.params())
        self.form.changed.emit(self.form.params())
        self.edited.emit()

    def _disclose(self) -> None:
        self._options.setVisible(self.options_button.isChecked())
