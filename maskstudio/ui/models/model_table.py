"""The list of models: a line each, with its state, size and speed."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from maskstudio.session.shelving import Shelved
from maskstudio.ui.models import model_words
from maskstudio.ui.models.model_words import said
from maskstudio.ui.models.model_work import ModelWork
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.state_dot import model_dot

_STATE, _SIZE, _SPEED = 1, 2, 3  # columns after the title
_NUMBERS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ModelTable(QTreeWidget):
    """The models; ``picked(name)`` is emitted when another one is chosen, ``removing`` for the Delete key."""

    picked = Signal(str)
    removing = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the table, empty until ``show_shelf``."""
        super().__init__(parent)
        self.setObjectName("modelTable")
        self.setAccessibleName(said("Models"))
        self.setRootIsDecorated(False)
        self.setAllColumnsShowFocus(True)
        self.setUniformRowHeights(True)
        self.setHeaderLabels([said("Model"), said("State"), said("Size"), said("Speed")])
        self.headerItem().setToolTip(_SPEED, said("Seconds for a photo of a megapixel on this machine"))
        for column in (_SIZE, _SPEED):
            self.headerItem().setTextAlignment(column, _NUMBERS)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.currentItemChanged.connect(lambda *_: self.picked.emit(self.chosen))
        self._rows: dict[str, QTreeWidgetItem] = {}
        self._shelf: dict[str, Shelved] = {}
        self._working: dict[str, ModelWork] = {}  # what the lines of models show in place of their states

    @property
    def chosen(self) -> str:
        """The name of the chosen model; empty if there is none."""
        row = self.currentItem()
        return str(row.data(0, Qt.ItemDataRole.UserRole)) if row is not None else ""

    def choose(self, name: str) -> None:
        """Choose a model by name; an unknown one changes nothing."""
        if name in self._rows:
            self.setCurrentItem(self._rows[name])

    def show_shelf(self, shelf: list[Shelved]) -> None:
        """Show these models; the chosen one stays chosen, and the view where it is."""
        chosen, at = self.chosen, self.verticalScrollBar().value()
        blocked = self.blockSignals(True)
        if [each.name for each in shelf] != list(self._rows):
            self.clear()
            self._rows = {each.name: QTreeWidgetItem(self) for each in shelf}
        self._shelf = {each.name: each for each in shelf}
        for each in shelf:
            self._fill(each)
        self.choose(chosen)
        if self.currentItem() is None and shelf:
            self.choose(shelf[0].name)
        for column in (_STATE, _SIZE, _SPEED):
            width = max(self.sizeHintForColumn(column), self.header().sectionSizeHint(column))
            self.header().resizeSection(column, width + (theme.SPACE if column == _SIZE else 0))
        self.blockSignals(blocked)
        self.verticalScrollBar().setValue(at)
        if self.chosen != chosen:
            self.picked.emit(self.chosen)

    def show_work(self, name: str, work: ModelWork | None) -> None:
        """Show how far the work on a model is, in place of its state; without work, its state again."""
        if work is not None:
            self._working[name] = work
            self._rows[name].setText(_STATE, work.brief)
        elif name in self._working:
            del self._working[name]
            self._fill(self._shelf[name])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete asks to remove the chosen model."""
        if event.key() == Qt.Key.Key_Delete:
            self.removing.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for each in self._shelf.values():
                self._fill(each)

    def _fill(self, each: Shelved) -> None:
        """Write the line of a model."""
        row = self._rows[each.name]
        row.setIcon(0, model_dot(each.model.state))
        cells = (
            each.model.title,
            self._working[each.name].brief if each.name in self._working else model_words.state(each),
            model_words.size(each.disk or each.model.size),
            model_words.speed(each.seconds),
        )
        for column, text in enumerate(cells):
            row.setText(column, text)
        row.setData(0, Qt.ItemDataRole.UserRole, each.name)
        row.setToolTip(0, f"{each.model.title}\n{each.name}\n{each.model.about.purpose}".strip())
        for column in (_SIZE, _SPEED):
            row.setTextAlignment(column, _NUMBERS)
        heard = ", ".join(filter(None, cells))
        row.setData(0, Qt.ItemDataRole.AccessibleTextRole, heard)
