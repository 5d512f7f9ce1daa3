"""The column of panels at the right: docks that collapse, float and can be reordered, in a column that scrolls.

Docks cannot scroll together by themselves, so they live in a main window of their own inside a scroll area; on a low
screen the column scrolls instead of squeezing the panels.
"""

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from maskstudio.ui.widgets.icons import icon
from maskstudio.ui.widgets.section import Section
from maskstudio.ui.window.panelstrip import HEIGHT, PanelStrip

_WIDTH = 308
_ARRIVES = 250  # ms until what was unfolded has found its place


class Sidebar(QScrollArea):
    """Panels one above the other, each in a dock with a title that folds it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the column, empty, with the strip of icons above it."""
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(_WIDTH)
        self._docks = _Docks()
        self._docks.setObjectName("docks")
        self.setWidget(self._docks)
        self.docks: dict[str, QDockWidget] = {}
        self._leading: dict[str, Section] = {}
        self._gone_to = ""
        self._target: QWidget | None = None  # the widget being scrolled to
        self._arriving = QTimer(self, singleShot=True, interval=_ARRIVES)
        self.strip = PanelStrip(self.go_to, self)
        self.setViewportMargins(0, HEIGHT, 0, 0)
        self.verticalScrollBar().valueChanged.connect(self._mark)
        self.verticalScrollBar().rangeChanged.connect(self._arrive)

    def add(
        self, panel: QWidget, title: str, icon: str = "", *, tools: Sequence[QToolButton] = (), stretches: bool = False
    ) -> QDockWidget:
        """Put ``panel`` below the others, with its ``tools`` in the title; one that ``stretches`` takes the room that
        is left over. With an ``icon`` (a name), the strip above leads to it.
        """
        dock = QDockWidget(title)
        dock.setObjectName(panel.objectName() + "Dock")
        dock.setAllowedAreas(Qt.DockWidgetArea.RightDockWidgetArea)
        self._docks.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock, Qt.Orientation.Vertical)
        dock.setWidget(_Holder(panel, stretches=stretches))
        dock.setTitleBarWidget(_Title(dock, panel, tools))
        self.docks[panel.objectName()] = dock
        if icon:
            self.strip.add(panel.objectName(), title, icon)
        return dock

    def add_section(self, section: Section, title: str, icon: str) -> None:
        """Have the strip above lead to a section of a panel too."""
        self._leading[section.objectName()] = section
        self.strip.add(section.objectName(), title, icon)

    def go_to(self, name: str) -> None:
        """Bring a panel into view, or a section of one, unfolded."""
        self._gone_to = name
        section = self._leading.get(name)
        panel = name if section is None else self._holding(section)
        self.unfold(panel)
        if section is None:
            self.reveal(name)
        else:
            section.fold(False)
            self._head_for(section)

    def _holding(self, section: Section) -> str:
        return next(name for name in self.docks if self._title(name).panel.isAncestorOf(section))

    def _head_for(self, widget: QWidget) -> None:
        """Scroll to a widget now, and again when the column has grown by what was unfolded."""
        self._target = widget
        self._arriving.start()
        QTimer.singleShot(0, self, self._arrive)

    def _arrive(self) -> None:
        target = self._target if self._arriving.isActive() else None
        if target is not None and self._docks.isAncestorOf(target):
            self.verticalScrollBar().setValue(self._top(target))
        self._mark()

    def _top(self, widget: QWidget) -> int:
        """The top of a widget in the column, px."""
        return widget.mapTo(self._docks, QPoint()).y()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the strip above the column."""
        super().resizeEvent(event)
        self.strip.setGeometry(0, 0, self.width(), HEIGHT)
        self._mark()

    def _mark(self) -> None:
        """Mark the last panel whose title has reached the top; at the column's end, the one asked for."""
        bar, places = self.verticalScrollBar(), self._places()
        above = [name for name, top in places.items() if top <= bar.value()]
        at_end = bar.value() == bar.maximum() and places.get(self._gone_to, -1) >= bar.value()
        self.strip.mark(self._gone_to if at_end else max(above, key=lambda name: places[name], default=""))

    def _places(self) -> dict[str, int]:
        """The tops of the strip's panels and sections that are in the column, px."""
        targets = {**self.docks, **self._leading}
        found = {name: targets[name] for name in self.strip.buttons}
        return {name: self._top(each) for name, each in found.items() if self._in_column(each)}

    def _in_column(self, widget: QWidget) -> bool:
        return widget.isVisibleTo(self._docks) and not _floats(widget)

    def state(self) -> QByteArray:
        """Arrangement and folding, of panels and of the sections in them, for ``restore``."""
        folded = [name for name in self.docks if self.folded(name)]
        sections = [f"{name}={section.folded:d}" for name, section in self._sections().items()]
        return QByteArray(",".join([*folded, *sections]).encode()) + b"\0" + self._docks.saveState()

    def restore(self, state: QByteArray) -> None:
        """Bring back what ``state`` returned; anything else is ignored."""
        folded, _, arrangement = bytes(state.data()).partition(b"\0")
        self._docks.restoreState(QByteArray(arrangement))
        sections = self._sections()
        for word in folded.decode(errors="ignore").split(","):
            name, _, value = word.partition("=")
            if name in self.docks:
                self.fold(name, True)
            elif name in sections:
                sections[name].fold(value == "1")

    def fold(self, name: str, folded: bool) -> None:
        """Show only the title of a panel, or all of it."""
        self._title(name).fold(folded)

    def unfold(self, name: str) -> None:
        """Show a panel, and all of it."""
        self.docks[name].show()
        self.fold(name, False)

    def folded(self, name: str) -> bool:
        """Whether only the title of a panel is shown."""
        return self._title(name).panel.isHidden()

    def reveal(self, name: str) -> None:
        """Scroll a panel to the top, once what was folded has found its place."""
        dock = self.docks[name]
        if not dock.isFloating():
            self._head_for(dock)

    def sizeHint(self) -> QSize:
        """Wide enough for a label, a slider and a number in one row."""
        return QSize(_WIDTH, 600)

    def _sections(self) -> dict[str, Section]:
        panels = [self._title(name).panel for name in self.docks]
        return {each.objectName(): each for panel in panels for each in panel.findChildren(Section)}

    def _title(self, name: str) -> "_Title":
        title = self.docks[name].titleBarWidget()
        assert isinstance(title, _Title)
        return title


