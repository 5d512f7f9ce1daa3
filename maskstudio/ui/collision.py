"""Where a file is not as it was, or not to be written over: the ways on that the sentence about it offers."""

import os
from functools import partial

from PySide6.QtCore import QCoreApplication

from maskstudio.errors import ChangedElsewhere, MaskStudioError, OverOriginal
from maskstudio.session import Session
from maskstudio.ui.files import Files, Offer


def _tr(text: str) -> str:
    return QCoreApplication.translate("collision", text)


def ways_on(files: Files, session: Session, error: MaskStudioError) -> list[Offer]:
    """What can be offered to go on in spite of ``error``, the safest first."""
    if isinstance(error, OverOriginal) and error.path == files.last_export(session):
        return [(_tr("Replace It"), partial(files.repeat_export, session, "original"))]
    if isinstance(error, ChangedElsewhere) and error.path == files.last_export(session):
        return [(_tr("Replace Theirs"), partial(files.repeat_export, session, "other"))]
    if isinstance(error, ChangedElsewhere) and error.path == session.project:
        if not os.path.lexists(error.path):
            return [(_tr("Save Again"), session.save)]
        return [
            (_tr("Keep Both"), session.save_beside),
            (_tr("Open Theirs"), partial(files.open, error.path, again=True)),
            (_tr("Replace Theirs"), partial(session.save, replace=True)),
        ]
    offer = files.way_out(error)
    return [offer] if offer is not None else []
