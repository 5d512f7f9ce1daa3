"""What is offered where a subject was found that may be the wrong one: point at it, box it, or another model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction

from maskstudio.core.document import Document
from maskstudio.core.layer import Layer
from maskstudio.session.finding import unsure
from maskstudio.session.session import Session
from maskstudio.ui.widgets.notice import Notice, NoticeButton
from maskstudio.ui.window.shell import Shell

_POINTING = "select"  # the tool


def _tr(text: str) -> str:
    return QCoreApplication.translate("otherWays", text)


class OtherWays:
    """Says above the photo how a subject was found, and offers what would settle it where that is unsure."""

    def __init__(self, shell: Shell, notice: Notice, news: Callable[[Session, str], str]) -> None:
        """``news(session, sentence)`` is the sentence as it is said of a session that may not be in front."""
        self._shell, self._notice, self._news = shell, notice, news
        self._actions: Mapping[str, QAction] = {}
        self._said = ""  # the sentence with which the next ways are offered
        self._of: Document | None = None  # the document it was said of
        self._lent: dict[str, tuple[object, object]] = {}  # what the tool was set to, and what the user had chosen
        self._lent_in: Session | None = None

    def adopt(self, actions: Mapping[str, QAction]) -> None:
        """Offer the tools of these actions."""
        self._actions = actions
        self._shell.tools.toolChanged.connect(lambda name: self.give_back() if name != _POINTING else None)

    def answered(self, session: Session, sentence: str, *, sure: bool) -> None:
        """Say how the subject was found; where that is unsure, and the document is in front, offer the next ways."""
        said = self._news(session, sentence)
        if sure:
            self._notice.show_sentence(said)
            return
        self._offer(session, said)

    def _offer(self, session: Session, said: str) -> None:
        ways = self._ways(session) if session is self._shell.session else []
        (words, verb), more = ways[0] if ways else ("", None), ways[1:]
        self._notice.show_sentence(said, "warning", words, verb, more)
        self._said, self._of = said, session.document

    def follow(self) -> None:
        """Take the offer away once the find is gone or was worked on, or another photo is in front."""
        session = self._shell.session
        if session is not self._lent_in:
            self.give_back()
        if self._said and session.document is not self._of and not _doubtful(session):
            if self._notice.sentence == self._said:
                self._notice.hide()
            self._said, self._of = "", None

    def _ways(self, session: Session) -> list[NoticeButton]:
        """What can be done next, as words and verbs: correct what was found, point at it instead, another model."""
        instead = partial(self._point_instead, session)
        mend: list[NoticeButton] = [(_tr("Mend It by Clicks"), partial(self._point, how="mend"))]
        return [
            *(mend if _doubtful(session) else ()),
            (_tr("Click It Instead"), instead),
            (_tr("Draw a Box Instead"), partial(instead, drag="box")),
            (_tr("Another Model"), partial(self._offer_models, session)),
        ]

    def _point_instead(self, session: Session, **setting: object) -> None:
        """Take the doubtful find away, unless somebody worked on it, and give the pointer to the Select tool."""
        for layer in _doubtful(session):
            session.layers.delete(layer.id)
        self._point(how="layer", **setting)

    def _point(self, **setting: object) -> None:
        """Give the pointer to the Select tool, set so until it is left."""
        self.give_back()
        self._actions[f"tool.{_POINTING}"].trigger()
        tool = self._shell.tools.tool
        self._lent = {name: (value, getattr(tool.params, name)) for name, value in setting.items()}
        self._lent_in = self._shell.session
        tool.set_params(replace(tool.params, **setting))
        self._shell.canvas.setFocus()

    def give_back(self) -> None:
        """Set the Select tool as the user had it before one of the ways was taken; what he has set since stays."""
        lent, self._lent, self._lent_in = self._lent, {}, None
        if lent:
            tool = self._shell.tools.tool_called(_POINTING)
            back = {name: own for name, (value, own) in lent.items() if getattr(tool.params, name) == value}
            tool.set_params(replace(tool.params, **back))

    def _offer_models(self, session: Session) -> None:
        """Show the list of models, and go on offering the other ways, since looking at a list settles nothing."""
        if self._said and session is self._shell.session:
            self._offer(session, self._said)
        self.choose_model()

    def choose_model(self) -> None:
        """Show the list of what cuts out subjects, opened."""
        shell = self._shell
        shell.sidebar.show()
        shell.sidebar.unfold("detectPanel")
        shell.sidebar.reveal("detectPanel")
        shell.detect_panel.elsewhere.choose("")
        shell.detect_panel.subject.model.setFocus()
        shell.detect_panel.subject.model.showPopup()


def _doubtful(session: Session) -> list[Layer]:
    """The finds of a session's document that are unsure, and on which nobody has worked."""
    document = session.document
    return [layer for layer in document.layers if unsure(layer)] if document is not None else []
