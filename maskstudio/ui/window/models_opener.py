"""Opening the window of models, which is made when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from maskstudio.jobs import Job
from maskstudio.session.session import Session
from maskstudio.session.shelving import MODEL_WORK

if TYPE_CHECKING:  # loaded when the user asks for it, not at every start
    from maskstudio.ui.models.models_window import ModelsWindow


class ModelsOpener:
    """Belongs to ``window``; ``session`` gives the session in front. ``changed`` is called when a model may have become
    ready or was removed, ``open_settings`` shows the settings of models.
    """

    def __init__(
        self,
        window: QWidget,
        session: Callable[[], Session],
        *,
        changed: Callable[[], object],
        open_settings: Callable[[], object],
    ) -> None:
        """Keep what the window of models needs."""
        self._window, self._session = window, session
        self._changed, self._open_settings = changed, open_settings
        self._made: ModelsWindow | None = None
        self._under_way: dict[str, Job] = {}  # what concerns models, by lane; the window may be opened while it runs

    def verbs(self) -> dict[str, Callable[[], object]]:
        """The verbs, by the id of the action that triggers them."""
        return {"edit.models": self.open}

    def open(self, name: str = "") -> ModelsWindow:
        """Show the models, with the one called ``name`` chosen if it is given."""
        if self._made is None:
            from maskstudio.ui.models.models_window import ModelsWindow

            self._made = ModelsWindow(self._window, self._session)
            self._made.changed.connect(self._changed)
            self._made.settingsRequested.connect(self._open_settings)
            for job in self._under_way.values():
                self._made.job_changed(job)
        self._made.open_at(name)
        return self._made

    def job_changed(self, job: Job) -> None:
        """Show how a job stands, now or once the window is opened."""
        if job.finished:
            self._under_way.pop(job.lane, None)
        elif job.lane.startswith(MODEL_WORK):
            self._under_way[job.lane] = job
        if self._made is not None:
            self._made.job_changed(job)

    def refresh(self) -> None:
        """List the models again, if they are on show."""
        if self._made is not None:
            self._made.refresh()
