"""The panel that refines the active layer's edge."""

from PySide6.QtWidgets import QWidget

from maskstudio.core.document import Layer
from maskstudio.params import RefineParams
from maskstudio.session import Session
from maskstudio.ui.form import Form
from maskstudio.ui.panels import parts
from maskstudio.ui.panels.band import BandPicture


class RefinePanel(QWidget):
    """Band width and clean colours. The first time a button starts it; from then on every change is live."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("refinePanel")
        self._session = session
        self._shown: int | None = None
        self._own = RefineParams()  # for the next layer that is refined
        self.form = Form(RefineParams)
        self.form.enable_when("decontamination_amount", lambda params: params.color_decontamination)
        self.form.changed.connect(self._change)
        self._picture = BandPicture()
        self._hint = parts.Hint()
        self.button = parts.button(self.tr("Refine"), self._press, primary=True)
        self.button.setObjectName("refine")
        column = parts.column(self)
        column.addWidget(self._picture)
        column.addWidget(self._hint)
        column.addWidget(self.form)
        column.addWidget(self.button)
        self.refresh()

    def refine(self) -> None:
        """Solve the active layer's edge with what the form says."""
        if layer := self._session.active:
            self._session.refine(layer.id, self.form.params())
            self.refresh()

    def follow(self, session: Session) -> None:
        """Show another document's session from now on."""
        self._session = session
        self.refresh()

    def refresh(self) -> None:
        """Show the active layer's refinement; what is being solved right now is left as the user set it."""
        layer = self._session.active
        busy = layer is not None and self._busy(layer)
        self.form.setEnabled(layer is not None)
        self.button.setEnabled(layer is not None)
        refined = layer is not None and layer.refine is not None
        self._name_button(self.tr("Remove refinement") if refined else self.tr("Refine"), primary=not refined)
        parts.say(self._hint, self._sentence(layer, busy=busy))
        if layer is None or not (layer.refine and busy and layer.id == self._shown):
            self.form.set_params((layer and layer.refine) or self._own)
        self._shown = layer.id if layer else None

    def _sentence(self, layer: Layer | None, *, busy: bool) -> str:
        if layer is None:
            return self.tr("Choose a layer to refine its edge.")
        if busy:
            return self.tr("Solving the edge of {}…").format(layer.name)
        if layer.refine is not None:
            return self.tr("{} is refined; changes show at once.").format(layer.name)
        return self.tr("Solves the band along the edge, hair by hair.")

    def _name_button(self, text: str, *, primary: bool) -> None:
        if self.button.text() != text:
            self.button.setText(text)
            self.button.setProperty("primary", primary)
            self.button.style().polish(self.button)

    def _busy(self, layer: Layer) -> bool:
        lane = f"layer {layer.id} refine"
        return any(job.lane == lane and not job.token.cancelled for job in self._session.runner.jobs)

    def _change(self, params: RefineParams) -> None:
        layer, self._own = self._session.active, params
        if layer is not None and (layer.refine is not None or self._busy(layer)):
            self._session.refine(layer.id, params)

    def _press(self) -> None:
        layer = self._session.active
        if layer is not None and layer.refine is not None:
            self._session.unrefine(layer.id)
        else:
            self.refine()
