"""The start of the tour: on request, and by itself with the sample photo at the first run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget

from maskstudio import settings as stored
from maskstudio.paths import SAMPLE, resource
from maskstudio.session.session import Session

if TYPE_CHECKING:  # modules are loaded when the user asks for them, not at every start
    from maskstudio.ui.help.tour import Tour


class TourStart(QObject):
    """Belongs to ``window``. ``session`` gives the one in front, ``key_of`` an action's key as it is written."""

    def __init__(
        self, window: QWidget, settings: stored.Settings, session: Callable[[], Session], key_of: Callable[[str], str]
    ) -> None:
        super().__init__(window)
        self._window, self._settings, self._session, self._key_of = window, settings, session, key_of
        self._actions: dict[str, QAction] = {}
        self._tour: Tour | None = None
        self._sample_wanted = False
        self.first_run = False  # the tour begins when the sample is opened, until it has been seen

    def verbs(self) -> dict[str, Callable[[], object]]:
        """The verbs, by the id of the action that triggers them."""
        return {"help.tour": self.start}

    def adopt(self, actions: dict[str, QAction]) -> None:
        """Let the tour point at the buttons of these actions."""
        self._actions = actions

    def start(self) -> None:
        """Begin the tour, on the sample photo if nothing is open."""
        if self._session().document is None:
            self._sample_wanted = True
            self._actions["file.sample"].trigger()
            return
        self._sample_wanted = False
        if self._tour is None:
            from maskstudio.ui.help.tour import Tour

            self._tour = Tour(self._window, self._widget, self._key_of, self._over)

    def photo_opened(self) -> None:
        """Another photo is on show: begin the tour if one waits for it, or if it is the sample at the first run."""
        document = self._session().document
        greets = self.first_run and not self._settings.tour_seen
        if document is not None and (self._sample_wanted or (greets and document.image.path == resource(SAMPLE))):
            QTimer.singleShot(0, self.start)  # once the window has taken its form

    def _over(self) -> None:
        self._tour = None
        if not self._settings.tour_seen:
            self._settings.tour_seen = True
            stored.save(self._settings)

    def _widget(self, name: str) -> QWidget | None:
        """A widget by its own name, or the button of the action of that name."""
        if (widget := self._window.findChild(QWidget, name)) is not None:
            return widget
        action = self._actions.get(name)
        buttons = action.associatedObjects() if action else []
        return next((each for each in buttons if isinstance(each, QToolButton) and each.isVisible()), None)
