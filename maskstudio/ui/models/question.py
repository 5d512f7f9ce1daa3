"""A sentence at the foot of the model shelf, with a button where it asks something."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from maskstudio.ui.models.model_words import said
from maskstudio.ui.widgets import parts, theme


class Question(QWidget):
    """Hidden until it is asked or told something; the newest sentence replaces the older."""

    def __init__(self) -> None:
        """Make it hidden."""
        super().__init__()
        self.setObjectName("modelQuestion")
        self.text = parts.Hint()
        self.yes, self.no = QPushButton(), QPushButton()
        self._verb: Callable[[], object] = lambda: None
        for button, name in ((self.yes, "answerYes"), (self.no, "answerNo")):
            button.setObjectName(name)
            button.setAutoDefault(False)
        self.yes.clicked.connect(self._agree)
        self.no.clicked.connect(self.drop)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addWidget(self.text, 1)
        row.addWidget(self.yes)
        row.addWidget(self.no)
        self.hide()

    def ask(self, sentence: str, words: str, verb: Callable[[], object]) -> None:
        """Ask; the button that says ``words`` does ``verb``."""
        self._verb = verb
        self._show(sentence, "warn")
        self.yes.setText(words)
        self.yes.show()
        self.no.setText(said("Leave It"))
        self.no.setFocus()

    def tell(self, sentence: str, tone: str = "") -> None:
        """Say something that needs no answer."""
        self.yes.hide()
        self._show(sentence, tone)
        self.no.setText(said("Dismiss"))

    def drop(self) -> None:
        """Hide it."""
        self.hide()

    def _show(self, sentence: str, tone: str) -> None:
        parts.say(self.text, sentence, tone)
        self.text.setAccessibleName(sentence)
        self.show()
        self.text.updateGeometry()

    def _agree(self) -> None:
        self.hide()
        self._verb()
