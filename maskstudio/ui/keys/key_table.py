"""The searchable table of commands and their keys, grouped by menu."""

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from maskstudio.ui.keys.keymap import Keymap, shown
from maskstudio.ui.registry.entry import Entry
from maskstudio.ui.registry.table import BY_ID
from maskstudio.ui.widgets.fuzzy import score

_ID = Qt.ItemDataRole.UserRole
_BETWEEN = "   "  # keys shown in a cell


class KeyTable(QTreeWidget):
    """A row for each of ``specs``; those whose keys differ from the preset's are bold."""

    def __init__(self, specs: Iterable[Entry], parent: QWidget | None = None) -> None:
        """Fill the table with a row for each of ``specs`` below the heading of its menu."""
        super().__init__(parent)
        self.setObjectName("keyTable")
        self.setAccessibleName(self.tr("Commands and their keys"))
        self.setHeaderLabels((self.tr("Command"), self.tr("Keys")))
        self.setUniformRowHeights(True)
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setIndentation(14)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(False)
        self._menus: dict[str, QTreeWidgetItem] = {}
        self._rows: dict[str, QTreeWidgetItem] = {}
        for spec in specs:
            self._add(spec)
        if self._rows:
            self.setCurrentItem(next(iter(self._rows.values())))

    def _add(self, spec: Entry) -> None:
        """Append the row of an action, and before the first of a menu its heading."""
        if spec.menu not in self._menus:
            menu = self._menus[spec.menu] = QTreeWidgetItem(self, [word(spec.menu)])
            menu.setFlags(Qt.ItemFlag.ItemIsEnabled)
            menu.setFirstColumnSpanned(True)
            font = menu.font(0)
            font.setBold(True)
            menu.setFont(0, font)
            menu.setExpanded(True)
        row = self._rows[spec.id] = QTreeWidgetItem(self._menus[spec.menu], [word(spec.text), ""])
        row.setData(0, _ID, spec.id)
        row.setToolTip(0, word(spec.tip))

    @property
    def chosen(self) -> Entry | None:
        """The action of the current row."""
        item = self.currentItem()
        return BY_ID.get(item.data(0, _ID) or "") if item is not None else None

    def choose(self, action: str) -> None:
        """Select the row of an action."""
        if action in self._rows:
            self.setCurrentItem(self._rows[action])
            self.scrollToItem(self._rows[action])

    def show_keys(self, keymap: Keymap) -> None:
        """Fill the second column."""
        for action, row in self._rows.items():
            row.setText(1, _BETWEEN.join(shown(key) for key in keymap.keys(action)))
            font = row.font(1)
            font.setBold(keymap.changed(action))
            row.setFont(1, font)
            row.setToolTip(1, self.tr("Changed by you") if keymap.changed(action) else "")

    def search(self, query: str) -> None:
        """Show only the rows where the words or a key fit ``query``."""
        wanted, found = query.strip(), None
        for action, row in self._rows.items():
            spec = BY_ID[action]
            is_key = wanted.lower() in row.text(1).lower().split(_BETWEEN)
            fits = not wanted or is_key or score(wanted, f"{row.text(0)} {word(spec.also)} {word(spec.menu)}") > 0
            row.setHidden(not fits)
            found = found or (row if fits else None)
        for name, menu in self._menus.items():
            menu.setHidden(all(row.isHidden() for action, row in self._rows.items() if BY_ID[action].menu == name))
        now = self.currentItem()
        if found is not None and (now is None or now.isHidden()):
            self.setCurrentItem(found)


def word(text: str) -> str:
    """A text of the action table in the user's language."""
    return QCoreApplication.translate("actions", text)
