"""The last button of the bar above the canvas: it opens a form of the parameters that have no room there."""

from collections.abc import Callable, Collection

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from maskstudio.params.spec import Params
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.form import Form
from maskstudio.ui.widgets.icons import icon

_WIDTH = 340  # px


class MoreButton(QToolButton):
    """Opens the form below it; ``take(params)`` is called with every change, live."""

    def __init__(self, kind: type[Params], names: Collection[str], take: Callable[[Params], object]) -> None:
        """Make the button and, hidden, a form of the parameters ``names`` of ``kind``."""
        super().__init__()
        self.setObjectName("moreOptions")
        self.setIcon(icon("more"))
        self.setAccessibleName(self.tr("More options"))
        self.setToolTip(self.tr("More options"))
        self.setIconSize(QSize(20, 20))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.form: Form[Params] = Form(kind, only=names)
        self.form.changed.connect(take)
        self._popup = _popup(self, self.form)
        self.clicked.connect(self.open)

    def offer(self, names: Collection[str]) -> None:
        """Let the form have these parameters; without any there is no button."""
        self.form.show_only(names)
        self.setVisible(bool(names))

    def open(self) -> None:
        """Show the form."""
        self._popup.adjustSize()
        self._popup.move(self.mapToGlobal(QPoint(0, self.height() + 4)))
        self._popup.show()
        self.form.setFocus()

    def show_params(self, params: Params) -> None:
        """Show these parameters, without calling ``take``."""
        self.form.set_params(params)


def _popup(parent: QWidget, content: QWidget) -> QFrame:
    popup = QFrame(parent, Qt.WindowType.Popup)
    popup.setObjectName("optionsPopup")
    popup.setFrameShape(QFrame.Shape.StyledPanel)
    popup.setFixedWidth(_WIDTH)
    column = QVBoxLayout(popup)
    column.setContentsMargins(theme.MARGIN, theme.SPACE, theme.MARGIN, theme.SPACE)
    column.addWidget(content)
    return popup
