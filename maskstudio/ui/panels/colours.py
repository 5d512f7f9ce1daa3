"""The second section of the refine panel: clean colours along the edge."""

from PySide6.QtCore import QCoreApplication

from maskstudio.params.local import RefineParams
from maskstudio.ui.panels.spill import SpillField
from maskstudio.ui.widgets import action_follower
from maskstudio.ui.widgets.form import Form
from maskstudio.ui.widgets.section import Section


def _said(text: str) -> str:
    return QCoreApplication.translate("ColoursSection", text)


class ColoursSection(Section):
    """Decontamination: on or off, its amount, and the spill colour it removes."""

    def __init__(self) -> None:
        """Make the form of the colour parameters and the check box that shows the colours before cleaning."""
        super().__init__("coloursSection", _said("Colours"))
        self.spill = SpillField()
        names = ("color_decontamination", "decontamination_amount", "spill")
        self.form = Form(RefineParams, only=names, own={"spill": self.spill})
        self.form.setObjectName("coloursForm")
        for name, rule in RefineParams.rules.items():
            self.form.enable_when(name, rule.holds)
        self.before, self.before_action = action_follower.check(_said("Show before"))
        self.before.setAccessibleDescription(_said("Shows the colours of the photo as they were, before cleaning."))
        self.column.addWidget(self.form)
        self.column.addWidget(self.before)

    def show_params(self, params: RefineParams, *, live: bool) -> None:
        """Show these parameters, without a signal."""
        self.form.setEnabled(live)
        self.form.set_params(params)
