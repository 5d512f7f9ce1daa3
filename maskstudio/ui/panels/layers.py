"""The panel of layers: the list from top to bottom, and the verbs on each."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from maskstudio.core.document import Document, Layer
from maskstudio.session.session import Session
from maskstudio.ui.panels import layer_menu, swatches
from maskstudio.ui.panels.layer_list import LayerModel
from maskstudio.ui.panels.layer_row import HEIGHT, LayerDelegate
from maskstudio.ui.panels.provenance import Provenance
from maskstudio.ui.panels.redrawn import EVERY_FIELD, RedrawnByChange, Shows
from maskstudio.ui.widgets import parts, theme

_FEW, _MANY = 2, 6  # least number of rows shown, and the number up to which the panel grows
_UNLIMITED = 16_777_215  # px, Qt's own limit of a widget's size


class LayersPanel(RedrawnByChange, QWidget):
    """A list to select, show, hide, rename, reorder, combine and delete layers."""

    SHOWS = Shows(stack=True, active=True, solo=True, each=EVERY_FIELD)  # the rows hold the layers themselves

    compareRequested = Signal(int)  # the id of the layer to compare with  # noqa: N815

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Make the panel for ``session``: the list of layers and the bar that ends a solo."""
        super().__init__(parent)
        self.setObjectName("layersPanel")
        self._session = session
        self.model = LayerModel(session, self)
        self.view = _List()
        self.view.setObjectName("layers")
        self.view.setAccessibleName(self.tr("Layers"))
        self.view.setModel(self.model)
        self._delegate = LayerDelegate(session, self.view)
        self._delegate.modeClicked.connect(self._open_modes)
        self._delegate.colourClicked.connect(self._open_colours)
        self._delegate.soloClicked.connect(self._toggle_solo)
        self.view.setItemDelegate(self._delegate)
        self.view.selectionModel().currentChanged.connect(self._activate)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._open_menu)
        self.view.deleted.connect(self._delete)
        self.model.dropped.connect(self._move_to, Qt.ConnectionType.QueuedConnection)
        self._compact = False
        self._arrange()
        self.refresh()

    def follow(self, session: Session) -> None:
        """Show another document's session."""
        self._session = session
        self.model.follow(session)
        self._delegate.follow(session)
        self.refresh()

    def _move_to(self, layer_id: int, place: int) -> None:
        self._session.layers.move(layer_id, place)

    def _arrange(self) -> None:
        """Lay out the solo bar above the list, with a sentence in place of an empty list; make the title's buttons."""
        empty = parts.Hint(self.tr("No layers yet. Press Cut Out Subject, or paint with the brush."))
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setMargin(12)
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.view)
        self.solo_bar = _SoloBar(lambda: self._session.layers.set_solo(None))
        self.add_button = parts.icon_button("plus", self.tr("New layer"), lambda: self._session.layers.add())
        self.duplicate_button = parts.icon_button("duplicate", self.tr("Duplicate layer"), self._duplicate)
        self.up_button = parts.icon_button("up", self.tr("Bring forward"), lambda: self._move(1))
        self.down_button = parts.icon_button("down", self.tr("Send backward"), lambda: self._move(-1))
        self.delete_button = parts.icon_button("trash", self.tr("Delete layer"), self._delete)
        column = parts.column(self)
        column.addWidget(self.solo_bar)
        column.addWidget(self._stack, 1)
        # for the panel's title
        self.tools = (self.add_button, self.duplicate_button, self.up_button, self.down_button, self.delete_button)

    def redraw(self) -> None:
        """Show the present layers; selection, scroll position and a name being edited stay."""
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
        self.duplicate_button.setEnabled(at >= 0)
        self.add_button.setEnabled(document is not None)
        self.solo_bar.show_document(document)
        self._fit(len(layers))

    def show_compact(self, compact: bool) -> None:
        """Take the room of two rows, or, if not ``compact``, of all layers within bounds."""
        self._compact = compact
        self.refresh()
        self.setMaximumHeight(self.minimumSizeHint().height() if compact else _UNLIMITED)

    def _fit(self, layers: int) -> None:
        rows = _FEW if self._compact else min(max(layers, _FEW), _MANY)
        self._stack.setMinimumHeight(rows * HEIGHT + 2)

    def rename(self) -> None:
        """Edit the name of the active layer in its row."""
        if layer := self._session.active:
            self.view.setFocus()
            self.view.edit(self.model.index_of(layer.id))

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
            self._session.layers.activate(layer.id)

    def _delete(self) -> None:
        if layer := self._session.active:
            self._session.layers.delete(layer.id)

    def _move(self, by: int) -> None:
        document, layer = self._session.document, self._session.active
        if document and layer:
            self._session.layers.move(layer.id, document.layers.index(layer) + by)

    def _duplicate(self) -> None:
        if layer := self._session.active:
            self._session.layers.duplicate(layer.id)

    def _toggle_solo(self, layer: Layer) -> None:
        document = self._session.document
        if document is not None:
            self._session.layers.set_solo(None if document.solo == layer.id else layer.id)

    # Menus

    def menu(self, layer: Layer) -> QMenu:
        """The menu of all verbs on ``layer``."""
        index = self.model.index_of(layer.id)
        return layer_menu.whole(
            self._session,
            layer,
            lambda: self.view.edit(index),
            lambda: self.show_details(layer),
            lambda: self.compareRequested.emit(layer.id),
            self,
        )

    def show_details(self, layer: Layer) -> Provenance:
        """Show the origin of ``layer`` beside its row."""
        row = self.view.visualRect(self.model.index_of(layer.id))
        popover = Provenance(layer, self)
        popover.show_at(self.view.viewport().mapToGlobal(row.topLeft()) - QPoint(theme.SPACE, 0))
        return popover

    def _open_modes(self, layer: Layer, where: QPoint) -> None:
        menu = layer_menu.opened(self)
        layer_menu.fill_modes(menu, self._session, layer)
        menu.popup(where)

    def _open_colours(self, layer: Layer, where: QPoint) -> None:
        menu, session = layer_menu.opened(self), self._session
        swatches.fill(menu, layer.colour, lambda rgb: session.layers.set_colour(layer.id, rgb), self)
        menu.popup(where)

    def _open_menu(self, where: QPoint) -> None:
        index = self.view.indexAt(where)
        if layer := self.model.layer(index):
            self._session.layers.activate(layer.id)
            self.menu(layer).popup(self.view.viewport().mapToGlobal(where))


class _SoloBar(QFrame):
    """A bar that says that one layer alone counts, with a button that ends this."""

    def __init__(self, leave: Callable[[], object]) -> None:
        """Make the bar, hidden; its button calls ``leave``."""
        super().__init__()
        self.setObjectName("soloBar")
        self._label = parts.Hint()
        self.button = parts.quiet_button("close", self.tr("Show all"), leave)
        self.button.setToolTip(self.tr("Let all visible layers count again"))
        self.button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE, 2, theme.SPACE, 2)
        row.setSpacing(theme.SPACE)
        row.addWidget(self._label, 1)
        row.addWidget(self.button)
        self.hide()

    def show_document(self, document: Document | None) -> None:
        """Show the name of the layer that counts alone; hide the bar if there is none."""
        alone = document.layer(document.solo) if document else None
        self.setVisible(alone is not None)
        if document is not None and alone is not None:
            parts.say(self._label, self.tr("Only {} counts.").format(document.called(alone)))


class _List(QListView):
    """A list of rows that can be dragged; Delete emits ``deleted`` for the current one."""

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
        """Emit ``deleted`` at Delete and Backspace."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not event.modifiers():
            self.deleted.emit()
            return
        super().keyPressEvent(event)
