"""The first section of the refine panel: where and how the band along the edge is solved."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from maskstudio.params.local import RefineParams
from maskstudio.ui.panels.band import BandPicture
from maskstudio.ui.services.elsewhere import Elsewhere
from maskstudio.ui.widgets import action_follower, parts
from maskstudio.ui.widgets.fields import Choice
from maskstudio.ui.widgets.form import Form
from maskstudio.ui.widgets.section import Section

_PEERS = "closed-form"  # the first of pymatting's solvers; a line above it sets them apart


def _said(text: str) -> str:
    return QCoreApplication.translate("EdgeSection", text)


class EdgeSection(Section):
    """Band width and solver, with the trade-off in a sentence. ``press`` is called by the button.

    While a service is chosen in ``elsewhere``, its form replaces these controls.
    """

    def __init__(self, press: Callable[[], object], elsewhere: Elsewhere) -> None:
        """Make the section; ``press`` runs at a click on Refine, ``elsewhere`` chooses where it runs."""
        super().__init__("edgeSection", _said("Edge"))
        self.state = parts.Hint()
        self.form = Form(RefineParams, only=("band_width", "adaptive", "solver"))
        self.form.setObjectName("edgeForm")
        self._trade = parts.Hint()
        self._trade.setObjectName("hint")
        solver = self.form.field("solver")
        assert isinstance(solver, Choice)
        for key, _ in next(spec for spec in RefineParams.specs() if spec.name == "solver").choices:
            solver.explain(key, trade_off(key))
        solver.part_before(_PEERS)
        self.button = parts.button(_said("Refine"), press, primary=True)
        self.button.setObjectName("refine")
        self.trimap, self.trimap_action = action_follower.button(_said("Show trimap"))
        here = QWidget()
        column = parts.column(here)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.column.spacing())
        for each in (BandPicture(), self.state, self.form, self._trade):
            column.addWidget(each)
        column.addLayout(parts.row(self.trimap, self.button))
        elsewhere.switched.connect(lambda name: here.setVisible(not name))
        self.column.addWidget(elsewhere)
        self.column.addWidget(here)
        self.show_params(RefineParams(), live=True)

    def show_params(self, params: RefineParams, *, live: bool) -> None:
        """Show these; no signal."""
        self.form.setEnabled(live)
        self.form.set_params(params)
        parts.say(self._trade, trade_off(params.solver))

    def name_button(self, text: str, *, primary: bool, tip: str) -> None:
        """Set the words of the button."""
        self.button.setToolTip(tip)
        if self.button.text() != text:
            self.button.setText(text)
            self.button.setProperty("primary", primary)
            self.button.style().polish(self.button)


def trade_off(solver: str) -> str:
    """A sentence on what a solver is good for, and what it costs."""
    own = {
        "fast": _said("Shows at once; fine hair stays coarse."),
        "balanced": _said("Right for nearly every photo."),
        "best": _said("Several times slower; helps very fine hair."),
    }
    return own.get(solver, _said("To compare with: takes minutes on a large photo."))
