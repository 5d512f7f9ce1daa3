"""Showing the session in front in the window, and marking changes in other tabs."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from maskstudio.core.changes import WHOLE, Changes, Watch
from maskstudio.core.document import Document
from maskstudio.core.firstlook import Preview
from maskstudio.core.image import Image
from maskstudio.session.session import Session
from maskstudio.ui.window.shell import Shell

_REST = 300  # ms after a change until the history is tidied
_REST_WALKING = 25  # ms after an undo: the steps beyond are made ready for the next one


class SessionView(QObject):
    """Shows the session in front in the parts of ``shell``.

    ``photo_opened`` is called when another photo is in front, ``also`` whenever anything has changed.
    """

    def __init__(self, shell: Shell, photo_opened: Callable[[], object], also: Callable[[], object]) -> None:
        super().__init__(shell)
        self._shell, self._photo_opened, self._also = shell, photo_opened, also
        self._image: Image | None = None
        self._watch = Watch()
        self._resting = QTimer(self, singleShot=True, interval=_REST)
        self._resting.timeout.connect(self._settle)

    def changed(self, session: Session) -> None:
        """Show what changed in the session in front, or that a document has been loaded in another tab."""
        tabs = self._shell.tabs
        tab = tabs.of(session)
        if tab is None:
            return
        if session.document is not None and not tab.shown:
            tab.shown, tab.opening = True, None
            tabs.come(tab)
        if session.document is not None:
            tab.opening = tab.preview = tab.before = None
        if tab is tabs.front:
            self.follow_changes(self._watch.look(session.history))
        else:
            tabs.refresh()
        history = session.history
        walking = history is not None and history.redo_label is not None
        if walking or not self._resting.isActive():  # another undo or redo is likely to follow
            self._resting.start(_REST_WALKING if walking else _REST)

    def previewed(self, session: Session, preview: Preview) -> None:
        """Show a first look at what is being opened, in its tab."""
        tabs = self._shell.tabs
        tab = tabs.of(session)
        if tab is None:
            return
        tab.preview, tab.before = Document(preview), tabs.front
        if tab is tabs.front:
            self.refresh()
        else:
            tabs.come(tab)

    def follow(self) -> None:
        """Show another session, which is now in front."""
        shell = self._shell
        shell.tools.follow(shell.session)
        for panel in shell.panels:
            panel.follow(shell.session)  # and show all of it
        self._watch.look(shell.session.history)
        self.follow_changes(Changes())

    def refresh(self) -> None:
        """Show the session in front as it is now, all of it."""
        self._watch.look(self._shell.session.history)
        self.follow_changes(WHOLE)

    def follow_changes(self, changes: Changes) -> None:
        """Show what has changed of the session in front."""
        shell = self._shell
        shell.tabs.refresh()
        self._note_photo()
        picture = shell.tabs.front.picture
        shell.viewing.show(shell.tabs.front)
        shell.canvas.setVisible(picture is not None)
        shell.welcome.setVisible(picture is None)
        if picture is None:
            shell.welcome.refresh(shell.settings.recent)
        shell.tools.refresh()
        for panel in shell.panels:
            panel.follow_changes(changes)
        shell.setWindowTitle(" – ".join(part for part in (shell.tabs.front.name, "maskstudio") if part))
        self.show_place()
        self._also()

    def show_place(self) -> None:
        """Say in the status line how the canvas looks at the photo."""
        status, picture = self._shell.status, self._shell.tabs.front.picture
        status.show_view(self._shell.canvas.view.scale if picture else None, picture.size if picture else None)
        if picture is None:
            status.show_place(None)

    def stop(self) -> None:
        """Stop: the window closes."""
        self._resting.stop()

    def _note_photo(self) -> None:
        session = self._shell.session
        document = session.document
        if document and document.image is not self._image:
            if files := session.files:
                self._shell.settings.remember(files[0])
            self._photo_opened()
        self._image = document.image if document else None

    def _settle(self) -> None:
        for tab in self._shell.tabs.open:
            tab.session.settle()
