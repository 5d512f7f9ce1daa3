"""The rows of the layer list: their contents, and how edits and drops are handled."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from maskstudio.core.document import Detection, Layer
from maskstudio.figures import percent
from maskstudio.services import directory
from maskstudio.session.finding import model_title, unsure
from maskstudio.session.selectors import NONE
from maskstudio.session.session import Session

RowIndex = QModelIndex | QPersistentModelIndex
LAYER = Qt.ItemDataRole.UserRole
NUMBER = Qt.ItemDataRole.UserRole + 1
COUNTS = Qt.ItemDataRole.UserRole + 2  # whether the layer counts in the result
SOLO = Qt.ItemDataRole.UserRole + 3  # whether it alone counts
DETAILS = Qt.ItemDataRole.UserRole + 4  # the line on where it comes from


class LayerModel(QAbstractListModel):
    """The layers from top to bottom.

    Edits go to the session; ``dropped(id, place)`` asks for a move to that place, counted from the bottom.
    """

    dropped = Signal(int, int)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._layers: Sequence[Layer] = ()
        self._solo: int | None = None
        self._title = lru_cache(maxsize=None)(model_title)  # a look into the folders of models, not for each repaint

    def follow(self, session: Session) -> None:
        """Show another document's layers."""
        self._session = session

    def refresh(self) -> None:
        """Take over the session's layers; only what differs is announced."""
        document = self._session.document
        new = tuple(reversed(document.layers)) if document else ()
        old = self._layers
        before, self._solo = self._solo, document.solo if document else None
        if [layer.id for layer in new] != [layer.id for layer in old]:
            self.beginResetModel()
            self._layers = new
            self.endResetModel()
            return
        self._layers = new
        for row, (was, now) in enumerate(zip(old, new, strict=True)):
            if was is not now or before != self._solo:
                self.dataChanged.emit(self.index(row), self.index(row))

    def layer(self, index: RowIndex) -> Layer | None:
        """The layer of a row."""
        return self._layers[index.row()] if index.isValid() and index.row() < len(self._layers) else None

    def index_of(self, layer_id: int) -> QModelIndex:
        """The row of a layer."""
        ids = [layer.id for layer in self._layers]
        return self.index(ids.index(layer_id)) if layer_id in ids else QModelIndex()

    def rowCount(self, parent: RowIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of layers."""
        return 0 if parent.isValid() else len(self._layers)

    def data(self, index: RowIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A row's name, visibility, words for screen readers, or the layer itself, by role."""
        layer = self.layer(index)
        if layer is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return layer.name
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if layer.visible else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._words(layer, len(self._layers) - index.row())
        if role == DETAILS:
            return details(layer, self._title)
        counts = layer.visible if self._solo is None else layer.id == self._solo
        number, solo = len(self._layers) - index.row(), layer.id == self._solo
        return {LAYER: layer, NUMBER: number, COUNTS: counts, SOLO: solo}.get(role)

    def setData(self, index: RowIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Rename, show or hide."""
        layer = self.layer(index)
        if layer is None:
            return False
        if role == Qt.ItemDataRole.EditRole and str(value).strip() != layer.name:
            self._session.layers.rename(layer.id, str(value))
        if role == Qt.ItemDataRole.CheckStateRole:
            self._session.layers.set_visible(layer.id, Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def flags(self, index: RowIndex) -> Qt.ItemFlag:
        """Rows can be chosen, renamed, ticked and dragged; drops go between rows."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsEditable
            | Qt.ItemFlag.ItemIsUserCheckable
            | Qt.ItemFlag.ItemIsDragEnabled
        )

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows move."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """The mime type of a dragged row."""
        return ["application/x-maskstudio-layer"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The dragged layer's id."""
        data = QMimeData()
        layer = self.layer(indexes[0])
        data.setData(self.mimeTypes()[0], str(layer.id if layer else 0).encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: RowIndex) -> bool:
        """Ask for the move; the rows follow when the document has changed."""
        layer_id = int(bytes(data.data(self.mimeTypes()[0]).data()))
        source = self.index_of(layer_id).row()
        before = row if row >= 0 else len(self._layers)
        target = before - 1 if before > source else before
        if source >= 0 and target != source:
            self.dropped.emit(layer_id, len(self._layers) - 1 - target)
        return False

    def _words(self, layer: Layer, number: int) -> str:
        shown = self.tr("visible") if layer.visible else self.tr("hidden")
        origin = details(layer, self._title)
        text = self.tr("Layer {}: {}, {}, {}, {}").format(number, layer.name, origin, shown, layer.mode)
        solo = [self.tr("solo")] if layer.id == self._solo else []
        return ", ".join([text, *solo, *(mark for _, mark in marks(layer))])


def details(layer: Layer, title: Callable[[str], str] = model_title) -> str:
    """A line on where a layer comes from, with its score in %, and whether it may be the wrong thing.

    ``title`` gives the title of a model on this machine.
    """
    source = layer.source
    origin = layer.origin
    if source is None and origin is not None and origin.how == "select":
        model = "" if origin.model == NONE else f" · {title(origin.model)}"
        return f"{_share(origin.params.get('score'))}{how(layer)}{model}"
    if source is None:
        return title(origin.model) if origin and origin.model else how(layer)
    return f"{_said('unsure') + '  ' if unsure(layer) else _share(source.score)}{_by(source, title)}"


def _share(score: object) -> str:
    """A certainty in %, with the space after it; empty for none."""
    return f"{percent(score)}  " if isinstance(score, float) else ""


def _by(source: Detection, title: Callable[[str], str]) -> str:
    """The model that found a layer; if a service ran it, the service, with the model if it has a name."""
    if source.provider not in directory.SERVICES:
        used = source.stand_in or source.model
        return _said("no model") if used == NONE else title(used)
    service = directory.title_of(source.provider)
    return service if source.model.startswith(f"{source.provider} ") else f"{service} · {source.model}"


def how(layer: Layer) -> str:
    """What made a layer, in words."""
    if layer.source is not None and layer.source.provider in directory.SERVICES:
        return _said("by a service")
    made = layer.origin.how if layer.origin else ""
    return _HOW[made]() if made in _HOW else _said("from a file")


def marks(layer: Layer) -> list[tuple[str, str]]:
    """What was done to a layer besides its parameters: for each an icon and a word."""
    done = (
        ("tool-brush", _said("painted"), layer.paint is not None or layer.retouch is not None),
        ("invert", _said("inverted"), layer.inverted),
        ("refine", _said("refined"), bool(layer.refine or layer.regions) or layer.hints is not None),
    )
    return [(icon, word) for icon, word, holds in done if holds]


def _said(text: str) -> str:
    return QCoreApplication.translate("LayerModel", text)


_HOW = {
    "hand": lambda: _said("by hand"),
    "duplicate": lambda: _said("a copy"),
    "merge": lambda: _said("merged"),
    "detection": lambda: _said("found by a model"),
    "import": lambda: _said("from a file"),
    "paste": lambda: _said("pasted"),
    "select": lambda: _said("by clicks"),
}
