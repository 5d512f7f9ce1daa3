"""A sentence above the canvas, where a dialog would interrupt: news, an error, or a choice with one button."""

import re
from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from maskstudio.names import shown
from maskstudio.ui.icons import icon

Choice = tuple[str, Callable[[], object]]  # the words of a button and what it does
Kind = Literal["info", "warning", "error"]
_STAYS = 6000  # milliseconds for news; errors stay until closed
_LONG = re.compile(r"\S{24}")  # in a longer word, as in a file name, a line may break after so many letters
_ICONS: dict[Kind, str] = {"info": "info", "warning": "warning", "error": "warning"}


class Notice(QFrame):
    """Hidden until ``show_sentence``; the newest sentence replaces the older.

    It lies over the upper edge of ``lie_over``'s widget instead of pushing it down: the photo must not move.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._kind: Kind = "info"
        self._sentence = ""
        self._icon, self._text = QLabel(), QLabel()
        self._text.setObjectName("noticeText")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._button, self._second, self._close = QPushButton(), QPushButton(), QToolButton()
        self._close.setAutoRaise(True)
        self._close.setToolTip(self.tr("Dismiss"))
        self._close.setAccessibleName(self.tr("Dismiss"))
        self._close.clicked.connect(self.hide)
        self._button.clicked.connect(lambda: self._act(0))
        self._second.clicked.connect(lambda: self._act(1))
        self._actions: tuple[Callable[[], object], ...] = ()
        self._timer = QTimer(self, singleShot=True, interval=_STAYS)
        self._timer.timeout.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        for widget in (self._icon, self._text, self._button, self._second, self._close):
            row.addWidget(widget)
        self.hide()

    def lie_over(self, widget: QWidget) -> None:
        """Be shown over the top of this one."""
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
            self.setGeometry(0, 0, width, max(self.heightForWidth(width), self.minimumSizeHint().height()))
            self.raise_()

    @property
    def sentence(self) -> str:
        """What it says now, or nothing."""
        return "" if self.isHidden() else self._sentence

    def show_sentence(
        self, text: str, kind: Kind = "info", choice: str = "", action: Callable[[], object] | None = None
    ) -> None:
        """Say ``text``; with ``choice``, offer a button that runs ``action``."""
        self._show(text, kind, ((choice, action),) if choice and action else ())

    def show_choices(self, text: str, *choices: Choice) -> None:
        """Say ``text``, and offer one or two buttons; closing it chooses none."""
        self._show(text, "info", choices)

    def _show(self, text: str, kind: Kind, choices: tuple[Choice, ...]) -> None:
        text = shown(text)
        self.setProperty("kind", kind)
        self.style().polish(self)
        self._kind, self._sentence = kind, text
        self.dress()
        self._text.setText(_LONG.sub(lambda word: f"{word[0]}\u200b", text))
        self._text.setAccessibleName(text)
        for number, button in enumerate((self._button, self._second)):
            button.setText(choices[number][0] if number < len(choices) else "")
            button.setVisible(number < len(choices))
        self._actions = tuple(action for _, action in choices)
        self._place()
        self.show()
        if kind == "info" and not choices:
            self._timer.start()
        else:
            self._timer.stop()

    def dress(self) -> None:
        """Icons in the theme of now."""
        self._icon.setPixmap(icon(_ICONS[self._kind]).pixmap(16, 16))
        self._close.setIcon(icon("close"))

    def _act(self, number: int) -> None:
        self.hide()
        self._actions[number]()
