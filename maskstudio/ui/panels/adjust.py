"""The panel that adjusts a finished mask, live: its edge, and its islands and holes."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QToolButton, QWidget

from maskstudio.params import AdjustParams
from maskstudio.session import Session
from maskstudio.ui.form import Form
from maskstudio.ui.panels import parts
from maskstudio.ui.panels.clean import CleanPart


class AdjustPanel(QWidget):
    """Sliders for the edge of what is there now; a run of them is one step. At 0 they change nothing.

    They go back to 0 when something else happens: what they did is then a part of the mask.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("adjustPanel")
        self._session = session
        self.form = Form(AdjustParams)
        self.form.changed.connect(self._adjust)
        self._hint = parts.Hint(self.tr("Choose a layer to adjust its edge."))
        self.reset_button: QToolButton = parts.icon_button("reset", self.tr("Reset"), self._reset)
        self.reset_button.setObjectName("resetAdjust")
        self.reset_button.setToolTip(self.tr("Take back what these sliders do"))
        self.clean = CleanPart(session)
        line = QFrame()
        line.setObjectName("line")
        line.setFixedHeight(1)
        column = parts.column(self)
        column.addWidget(self.form)
        column.addWidget(self._hint)
        column.addWidget(line)
        column.addWidget(self.clean)
        self.tools = (self.reset_button,)  # for the panel's title
        self.refresh()

    def follow(self, session: Session) -> None:
        """Show another document's session from now on."""
        self._session = session
        self.clean.follow(session)
        self.refresh()

    def refresh(self) -> None:
        """Show what the run of now asks for."""
        live = self._session.active is not None
        params = self._session.adjust_params
        self.form.setEnabled(live)
        self.form.set_params(params)
        self.reset_button.setEnabled(params != AdjustParams())
        self._hint.setVisible(not live)
        self.clean.refresh()

    def focus(self, name: str) -> None:
        """Bring the keyboard to a parameter of the edge, by its name in code."""
        self.form.field(name).setFocus()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            parts.dress(self)

    def _adjust(self, params: AdjustParams) -> None:
        self._session.adjust_edge(params)
        self.reset_button.setEnabled(params != AdjustParams())

    def _reset(self) -> None:
        self._session.adjust_edge(AdjustParams())
