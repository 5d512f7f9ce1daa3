"""What is shown of the doubt between two models: how much of the subject it is, and a tour of its places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Signal

from maskstudio.figures import percent
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.tools.base import said
from maskstudio.ui.views.placetour import PlaceTour
from maskstudio.ui.views.view_choices import ViewChoices

if TYPE_CHECKING:
    from maskstudio.core.document import Document
    from maskstudio.core.doubt import Doubt
    from maskstudio.session.session import Session

_ROOM = 0.4  # share of the view that a place fills
_CLOSEST = 4.0  # device pixels for one of the photo


class DoubtView(QObject):
    """Follows the session in front, and has its doubt measured only while that is shown or gone to.

    Call ``follow`` after every change of a document or of what is shown of it; it asks for nothing twice.
    """

    followed = Signal()  # the words on the doubt may have changed

    def __init__(self, canvas: Canvas, choices: ViewChoices, parent: QObject) -> None:
        """Make a view that follows no session yet."""
        super().__init__(parent)
        self._canvas, self._choices = canvas, choices
        self._session: Session | None = None
        self._step = 0  # how many places to move on once the doubt is known
        self._asked: Document | None = None  # the document whose doubt was asked for last
        self._tour = PlaceTour()
        choices.changed.connect(self.follow)

    @property
    def words(self) -> str:
        """What the marked pixels are, for the legend; empty while none are shown."""
        session = self._session
        if session is None or self._canvas.styling.result_mode != "doubt":
            return ""
        doubt = session.inspecting.doubt
        if doubt is None:
            return said("Doubt: the two models differ here")
        share = said("less than {}").format(percent(0.01)) if doubt.share < 0.01 else percent(doubt.share)
        return said("Doubt: the two models differ here, {} of the subject").format(share)

    def go_on(self, step: int) -> None:
        """Look at the greatest place in doubt, once it is found, and then at the next; -1 goes to the one before."""
        self._step, self._asked = step, None
        self.follow()

    def follow(self, session: Session | None = None) -> None:
        """Have the doubt measured while it is wanted, and go on to its next place."""
        self._session = session or self._session
        if self._session is not None:
            self._follow(self._session)
        self.followed.emit()

    def _follow(self, session: Session) -> None:
        """Ask for the doubt of the document as it is, once, and go on as soon as it is known."""
        document = session.document
        if document is None or not document.doubtful or not (self._step or self._choices.mode == "doubt"):
            self._step = 0
            return
        if document is not self._asked:  # asked only once, since a failure would repeat without end
            self._asked = document
            session.inspecting.measure_doubt()
        doubt = session.inspecting.doubt
        if doubt is not None and self._step:
            step, self._step = self._step, 0
            self._go(session, doubt, step)

    def _go(self, session: Session, doubt: Doubt, step: int) -> None:
        """Look at the place ``step`` after the last one, at first at the greatest."""
        if not doubt.places:
            session.told(said("The two models differ nowhere that is left to decide."))
            return
        number, place = self._tour.go_on(doubt, doubt.places, step)
        view, ratio = self._canvas.view, self._canvas.devicePixelRatioF()
        width, height = self._canvas.width() * ratio, self._canvas.height() * ratio
        scale = min(_ROOM * width / place.box.width, _ROOM * height / place.box.height, _CLOSEST)
        x, y = place.at
        view.look_at(scale, QPointF(x + 0.5, y + 0.5))
        session.told(said("Doubt {} of {}, in the middle of the view.").format(number + 1, len(doubt.places)))
