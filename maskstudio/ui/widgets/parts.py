"""The few pieces that panels share: their column, quiet sentences, and buttons."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.icons import icon

_WIDTH = 200  # px, preferred width of a sentence
_PADDING = 6  # px; the panels share one column, which should need no scrolling on a usual screen


def column(panel: QWidget) -> QVBoxLayout:
    """The one column of a panel, with its margins."""
    made = QVBoxLayout(panel)
    made.setContentsMargins(theme.MARGIN, _PADDING, theme.MARGIN, theme.SPACE)
    made.setSpacing(_PADDING)
    return made


def row(*widgets: QWidget) -> QHBoxLayout:
    """Widgets side by side."""
    made = QHBoxLayout()
    made.setSpacing(theme.SPACE)
    for widget in widgets:
        made.addWidget(widget)
    return made


def foot(*buttons: QWidget, aside: QWidget | None = None) -> QWidget:
    """The strip at the foot of a dialog, with its buttons at the right, and ``aside`` at the left."""
    made = QWidget()
    made.setObjectName("dialogFoot")
    made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    placed = row(*buttons)
    placed.setContentsMargins(theme.MARGIN, theme.SPACE, theme.MARGIN, theme.SPACE)
    placed.insertStretch(0)
    if aside is not None:
        placed.insertWidget(0, aside)
    made.setLayout(placed)
    return made


def line() -> QFrame:
    """A thin line between two parts of a panel."""
    made = QFrame()
    made.setObjectName("line")
    made.setFixedHeight(1)
    return made


class Hint(QLabel):
    """A quiet sentence that wraps. It never makes a panel wider, and is always as high as its width asks for.

    Docks ignore heights that depend on widths, so this asks for a new height whenever its width changes.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setObjectName("hint")
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def hasHeightForWidth(self) -> bool:
        """False, since the layout is given a fixed height."""
        return False

    def sizeHint(self) -> QSize:
        """The height of the text at the present width."""
        return QSize(_WIDTH, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        """The same height; no width is asked for."""
        return QSize(1, self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the height of the new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()


def button(text: str, verb: Callable[[], object], *, primary: bool = False) -> QPushButton:
    """A button with words; the ``primary`` one is what the panel is for."""
    made = QPushButton(text)
    made.setProperty("primary", primary)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    made.clicked.connect(lambda: verb())
    return made


def icon_button(name: str, text: str, verb: Callable[[], object]) -> QToolButton:
    """A small button with an icon; ``text`` is what it says when pointed at."""
    made = QToolButton()
    made.setText(text)
    made.setToolTip(text)
    made.setAccessibleName(text)
    made.setIconSize(QSize(16, 16))
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.setIcon(icon(name))
    made.clicked.connect(lambda: verb())
    return made


def quiet_button(name: str, text: str, verb: Callable[[], object]) -> QPushButton:
    """A small button with an icon and words, for what is not often wanted."""
    made = QPushButton(text)
    made.setIconSize(QSize(16, 16))
    made.setProperty("quiet", True)
    made.setIcon(icon(name))
    made.clicked.connect(lambda: verb())
    return made


def say(label: QLabel, text: str, tone: str = "") -> None:
    """Show ``text`` in a label, coloured by its ``tone``: "good", "warn", "bad" or none. Free if nothing changed."""
    if label.property("tone") != tone:
        label.setProperty("tone", tone)
        label.style().polish(label)
    if label.text() != text:
        label.setText(text)
