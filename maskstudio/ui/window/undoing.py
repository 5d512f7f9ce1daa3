"""Undo and redo: the work a tool has under way is asked first, the history after it.

While a tool has work under way the history does not move, so that nothing is taken back behind it.
"""

from collections.abc import Callable

from maskstudio.session.session import Session
from maskstudio.ui.tools.tools import Tools


def verbs(tools: Tools, session: Callable[[], Session]) -> dict[str, Callable[[], object]]:
    """The verbs, by the id of their action; ``session`` gives the session of the tab in front."""
    return {
        "edit.undo": lambda: undo(tools, session()),
        "edit.redo": lambda: redo(tools, session()),
        "edit.toggleState": lambda: toggle(tools, session()),
    }


def undo_label(tools: Tools, session: Session) -> str:
    """What undo would take back, in a word or two; empty for nothing."""
    return tools.undoes or session.undo_label


def redo_label(tools: Tools, session: Session) -> str:
    """What redo would bring back; empty for nothing."""
    if tools.redoes or tools.undoes:
        return tools.redoes
    return session.redo_label


def undo(tools: Tools, session: Session) -> None:
    """Take the last thing back."""
    if not tools.undo():
        session.undo()


def redo(tools: Tools, session: Session) -> None:
    """Bring the last thing back that was taken back."""
    if not tools.redo():
        session.redo()


def toggle(tools: Tools, session: Session) -> None:
    """Go back one step, or, right after having gone back, forward again."""
    redo(tools, session) if redo_label(tools, session) else undo(tools, session)
