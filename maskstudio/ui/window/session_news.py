"""News of sessions, shown above the photo, with the photo's name if another one is in front."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from maskstudio.session.session import Session
from maskstudio.ui.files.file_manager import show_in_folder
from maskstudio.ui.files.tabs import Tabs
from maskstudio.ui.widgets.notice import Notice


class SessionNews:
    """Says it by ``notice``."""

    def __init__(self, tabs: Tabs, notice: Notice) -> None:
        self._tabs, self._notice = tabs, notice

    def told(self, session: Session, sentence: str) -> None:
        """Show a session's sentence."""
        self._notice.show_sentence(self.of(session, sentence))

    def written(self, session: Session, path: Path, sentence: str) -> None:
        """Say that a file is written, and offer to show it."""
        words = QCoreApplication.translate("news", "Show in Folder")
        self._notice.show_sentence(self.of(session, sentence), "info", words, partial(show_in_folder, path))

    def offer(self, sentence: str, words: str, verb: Callable[[], object]) -> None:
        """Ask, with a button that says ``words`` and does ``verb``."""
        self._notice.show_sentence(sentence, "warning", words, verb)

    def model_added(self, name: str) -> None:
        """A weight file is in the folder of models."""
        self._notice.show_sentence(QCoreApplication.translate("news", "Added the model {}.").format(name))

    def warn(self, sentence: str) -> None:
        """Warn of a failure in which nothing is lost."""
        self._notice.show_sentence(sentence, "warning")

    def of(self, session: Session, sentence: str) -> str:
        """The sentence, with the photo's name before it if another one is in front."""
        behind = None if session is self._tabs.front.session else session.document
        return f"{behind.image.name}: {sentence}" if behind else sentence
