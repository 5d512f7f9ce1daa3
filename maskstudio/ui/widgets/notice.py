"""A sentence above the canvas, in place of a dialog: news, an error, or a choice with buttons."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from maskstudio.names import shown
from maskstudio.ui.widgets.icons import icon

Severity = Literal["info", "warning", "error"]
NoticeButton = tuple[str, Callable[[], object]]  # the words of a button and what it does
_STAYS = 6000  # milliseconds for news; errors stay until closed
_STAYS_WITH_CHOICE = 12000  # for news with a button, which has to be reached
_ROOM = 240  # px for the sentence beside its buttons; where there is less, they stand below it
_LONG = re.compile(r"\S{24}")  # in a longer word, as in a file name, a line may break after so many letters
_ICONS: dict[Severity, str] = {"info": "info", "warning": "warning", "error": "warning"}


class Notice(QFrame):
    """Hidden until ``show_sentence``; the newest sentence replaces the older.

    It lies over the upper edge of ``lie_over``'s widget, so that the photo does not move. A sentence that holds is not
    replaced by news; ``dismissed`` is emitted when the user closes one. ``buttons`` are its choices.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the notice, hidden and without a sentence."""
        super().__init__(parent)
        self.setObjectName("notice")
        self._kind: Severity = "info"
        self._sentence = ""
        self._of_job = False  # whether the sentence says how a job ended
        self._icon, self._text = QLabel(), QLabel()
        self._text.setObjectName("noticeText")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.buttons: list[QPushButton] = []
        self._close = QToolButton()
        self._close.setIcon(icon("close"))
        self._close.setAutoRaise(True)
        self._close.setToolTip(self.tr("Dismiss"))
        self._close.setAccessibleName(self.tr("Dismiss"))
        self._close.clicked.connect(self._dismiss)
        self._holds = False
        self._timer = QTimer(self, singleShot=True, interval=_STAYS)
        self._timer.timeout.connect(self.hide)
        self._row, self._below = QHBoxLayout(), QHBoxLayout()
        self._below.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 6, 6)
        column.addLayout(self._row)
        column.addLayout(self._below)
        for widget in (self._icon, self._text, self._close):
            self._row.addWidget(widget)
        self.hide()

    def lie_over(self, widget: QWidget) -> None:
        """Show the notice over the top of this widget."""
        self.setParent(widget)
        self.hide()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the width of what is below."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def _place(self) -> None:
        below = self.parentWidget()
        if below is not None:
            width = below.width()
            self._arrange(width)
            self.setGeometry(0, 0, width, max(self.heightForWidth(width), self.minimumSizeHint().height()))
            self.raise_()

    def _arrange(self, width: int) -> None:
        """Put the buttons beside the sentence, or below it."""
        taken = sum(each.sizeHint().width() + self._row.spacing() for each in (self._icon, *self.buttons, self._close))
        row = self._row if width - taken >= _ROOM else self._below
        for button in self.buttons:
            if row.indexOf(button) < 0:
                self._row.removeWidget(button)
                self._below.removeWidget(button)
                row.insertWidget(row.count() - (row is self._row), button)

    @property
    def sentence(self) -> str:
        """The sentence shown, or an empty text."""
        return "" if self.isHidden() else self._sentence

    def show_sentence(
        self,
        text: str,
        kind: Severity = "info",
        choice: str = "",
        action: Callable[[], object] | None = None,
        more: Sequence[NoticeButton] = (),
        *,
        holds: bool = False,
        of_job: bool = False,
    ) -> None:
        """Say ``text``; with ``choice``, offer a button that runs ``action``, and ``more`` such beside it.

        A sentence said ``of_job`` is hidden when the next job begins.
        """
        if self._holds and kind == "info" and not self.isHidden():
            return
        self._holds, self._of_job = holds, of_job
        text = shown(text)
        self.setProperty("kind", kind)
        self.style().polish(self)
        self._kind, self._sentence = kind, text
        self.dress()
        self._text.setText(_LONG.sub(lambda word: f"{word[0]}\u200b", text))
        self._text.setAccessibleName(text)
        self._offer([*([(choice, action)] if choice and action else []), *more])
        self._place()
        self.show()
        if kind == "info":
            self._timer.start(_STAYS_WITH_CHOICE if choice else _STAYS)
        else:
            self._timer.stop()

    def forget_job(self) -> None:
        """Hide a sentence on how the last job ended, since new work has begun."""
        if self._of_job:
            self._of_job = False
            self.hide()

    def dress(self) -> None:
        """Draw the sign in the colours of the theme in use."""
        self._icon.setPixmap(icon(_ICONS[self._kind]).pixmap(16, 16))

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()

    def _offer(self, choices: Sequence[NoticeButton]) -> None:
        for button in self.buttons:
            button.setParent(None)
            button.deleteLater()
        self.buttons = [QPushButton(words) for words, _ in choices]
        for button, (_, action) in zip(self.buttons, choices, strict=True):
            button.clicked.connect(partial(self._act, action))
            self._row.insertWidget(self._row.count() - 1, button)
            button.show()  # at once, not at the layout's next turn, since the user may click

    def _act(self, action: Callable[[], object], _checked: bool = False) -> None:
        self.hide()
        action()
