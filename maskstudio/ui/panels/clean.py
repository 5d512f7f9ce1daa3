"""The part of the Adjust panel that removes islands and fills holes below a size, shown live on the canvas."""

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from maskstudio.core.cleanup import Parts
from maskstudio.params import CleanParams
from maskstudio.session import Session
from maskstudio.ui import theme
from maskstudio.ui.form import Form
from maskstudio.ui.panels import parts

_REST = 400  # ms after a change until islands and holes are looked for again


class CleanPart(QWidget):
    """Folded until it is wanted, since islands and holes have to be looked for first."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cleanPart")
        self._session = session
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._look)
        self.header = parts.quiet_button("chevron-right", self.tr("Islands and holes"), self._toggle)
        self.header.setObjectName("cleanHeader")
        self.header.setToolTip(self.tr("Remove specks and fill pinholes up to a size"))
        self.form = Form(CleanParams)
        self.form.changed.connect(self._clean)
        self._count = parts.Hint()
        self._count.setObjectName("hint")
        self.apply_button = parts.button(self.tr("Apply"), lambda: self._session.keep_run("clean"), primary=True)
        self.cancel_button = parts.button(self.tr("Cancel"), lambda: self._session.drop_run("clean"))
        self._body = QWidget()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(self.form)
        column.addWidget(self._count)
        column.addLayout(parts.row(self.apply_button, self.cancel_button))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(theme.GAP)
        outer.addWidget(self.header)
        outer.addWidget(self._body)
        self._body.hide()
        self.refresh()

    @property
    def opened(self) -> bool:
        """Whether it is unfolded."""
        return not self._body.isHidden()

    def open(self, opened: bool = True) -> None:
        """Unfold, or fold; what is previewed stays as it is."""
        if opened != self.opened:
            self._body.setVisible(opened)
            self.header.setProperty("iconName", "chevron-down" if opened else "chevron-right")
            parts.dress(self.header)
            if not opened:
                self._session.forget_parts()
        self.refresh()
        if opened:
            self._look()
            self.form.field("min_island").setFocus()

    def follow(self, session: Session) -> None:
        """Show another document's session from now on."""
        self._session.forget_parts()
        self._session = session
        self.refresh()

    def refresh(self) -> None:
        """Show what the run of now asks for, and what it removes."""
        if not self.opened:
            return
        session, found = self._session, self._session.parts
        live, running = session.active is not None, session.in_run("clean")
        self.form.setEnabled(live)
        self.form.set_params(session.clean_params)
        self.apply_button.setEnabled(running)
        self.cancel_button.setEnabled(running)
        parts.say(self._count, self._sentence(found))
        if live and found is None and self.isVisible() and not self._rest.isActive():
            self._rest.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Look for what is there now."""
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody waits any more."""
        super().hideEvent(event)
        self._rest.stop()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            parts.dress(self)

    def _toggle(self) -> None:
        self.open(not self.opened)

    def _look(self) -> None:
        if self.opened and self.isVisible():
            self._session.find_parts()

    def _clean(self, params: CleanParams) -> None:
        self._session.clean(params)
        self.refresh()

    def _sentence(self, found: Parts | None) -> str:
        """What goes at these sizes, of what there is."""
        if self._session.active is None:
            return self.tr("Choose a layer to clean its mask.")
        if found is None:
            return self.tr("Looking for islands and holes…")
        params = self.form.params()
        islands, holes = found.islands, found.holes
        gone, filled = islands.below(params.min_island), holes.below(params.min_hole)
        if params == CleanParams():
            return self.tr("There are {} and {}.").format(
                self._islands(len(islands.areas)), self._holes(len(holes.areas))
            )
        return self.tr("{} of {} and {} of {} go.").format(
            gone, self._islands(len(islands.areas)), filled, self._holes(len(holes.areas))
        )

    def _islands(self, count: int) -> str:
        return self.tr("1 island") if count == 1 else self.tr("{:,} islands").format(count)

    def _holes(self, count: int) -> str:
        return self.tr("1 hole") if count == 1 else self.tr("{:,} holes").format(count)
