"""The panel that shapes the active layer's mask, live."""

from PySide6.QtWidgets import QWidget

from maskstudio.params.local import MaskParams
from maskstudio.session.session import Session
from maskstudio.ui.panels.redrawn import RedrawnByChange, Shows
from maskstudio.ui.widgets import parts
from maskstudio.ui.widgets.form import Form


class MaskPanel(RedrawnByChange, QWidget):
    """Padding and blur of the active layer, px; every change is applied at once."""

    SHOWS = Shows(active=True, own=frozenset({"params"}))

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Make the panel for the active layer of ``session``."""
        super().__init__(parent)
        self.setObjectName("maskPanel")
        self._session = session
        self.form = Form(MaskParams)
        self.form.changed.connect(self._shape)
        self._hint = parts.Hint(self.tr("Choose a layer to shape its mask."))
        self.reset_button = parts.icon_button("reset", self.tr("Reset"), self._reset)
        self.reset_button.setObjectName("resetMask")
        self.reset_button.setToolTip(self.tr("Back to the default padding and blur"))
        column = parts.column(self)
        column.addWidget(self.form)
        column.addWidget(self._hint)
        self.tools = (self.reset_button,)  # for the panel's title
        self.refresh()

    def follow(self, session: Session) -> None:
        """Show another document's session."""
        self._session = session
        self.refresh()

    def facts(self) -> object:
        """The parameters in the form, and those being applied."""
        return self.form.params(), self._wanted()

    def redraw(self) -> None:
        """Show the active layer's parameters."""
        layer, params = self._session.active, self._wanted()
        self.form.setEnabled(layer is not None)
        self.reset_button.setEnabled(layer is not None and params != MaskParams())
        self._hint.setVisible(layer is None)
        if layer is not None:
            self.form.set_params(params)

    def _wanted(self) -> MaskParams:
        layer = self._session.active
        return self._session.shaping.mask_params(layer) if layer else MaskParams()

    def _shape(self, params: MaskParams) -> None:
        if layer := self._session.active:
            self._session.shaping.set_mask_params(layer.id, params)
            self.reset_button.setEnabled(params != MaskParams())

    def _reset(self) -> None:
        self.form.set_params(MaskParams())
        self._shape(MaskParams())
