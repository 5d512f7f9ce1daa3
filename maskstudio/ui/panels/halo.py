"""The fourth section of the refine panel: how much of the old background the edge still shows."""

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from maskstudio.core.document import Document
from maskstudio.core.fringe import Fringe
from maskstudio.session.session import Session
from maskstudio.ui.panels.halo_meter import Meter, RimPicture, judged, rim
from maskstudio.ui.panels.redrawn import ALPHA, RedrawnByChange, Shows
from maskstudio.ui.widgets import action_follower, parts, theme
from maskstudio.ui.widgets.colourname import named
from maskstudio.ui.widgets.section import Section

_REST = 400  # ms after a change until the fringe is measured again
_TRIES = 2  # tries for one state of the document, since a measurement can be cancelled or fail


def _said(text: str) -> str:
    return QCoreApplication.translate("HaloSection", text)


def _words(fringe: Fringe) -> str:
    """A word and the numbers of a fringe; its worst place decides, since an average can hide a clump."""
    worst = fringe.spots[0] if fringe.spots else None
    if worst is None or worst.amount <= fringe.amount:
        words = f"{fringe.amount:.1f}  {judged(fringe.amount)}"
        return _said("{} on {}").format(words, named(fringe.backdrop)) if fringe.worst is not None else words
    amounts = _said("{} mean, {} worst").format(f"{fringe.amount:.1f}", f"{worst.amount:.1f}")
    return amounts + "\n" + _said("{} on {}").format(judged(worst.amount), named(worst.backdrop))


class HaloSection(RedrawnByChange, Section):
    """The halo meter. It measures only while it is unfolded and visible."""

    SHOWS = Shows(stack=True, solo=True, each=ALPHA | {"visible", "mode", "refine", "measured", "regions"})

    def __init__(self, session: Session) -> None:
        """Make the section, folded: picture, number, meter, what they mean, and three buttons."""
        super().__init__("haloSection", _said("Halo meter"), folded=True)
        self._session = session
        self._looked_at: Document | None = None
        self._tries = 0
        self._pictured: object = None  # the fringe in the picture
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._measure)
        self.toggled.connect(self.refresh)
        self.meter, self.picture, self.number = Meter(), RimPicture(), QLabel()
        self.number.setObjectName("haloNumber")
        self.number.ensurePolished()
        self.number.setMinimumHeight(2 * self.number.fontMetrics().lineSpacing())  # two lines, so that nothing moves
        meaning = _said("Colour difference (Delta E) of the rim, on the background that shows it worst.")
        for each in (self.meter, self.picture, self.number):
            each.setToolTip(meaning)
        self.worst, self._worst_action = action_follower.button(_said("Show worst"))
        self.next, self._next_action = action_follower.button(_said("Next worst"))
        self.fix, self._fix_action = action_follower.button(_said("Fix here"))
        beside = QVBoxLayout()
        beside.setSpacing(2)
        beside.addWidget(self.number)
        beside.addWidget(self.meter)
        top = QHBoxLayout()
        top.setSpacing(theme.SPACE)
        top.addWidget(self.picture)
        top.addLayout(beside, 1)
        self.column.addLayout(top)
        self.column.addWidget(parts.Hint(meaning))
        buttons = parts.row(self.worst, self.next, self.fix)
        buttons.setSpacing(theme.GAP)
        self.column.addLayout(buttons)

    def adopt(self, worst: QAction | None, following: QAction | None, fix: QAction | None) -> None:
        """Tie the buttons to these actions."""
        self._worst_action.follow(worst)
        self._next_action.follow(following)
        self._fix_action.follow(fix)

    def follow(self, session: Session) -> None:
        """Measure another document's session."""
        self._session, self._looked_at = session, None
        self._empty("")

    def facts(self) -> object:
        """The fringe measured; while there is none, a value that always differs, so that every change redraws."""
        return None if self.idle else self._session.inspecting.fringe or object()

    @property
    def idle(self) -> bool:
        """Whether it is folded or hidden."""
        return self.folded or not self.isVisible()

    def redraw(self) -> None:
        """Show the fringe measured, or, if there is none of this state of the document, measure it soon."""
        document = self._session.document
        if self.idle:
            self._rest.stop()
            return
        if document is None or not document.shown:
            self._rest.stop()
            self._empty(_said("No cut-out to measure yet"))
            return
        fringe = self._session.inspecting.fringe
        if fringe is None:
            parts.say(self.number, _said("measuring…"))
            self.meter.show_amount(self.meter.amount, stale=True)
            self._await(document)
            return
        self._rest.stop()
        self._looked_at, self._tries = document, 0
        words = _words(fringe)
        parts.say(self.number, words)
        self.meter.show_amount(fringe.amount, stale=False, peak=fringe.peak)
        self.meter.setAccessibleDescription(words)
        if fringe is not self._pictured:
            self._pictured = fringe
            backdrop = fringe.spots[0].backdrop if fringe.spots else fringe.backdrop
            self.picture.show_image(rim(document, fringe.worst, backdrop))

    def showEvent(self, event: QShowEvent) -> None:
        """Refresh, which starts a measurement if it is needed."""
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody waits any more."""
        super().hideEvent(event)
        self._rest.stop()

    def _empty(self, text: str) -> None:
        parts.say(self.number, text)
        self.meter.show_amount(None, stale=True)
        self.meter.setAccessibleDescription(text)
        self.picture.show_image(None)
        self._pictured = None

    def _await(self, document: Document) -> None:
        """Measure ``document`` when nothing has changed for a while."""
        if document is not self._looked_at:
            self._looked_at, self._tries = document, 0
            self._rest.start()
        elif self._tries < _TRIES and not self._rest.isActive() and not self._session.runner.under_way("layer fringe"):
            self._rest.start()

    def _measure(self) -> None:
        if self._session.document is not None:
            self._tries += 1
            self._session.inspecting.measure_fringe()
