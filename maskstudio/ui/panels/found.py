"""The list of what was found, with pictures: each find is ticked or not, and what filters leave out stays in sight."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from maskstudio.core.document import Detection
from maskstudio.core.image import Image
from maskstudio.ui.panels.find_list import FindModel, ListedFind
from maskstudio.ui.panels.find_row import HEIGHT, FindDelegate

_FEW, _MANY = 2, 5  # least number of rows shown, and the number up to which the list grows


class FoundList(QListView):
    """Shows finds.

    ``ticked(at, wanted)`` is emitted for a tick, ``chosen(layer)`` for the layer whose row becomes the current one by
    the user's hand. ``pointed(layer, find)`` tells the row under the pointer or chosen by key: the layer that shows
    it, or else the find itself; both are None when there is none.
    """

    ticked = Signal(int, bool)
    chosen = Signal(int)
    pointed = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the list, empty."""
        super().__init__(parent)
        self.setObjectName("finds")
        self.setAccessibleName(self.tr("What was found"))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.finds = FindModel(self)
        self.finds.ticked.connect(self.ticked)
        self.delegate = FindDelegate(self)
        self.setModel(self.finds)
        self.setItemDelegate(self.delegate)
        self._at: tuple[int | None, Detection | None] = None, None  # what is pointed at
        self.entered.connect(self._point_at)
        self.viewportEntered.connect(lambda: self._point_at(QModelIndex()))
        self.selectionModel().currentChanged.connect(self._take)

    def show_finds(self, rows: Sequence[ListedFind], image: Image | None, active: int) -> None:
        """Show these finds of a photo, and which of them the layer called ``active`` shows."""
        self.delegate.show_photo(image)
        self.finds.show_rows(rows)
        self._show_active(active)
        self.setFixedHeight(min(max(len(rows), _FEW), _MANY) * HEIGHT + 2)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        super().leaveEvent(event)
        self._point_at(QModelIndex())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Point at nothing more by key."""
        super().focusOutEvent(event)
        if not self.viewport().underMouse():
            self._point_at(QModelIndex())

    def _show_active(self, active: int) -> None:
        """Make the row of the active layer the current one; a row without a layer stays current."""
        index, current = self.finds.index_of(active), self.finds.find(self.currentIndex())
        if index == self.currentIndex() or (current is not None and not current.layer and self.hasFocus()):
            return
        selection = self.selectionModel()
        blocked = selection.blockSignals(True)
        self.setCurrentIndex(index)
        selection.blockSignals(blocked)
        self.scrollTo(index)
        self.viewport().update()

    def _take(self, current: QModelIndex) -> None:
        find = self.finds.find(current)
        if find is not None and find.layer:
            self.chosen.emit(find.layer)
        if self.hasFocus():
            self._point_at(current)

    def _point_at(self, index: QModelIndex) -> None:
        find = self.finds.find(index)
        layer, apart = (None, None) if find is None else (find.layer or None, None if find.layer else find.detection)
        if (layer, apart) != self._at:
            self._at = layer, apart
            self.pointed.emit(layer, apart)
