"""The states of actions: which are enabled, and the words of undo and redo."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction

from maskstudio.session.session import Session
from maskstudio.ui.files.tabs import Tabs
from maskstudio.ui.registry.entry import When
from maskstudio.ui.tools.tools import Tools
from maskstudio.ui.window import actions as made
from maskstudio.ui.window import undoing


def _tr(text: str) -> str:
    return QCoreApplication.translate("actionStates", text)


class ActionStates:
    """Keeps ``actions`` up to date.

    ``model_ready`` says whether the chosen model can run, ``working`` whether a job runs.
    """

    def __init__(
        self,
        actions: Mapping[str, QAction],
        tabs: Tabs,
        tools: Tools,
        model_ready: Callable[[], bool],
        working: Callable[[], bool],
    ) -> None:
        """Keep what the states are read from; changes no action before ``refresh``."""
        self._actions, self._tabs, self._tools = actions, tabs, tools
        self._model_ready, self._working = model_ready, working
        self._holds: frozenset[When] | None = None  # the conditions the actions were last enabled by

    def refresh(self) -> None:
        """Enable the actions that can run on the document in front."""
        self.refresh_undo()
        holds = frozenset(when for when, holding in self._conditions().items() if holding)
        if holds != self._holds:
            self._holds = holds
            made.enable(self._actions, holds)

    def refresh_undo(self) -> None:
        """Name in undo and redo what they would take back or bring back."""
        labels = undoing.undo_label(self._tools, self._session), undoing.redo_label(self._tools, self._session)
        for name, words, label in zip(("undo", "redo"), (_tr("Undo {}"), _tr("Redo {}")), labels, strict=True):
            action = self._actions[f"edit.{name}"]
            action.setText(words.format(label).strip())
            action.setEnabled(bool(label))

    def refresh_jobs(self) -> None:
        """Enable the cancel action while there is a job to cancel."""
        self._actions["edit.cancelJobs"].setEnabled(self._working())

    @property
    def _session(self) -> Session:
        return self._tabs.front.session

    def _conditions(self) -> dict[When, bool]:
        """Every condition an action can have, and whether it holds for the document in front."""
        session = self._session
        document, active = session.document, session.active
        layers = document.layers if document else ()
        return {
            "document": document is not None,
            "model": document is not None and self._model_ready(),
            "layers": bool(layers),
            "layer": active is not None,
            "above": active is not None and active is not layers[-1],
            "below": active is not None and active is not layers[0],
            "undo": bool(undoing.undo_label(self._tools, session)),
            "redo": bool(undoing.redo_label(self._tools, session)),
            "job": self._working(),
            "tabs": self._tabs.count() > 1,
            "doubt": document is not None and document.doubtful,
        }
