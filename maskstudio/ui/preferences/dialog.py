"""The preferences: the list of pages at the left, the page at the right; every change acts at once."""

from collections.abc import Callable, Collection, Mapping

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from maskstudio import settings as stored
from maskstudio.session.session import Session
from maskstudio.settings import Settings, preferences
from maskstudio.ui.keys import keymap as keymaps
from maskstudio.ui.keys.editor import KeyEditor
from maskstudio.ui.keys.keymap import Keymap
from maskstudio.ui.preferences.page import PreferencePage
from maskstudio.ui.preferences.services import ServicesPage
from maskstudio.ui.widgets import parts, theme

_SIZE = QSize(820, 600)
_PAUSE = 400  # ms without a change, then the file is written
KEYS, SERVICES = "keys", "services"
_OWN = (KEYS, SERVICES)  # pages not made from the declarations of settings


class Preferences(QDialog):
    """The window of preferences; it changes ``settings`` in place.

    ``apply`` maps the names of settings to what is called after a change; a setting that is not in it is not shown.
    ``keysChanged(keymap)`` is emitted for keys, ``servicesChanged`` for accounts and their keys. ``session`` gives the
    session in front.
    """

    keysChanged = Signal(object)  # noqa: N815
    sheetRequested = Signal()  # noqa: N815
    servicesChanged = Signal()  # noqa: N815

    def __init__(
        self,
        parent: QWidget,
        settings: Settings,
        apply: Mapping[str, Callable[[], object]],
        present: Collection[str],
        session: Callable[[], Session],
    ) -> None:
        """Make the window with a page for each group of settings in ``apply``, the keys and the services."""
        super().__init__(parent)
        self.setObjectName("preferences")
        self.setWindowTitle(self.tr("Preferences"))
        self._settings, self._apply = settings, apply
        self._later = QTimer(self, singleShot=True, interval=_PAUSE)
        self._later.timeout.connect(lambda: stored.save(self._settings))
        self._names: list[str] = []
        self._list, self._pages = QListWidget(), QStackedWidget()
        self._list.setObjectName("preferencePages")
        self._list.setAccessibleName(self.tr("Pages"))
        self._list.setFixedWidth(150)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.currentRowChanged.connect(self._pages.setCurrentIndex)
        for name, title in self._titles().items():
            wanted = [each for each in preferences() if each.page == name and each.spec.name in apply]
            if wanted:
                self._add(name, title, PreferencePage(wanted, settings, self._changed))
            elif name == KEYS:
                self.editor = KeyEditor(keymaps.of_settings(settings), present)
                self.editor.changed.connect(self._take_keys)
                self.editor.sheetRequested.connect(self.sheetRequested)
                self._add(name, title, self.editor)
            elif name == SERVICES:
                self.services = ServicesPage(settings, session)
                self.services.changed.connect(self._take_services)
                self._add(name, title, self.services)
        self._arrange()
        self._list.setCurrentRow(0)
        self.resize(_SIZE.boundedTo(parent.screen().availableSize() - QSize(60, 80)))

    def open_page(self, name: str = "") -> None:
        """Show the window at the page called ``name``, or at the page shown last."""
        if name in self._names:
            self._list.setCurrentRow(self._names.index(name))
        self.refresh()
        self.show()
        self.activateWindow()
        self._list.setFocus()

    def open_account(self, name: str) -> None:
        """Show the account at a service."""
        self.open_page(SERVICES)
        self.services.open_account(name)

    def refresh(self) -> None:
        """Show the present settings, some of which are changed elsewhere too."""
        for page in self.findChildren(PreferencePage):
            page.refresh()

    def done(self, result: int) -> None:
        """Close the window, after writing the settings file if a change waits for that."""
        if self._later.isActive():
            self._later.stop()
            stored.save(self._settings)
        super().done(result)

    def _titles(self) -> dict[str, str]:
        """The pages in their order, with their titles."""
        return {
            "general": self.tr("General"),
            "canvas": self.tr("Canvas"),
            "brush": self.tr("Brush"),
            KEYS: self.tr("Keys"),
            "files": self.tr("Files"),
            "models": self.tr("Models"),
            SERVICES: self.tr("Services"),
            "performance": self.tr("Performance"),
        }

    def _add(self, name: str, title: str, page: QWidget) -> None:
        """Append a page with its title as heading, in an area that scrolls."""
        self._names.append(name)
        item = QListWidgetItem(title, self._list)
        item.setSizeHint(QSize(0, theme.ROW + theme.GAP))
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(theme.MARGIN * 2, theme.MARGIN, theme.MARGIN * 2, theme.MARGIN)
        column.setSpacing(theme.MARGIN)
        heading = QLabel(title)
        heading.setObjectName("pageTitle")
        column.addWidget(heading)
        column.addWidget(page, 1)
        area = QScrollArea(widgetResizable=True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(holder)
        self._pages.addWidget(area)

    def _arrange(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._list)
        middle.addWidget(self._pages, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(middle, 1)
        whole.addWidget(self._foot())

    def _foot(self) -> QWidget:
        """The buttons below the pages: defaults of the page, where it has any, and Close."""
        self._restore = QPushButton(self.tr("Defaults of This Page"))
        self._restore.setAutoDefault(False)
        self._restore.clicked.connect(self._restore_page)
        self._list.currentRowChanged.connect(
            lambda row: self._restore.setVisible(0 <= row < len(self._names) and self._names[row] not in _OWN)
        )
        close = QPushButton(self.tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.close)
        return parts.foot(close, aside=self._restore)

    def _restore_page(self) -> None:
        shown = self._pages.currentWidget()
        for page in shown.findChildren(PreferencePage) if shown is not None else ():
            page.restore()

    def _changed(self, name: str) -> None:
        self._apply[name]()
        self._later.start()

    def _take_services(self) -> None:
        self.servicesChanged.emit()
        self._later.start()

    def _take_keys(self, keymap: Keymap) -> None:
        keymaps.into_settings(keymap, self._settings)
        self.keysChanged.emit(keymap)
        self._later.start()
