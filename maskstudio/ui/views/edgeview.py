"""What is shown of an edge on the photo: its trimap, and the background on which its fringe shows most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Signal

from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.panels.halo_meter import judged
from maskstudio.ui.tools.base import said
from maskstudio.ui.views.placetour import PlaceTour
from maskstudio.ui.views.view_choices import ViewChoices
from maskstudio.ui.widgets.colourname import named

if TYPE_CHECKING:
    from maskstudio.core.document import Document
    from maskstudio.core.fringe import Fringe
    from maskstudio.core.image import Image
    from maskstudio.core.mask import Mask
    from maskstudio.session.session import Session
    from maskstudio.ui.tools.tools import Tools


class EdgeView(QObject):
    """Follows the session in front, and has drawn and measured only what is shown.

    Call ``follow`` after every change of a document or of what is shown of it; it asks for nothing twice.
    """

    followed = Signal()  # what lies over the photo may have changed

    def __init__(self, canvas: Canvas, choices: ViewChoices, parent: QObject) -> None:
        """Make a view that shows neither trimap nor fringe, and follows no session yet."""
        super().__init__(parent)
        self._canvas, self._choices = canvas, choices
        self._session: Session | None = None
        self._chosen = False  # whether the trimap is shown with every tool
        self._unrefined = False  # whether the active layer's unrefined mask is shown
        self._of_before: tuple[Document, Document] | None = None  # a document, and the one shown in its place
        self._with_tool = False  # whether the tool in use shows the trimap
        self._drawn: Mask | None = None  # the trimap as the session had it drawn
        self._measured: Document | None = None  # the document whose fringe was asked for last
        self._step = 0  # how many places to move on in the fringe once it is known
        self._tour = PlaceTour()
        self._judged_on: Image | None = None  # the photo whose worst background shows since it was asked for
        choices.changed.connect(self.follow)

    def attend(self, tools: Tools) -> None:
        """Show the trimap while a tool that paints into it is in use."""
        tools.toolChanged.connect(lambda name: self._use(shows=tools.tool_called(name).shows_trimap))
        self._use(shows=tools.tool.shows_trimap)

    def show_trimap(self, shown: bool) -> None:
        """Show the trimap with every tool, or only with one that paints into it."""
        self._chosen = shown
        self.follow()

    def show_original(self, shown: bool) -> None:
        """Show the active layer's mask as it was before it was refined, or as it is."""
        self._unrefined = shown
        self.follow()

    @property
    def original(self) -> Document | None:
        """The document with the unrefined mask, while that is shown and differs; else None."""
        return self._of_before[1] if self._of_before is not None else None

    def go_to_fringe(self, step: int = 1) -> None:
        """Look at the place where the fringe shows most, once it is found, and then at the next worst.

        A ``step`` of -1 goes to the one before.
        """
        self._step, self._measured = step, None
        self.follow()

    def follow(self, session: Session | None = None) -> None:
        """Show on the canvas what is known, and ask for what is not."""
        self._session = session or self._session
        if self._session is not None:
            self._follow_trimap(self._session)
            self._follow_fringe(self._session)
            self._follow_original(self._session)
        self.followed.emit()

    def _use(self, *, shows: bool) -> None:
        self._with_tool = shows
        self.follow()

    def _follow_trimap(self, session: Session) -> None:
        """Lay the trimap over the canvas while it is wanted, and take it away otherwise; not during a stroke."""
        if session.edging.stroke is not None:
            return  # the stroke itself paints into the trimap shown
        if session.active is None or not (self._chosen or self._with_tool):
            self._drawn = None
            self._canvas.contents.set_trimap(None)
            return
        session.inspecting.draw_trimap()
        if session.inspecting.trimap is not self._drawn or self._canvas.contents.trimap is None:
            self._drawn = session.inspecting.trimap
            self._canvas.contents.set_trimap(self._drawn)

    def _follow_original(self, session: Session) -> None:
        document, layer = session.document, session.active
        if not self._unrefined or document is None or layer is None or layer.refinement is None:
            self._of_before = None
        elif self._of_before is None or self._of_before[0] is not document:
            self._of_before = document, document.put(layer.changed(refinement=None))

    def _follow_fringe(self, session: Session) -> None:
        """Have the fringe measured while it is wanted; then go to its place and show its worst background."""
        document = session.document
        if self._choices.mode != "worst":
            self._judged_on = None
        if document is None or not (self._step or self._choices.mode == "worst"):
            return
        if document is not self._measured:  # asked only once, since a failure would repeat without end
            self._measured = document
            session.inspecting.measure_fringe()
        if (fringe := session.inspecting.fringe) is None:
            return
        step, self._step = self._step, 0
        if step:
            self._go_on(session, fringe, step)
        if step or (self._judged_on is not document.image and document.alpha.tiles):
            self._judged_on = document.image  # it stays during later changes until it is asked for again
            at = self._tour.at(fringe)
            self._choices.show_worst(fringe.backdrop if at is None else fringe.tour[at].backdrop)

    def _go_on(self, session: Session, fringe: Fringe, step: int) -> None:
        """Look at the place ``step`` after the last one, at first at the worst."""
        spots = fringe.tour
        if not spots:
            session.told(said("There is no fringe to be seen on any background."))
            return
        number, spot = self._tour.go_on(fringe, spots, step)
        x, y = spot.place
        self._canvas.view.look_at(max(self._canvas.view.scale, 1.0, self._close(session)), QPointF(x + 0.5, y + 0.5))
        if len(spots) > 1:
            words = said("Fringe {} of {}, in the middle of the view: {}, {} on {}.")
            amount, judgement = f"{spot.amount:.1f}", judged(spot.amount)
            session.told(words.format(number + 1, len(spots), amount, judgement, named(spot.backdrop)))

    def _close(self, session: Session) -> float:
        """The scale for looking at a place: twice the one at which the photo fits the view, rounded."""
        if session.document is None:
            return 1.0
        width, height = session.document.size
        ratio = self._canvas.devicePixelRatioF()
        return float(round(2 * ratio * min(self._canvas.width() / width, self._canvas.height() / height)))
