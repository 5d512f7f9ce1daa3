"""The bar above the canvas: file and history, zoom, view modes, and the options of the one in use."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from maskstudio.ui.views.view_choices import ViewChoices
from maskstudio.ui.views.view_options import ViewOptions
from maskstudio.ui.widgets.icons import icon

_LEFT = ("file.open", "file.export", "", "edit.undo", "edit.redo", "", "view.fit", "view.actual")
_MODES = ("view.overlay", "view.ants", "view.black", "view.white", "view.checker", "view.mask", "view.image")
_MORE = ("view.worst", "view.colour", "view.picture", "view.onion", "view.soft", "view.doubt")
_COMPARE = ("view.split", "view.sideBySide", "view.difference")
_ICON = QSize(20, 20)

Actions = dict[str, QAction]


class TopBar(QToolBar):
    """The buttons of the most used actions, of those that exist."""

    def __init__(self, actions: Actions, choices: ViewChoices, parent: QWidget) -> None:
        """Make the bar from the actions there are, and the options of the view beside its modes."""
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setWindowTitle(self.tr("Tools"))
        self.setMovable(False)
        self.setIconSize(_ICON)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for name in _LEFT:
            self._place(actions[name]) if name else self.addSeparator()
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(gap)
        self.modes = ModeRow(actions)
        self.addWidget(self.modes)
        self.addSeparator()
        for name in _COMPARE:
            if name in actions:
                self._place(actions[name])
        self.addSeparator()
        self.fields = ViewOptions(choices)
        self.addWidget(self.fields)
        actions["view.overlay"].enabledChanged.connect(self.fields.setEnabled)
        self.fields.setEnabled(actions["view.overlay"].isEnabled())

    def refresh(self) -> None:
        """Show the present choices."""
        self.fields.refresh()

    def _place(self, action: QAction) -> None:
        self.addAction(action)
        button = self.widgetForAction(action)
        button.setAccessibleName(action.text())
        if action.objectName() == "file.export" and isinstance(button, QToolButton):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            action.setIconText(self.tr("Export"))  # a text of the button's own lasts until the action changes


class ModeRow(QFrame):
    """The view modes side by side; the rarer ones are in a menu at the end, whose button shows the one that is on."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        """Make a button for each common mode, and one with a menu for the rarer ones."""
        super().__init__(parent)
        self.setObjectName("modeRow")
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(1)
        for name in _MODES:
            if name in actions:
                row.addWidget(_button(actions[name]))
        self._rest = [actions[name] for name in _MORE if name in actions]
        self._more = QToolButton()
        self._more.setObjectName("moreModes")
        self._more.setIconSize(_ICON)
        self._more.setCheckable(True)
        self._more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._more)
        menu.addActions(self._rest)
        menu.aboutToHide.connect(self._follow)
        self._more.setMenu(menu)
        self._more.setVisible(bool(self._rest))
        row.addWidget(self._more)
        for action in self._rest:
            action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        """Show the one of the menu that is on."""
        on = next((action for action in self._rest if action.isChecked()), None)
        self._more.setChecked(on is not None)
        self._more.setEnabled(any(action.isEnabled() for action in self._rest))
        self._more.setIcon(icon("chevron-down") if on is None else on.icon())
        title = self.tr("More ways of looking")
        self._more.setAccessibleName(title if on is None else f"{title}: {on.text()}")
        self._more.setToolTip(f"<p><b>{title}</b></p>" if on is None else on.toolTip())


def _button(action: QAction) -> QToolButton:
    made = QToolButton()
    made.setDefaultAction(action)
    made.setIconSize(_ICON)
    made.setAccessibleName(action.text())
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
