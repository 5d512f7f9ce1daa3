"""The open documents as tabs: each has a session of its own and remembers its view."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QMenu, QTabBar, QToolButton, QWidget

from maskstudio import names
from maskstudio.core.document import Document
from maskstudio.session.session import Session
from maskstudio.ui.widgets.icons import icon

_ENDS = 8  # letters shown of each end of a long title whose middle is left out
_LETTERS = 26  # least width of a tab in average letters, dot and button included


@dataclass(eq=False)
class Tab:
    """One session. ``look`` is the canvas's view of it, to return to.

    ``opening`` is the file being opened in it, and ``preview`` a first look at it until it is loaded.
    """

    session: Session
    look: Any = None
    opening: Path | None = None
    preview: Document | None = None
    before: "Tab | None" = None  # the tab that was in front before its preview
    asked: int = 0  # number of the user's last request for it, counted over all tabs
    shown: bool = field(default=False)  # whether it has had a document, and so has a place in the bar

    @property
    def picture(self) -> Document | None:
        """The document the canvas shows: the session's, or the preview until that is loaded."""
        return self.session.document or self.preview

    @property
    def name(self) -> str:
        """The tab's title, with a dot for work that is not saved."""
        return self.named(self.title)

    @property
    def title(self) -> str:
        """The name of its photo."""
        document = self.session.document
        if document is None:
            return names.shown(self.opening.name) if self.opening else ""
        return document.image.name

    def named(self, title: str) -> str:
        """``title``, with a dot for work that is not saved."""
        unsaved = self.session.document is not None and self.session.projects.unsaved
        return f"{title} {'•' if unsaved else ''}".strip()


