"""The panel with the live controls of the edge, which can be changed at any time, and of islands and holes."""

from PySide6.QtWidgets import QToolButton, QWidget

from maskstudio.core.document import Region
from maskstudio.params.local import UNADJUSTED, AdjustParams
from maskstudio.session.session import Session
from maskstudio.ui.panels.clean import CleanPart
from maskstudio.ui.panels.redrawn import RedrawnByChange, Shows
from maskstudio.ui.widgets import parts
from maskstudio.ui.widgets.form import Form


class AdjustPanel(RedrawnByChange, QWidget):
    """Controls of the active layer's edge, or of the chosen region. They keep their values; 0 changes nothing."""

    SHOWS = Shows(active=True, own=frozenset({"edge", "regions"}))

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Make the panel for the active layer of ``session``, with no region chosen."""
        super().__init__(parent)
        self.setObjectName("adjustPanel")
        self._session = session
        self._chosen: int | None = None  # id of the chosen region of the active layer
        self.form = Form(AdjustParams)
        for name, rule in AdjustParams.rules.items():
            self.form.enable_when(name, rule.holds)
        self.form.changed.connect(self._adjust)
        self._hint = parts.Hint()
        self.reset_button: QToolButton = parts.icon_button("reset", self.tr("Reset"), self._reset)
        self.reset_button.setObjectName("resetAdjust")
        self.reset_button.setToolTip(self.tr("Set all of these to 0"))
        self.clean = CleanPart(session)
        column = parts.column(self)
        column.addWidget(self._hint)
        column.addWidget(self.form)
        column.addWidget(parts.line())
        column.addWidget(self.clean)
        self.tools = (self.reset_button,)  # for the panel's title
        self.refresh()

    def follow(self, session: Session) -> None:
        """Show another document's session."""
        self._session, self._chosen = session, None
        self.clean.follow(session)
        self.refresh()

    def show_region(self, region: int | None) -> None:
        """Show and change this region of the active layer, or, with None, the whole edge."""
        self._chosen = region
        self.refresh()

    @property
    def sections(self) -> tuple[RedrawnByChange, ...]:
        """The section of islands and holes."""
        return (self.clean,)

    def facts(self) -> object:
        """The values shown, and those being applied."""
        return self.form.params(), self._session.adjusting.adjust_params

    def redraw(self) -> None:
        """Show the values of the layer or region, or those being applied."""
        live, region = self._session.active is not None, self._region
        params = region.edge if region else self._session.adjusting.adjust_params
        self.form.setEnabled(live)
        self.form.set_params(params)
        self.reset_button.setEnabled(params != UNADJUSTED)
        self._hint.setVisible(not live or region is not None)
        only = self.tr("Only {}.").format(region.name) if region else ""
        parts.say(self._hint, only if live else self.tr("Choose a layer to adjust its edge."))

    def focus(self, name: str) -> None:
        """Give the keyboard focus to a parameter of the edge, by its name in code."""
        self.form.field(name).setFocus()

    @property
    def _region(self) -> Region | None:
        layer = self._session.active
        return next((each for each in layer.regions if each.id == self._chosen), None) if layer else None

    def _adjust(self, params: AdjustParams) -> None:
        layer, region = self._session.active, self._region
        if layer is not None and region is not None:
            self._session.edging.set_region(layer.id, region.id, edge=params)
        else:
            self._session.adjusting.adjust_edge(params)
        self.reset_button.setEnabled(params != UNADJUSTED)

    def _reset(self) -> None:
        self._adjust(UNADJUSTED)
        self.refresh()
