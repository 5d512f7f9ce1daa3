"""The rows of the history: what they say (model) and how they are drawn (delegate)."""

import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from PySide6.QtCore import QDateTime, QLocale, QModelIndex, QObject, QRect, QSize, QStringListModel, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from maskstudio.core.document import Document
from maskstudio.core.history import Step
from maskstudio.session.session import Session
from maskstudio.ui.panels.layer_list import RowIndex
from maskstudio.ui.widgets import theme

HEIGHT = 40  # px of a row
THUMB = 32
_UNDONE = 0.4  # opacity of the picture of an undone step
STEP = Qt.ItemDataRole.UserRole
UNDONE = Qt.ItemDataRole.UserRole + 1


class HistoryModel(QStringListModel):
    """The steps of a session, oldest first. Changes are announced step by step, so a long history costs no more.

    The base class counts the rows, with empty strings: views ask for each row whenever one is added, and thousands of
    answers in Python would take longer than a stroke.
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._steps: list[Step] = []
        self._at = -1
        self._seen: WeakKeyDictionary[Document, float] = WeakKeyDictionary()  # time of each step, as far as it is known
        self.rowsRemoved.connect(self._forget)  # before any view is told

    @property
    def position(self) -> int:
        """The row of the current step; -1 with no document."""
        return self._at

    def follow(self, session: Session) -> None:
        """Show another document's history."""
        self._session = session
        self.removeRows(0, self.rowCount())
        self._at = -1

    def refresh(self) -> None:
        """Take over the session's steps; only what differs is announced."""
        history = self._session.history
        new = history.steps if history else []
        if self._steps and new and self._steps[0] is not new[0]:
            self._trim(new[0])
        self._take_sealed(new)
        old = self._steps
        same = _common(old, new)
        if len(old) == len(new):
            self._replace(new, same)
        else:
            self._continue(new, same)
        self._move_to(history.position if history else -1)

    def step(self, index: RowIndex) -> Step | None:
        """The step of a row."""
        return self._steps[index.row()] if index.isValid() and index.row() < len(self._steps) else None

    def data(self, index: RowIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A row's label, its time, its words for screen readers, or the step itself, by role."""
        step = self.step(index)
        if step is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return step.label
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (step.label, self._time(step)) if part)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._words(step, index.row())
        return {STEP: step, UNDONE: index.row() > self._at}.get(role)

    def flags(self, index: RowIndex) -> Qt.ItemFlag:
        """Rows can be chosen, but not changed."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if index.isValid() else Qt.ItemFlag.NoItemFlags

    # Following

    def _take_sealed(self, new: list[Step]) -> None:
        """Take over a current step that was only replaced to end a run of merging, and whose words are the same."""
        at = self._at
        if 0 <= at < min(len(self._steps), len(new)):
            was, now = self._steps[at], new[at]
            if was.document is now.document and was.label == now.label:
                self._steps[at] = now

    def _trim(self, first: Step) -> None:
        """Take over that the oldest steps were dropped, or that the first was replaced."""
        at = next((row for row, step in enumerate(self._steps) if step is first), 0)
        if at:
            self._at -= at
            self.removeRows(0, at)

    def _forget(self, _parent: QModelIndex, first: int, last: int) -> None:
        del self._steps[first : last + 1]

    def _replace(self, new: list[Step], same: int) -> None:
        """Take over steps that were replaced, as many as before."""
        old, self._steps = self._steps, new
        differing = [row for row in range(same, len(new)) if old[row] is not new[row]]
        for row in differing:
            before, now = old[row], new[row]
            if now.document is not before.document:
                known = self._seen.get(before.document) if now.label == before.label else None
                self._seen[now.document] = known or time.time()
        if differing:
            self.dataChanged.emit(self.index(differing[0]), self.index(differing[-1]))

    def _continue(self, new: list[Step], same: int) -> None:
        """Take over that undone steps are gone and others were added."""
        if same < len(self._steps):
            self.removeRows(same, len(self._steps) - same)
        self._steps = new
        if same < len(new):
            self.insertRows(same, len(new) - same)
            if len(new) == same + 1:
                self._seen.setdefault(new[-1].document, time.time())

    def _move_to(self, at: int) -> None:
        before, self._at = self._at, at
        if at != before and self._steps:
            first, last = sorted((max(before, 0), max(at, 0)))
            self.dataChanged.emit(self.index(first), self.index(min(last, len(self._steps) - 1)))

    # Words

    def _time(self, step: Step) -> str:
        seen = self._seen.get(step.document)
        if seen is None:
            return ""
        return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(seen)).time(), QLocale.FormatType.ShortFormat)

    def _words(self, step: Step, row: int) -> str:
        if row == self._at:
            return self.tr("Step {}: {}, current").format(row, step.label)
        if row > self._at:
            return self.tr("Step {}: {}, undone").format(row, step.label)
        return self.tr("Step {}: {}").format(row, step.label)


def _common(old: list[Step], new: list[Step]) -> int:
    """The number of equal steps at the start of both; slices are compared by identity, which is fast."""
    low, high = 0, min(len(old), len(new))
    for guess in (high, high - 1, high - 2):
        if guess >= 0 and old[:guess] == new[:guess]:
            low = guess
            break
        high = max(guess - 1, 0)
    while low < high:
        middle = (low + high + 1) // 2
        if old[:middle] == new[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class HistoryDelegate(QStyledItemDelegate):
    """Draws a picture and the label; the current step is marked, undone ones are grey."""

    def __init__(self, picture: Callable[[Document], QPixmap | None], view: QAbstractItemView) -> None:
        """Draw rows with the pictures that ``picture`` gives for a document, None while there is none."""
        super().__init__(view)
        self._picture = picture

    def sizeHint(self, option: QStyleOptionViewItem, index: RowIndex) -> QSize:
        """The size of a row; all rows are alike."""
        return QSize(200, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: RowIndex) -> None:
        """Paint one row."""
        step: Step = index.data(STEP)
        undone: bool = index.data(UNDONE)
        colours, rect = theme.tokens(), option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(colours.selection if selected else colours.window))
        if selected:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(colours.accent_text))
        where = QRect(rect.left() + theme.SPACE, rect.top() + (HEIGHT - THUMB) // 2, THUMB, THUMB)
        painter.fillRect(where, QColor(colours.surround))
        painter.setOpacity(_UNDONE if undone else 1.0)
        if (pixmap := self._picture(step.document)) is not None:
            painter.drawPixmap(where, pixmap)
        painter.setOpacity(1.0)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawRect(where.adjusted(0, 0, -1, -1))
        words = rect.adjusted(where.right() + 1 - rect.left() + theme.SPACE, 0, -theme.SPACE, 0)
        painter.setPen(QColor(colours.disabled if undone else colours.text))
        text = option.fontMetrics.elidedText(step.label, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()
