"""The part of the Adjust panel that removes islands and fills holes below a size, shown live on the canvas."""

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent

from maskstudio.core.cleanup import LooseParts
from maskstudio.params.local import CleanParams
from maskstudio.session.session import Session
from maskstudio.ui.panels.redrawn import ALPHA, RedrawnByChange, Shows
from maskstudio.ui.widgets import parts
from maskstudio.ui.widgets.form import Form
from maskstudio.ui.widgets.section import Section

_REST = 400  # ms after a change until islands and holes are looked for again


def _said(text: str) -> str:
    return QCoreApplication.translate("CleanPart", text)


class CleanPart(RedrawnByChange, Section):
    """Folded until it is wanted, since islands and holes have to be looked for first."""

    SHOWS = Shows(active=True, own=ALPHA)

    def __init__(self, session: Session) -> None:
        """Make the section, folded, with its form, a sentence on what goes, and the buttons Apply and Cancel."""
        super().__init__("cleanPart", _said("Islands and holes"), folded=True)
        self._session = session
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._look)
        self.header.setToolTip(_said("Remove specks and fill pinholes up to a size"))
        self.form = Form(CleanParams)
        self.form.changed.connect(self._clean)
        self._count = parts.Hint()
        self._count.setObjectName("hint")
        self.apply_button = parts.button(
            _said("Apply"), lambda: self._session.adjusting.keep_run("clean"), primary=True
        )
        self.cancel_button = parts.button(_said("Cancel"), lambda: self._session.adjusting.drop_run("clean"))
        self.column.addWidget(self.form)
        self.column.addWidget(self._count)
        self.column.addLayout(parts.row(self.apply_button, self.cancel_button))
        self.toggled.connect(self._turned)

    def open(self) -> None:
        """Unfold, and bring the keyboard there."""
        self.fold(False)
        self.form.field("min_island").setFocus()

    def follow(self, session: Session) -> None:
        """Show another document's session from now on."""
        self._session.adjusting.forget_parts()
        self._session = session
        self.refresh()

    def facts(self) -> object:
        """The sizes as shown and as the run of now has them, and whether islands and holes are known."""
        if self.idle:
            return None
        session, adjusting = self._session, self._session.adjusting
        found = adjusting.parts
        if found is None and session.active is not None:
            return object()  # they are still to be looked for
        return self.form.params(), adjusting.clean_params, adjusting.in_run("clean"), found

    @property
    def idle(self) -> bool:
        """Folded, there is nothing to see."""
        return self.folded

    def redraw(self) -> None:
        """Show what the run of now asks for, and what it removes."""
        if self.idle:
            return
        session, found = self._session, self._session.adjusting.parts
        live, running = session.active is not None, session.adjusting.in_run("clean")
        self.form.setEnabled(live)
        self.form.set_params(session.adjusting.clean_params)
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

    def _turned(self, folded: bool) -> None:
        """What is previewed stays as it is, whether it is seen or not."""
        if folded:
            self._session.adjusting.forget_parts()
        self.refresh()
        self._look()

    def _look(self) -> None:
        if not self.folded and self.isVisible():
            self._session.adjusting.find_parts()

    def _clean(self, params: CleanParams) -> None:
        self._session.adjusting.clean(params)
        self.refresh()

    def _sentence(self, found: LooseParts | None) -> str:
        """What goes at these sizes, of what there is."""
        if self._session.active is None:
            return _said("Choose a layer to clean its mask.")
        if found is None:
            return _said("Looking for islands and holes…")
        params = self.form.params()
        islands, holes = found.islands, found.holes
        gone, filled = islands.below(params.min_island), holes.below(params.min_hole)
        if params == CleanParams():
            return _said("There are {} and {}.").format(
                self._islands(len(islands.areas)), self._holes(len(holes.areas))
            )
        return _said("{} of {} and {} of {} go.").format(
            gone, self._islands(len(islands.areas)), filled, self._holes(len(holes.areas))
        )

    def _islands(self, count: int) -> str:
        return _said("1 island") if count == 1 else _said("{:,} islands").format(count)

    def _holes(self, count: int) -> str:
        return _said("1 hole") if count == 1 else _said("{:,} holes").format(count)
