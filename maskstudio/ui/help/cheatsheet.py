"""The sheet of all keys as a window with columns, to read beside the work, to save and to print."""

from collections.abc import Collection
from html import escape
from itertools import combinations, pairwise
from pathlib import Path

from PySide6.QtCore import QBuffer, QCoreApplication, QMarginsF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from maskstudio.core.atomic import replacing
from maskstudio.errors import MaskStudioError
from maskstudio.names import path_of
from maskstudio.ui.help.keysheet import SheetSection, as_html, as_text, sections
from maskstudio.ui.keys.keymap import Keymap
from maskstudio.ui.keys.presets import TITLES
from maskstudio.ui.widgets import parts, theme

_COLUMN = 370  # px
_HEADING = 2  # rows a heading counts for when columns are balanced
_NAME = "cheatSheet"


def _tr(text: str) -> str:
    return QCoreApplication.translate("cheatsheet", text)


def show_sheet(parent: QWidget, keymap: Keymap, present: Collection[str]) -> QDialog:
    """Open the sheet of the keys in use; an open one is replaced by one that is up to date."""
    if (old := parent.findChild(CheatSheet, _NAME)) is not None:
        old.setObjectName("")
        old.close()
    sheet = CheatSheet(parent, keymap, present)
    sheet.show()
    return sheet


class CheatSheet(QDialog):
    """All keys of ``keymap`` for the actions whose ids are in ``present``."""

    def __init__(self, parent: QWidget, keymap: Keymap, present: Collection[str]) -> None:
        """Lay the sheet out in up to three columns, as many as the screen has room for."""
        super().__init__(parent)
        self.setObjectName(_NAME)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard Shortcuts – {}").format(TITLES[keymap.preset]))
        self._keymap, self._sections = keymap, sections(keymap, present)
        room = parent.screen().availableSize()
        across = max(1, min(3, (room.width() - 160) // _COLUMN))
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(theme.MARGIN * 2, theme.MARGIN, theme.MARGIN * 2, theme.MARGIN)
        row.setSpacing(theme.MARGIN * 3)
        for column in _balanced(self._sections, across):
            row.addLayout(_column(column), 1)
        area = QScrollArea(widgetResizable=True)
        area.setWidget(page)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        area.setAccessibleName(self.tr("All keys"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(area, 1)
        whole.addWidget(self._foot())
        wanted = QSize(min(across * _COLUMN + 120, room.width() - 80), page.sizeHint().height() + 70)
        self.resize(wanted.boundedTo(QSize(room.width() - 40, round(room.height() * 0.86))))

    def save(self, path: Path) -> None:
        """Write the sheet as a page (.html), for a printer (.pdf) or as text (any other ending)."""
        ending = path.suffix.lower()
        if ending == ".pdf":
            written = self._pdf()
        elif ending in (".html", ".htm"):
            written = as_html(self._sections, self._keymap).encode()
        else:
            written = as_text(self._sections, self._keymap).encode()
        with replacing(path) as file:
            file.write(written)

    def _pdf(self) -> bytes:
        """The sheet as a PDF on A4, laid out by Qt's rich text."""
        memory = QBuffer()
        memory.open(QBuffer.OpenModeFlag.WriteOnly)
        page = QPdfWriter(memory)
        page.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        page.setPageMargins(QMarginsF(14, 14, 14, 14), QPageLayout.Unit.Millimeter)
        document = QTextDocument()
        document.setHtml(_print_html(self._sections, self.windowTitle()))
        document.print_(page)
        del page  # deleting it writes the end of the file
        return bytes(memory.data().data())

    def _foot(self) -> QWidget:
        self._says = QLabel()
        self._says.setObjectName("hint")
        save, copy, close = (QPushButton(text) for text in (self.tr("Save…"), self.tr("Copy"), self.tr("Close")))
        save.clicked.connect(self._ask_and_save)
        copy.clicked.connect(self._copy)
        close.clicked.connect(self.close)
        close.setDefault(True)
        return parts.foot(copy, save, close, aside=self._says)

    def _ask_and_save(self) -> None:
        """Ask for a file, write the sheet to it, and say in the window whether that worked."""
        kinds = ";;".join((_tr("Page (*.html)"), _tr("For printing (*.pdf)"), _tr("Text (*.txt)")))
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save the Keys"), "maskstudio-keys.html", kinds)
        if not name:
            return
        try:
            self.save(path_of(name))
        except (OSError, MaskStudioError):
            self._says.setText(self.tr("{} could not be written.").format(Path(name).name))
        else:
            self._says.setText(self.tr("Saved as {}.").format(Path(name).name))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(as_text(self._sections, self._keymap))
        self._says.setText(self.tr("Copied as text."))


def _balanced(found: list[SheetSection], across: int) -> list[list[SheetSection]]:
    """The sections in at most ``across`` columns, in order, split so that the longest column is shortest."""
    sizes = [len(section.rows) + _HEADING for section in found]
    ways = combinations(range(1, len(found)), min(across, len(found)) - 1)
    columns = [pairwise((0, *cuts, len(found))) for cuts in ways]
    best = min((list(each) for each in columns), key=lambda way: max(sum(sizes[start:stop]) for start, stop in way))
    return [found[start:stop] for start, stop in best]


def _column(found: list[SheetSection]) -> QGridLayout:
    """The sections of one column, below each other: what is done at the left, its keys at the right."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.MARGIN)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    for section in found:
        if grid.rowCount() > 1:
            grid.setRowMinimumHeight(grid.rowCount(), theme.MARGIN)
        heading = QLabel(section.title)
        heading.setObjectName("sheetHeading")
        heading.setIndent(0)  # a label with a border of its own is indented by default
        grid.addWidget(heading, grid.rowCount(), 0, 1, 2)
        for each in section.rows:
            at = grid.rowCount()
            grid.addWidget(_text(each.text, wraps=section.words), at, 0)
            if section.words:
                grid.addWidget(_text(each.keys[0], wraps=True, right=True), at, 1)
            else:
                grid.addLayout(_caps(each.keys), at, 1)
    grid.setRowStretch(grid.rowCount(), 1)
    return grid


def _text(text: str, *, wraps: bool, right: bool = False) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(wraps)
    upright = Qt.AlignmentFlag.AlignTop if wraps else Qt.AlignmentFlag.AlignVCenter
    label.setAlignment(upright | (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft))
    label.setObjectName("hint" if right else "")
    return label


def _caps(keys: tuple[str, ...]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.GAP)
    row.addStretch()
    for key in keys:
        cap = QLabel(key)
        cap.setObjectName("keyCap")
        cap.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addWidget(cap)
    return row


def _print_html(found: list[SheetSection], title: str) -> str:
    """The sheet as HTML for Qt's rich text, which knows tables but no columns."""
    parts = [f"<h2>{escape(title)}</h2>"]
    for section in found:
        rows = "".join(
            f"<tr><td width='65%'>{escape(row.text)}</td><td>{',&nbsp; '.join(map(escape, row.keys))}</td></tr>"
            for row in section.rows
        )
        parts.append(f"<h4>{escape(section.title)}</h4><table width='100%' cellspacing='1'>{rows}</table>")
    return "".join(parts)
