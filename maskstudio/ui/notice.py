"""A sentence above the canvas, where a dialog would interrupt: news, an error, or a choice with one button."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from maskstudio.names import shown
from maskstudio.ui.icons import icon

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
        self._button, self._close = QPushButton(), QToolButton()
        self._close.setAutoRaise(True)
        self._close.setToolTip(self.tr("Dismiss"))
        self._close.setAccessibleName(self.tr("Dismiss"))
        self._close.clicked.connect(self.hide)
        self._button.clicked.connect(self._act)
        self._action: Callable[[], object] | None = None
        self._timer = QTimer(self, singleShot=True, interval=_STAYS)
        self._timer.timeout.connect(self.hide)
        self._more: list[QPushButton] = []
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        for widget in (self._icon, self._text, self._button, self._close):
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
        self,
        text: str,
        kind: Kind = "info",
        choice: str = "",
        action: Callable[[], object] | None = None,
        more: Sequence[tuple[str, Callable[[], object]]] = (),
    ) -> None:
        """Say ``text``; with ``choice``, offer a button that runs ``action``, and ``more`` such beside it."""
        text = shown(text)
        self.setProperty("kind", kind)
        self.style().polish(self)
        self._kind, self._sentence = kind, text
        self.dress()
        self._text.setText(_LONG.sub(lambda word: f"{word[0]}\u200b", text))
        self._text.setAccessibleName(text)
        self._button.setText(choice)
        self._button.setVisible(bool(choice))
        self._action = action
        self._offer(more)
        self._place()
        self.show()
        if kind == "info" and not choice:
            self._timer.start()
        else:
            self._timer.stop()

    def _offer(self, more: Sequence[tuple[str, Callable[[], object]]]) -> None:
        for button in self._more:
            button.hide()
            button.deleteLater()
        self._more = [QPushButton(words) for words, _ in more]
        for button, (_, action) in zip(self._more, more, strict=True):
            button.clicked.connect(partial(self._act_on, action))
            self._row.insertWidget(self._row.count() - 1, button)

    def _act_on(self, action: Callable[[], object], _checked: bool = False) -> None:
        self.hide()
        action()

    def dress(self) -> None:
        """Icons in the theme of now."""
        self._icon.setPixmap(icon(_ICONS[self._kind]).pixmap(16, 16))
        self._close.setIcon(icon("close"))

    def _act(self) -> None:
        self.hide()
        if self._action is not None:
            self._action()
