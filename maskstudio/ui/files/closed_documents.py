"""Closed documents in the window: a key reopens the last one, a menu and the palette list all.

Old ones are thrown away as the settings say.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QIcon, QPixmap
from PySide6.QtWidgets import QMenu, QWidget

from maskstudio.jobs import Job, Token
from maskstudio.journal import closed
from maskstudio.journal.closed import Closed
from maskstudio.journal.journal import Journal
from maskstudio.settings import Settings
from maskstudio.ui.files.tabs import Tabs
from maskstudio.ui.widgets.icons import icon
from maskstudio.ui.widgets.notice import Notice
from maskstudio.ui.widgets.shortened import short

_SHOWN = 10  # entries of the menu; the palette finds all
_PICTURE = QSize(40, 30)  # logical px
_TIDY = 3000  # ms after a document was closed


def _tr(text: str) -> str:
    return QCoreApplication.translate("closed", text)


class ClosedDocuments(QObject):
    """The verbs on closed documents; ``menu`` lists them, ``known`` holds those found at the last look at the disk.

    ``open_file`` opens the project of a saved one; ``notice`` says what went wrong with the others.
    """

    def __init__(
        self, parent: QWidget, tabs: Tabs, settings: Settings, notice: Notice, open_file: Callable[[Path], object]
    ) -> None:
        """Make the menu, empty until it is opened, and the timer that tidies."""
        super().__init__(parent)
        self._tabs, self._settings, self._notice, self._open_file = tabs, settings, notice, open_file
        self._own: list[Journal] = []  # closed in this window, the last one last
        self._busy: set[Path] = set()  # journals this window has tried to reopen
        self._wanted = 0  # how many times the last one is still to be reopened
        self._job: Job | None = None  # looks for the next one to reopen
        self.known: list[Closed] = []
        self._pictures: dict[Closed, QIcon] = {}
        self.menu = QMenu(_tr("Recently Closed"), parent)
        self.menu.setObjectName("closedMenu")
        self.menu.setStyleSheet(f"QMenu {{ icon-size: {_PICTURE.width()}px; }}")
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill)
        self._entries: list[QAction] = []
        self._timer = QTimer(self, singleShot=True, interval=_TIDY)
        self._timer.timeout.connect(self.tidy)
        self._stopped = False  # no thread is left to work on

    def verbs(self) -> dict[str, Callable[[], object]]:
        """The verbs, by the id of the action that triggers them."""
        return {"file.reopenClosed": self.reopen_last, "file.forgetClosed": self.ask_forget}

    def put_away(self, journal: Journal) -> None:
        """Remember ``journal`` as the last one closed in this window, and tidy up soon."""
        self._busy.discard(journal.folder)
        self._own = [*(other for other in self._own if other.folder != journal.folder), journal]
        self.tidy_soon()

    def tidy_soon(self) -> None:
        """Tidy up after a moment, since a number in the preferences changes step by step."""
        self._timer.start()

    def tidy(self) -> None:
        """Throw away what is too old or too much, and list what is left; on a thread. Does nothing once stopped."""
        if self._stopped:
            return
        days, room = self._settings.closed_days, self._settings.closed_gigabytes << 30

        def work(_token: Token) -> list[Closed]:
            closed.sweep(days, room)
            return closed.closed()

        self._start(work, self._know, "closed tidy")

    def stop(self) -> None:
        """Stop: the window closes, and the documents in it are only put away after this."""
        self._stopped = True
        self._timer.stop()

    # Reopening

    def reopen_last(self) -> None:
        """Reopen the document closed last: first those of this window, then all others, the newest first."""
        self._wanted += 1
        self._look_for_next()

    def reopen(self, one: Closed) -> None:
        """Reopen a closed document in a tab of its own."""
        self._busy.add(one.folder)
        self.known = [other for other in self.known if other.folder != one.folder]
        if one.path is not None:
            self._open_file(one.path)
            self._start(lambda _token: closed.spent(one), lambda _: None, f"closed {one.folder.name}")
            return
        tab = self._tabs.fresh()
        tab.opening = Path(one.name)
        tab.session.opening.reopen(one)

    def _look_for_next(self) -> None:
        if not self._wanted or (self._job is not None and not self._job.finished):
            return
        self._wanted -= 1
        own, busy = list(reversed(self._own)), set(self._busy)
        self._job = self._start(lambda token: _next(own, busy, token), self._reopen_found, "closed next")

    def _reopen_found(self, found: Closed | None) -> None:
        if found is None:
            self._wanted = 0
            self._notice.show_sentence(self._nothing())
            return
        self._own = [journal for journal in self._own if journal.folder != found.folder]
        self.reopen(found)
        self._look_for_next()

    def _nothing(self) -> str:
        if self._settings.closed_days <= 0:
            return _tr("Closed documents are not kept; Edit > Preferences… > Files says for how long they could be.")
        return _tr("There is no closed document to bring back.")

    # The list

    def picture(self, one: Closed) -> QIcon:
        """The small picture of a closed document, or an icon where there is none."""
        made = self._pictures.get(one)
        if made is None:
            data, pixmap = closed.picture(one), QPixmap()
            if data is None or not pixmap.loadFromData(data, "PNG"):
                return icon("image")
            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            made = self._pictures[one] = QIcon(pixmap.scaled(_PICTURE * 2, keep, smooth))
        return made

    def facts(self, one: Closed) -> str:
        """One line: when it was closed, its size, and what was done to it."""
        size, done = f"{one.size[0]} × {one.size[1]} px", one.steps - 1
        steps = _tr("{} steps").format(done) if done > 1 else _tr("1 step") if done else _tr("nothing done")
        return f"{_when(one)}   {size}   {steps}"

    def _know(self, found: list[Closed]) -> None:
        self.known = found
        self._pictures = {one: made for one, made in self._pictures.items() if one in found}
        if self.menu.isVisible():
            self._show_entries()

    def _fill(self) -> None:
        """Show the known documents at once, and those found on the disk when the search ends."""
        self._show_entries()
        self._start(lambda token: _all(list(self._own), token), self._know, "closed look")

    def _show_entries(self) -> None:
        """Fill the menu with the latest closed documents, or with a line that says there are none."""
        for old in self._entries:
            self.menu.removeAction(old)
            old.deleteLater()
        self._entries = [self._entry(one) for one in self.known[:_SHOWN]]
        if not self._entries:
            nothing = QAction(_tr("Nothing Was Closed"), self.menu)
            nothing.setEnabled(False)
            self._entries.append(nothing)
        line = QAction(self.menu)
        line.setSeparator(True)
        self._entries.append(line)
        self.menu.insertActions(self.menu.actions()[0], self._entries)  # above the entry that forgets them

    def _entry(self, one: Closed) -> QAction:
        made = QAction(self.picture(one), f"{short(one.name, 40)}\t{_when(one)}".replace("&", "&&"), self.menu)
        made.setToolTip(f"{one.name}\n{self.facts(one)}")
        made.triggered.connect(partial(self.reopen, one))
        return made

    # Forgetting

    def ask_forget(self) -> None:
        """Ask the user, then remove all closed documents for good."""
        self._start(lambda token: _all(list(self._own), token), self._offer_to_forget, "closed forget")

    def _offer_to_forget(self, found: list[Closed]) -> None:
        self._know(found)
        if not found:
            self._notice.show_sentence(_tr("There is no closed document."))
            return
        count = len(found)
        one, many = _tr("Forget the closed document for good?"), _tr("Forget {} closed documents for good?")
        sentence = one if count == 1 else many
        self._notice.show_sentence(sentence.format(count), "warning", _tr("Forget"), partial(self._forget, found))

    def _forget(self, found: list[Closed]) -> None:
        def work(_token: Token) -> list[Closed]:
            for one in found:
                closed.forget(one)
            return closed.closed()

        self._own.clear()
        self._start(work, self._forgotten, "closed forget")

    def _forgotten(self, left: list[Closed]) -> None:
        self._know(left)
        self._notice.show_sentence(_tr("The closed documents are forgotten."))

    def _start(self, work: Callable[[Token], object], done: Callable[..., None], lane: str) -> Job:
        return self._tabs.front.session.runner.start(_tr("Closed documents"), work, done, lane=lane, quiet=True)


def _when(one: Closed) -> str:
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(one.when)), QLocale.FormatType.ShortFormat)


def _ended(own: list[Journal], token: Token) -> None:
    """Wait until the documents just closed are written."""
    for journal in own:
        while not journal.ended.wait(0.05):
            token.check()


def _next(own: list[Journal], busy: set[Path], token: Token) -> Closed | None:
    """The document to reopen next; those in ``own`` come first, in that order."""
    _ended(own, token)
    for one in (*(closed.at(journal.folder) for journal in own), *closed.closed()):
        if one is not None and one.folder not in busy:
            return one
    return None


def _all(own: list[Journal], token: Token) -> list[Closed]:
    _ended(own, token)
    return closed.closed()
