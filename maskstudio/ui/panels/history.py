"""The panel of the history: the past steps, the current one, and those that were undone."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QShowEvent
from PySide6.QtWidgets import QListView, QMenu, QWidget

from maskstudio.session.session import Session
from maskstudio.ui.panels.history_list import HEIGHT, THUMB, HistoryDelegate, HistoryModel
from maskstudio.ui.panels.history_pictures import HistoryPictures
from maskstudio.ui.panels.redrawn import RedrawnByChange, Shows
from maskstudio.ui.widgets import parts
from maskstudio.ui.widgets.icons import icon

_PAUSE = 200  # ms between two searches for missing pictures
_REST = 1000  # ms until the bytes are counted
_ROWS = 5  # steps shown where there is little room


class HistoryPanel(RedrawnByChange, QWidget):
    """The list of steps: a click or an arrow key goes to one, its menu compares with it.

    Pictures and bytes follow when nothing else happens.
    """

    SHOWS = Shows(steps=True)

    compareRequested = Signal(int)  # the index of the step to compare with  # noqa: N815

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Make the panel for ``session``: the list of steps, and below it the memory they take."""
        super().__init__(parent)
        self.setObjectName("historyPanel")
        self._session = session
        self._following = False
        self.model = HistoryModel(session, self)
        self._pictures = HistoryPictures(THUMB, self)
        self.view = QListView()
        self.view.setObjectName("history")
        self.view.setAccessibleName(self.tr("History"))
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.view.setModel(self.model)
        self.view.setItemDelegate(HistoryDelegate(self._pictures.of, self.view))
        self.view.setFixedHeight(_ROWS * HEIGHT + 2)
        self.view.selectionModel().currentChanged.connect(self._go)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._open_menu)
        self.view.viewport().installEventFilter(self)
        self.view.verticalScrollBar().valueChanged.connect(lambda: self._look_soon())
        self._pictures.made.connect(self._show_pictures)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._look)
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._count)
        self.used = parts.Hint(self.tr("Nothing is open."))
        column = parts.column(self)
        column.addWidget(self.view)
        column.addWidget(self.used)
        self.refresh()

    def follow(self, session: Session) -> None:
        """Show another document's session."""
        self._session = session
        self.model.follow(session)
        self.refresh()
        self._count()

    def redraw(self) -> None:
        """Show the present steps."""
        self._following = True  # removing rows moves the current one, which is no choice of the user
        self.model.refresh()
        self._following = False
        self._mark_current()
        if self.isVisible():
            self._look_soon()
            if not self._rest.isActive():
                self._rest.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Do what was left out while the panel was hidden."""
        super().showEvent(event)
        self.view.scrollTo(self.view.currentIndex())
        self._look_soon()
        self._count()

    # Going there

    def _mark_current(self) -> None:
        index = self.model.index(self.model.position)
        if self.view.currentIndex() != index:
            selection = self.view.selectionModel()
            blocked = selection.blockSignals(True)
            self.view.setCurrentIndex(index)
            selection.blockSignals(blocked)
            self.view.viewport().update()
            if self.isVisible():
                self.view.scrollTo(index)

    def _go(self, current: QModelIndex) -> None:
        if current.isValid() and not self._following and current.row() != self.model.position:
            self._session.go_to(current.row())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the right button, which opens the menu, from going to a step."""
        presses = event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
        if presses and isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.RightButton:
            return True
        return super().eventFilter(watched, event)

    def menu(self, row: int) -> QMenu:
        """The menu of a step."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        compare = menu.addAction(icon("view-split"), self.tr("Compare With This Step"))
        compare.triggered.connect(lambda: self.compareRequested.emit(row))
        return menu

    def _open_menu(self, where: QPoint) -> None:
        if (index := self.view.indexAt(where)).isValid():
            self.menu(index.row()).popup(self.view.viewport().mapToGlobal(where))

    # Pictures and bytes

    def _look_soon(self) -> None:
        if not self._pause.isActive():
            self._pause.start()

    def _look(self) -> None:
        """Have the missing pictures in sight made, the newest first, since each differs little from the next."""
        if not self.isVisible() or not self.model.rowCount():
            return
        first = self.view.indexAt(self.view.viewport().rect().topLeft()).row()
        last = min(max(first, 0) + self.view.height() // HEIGHT + 1, self.model.rowCount() - 1)
        steps = [self.model.step(self.model.index(row)) for row in range(last, max(first, 0) - 1, -1)]
        ratio = self.view.devicePixelRatioF()
        self._pictures.make([step.document for step in steps if step], ratio, self._session.runner)

    def _show_pictures(self) -> None:
        self.view.viewport().update()
        self._look_soon()

    def _count(self) -> None:
        history = self._session.history
        if history is None:
            self.used.setText(self.tr("Nothing is open."))
        elif self.isVisible():
            used, limit = history.nbytes / 2**20, self._session.history_limit / 2**20
            self.used.setText(self.tr("{:.0f} MB of {:.0f} MB").format(used, limit))
