"""The search for the spill colour while it is set to automatic."""

from PySide6.QtCore import QTimer

from maskstudio.core.layer import Layer
from maskstudio.session.session import Session
from maskstudio.ui.panels.colours import ColoursSection
from maskstudio.ui.panels.redrawn import RedrawnByChange, Shows

_REST = 500  # ms after the last change until the spill colour is searched for


class SpillSearch(RedrawnByChange):
    """Searches along the active layer's edge while the section ``colours`` is visible, and shows the result there."""

    SHOWS = Shows(active=True)

    def __init__(self, session: Session, colours: ColoursSection) -> None:
        self._session, self._colours = session, colours
        self._rest = QTimer(colours, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._find)

    def follow(self, session: Session) -> None:
        """Search in another document's session."""
        self._session = session

    def facts(self) -> object:
        """The colour found, and the layer to search in: every change of that layer starts another search."""
        return self._session.inspecting.spill, self._wanted() if self._seen else None

    def redraw(self) -> None:
        """Show the colour found, and search again soon."""
        self._colours.spill.show_found(self._session.inspecting.spill)
        if self._wanted() is not None:
            self._rest.start()

    @property
    def _seen(self) -> bool:
        return self._colours.isVisible() and not self._colours.folded

    def _wanted(self) -> Layer | None:
        """The layer whose spill colour is searched for; None unless the form asks for the automatic one."""
        layer, params = self._session.active, self._colours.form.params()
        automatic = params.color_decontamination and not params.spill[3]
        return layer if layer is not None and automatic and not layer.unsolved else None

    def _find(self) -> None:
        if self._seen and self._session.document is not None:
            self._session.inspecting.find_spill()
