"""The choice of a model for one kind of work, with the state of the one that is chosen and a way to download it."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from maskstudio.ui.panels.models import ListedModel, ModelChoice
from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.elided_label import ElidedLabel


class ChosenModel(QWidget):
    """The list and the small print of the chosen model. ``foot`` holds a note and the download button.

    The panel places the foot below its buttons, so that they do not move when there is something to say. ``edited`` is
    emitted when the user chooses another model, ``downloadRequested(name)`` when its file is wanted.
    """

    edited = Signal()
    downloadRequested = Signal(str)  # noqa: N815  as Qt names signals

    def __init__(self, name: str, beside: Sequence[QWidget] = (), *, brief: bool = False) -> None:
        """Make the list called ``name``, empty until ``show_models``, with the widgets of ``beside`` at its right.

        With ``brief``, a model that is ready has no small print; pointing at the list shows it.
        """
        super().__init__()
        self._brief = brief
        self.choice = ModelChoice()
        self.choice.setObjectName(name)
        self.choice.edited.connect(self._take)
        self._small_print = ElidedLabel()
        self._small_print.setHidden(brief)
        self._note = parts.Hint()
        self._note.hide()
        wanted = self.downloadRequested
        self.download_button = parts.button(self.tr("Download"), lambda: wanted.emit(self.choice.value()))
        self.download_button.setObjectName("downloadModel")
        self.download_button.hide()
        self.foot = QWidget()
        below = parts.column(self.foot)
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(self._note)
        below.addWidget(self.download_button)
        self.foot.hide()
        row = parts.row(self.choice, *beside)
        row.setStretch(0, 1)
        row.setSpacing(theme.GAP)
        column = parts.column(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._small_print)

    @property
    def ready(self) -> bool:
        """Whether the chosen model can run, as far as is known."""
        state = self.choice.state()
        return state is None or state.state == "ready"

    def show_models(self, models: Sequence[ListedModel], chosen: str, instead: str = "") -> None:
        """List these models and choose the one called ``instead``, or ``chosen`` if it is not among them."""
        self.choice.show_states({each.name: each for each in models})
        for name in (chosen, instead):
            self.choice.set_value(name)
        self.describe()

    def _take(self) -> None:
        self.describe()
        self.edited.emit()

    def describe(self) -> None:
        """Show size, state and note of the chosen model, and the download button if it can be downloaded."""
        state = self.choice.state()
        if state is None:
            return
        self.choice.setToolTip(self.choice.small_print(state))
        self._small_print.say(self.choice.small_print(state))
        self._small_print.setHidden(self._brief and state.state == "ready")
        parts.say(self._note, self.choice.note(state), {"unavailable": "bad"}.get(state.state, ""))
        self._note.setVisible(bool(self._note.text()))
        self._note.setToolTip(state.note)
        size = f" ({state.size / 1e6:.0f} MB)" if state.size else ""
        self.download_button.setText(self.tr("Download") + size)
        self.download_button.setVisible(state.state == "download")
        self.foot.setVisible(bool(self._note.text()) or state.state == "download")
