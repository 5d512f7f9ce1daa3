"""The strip of tools at the left: one button for each kind, with the others of its kind in a flyout."""

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QMenu, QToolBar, QToolButton, QWidget

from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.icons import icon

GROUPS: tuple[tuple[str, ...], ...] = (
    ("move",),
    ("rectangle", "ellipse"),
    ("lasso", "polygon", "magnetic"),
    ("select", "quick", "wand"),
    ("brush",),
    ("eraser",),
    ("refine", "trimap"),
    ("fill", "gradient"),
    ("eyedropper",),
    (),
    ("hand",),
    ("zoom",),
    ("rotate",),
)  # from top to bottom; an empty one is a line
_TWICE = {"hand": "view.fit", "zoom": "view.actual", "rotate": "view.resetRotation"}  # what a double click does
_SHARED = {
    "hand": "hand",
    "zoom": "search",
    "colourPick": "tool-eyedropper",
    "colourRange": "tool-eyedropper",
}  # tools that share an icon with others
_ICON, _BUTTON = 20, 32  # px
_CORNER = 4.0  # px of the triangle that marks a flyout


class ToolStrip(QToolBar):
    """The strip, made from the actions ``tool.<name>``; tools without an action are left out.

    Up and Down go from button to button, Right opens a flyout; a long press or the right button does too.
    """

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        """Make a button for each kind of tools in ``actions``, with lines between the groups."""
        super().__init__(parent)
        self.setObjectName("toolStrip")
        self.setWindowTitle(self.tr("Tools"))
        self.setAccessibleName(self.tr("Tools"))
        self.setOrientation(Qt.Orientation.Vertical)
        self.setMovable(False)
        self.setIconSize(QSize(_ICON, _ICON))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._buttons: list[ToolButton] = []
        for names in GROUPS:
            members = [actions[f"tool.{name}"] for name in names if f"tool.{name}" in actions]
            if members:
                self._add(members, actions)
            elif not names and self._buttons:
                self.addSeparator()
        for action in (action for button in self._buttons for action in button.members):
            action.setIcon(sign(action.objectName().removeprefix("tool.")))

    def show_tool(self, name: str) -> None:
        """Let the button of that tool's kind show this tool."""
        for button in self._buttons:
            for action in button.members:
                if action.objectName() == f"tool.{name}":
                    button.stand_for(action)

    def button(self, name: str) -> "ToolButton":
        """The button that holds a tool."""
        return next(each for each in self._buttons for action in each.members if action.objectName() == f"tool.{name}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk from button to button."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        at = next((number for number, each in enumerate(self._buttons) if each.hasFocus()), None)
        if step is None or at is None:
            super().keyPressEvent(event)
            return
        self._buttons[(at + step) % len(self._buttons)].setFocus(Qt.FocusReason.TabFocusReason)

    def _add(self, members: list[QAction], actions: dict[str, QAction]) -> None:
        twice = actions.get(_TWICE.get(members[0].objectName().removeprefix("tool."), ""))
        button = ToolButton(members, twice, self)
        self._buttons.append(button)
        self.addWidget(button)


class ToolButton(QToolButton):
    """The button of one kind of tools; it shows the one used last."""

    def __init__(self, members: list[QAction], twice: QAction | None, parent: QWidget) -> None:
        """Make the button of these actions; ``twice`` is triggered by a double click."""
        super().__init__(parent)
        self.members = members
        self._twice = twice
        self.setFixedSize(_BUTTON, _BUTTON)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if len(members) > 1:
            menu = QMenu(self)
            menu.addActions(members)
            self.setMenu(menu)
            self.setPopupMode(QToolButton.ToolButtonPopupMode.DelayedPopup)
            menu.triggered.connect(self.stand_for)
        self.stand_for(members[0])
        for action in members:
            action.changed.connect(self._name)

    def stand_for(self, action: QAction) -> None:
        """Show this tool's icon; a click then triggers its action."""
        self.setDefaultAction(action)
        self._name()

    def open(self) -> None:
        """Show the others of the kind beside the button."""
        menu = self.menu()
        if menu is not None:
            menu.setActiveAction(self.defaultAction())
            menu.popup(self.mapToGlobal(QPoint(self.width() + 2, 0)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The right button opens the flyout at once."""
        if event.button() == Qt.MouseButton.RightButton:
            self.open()
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Trigger what a double click on the tool does for the whole view."""
        if self._twice is not None and event.button() == Qt.MouseButton.LeftButton:
            self._twice.trigger()
            return
        super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Right opens the flyout, Return chooses; the strip walks."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Right and self.menu() is not None:
            self.open()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.defaultAction().trigger()
        elif key in {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right}:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A bar at the side of the tool in use, and a small corner where there are more."""
        super().paintEvent(event)
        colours, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked():
            painter.setBrush(QColor(colours.accent_text))
            painter.drawRoundedRect(0, 6, 3, self.height() - 12, 1.5, 1.5)
        if self.menu() is not None:
            x, y = self.width() - 3.0, self.height() - 3.0
            painter.setBrush(QColor(colours.muted if self.isEnabled() else colours.disabled))
            painter.drawPolygon(QPolygonF([QPointF(x, y - _CORNER), QPointF(x, y), QPointF(x - _CORNER, y)]))
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Show the key in use in the tooltip, since presets change it."""
        if event.type() == QEvent.Type.ToolTip:
            self._name()
        return super().event(event)

    def _name(self) -> None:
        action = self.defaultAction()
        if action is None:
            return
        self.setAccessibleName(action.text())
        more = QCoreApplication.translate("ToolButton", "Hold the button, or click it with the right one, for more.")
        tip = action.toolTip()
        self.setToolTip(f"{tip}<p>{more}</p>" if len(self.members) > 1 else tip)


def sign(name: str) -> QIcon:
    """The icon of a tool in the theme in use."""
    return icon(_SHARED.get(name, f"tool-{name}"))
