"""The command palette: a list of commands that is searched by typing, with their keys and whether they can run."""

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from maskstudio.ui.help.palette_entries import PaletteEntry, ranked
from maskstudio.ui.help.palette_row import ROW_HEIGHT, RowPainter
from maskstudio.ui.keys.key_owner import OWNS_KEYS
from maskstudio.ui.widgets import theme

_WIDTH = 640  # px
_ROWS = 11
_REMEMBERED = 12
_TOP = 64  # px below the top of the window
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS - 1, Qt.Key.Key_PageUp: 1 - _ROWS}
_Index = QModelIndex | QPersistentModelIndex
ENTRY = Qt.ItemDataRole.UserRole


class _Model(QAbstractListModel):
    """The entries found, best first."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: list[PaletteEntry] = []

    def show_entries(self, entries: list[PaletteEntry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """An entry's title, its words for a screen reader, its tooltip, or the entry itself, by role."""
        entry = self.entries[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(text for text in (entry.title, entry.place, entry.key, entry.reason) if text)
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.tip
        return None


class Palette(QFrame):
    """The palette, over ``window`` while it is open.

    ``find(query)`` gives all entries; ``recent`` holds the ids of those used lately, newest first, changed in place.
    """

    def __init__(self, window: QWidget, find: Callable[[str], list[PaletteEntry]], recent: list[str]) -> None:
        """Make the palette over ``window``, hidden: a field to type in, the list, and a line that explains."""
        super().__init__(window)
        self.setObjectName("palette")
        self.setAccessibleName(self.tr("Find a Command"))
        self._find, self._recent = find, recent
        self._back: QWidget | None = None
        self.query = QLineEdit()
        self.query.setObjectName("paletteQuery")
        self.query.setPlaceholderText(self.tr("What would you like to do?"))
        self.query.setAccessibleName(self.tr("Find a command"))
        self.query.setAccessibleDescription(
            self.tr("Type part of its name; Up and Down choose, Enter runs, Escape closes.")
        )
        self.query.setProperty(OWNS_KEYS, True)
        self.query.textChanged.connect(self._search)
        self.query.installEventFilter(self)
        self.list = QListView()
        self.list.setAccessibleName(self.tr("Commands found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setItemDelegate(RowPainter(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._run)
        self._model = _Model(self)
        self.list.setModel(self._model)
        self.says = QLabel()
        self.says.setObjectName("hint")
        self.says.setTextFormat(Qt.TextFormat.PlainText)
        self.says.setIndent(theme.SPACE)
        self.list.selectionModel().currentChanged.connect(self._explain)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE, theme.SPACE, theme.SPACE, theme.SPACE)
        column.setSpacing(theme.SPACE)
        for widget in (self.query, self.list, self.says):
            column.addWidget(widget)
        self.hide()

    def open(self) -> None:
        """Show the palette with an empty query and the recent entries at the top, or close it if it is open."""
        if self.isVisible():
            self.close_it()
            return
        self._back = self.window().focusWidget()
        self.query.clear()
        self._search()
        self.show()
        self.raise_()
        self.query.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.window().installEventFilter(self)

    def close_it(self) -> None:
        """Hide it and give the focus back to where it was."""
        self.window().removeEventFilter(self)
        self.hide()
        if self._back is not None:
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        self._back = None

    def run(self) -> None:
        """Run the chosen entry, if it can run now, and close."""
        self._run(self.list.currentIndex())

    @property
    def found(self) -> list[PaletteEntry]:
        """The entries shown, best first."""
        return self._model.entries

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle keys that move in the list, the window's new size, and clicks elsewhere, which close the palette."""
        if watched is self.query:
            if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._key(event)
            if event.type() == QEvent.Type.FocusOut and self.isVisible() and self.window().isActiveWindow():
                self._back = None  # the click moves the focus where the user wants it
                self.close_it()
        elif watched is self.window() and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        """Move in the list, run the chosen entry or close; returns whether the key was one of these."""
        key = Qt.Key(event.key())
        if key in _MOVES:
            self._move(_MOVES[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.run()
        elif key == Qt.Key.Key_Escape:
            self.close_it()
        else:
            return key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)  # Tab stays in the palette
        return True

    def _move(self, by: int) -> None:
        last = self._model.rowCount() - 1
        if last < 0:
            return
        row = self.list.currentIndex().row() + by
        if abs(by) == 1:
            row = 0 if row > last else last if row < 0 else row
        self.list.setCurrentIndex(self._model.index(min(max(row, 0), last)))

    def _search(self) -> None:
        query = self.query.text()
        self._model.show_entries(ranked_or_typed(query, self._find(query), self._recent))
        self.list.setCurrentIndex(self._model.index(0))
        self._explain()
        self._place()

    def _explain(self) -> None:
        entry = cast("PaletteEntry | None", self.list.currentIndex().data(ENTRY))
        if entry is None:
            self.says.setText(self.tr("Nothing is called that."))
            return
        self.says.setText(entry.tip or entry.reason)
        self.query.setAccessibleDescription(str(self.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)))

    def _run(self, index: QModelIndex) -> None:
        entry = cast("PaletteEntry | None", index.data(ENTRY))
        if entry is None or entry.reason:
            return
        self._recent[:] = [entry.id, *(each for each in self._recent if each != entry.id)][:_REMEMBERED]
        self.close_it()
        entry.run()

    def _place(self) -> None:
        room = self.window().size()
        width = min(_WIDTH, room.width() - 2 * theme.MARGIN)
        around = self.query.sizeHint().height() + self.says.sizeHint().height() + 4 * theme.SPACE + 2
        rows = min(_ROWS, (room.height() - _TOP - theme.MARGIN - around) // ROW_HEIGHT, len(self.found) or 1)
        self.list.setFixedHeight(max(rows, 1) * ROW_HEIGHT)
        height = around + self.list.height()
        self.setGeometry((room.width() - width) // 2, _TOP, width, height)


def ranked_or_typed(query: str, entries: list[PaletteEntry], recent: list[str]) -> list[PaletteEntry]:
    """The entries, ranked, with those that set a typed number first: they are made from the query itself."""
    typed = [entry for entry in entries if entry.id.startswith("number:")]
    return typed + ranked(query, (entry for entry in entries if entry not in typed), recent)
