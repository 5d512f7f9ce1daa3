"""The ways on when a file has changed on the disk or must not be replaced."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from maskstudio.errors import ChangedElsewhere, MaskStudioError, OverOriginal
from maskstudio.session.keeping import free_name
from maskstudio.session.session import Session
from maskstudio.ui.files.filemenu import FileMenu
from maskstudio.ui.widgets.notice import NoticeButton


def _tr(text: str) -> str:
    return QCoreApplication.translate("collision", text)


def ways_on(
    files: FileMenu, session: Session, error: MaskStudioError, again: Callable[[Path], object] | None = None
) -> list[NoticeButton]:
    """The buttons that offer a way on after ``error``, the safest first.

    ``again`` writes what failed to a path that the user agrees to.
    """
    if isinstance(error, OverOriginal) and error.path == files.last_export(session):
        return [(_tr("Replace It"), partial(files.repeat_export, session, "original"))]
    if isinstance(error, ChangedElsewhere) and error.path == files.last_export(session):
        return [
            *([] if again is None else [_both(error.path, again)]),
            (_tr("Replace Theirs"), partial(files.repeat_export, session, "agreed")),
        ]
    if isinstance(error, ChangedElsewhere) and error.path == session.projects.path:
        if not os.path.lexists(error.path):
            return [(_tr("Save Again"), session.projects.save)]
        return [
            (_tr("Keep Both"), session.projects.save_beside),
            (_tr("Open Theirs"), partial(files.open, error.path, again=True)),
            (_tr("Replace Theirs"), partial(session.projects.save, replace=True)),
        ]
    if isinstance(error, ChangedElsewhere) and again is not None:
        return [_both(error.path, again), (_tr("Replace Theirs"), partial(again, error.path))]
    offer = files.way_out(error)
    return [offer] if offer is not None else []


def _both(theirs: Path, again: Callable[[Path], object]) -> NoticeButton:
    """Leave the other file and write this one beside it, under a name that is free at that moment."""
    return _tr("Keep Both"), lambda: again(free_name(theirs))
