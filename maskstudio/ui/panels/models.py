"""The choice of a model: all models with their states, and a note on why the chosen one cannot run."""

from typing import Protocol

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.dropdown import Dropdown
from maskstudio.ui.widgets.state_dot import DOT, model_dot

_NAME = Qt.ItemDataRole.UserRole + 1
_SMALL = 0.88  # share of the usual font size


class ListedModel(Protocol):
    """What the list needs of a model, as the session describes it."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def note(self) -> str: ...  # noqa: D102
    @property
    def size(self) -> int | None: ...  # noqa: D102
    @property
    def words(self) -> bool: ...  # noqa: D102


class _Rows(QStyledItemDelegate):
    """Paints the open list in two columns: what the model finds, and in small print its name."""

    column = 0  # px from the left to the names, beyond the longest title

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the name beside the title, smaller and in a muted colour."""
        super().paint(painter, option, index)
        colours = theme.tokens()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(QColor(colours.on_accent if chosen else colours.muted))
        painter.save()
        painter.setFont(small(painter.font()))
        space = option.rect.adjusted(self.column, 0, 0, 0)
        painter.drawText(space, Qt.AlignmentFlag.AlignVCenter, index.data(_NAME))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Wide enough for both columns."""
        name = option.fontMetrics.horizontalAdvance(index.data(_NAME))
        return QSize(self.column + name + 12, super().sizeHint(option, index).height())


class ModelChoice(Dropdown):
    """A list of models, each with a dot for its state; ``edited`` is emitted when the user chooses one."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the list, empty until ``show_states``."""
        super().__init__(12, parent)
        self.setObjectName("model")
        self.setAccessibleName(self.tr("Model"))
        self._rows = _Rows(self)
        self.setItemDelegate(self._rows)
        self.setIconSize(QSize(DOT, DOT))
        self.setMaxVisibleItems(24)
        self._states: dict[str, ListedModel] = {}
        self.activated.connect(lambda _: self.edited.emit())

    def value(self) -> str:
        """The name of the chosen model; empty if there is none."""
        return str(self.currentData() or "")

    def set_value(self, name: str) -> None:
        """Choose a model by name, without a signal; an unknown one changes nothing."""
        if (at := self.findData(name)) >= 0:
            self.setCurrentIndex(at)

    def state(self) -> ListedModel | None:
        """The chosen model, None if there is none."""
        return self._states.get(self.value())

    def show_states(self, states: dict[str, ListedModel]) -> None:
        """Show these models; the chosen one stays chosen."""
        chosen, self._states = self.value(), states
        blocked = self.blockSignals(True)
        self.clear()
        for each in states.values():
            self.addItem(model_dot(each.state), each.title, each.name)
            row = self.count() - 1
            self.setItemData(row, each.name, _NAME)
            said = f"{self.small_print(each)}\n{self.note(each)}".strip()
            self.setItemData(row, said, Qt.ItemDataRole.ToolTipRole)
            words = f"{each.title}, {each.name}, {self.word(each)}"
            self.setItemData(row, words, Qt.ItemDataRole.AccessibleTextRole)
        widths = (self.fontMetrics().horizontalAdvance(each.title) for each in states.values())
        self._rows.column = 44 + max(widths, default=0)
        self.set_value(chosen)
        self.blockSignals(blocked)
        self.view().setMinimumWidth(min(self.view().sizeHintForColumn(0) + 28, 640))

    def changeEvent(self, event: QEvent) -> None:
        """Draw the dots in the colours of the theme in use."""
        super().changeEvent(event)
        if event.type() != QEvent.Type.PaletteChange or not hasattr(self, "_states"):
            return
        for row in range(self.count()):
            self.setItemIcon(row, model_dot(self._states[self.itemData(row)].state))

    def word(self, each: ListedModel) -> str:
        """The state in a word or two."""
        words = {
            "ready": self.tr("Ready"),
            "download": self.tr("Needs a download"),
            "unavailable": self.tr("Not available"),
        }
        size = f" ({each.size / 1e6:.0f} MB)" if each.state == "download" and each.size else ""
        return words[each.state] + size

    def small_print(self, each: ListedModel) -> str:
        """The state, and the name of the model in services, files and the command line."""
        return f"{self.word(each)} · {each.name}"

    def note(self, each: ListedModel) -> str:
        """A sentence on the state of a model; empty if there is nothing to say."""
        return self.tr("The file is checked before it is used.") if each.state == "download" else each.note


def small(font: QFont) -> QFont:
    """``font`` in the size of small print."""
    made = QFont(font)
    if made.pointSizeF() > 0:
        made.setPointSizeF(made.pointSizeF() * _SMALL)
    else:
        made.setPixelSize(round(made.pixelSize() * _SMALL))
    return made
