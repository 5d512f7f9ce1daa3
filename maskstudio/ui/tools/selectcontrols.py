"""The controls of the Select tool in the bar: the model and how far it is, the candidates, and accept or drop."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from maskstudio.figures import percent
from maskstudio.session.selecting import ModelState
from maskstudio.ui.tools.base import said
from maskstudio.ui.tools.candidatelooks import PICTURE, CandidateLook
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.barfields import bar_button
from maskstudio.ui.widgets.dropdown import Dropdown

_MOST = 3  # candidates
_AROUND = 12  # px around and between the picture and the certainty of a candidate
_GAP = 2  # px between candidates, which must fit into the bar of a small screen
_SHORT = 8  # letters that the list of models needs at least
_SLACK = 2  # px; a title may be a fraction wider than its whole pixels say


class SelectControls(QWidget):
    """Says what the user wants by signals, and shows what the tool tells it."""

    modelChosen = Signal(str)  # noqa: N815  as Qt names signals
    listWanted = Signal()  # the list of models is about to be shown  # noqa: N815
    candidateChosen = Signal(int)  # noqa: N815
    accepted = Signal()
    dropped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the controls, without candidates."""
        super().__init__(parent)
        self.setObjectName("selectControls")
        self.model = _Models()
        self.model.opening.connect(self.listWanted)
        self.model.activated.connect(lambda row: self.modelChosen.emit(str(self.model.itemData(row))))
        self.state = QLabel()
        self.state.setObjectName("hint")
        self.state.setAccessibleName(self.tr("State of the model"))
        widest = (said("Preparing…"), said("Encoding…"), said("Not ready"), said("No model"))
        self.state.setMinimumWidth(max(self.state.fontMetrics().horizontalAdvance(each) for each in widest))
        self._group = QButtonGroup(self)
        self.buttons = [self._candidate(number) for number in range(_MOST)]
        self._group.idClicked.connect(self.candidateChosen)
        self.accept = bar_button("check", self.tr("Take the selection (Enter)"), "selectAccept")
        self.drop = bar_button("cancel", self.tr("Drop the selection (Esc)"), "selectDrop")
        self.accept.clicked.connect(self.accepted)
        self.drop.clicked.connect(self.dropped)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addWidget(self.model)
        row.addWidget(self.state)
        row.addStretch(1)
        answers = QHBoxLayout()
        answers.setSpacing(_GAP)
        row.addLayout(answers)
        for button in (*self.buttons, self.drop, self.accept):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)  # nothing moves when there is something to choose
            button.setSizePolicy(policy)
            answers.addWidget(button)
        self.show_candidates([], 0)
        self.show_pending(pending=False)

    def show_models(self, models: Sequence[ModelState], chosen: str) -> None:
        """List these models, ``chosen`` as the one in use."""
        blocked = self.model.blockSignals(True)
        self.model.clear()
        for each in models:
            self.model.addItem(each.title, each.name)
            self.model.setItemData(self.model.count() - 1, each.note, Qt.ItemDataRole.ToolTipRole)
        self.model.setCurrentIndex(self.model.findData(chosen))
        self.model.view().setMinimumWidth(self.model.view().sizeHintForColumn(0) + 28)
        purpose = self.tr("What finds the outline of the things you point at")
        self.model.setToolTip(f"<p><b>{self.model.currentText()}</b><br>{purpose}</p>")
        self.model.updateGeometry()
        self.model.blockSignals(blocked)

    def show_state(self, text: str, more: str = "") -> None:
        """Say how far the model is, in a word, and what that means."""
        self.state.setText(text)
        self.state.setToolTip(f"<p>{more}</p>" if more else "")
        self.state.setAccessibleDescription(more)

    def show_candidates(self, candidates: Sequence[CandidateLook], chosen: int) -> None:
        """Show these candidates, if there is a choice."""
        choice = candidates if len(candidates) > 1 else ()
        for number, button in enumerate(self.buttons):
            button.setVisible(number < len(choice))
            if number < len(choice):
                self._fill(button, choice[number], number, len(choice))
        if choice:
            self.buttons[chosen].setChecked(True)

    def show_pending(self, *, pending: bool) -> None:
        """Show the buttons that accept and drop, or not."""
        for button in (self.accept, self.drop):
            button.setVisible(pending)

    def _fill(self, button: QToolButton, candidate: CandidateLook, number: int, count: int) -> None:
        """Show a candidate on its button."""
        picture = candidate.picture
        height, width = picture.shape[:2]
        image = QImage(picture.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        button.setIcon(QIcon(QPixmap.fromImage(image)))
        share = percent(candidate.score)
        button.setText(share)
        words = self.tr("Candidate {} of {}, certainty {}").format(number + 1, count, share)
        button.setAccessibleName(words)
        button.setToolTip(f"<p>{words}</p><p>{self.tr('Full stop and comma step through them.')}</p>")

    def _candidate(self, number: int) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"candidate.{number + 1}")
        button.setCheckable(True)
        button.setIconSize(QSize(*PICTURE))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFixedSize(PICTURE[0] + button.fontMetrics().horizontalAdvance(percent(1)) + _AROUND, theme.ROW + 8)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._group.addButton(button, number)
        return button


class _Models(Dropdown):
    """The list of models."""

    def __init__(self) -> None:
        super().__init__(_SHORT)
        self.setObjectName("select.model")
        self.setAccessibleName(self.tr("Model"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Wide enough for the model in use."""
        return super().sizeHint().expandedTo(QSize(self.width_for(self.currentText()) + _SLACK, 0))