class Tabs(QTabBar):
    """The bar of open documents. There is always at least one session; one without a document has no tab.

    ``switched`` is emitted when another session is in front, ``closing(tab)`` when the user asks to close one.
    """

    switched = Signal()
    closing = Signal(Tab)

    def __init__(self, make: Callable[[], Session], parent: QWidget | None = None) -> None:
        """Start with one empty session from ``make`` in front and no tab in the bar."""
        super().__init__(parent)
        self.setObjectName("tabs")
        self.setAccessibleName(self.tr("Open photos"))
        self.setMovable(True)
        self.setTabsClosable(False)
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.setUsesScrollButtons(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self._make = make
        self._lingering: list[Session] = []  # sessions of closed tabs, until their work has ended
        self.front = Tab(make())
        self.open: list[Tab] = [self.front]
        self._asked = count(1)
        self._settling = False
        self.currentChanged.connect(self._go)
        self.tabMoved.connect(self._reorder)
        self.refresh()

    def verbs(self) -> dict[str, Callable[[], object]]:
        """The verbs, by the id of the action that triggers them."""
        return {"window.nextTab": lambda: self.step(1), "window.previousTab": lambda: self.step(-1)}

    def of(self, session: Session) -> Tab | None:
        """The tab of a session; None once it is closed, even while its jobs still run."""
        return next((tab for tab in self.open if tab.session is session), None)

    @property
    def sessions(self) -> list[Session]:
        """The sessions of open tabs, the one in front first, then those of closed tabs whose work has not ended."""
        self._lingering = [session for session in self._lingering if session.runner.jobs]
        others = [tab.session for tab in self.open if tab is not self.front]
        return [self.front.session, *others, *self._lingering]

    def linger(self, session: Session) -> None:
        """Keep the session of a closed tab until its work has ended."""
        if self.of(session) is None and session not in self._lingering:
            self._lingering.append(session)

    def showing(self, path: Path) -> Tab | None:
        """The tab that shows, or is about to show, this file."""
        return next((tab for tab in self.open if path in (tab.opening, *tab.session.files)), None)

    def fresh(self) -> Tab:
        """A tab for another document: the empty one in front, or a new one, which comes to the front once loaded."""
        tab = self.front
        if tab.session.document is not None or tab.opening is not None:
            tab = Tab(self._make())
            self.open.append(tab)
        tab.asked = next(self._asked)
        return tab

    def show_tab(self, tab: Tab) -> None:
        """Bring a tab to the front."""
        tab.asked = next(self._asked)
        self._bring(tab)

    def come(self, tab: Tab) -> None:
        """Bring a tab that has something to show to the front, unless the user has asked for another one since.

        So of several files opened together the last one ends in front, however long each takes.
        """
        if tab.asked >= self.front.asked or self.front.picture is None:
            self._bring(tab)
        else:
            self.refresh()

    def go_back(self, tab: Tab) -> None:
        """Bring back the tab that was in front before an opening failed; this is no request of the user."""
        self._bring(tab)

    def _bring(self, tab: Tab) -> None:
        if tab is not self.front:
            self.front = tab
            self.refresh()
            self.switched.emit()

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) open document; after the last comes the first."""
        shown = [tab for tab in self.open if tab.shown]
        if self.front in shown and len(shown) > 1:
            self.show_tab(shown[(shown.index(self.front) + by) % len(shown)])

    def remove(self, tab: Tab) -> None:
        """Take a tab away; its neighbour comes to the front, or an empty session if it was the last."""
        at = self.open.index(tab)
        self.open.remove(tab)
        self.linger(tab.session)
        left = [other for other in self.open if other.shown] or self.open
        if not left:
            left = [Tab(self._make())]
            self.open = left
        if tab is self.front:
            self.front = left[min(at, len(left) - 1)]
            self.refresh()
            self.switched.emit()
        else:
            self.refresh()

    def refresh(self) -> None:
        """Show the present names."""
        for tab in self.open:
            tab.shown = tab.shown or tab.picture is not None
        shown = self._shown
        self._settling = True
        while self.count() > len(shown):
            self.removeTab(self.count() - 1)
        titles = _apart(shown)
        for at, tab in enumerate(shown):
            if at == self.count():
                self._add()
            if self.tabText(at) != (name := tab.named(titles[at]).replace("&", "&&")):
                self.setTabText(at, name)
                self._name_close(at, tab.title)
                self.setTabToolTip(at, "\n".join(map(names.shown, tab.session.files)) or tab.name)
        if self.front in shown:
            self.setCurrentIndex(shown.index(self.front))
        self._settling = False
        self.setVisible(bool(shown))

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Wide enough to tell photos of one series apart; if all tabs need more room, the bar scrolls."""
        wanted = self.tabSizeHint(index)
        least = self.fontMetrics().averageCharWidth() * _LETTERS
        return QSize(min(wanted.width(), least), wanted.height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Close a tab at a middle click."""
        super().mouseReleaseEvent(event)
        at = self.tabAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.MiddleButton and at >= 0:
            self.closing.emit(self._shown[at])

    @property
    def _shown(self) -> list[Tab]:
        return [tab for tab in self.open if tab.shown and tab.picture is not None]

    def _add(self) -> None:
        at = self.addTab("")
        button = QToolButton(self, autoRaise=True)
        button.setIcon(icon("cancel"))
        button.setObjectName("closeTab")
        button.setToolTip(self.tr("Close this photo"))
        button.setFixedSize(18, 18)
        button.clicked.connect(lambda: self._close_by(button))
        self.setTabButton(at, QTabBar.ButtonPosition.RightSide, button)

    def _name_close(self, at: int, title: str) -> None:
        button = self.tabButton(at, QTabBar.ButtonPosition.RightSide)
        assert isinstance(button, QToolButton)
        button.setAccessibleName(self.tr("Close {}").format(title))

    def _close_by(self, button: QToolButton) -> None:
        for at in range(self.count()):
            if self.tabButton(at, QTabBar.ButtonPosition.RightSide) is button:
                self.closing.emit(self._shown[at])
                return

    def _go(self, at: int) -> None:
        if not self._settling and 0 <= at < len(self._shown):
            self.show_tab(self._shown[at])

    def _reorder(self, start: int, stop: int) -> None:
        if self._settling:
            return
        shown = self._shown
        shown.insert(stop, shown.pop(start))
        self.open = [*shown, *(tab for tab in self.open if tab not in shown)]

    def _open_menu(self, position: QPoint) -> None:
        at = self.tabAt(position)
        if at < 0:
            return
        tab, menu = self._shown[at], QMenu(self)
        menu.addAction(self.tr("Close"), lambda: self.closing.emit(tab))
        others = menu.addAction(self.tr("Close Others"), lambda: self._close_others(tab))
        others.setEnabled(len(self._shown) > 1)
        menu.exec(self.mapToGlobal(position))

    def _close_others(self, tab: Tab) -> None:
        for other in self._shown:
            if other is not tab:
                self.closing.emit(other)


def _apart(tabs: list[Tab]) -> list[str]:
    """The titles of tabs; equal names also say their folder, names that differ in the middle begin there."""
    titles = [tab.title for tab in tabs]
    folders = [tab.session.files[-1].parent.name if tab.session.files else "" for tab in tabs]
    others = set(titles)
    return [
        f"{title} – {names.shown(folder)}" if titles.count(title) > 1 and folder else _telling(title, others - {title})
        for title, folder in zip(titles, folders, strict=True)
    ]


def _telling(title: str, others: set[str]) -> str:
    """``title`` from the word on that tells it from ``others``, if eliding the middle would hide that word."""
    same = max((_common(title, other) for other in others), default=0)
    if not _ENDS <= same < len(title) - _ENDS:
        return title
    word = re.search(r"[^\W_]*$", title[:same])  # the word in which they differ
    return f"…{title[word.start() :]}" if word is not None else title


def _common(one: str, other: str) -> int:
    """The number of letters two texts share at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (mine, theirs) in pairs if mine != theirs), min(len(one), len(other)))