def _floats(widget: QWidget) -> bool:
    return isinstance(widget, QDockWidget) and widget.isFloating()


class _Holder(QWidget):
    """Holds a panel and stays when it is folded: a dock whose own widget is hidden shrinks to its title's width."""

    def __init__(self, panel: QWidget, *, stretches: bool) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)
        policy = QSizePolicy.Policy.Expanding if stretches else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, policy)


class _Docks(QMainWindow):
    """The nested main window: as tall as its docks need."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockOptions(QMainWindow.DockOption.AnimatedDocks)
        self.setDockNestingEnabled(True)


class _Title(QWidget):
    """A dock's title: a chevron that folds, the name, the panel's tools, and a button that floats."""

    def __init__(self, dock: QDockWidget, panel: QWidget, tools: Sequence[QToolButton]) -> None:
        """Make the title of ``dock`` for ``panel``, with its ``tools`` between name and float button."""
        super().__init__()
        self.setObjectName("dockTitle")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._dock, self.panel, self._tools = dock, panel, tools
        self._chevron, self._float = QToolButton(), QToolButton()
        self._chevron.setAccessibleName(self.tr("Fold {}").format(dock.windowTitle()))
        self._chevron.setToolTip(self.tr("Fold or unfold"))
        self._chevron.setAutoRaise(True)
        self._chevron.clicked.connect(lambda: self.fold(not self.panel.isHidden()))
        self._float.setAccessibleName(self.tr("Float {}").format(dock.windowTitle()))
        self._float.setToolTip(self.tr("Take out of the column or put back"))
        self._float.setAutoRaise(True)
        self._float.clicked.connect(lambda: self._dock.setFloating(not self._dock.isFloating()))
        name = QLabel(dock.windowTitle())
        name.setObjectName("dockName")
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(2)
        row.addWidget(self._chevron)
        row.addWidget(name)
        row.addStretch()
        for tool in tools:
            row.addWidget(tool)
        row.addSpacing(6 if tools else 0)
        row.addWidget(self._float)
        self._float.setIcon(icon("float"))
        self._point()

    def fold(self, folded: bool) -> None:
        """Hide or show the panel below the title."""
        self.panel.setVisible(not folded)
        for tool in self._tools:
            tool.setVisible(not folded)
        self._point()

    def _point(self) -> None:
        self._chevron.setIcon(icon("chevron-right" if self.panel.isHidden() else "chevron-down"))
