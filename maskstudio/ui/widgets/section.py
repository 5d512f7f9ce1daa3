"""A part of a panel that folds, with a quiet title. The sidebar remembers which are folded, by their object names."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.icons import icon


class Section(QWidget):
    """A folding section; its contents go into ``column``. A ``note`` beside the title gives its state in brief."""

    toggled = Signal(bool)  # whether it is folded now

    def __init__(self, name: str, title: str, *, folded: bool = False) -> None:
        """Make the section with an empty ``column`` below ``title``."""
        super().__init__()
        self.setObjectName(name)
        self.header = parts.quiet_button("chevron-down", title, lambda: self.fold(not self.folded))
        self.header.setObjectName("sectionTitle")
        self.header.setToolTip(self.tr("Fold or unfold"))
        self._note = QLabel()
        self._note.setObjectName("hint")
        self._note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE)
        head.addWidget(self.header)
        head.addWidget(self._note, 1)
        self._body = QWidget()
        self.column = QVBoxLayout(self._body)
        self.column.setContentsMargins(0, 0, 0, theme.GAP)
        self.column.setSpacing(theme.GAP)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(2)
        outer.addLayout(head)
        outer.addWidget(self._body)
        self.fold(folded)

    @property
    def folded(self) -> bool:
        """Whether only the title is shown."""
        return self._body.isHidden()

    def fold(self, folded: bool) -> None:
        """Show only the title, or all of it."""
        if folded != self.folded:
            self._body.setVisible(not folded)
            self.header.setIcon(icon("chevron-right" if folded else "chevron-down"))
            self.toggled.emit(folded)

    def note(self, text: str) -> None:
        """What is said beside the title."""
        parts.say(self._note, text)
