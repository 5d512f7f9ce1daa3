"""The panel of layers: which there are, from top to bottom, and what can be done with each."""

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QStackedWidget, QWidget

from maskstudio.core.document import Layer
from maskstudio.core.ops import Mode
from maskstudio.session import Session
from maskstudio.ui.icons import icon
from maskstudio.ui.panels import parts
from maskstudio.ui.panels.layer_list import LayerDelegate, LayerModel

_MODES: tuple[Mode, ...] = ("add", "subtract", "intersect")


class LayersPanel(QWidget):
    """A list to select, show, hide, rename, reorder, combine and delete layers."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layersPanel")
        self._session = session
        self.model = LayerModel(session, self)
        self.view = _List()
        self.view.setObjectName("layers")
        self.view.setAccessibleName(self.tr("Layers"))
        self.view.setModel(self.model)
        delegate = LayerDelegate(session, self.view)
        delegate.modeClicked.connect(self._open_modes)
        self.view.setItemDelegate(delegate)
        self.view.selectionModel().currentChanged.connect(self._activate)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._open_menu)
        self.view.deleted.connect(self._delete)
        self.model.dropped.connect(session.move, Qt.ConnectionType.QueuedConnection)
        self._arrange()
        self.refresh()

    def _arrange(self) -> None:
        empty = parts.Hint(self.tr("No layers yet. Detect or remove the background to make one."))
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setMargin(12)
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.view)
        self._stack.setMinimumHeight(2 * 48 + 2)  # two rows; more where there is room
        self.up_button = parts.icon_button("up", self.tr("Bring forward"), lambda: self._move(1))
        self.down_button = parts.icon_button("down", self.tr("Send backward"), lambda: self._move(-1))
        self.delete_button = parts.icon_button("trash", self.tr("Delete layer"), self._delete)
        column = parts.column(self)
        column.addWidget(self._stack, 1)
        self.tools = (self.up_button, self.down_button, self.delete_button)  # for the panel's title

    def refresh(self) -> None:
        """Show the layers of now; selection, scroll position and a name being edited stay."""
        document = self._session.document
        self.model.refresh()
        layers = document.layers if document else ()
        self._stack.setCurrentIndex(1 if layers else 0)
        self._show_active()
        active = self._session.active
        at = layers.index(active) if active in layers else -1
        self.up_button.setEnabled(0 <= at < len(layers) - 1)
        self.down_button.setEnabled(at > 0)
        self.delete_button.setEnabled(at >= 0)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            parts.dress(self)

    # Verbs

    def _show_active(self) -> None:
        active = self._session.active
        index = self.model.index_of(active.id) if active else QModelIndex()
        if self.view.currentIndex() != index:
            selection = self.view.selectionModel()
            blocked = selection.blockSignals(True)
            self.view.setCurrentIndex(index)
            selection.blockSignals(blocked)
            self.view.scrollTo(index)
            self.view.viewport().update()

    def _activate(self, current: QModelIndex) -> None:
        if layer := self.model.layer(current):
            self._session.activate(layer.id)

    def _delete(self) -> None:
        if layer := self._session.active:
            self._session.delete(layer.id)

    def _move(self, by: int) -> None:
        document, layer = self._session.document, self._session.active
        if document and layer:
            self._session.move(layer.id, document.layers.index(layer) + by)

    # Menus

    def _open_modes(self, layer: Layer, where: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill_modes(menu, layer)
        menu.popup(where)

    def _fill_modes(self, menu: QMenu, layer: Layer) -> None:
        names = {
            "add": self.tr("Add to what is below"),
            "subtract": self.tr("Subtract from what is below"),
            "intersect": self.tr("Intersect with what is below"),
        }
        for mode in _MODES:
            action = menu.addAction(icon(mode), names[mode])
            action.triggered.connect(lambda _checked, mode=mode: self._session.set_mode(layer.id, mode))
            action.setObjectName(f"mode.{mode}")
            action.setCheckable(True)
            action.setChecked(layer.mode == mode)

    def menu(self, layer: Layer) -> QMenu:
        """Everything that can be done with ``layer``."""
        menu, session = QMenu(self), self._session
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        index = self.model.index_of(layer.id)
        menu.addAction(self.tr("Rename"), lambda: self.view.edit(index))
        shown = self.tr("Hide") if layer.visible else self.tr("Show")
        menu.addAction(shown, lambda: session.set_visible(layer.id, not layer.visible))
        self._fill_modes(menu.addMenu(self.tr("Combine")), layer)
        menu.addSeparator()
        for name, button, by in (("up", self.up_button, 1), ("down", self.down_button, -1)):
            action = menu.addAction(icon(name), button.text())
            action.triggered.connect(lambda _checked, by=by: self._move(by))
            action.setEnabled(button.isEnabled())
        menu.addSeparator()
        menu.addAction(icon("trash"), self.tr("Delete"), lambda: session.delete(layer.id))
        return menu

    def _open_menu(self, where: QPoint) -> None:
        if layer := self.model.layer(self.view.indexAt(where)):
            self._session.activate(layer.id)
            self.menu(layer).popup(self.view.viewport().mapToGlobal(where))


class _List(QListView):
    """Rows of one height that can be dragged; Delete asks for the deletion of the current one."""

    deleted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the current row in sight."""
        super().resizeEvent(event)
        self.scrollTo(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete and Backspace delete."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not event.modifiers():
            self.deleted.emit()
            return
        super().keyPressEvent(event)
