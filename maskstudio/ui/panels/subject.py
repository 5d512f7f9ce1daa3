"""The part of the detect panel that cuts out the subject: one button, the model that does it, and its parameters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from maskstudio.params.local import CutoutParams
from maskstudio.session.finding import AUTO
from maskstudio.ui.panels.chosen_model import ChosenModel
from maskstudio.ui.panels.models import ListedModel, ModelChoice
from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.form import Form
from maskstudio.ui.widgets.jobbutton import JobButton

WRITTEN = ("rgba", "return_only_mask")  # what becomes of the cut-out when it is written: the export panel shows these

_SHORT = 6  # letters the list of second opinions needs at least


def _said(text: str) -> str:
    return QCoreApplication.translate("SubjectSection", text)


@dataclass(frozen=True)
class _None:
    """The choice of no second opinion, as the list of models shows it."""

    name: str = ""
    title: str = field(default_factory=lambda: _said("None"))
    state: str = "ready"
    note: str = ""
    size: int | None = None
    words: bool = False


class SubjectSection(QWidget):
    """The one blue button, the model that does it, and the parameters behind a disclosure.

    ``press`` is called by the button. ``edited`` is emitted when the user chooses another model,
    ``shelfRequested(name)`` when all models are wanted, and the chosen one first.
    """

    edited = Signal()
    shelfRequested = Signal(str)  # noqa: N815  as Qt names signals

    def __init__(self, press: Callable[[], object]) -> None:
        """Make the section, with no model listed yet."""
        super().__init__()
        self.setObjectName("subjectSection")
        self.button = JobButton(_said("Cut Out Subject"), press, primary=True)
        self.button.setObjectName("cutOutSubject")
        self.options_button = parts.icon_button("more", _said("Options of cutting out"), self._disclose)
        self.options_button.setCheckable(True)
        self.options_button.setObjectName("cutoutOptions")
        self.shelf_button = parts.icon_button("folder", _said("All models…"), self._open_shelf)
        self.shelf_button.setObjectName("allModels")
        self.shelf_button.setToolTip(_said("Add, download, measure and remove models"))
        self.chosen = ChosenModel("cutoutModel", (self.shelf_button,), brief=True)
        self.chosen.edited.connect(self._take_model)
        self.model = self.chosen.choice
        self.model.setAccessibleName(_said("What cuts out the subject"))
        self.second = ModelChoice()
        self.second.setMinimumContentsLength(_SHORT)
        self.form = Form(CutoutParams, without=("model", *WRITTEN), own={"second_model": self.second})
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
        """List these models, what is ready first, and choose the one called ``choose``, if it is there."""
        models = sorted(models, key=lambda each: each.state != "ready")
        self.chosen.show_models(models, self.params().model, choose)
        self._show_second(models)
        self.form.set_params(self.params())

    def _show_second(self, models: Sequence[ListedModel]) -> None:
        """List what can give a second opinion now; one that is gone is none."""
        ready = [each for each in models if each.state == "ready" and each.name != AUTO]
        self.second.show_states({each.name: each for each in (_None(), *ready)})
        params = self.form.params()
        if params.second_model not in {each.name for each in ready}:
            self.form.set_params(replace(params, second_model=""))
        self.second.set_value(self.form.params().second_model)

    def _take_model(self) -> None:
        self.form.set_params(self.params())
        self.form.changed.emit(self.form.params())
        self.edited.emit()

    def _open_shelf(self) -> None:
        self.shelfRequested.emit(self.model.value())

    def _disclose(self) -> None:
        self._options.setVisible(self.options_button.isChecked())
