"""The finds of the last detection as a Qt model: which are kept, which are ticked, and why others are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QModelIndex, QObject, Qt, Signal

from maskstudio.core.document import Detection, Document
from maskstudio.core.leftout import LeftOut, left_out
from maskstudio.figures import percent
from maskstudio.session.sifting import Finds, Wanted
from maskstudio.ui.panels.layer_list import RowIndex

FIND = Qt.ItemDataRole.UserRole
_LARGE = 0.1  # areas below this have a digit after the point


@dataclass(frozen=True)
class ListedFind:
    """One row: the find, its place among all, the layer that shows it (0 for none) with the number of that layer, and
    why filters leave it out, empty where they keep it. ``ticked`` is whether the user wants it.
    """

    at: int
    detection: Detection
    ticked: bool
    layer: int = 0
    number: int = 0
    why: str = ""

    @property
    def details(self) -> str:
        """How sure it is and how much of the photo it covers, or why it is left out."""
        if self.why:
            return self.why
        area = self.detection.mask.share
        share = _said("{} of the photo").format(percent(area, 0 if area >= _LARGE else 1))
        score = self.detection.score
        return share if score is None else f"{percent(score)}  ·  {share}"

    @property
    def words(self) -> str:
        """All that the row shows, for screen readers."""
        number = [_said("layer {}").format(self.number)] if self.number else []
        state = _said("left out") if self.why else _said("ticked") if self.ticked else _said("not ticked")
        return ", ".join((self.detection.label, *number, self.details, state))


def listed(finds: Finds, wanted: Wanted, document: Document, *, pending: bool) -> list[ListedFind]:
    """The rows: in the order in which they are kept, whatever the filters say, so that none moves when one is turned.

    A tick says that the find is in the result: while a job is still making layers (``pending``) or one layer shows
    several finds, what is wanted decides; otherwise a find is ticked while a layer shows it.
    """
    reasons = left_out(finds.detections, wanted.params, wanted.keep)
    layers = {finds.root(layer): (layer.id, number) for number, layer in enumerate(document.layers, start=1)}
    unclear = pending or wanted.keep.merge_masks != "none"
    rows = []
    for at, (find, why) in enumerate(zip(finds.detections, reasons, strict=True)):
        layer, number = layers.get(find, (0, 0))
        ticked = why is None and at not in wanted.without and (unclear or layer > 0)
        rows.append(ListedFind(at, find, ticked, layer, number, _reason(why, wanted) if why else ""))
    by_area = wanted.keep.keep_by == "area"

    def worth(row: ListedFind) -> float:
        score = row.detection.score
        return row.detection.mask.share if by_area else -1.0 if score is None else score

    return sorted(rows, key=worth, reverse=True)


class FindModel(QAbstractListModel):
    """The rows; ``ticked(at, wanted)`` is emitted when the user ticks the find at that place, or takes the tick off."""

    ticked = Signal(int, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[ListedFind] = ()

    @property
    def rows(self) -> Sequence[ListedFind]:
        """The finds from top to bottom."""
        return self._rows

    def show_rows(self, rows: Sequence[ListedFind]) -> None:
        """Show these; only what differs is announced, so that selection and scrolling stay."""
        old, new = self._rows, tuple(rows)
        if [row.detection for row in old] != [row.detection for row in new]:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()
            return
        self._rows = new
        for at, (was, now) in enumerate(zip(old, new, strict=True)):
            if was != now:
                self.dataChanged.emit(self.index(at), self.index(at))

    def find(self, index: RowIndex) -> ListedFind | None:
        """The find of a row."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def index_of(self, layer_id: int) -> QModelIndex:
        """The row whose find a layer shows."""
        ids = [row.layer for row in self._rows]
        return self.index(ids.index(layer_id)) if layer_id and layer_id in ids else QModelIndex()

    def rowCount(self, parent: RowIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of finds."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: RowIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A row's label, tick, words for screen readers, or the find itself, by role."""
        row = self.find(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if row.ticked else Qt.CheckState.Unchecked
        texts: dict[int, Any] = {
            Qt.ItemDataRole.DisplayRole: row.detection.label,
            Qt.ItemDataRole.AccessibleTextRole: row.words,
            FIND: row,
        }
        return texts.get(role)

    def setData(self, index: RowIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick, or take the tick off, where filters keep the find."""
        row = self.find(index)
        if row is None or row.why or role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.ticked.emit(row.at, Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def flags(self, index: RowIndex) -> Qt.ItemFlag:
        """Rows can be chosen, and ticked where filters keep them."""
        row = self.find(index)
        if row is None:
            return Qt.ItemFlag.NoItemFlags
        chosen = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return chosen if row.why else chosen | Qt.ItemFlag.ItemIsUserCheckable


def _reason(why: LeftOut, wanted: Wanted) -> str:
    """Why a find is left out, with the number that does it."""
    params, keep = wanted.params, wanted.keep
    first = _said("beyond the {} largest") if keep.keep_by == "area" else _said("beyond the {} surest")
    return {
        "unsure": _said("not surer than {}").format(percent(params.confidence)),
        "label": _said("another label"),
        "small": _said("smaller than {}").format(percent(keep.min_area / 100, 1)),
        "large": _said("larger than {}").format(percent(keep.max_area / 100, 1)),
        "beyond": first.format(params.max_detections),
    }[why]


def _said(text: str) -> str:
    return QCoreApplication.translate("FindList", text)
