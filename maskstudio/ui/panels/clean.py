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

_REST = 400  # ms after a change until islands and holes are searched for again


def _said(text: str) -> str:
    return QCoreApplication.translate("CleanPart", text)


class CleanPart(RedrawnByChange, Section):
    """Islands and holes; folded at first, since the search for them takes time."""

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
        """Unfold, and give the keyboard focus to the first size."""
        self.fold(False)
        self.form.field("min_island").setFocus()

    def follow(self, session: Session) -> None:
        """Show another document's session."""
        self._session.adjusting.forget_parts()
        self._session = session
        self.refresh()

    def facts(self) -> object:
        """The sizes shown, those of the current run, and the islands and holes found; always differs while unknown."""
        if self.idle:
            return None
        session, adjusting = self._session, self._session.adjusting
        found = adjusting.parts
        if found is None and session.active is not None:
            return object()  # the search is still to come
        return self.form.params(), adjusting.clean_params, adjusting.in_run("clean"), found

    @property
    def idle(self) -> bool:
        """Whether it is folded, so that it shows nothing."""
        return self.folded

    def redraw(self) -> None:
        """Show the sizes of the current run, and what it removes."""
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
        """Refresh, which starts the search if it is needed."""
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop waiting for the search: the section is hidden."""
        super().hideEvent(event)
        self._rest.stop()

    def _turned(self, folded: bool) -> None:
        """Forget what was found when folded, search when unfolded; the preview stays as it is."""
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
        """A sentence on how many islands and holes these sizes remove, of those found."""
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
