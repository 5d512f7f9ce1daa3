"""The first-run tour: a few places of the window, highlighted in turn, with a sentence or two for each."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from maskstudio.ui.keys.key_owner import OWNS_KEYS
from maskstudio.ui.widgets import theme

_WIDTH = 320  # px, width of the bubble
_AWAY = 14  # px between the bubble and its place
_DIM = QColor(0, 0, 0, 130)


@dataclass(frozen=True, slots=True)
class Stop:
    """A place of the tour.

    ``names`` are object names of widgets, of which the first visible one is shown; ``key`` is the id of an action whose
    key replaces {} in the text.
    """

    names: tuple[str, ...]
    title: str
    text: str
    key: str = ""


def stops() -> tuple[Stop, ...]:
    """The places of the tour, in the order of the work."""
    return (
        Stop(("detectPanel",), _tr("Find the subject"),
             _tr("Cut Out Subject ({}) finds it in one press and says how; Detect finds things by their name."),
             "select.subject"),
        Stop(("toolStrip", "tool.brush", "canvas"), _tr("Paint what was missed"),
             _tr("The brush ({}) adds to the mask, the eraser takes away; X swaps them. What you paint stays when you "
                 "change the numbers."), "tool.brush"),
        Stop(("maskPanel",), _tr("Shape the mask"),
             _tr("Grow or shrink it and fade its edge. The numbers stay live: change them as often as you like.")),
        Stop(("refinePanel",), _tr("Refine the edge"),
             _tr("Hair and fur are solved from the photo itself ({}), and old background colours are cleaned off."),
             "select.refine"),
        Stop(("modeRow",), _tr("Check it"),
             _tr("On black shows light fringes, on white dark ones. {} goes from one way of looking to the next."),
             "view.nextMode"),
        Stop(("exportPanel",), _tr("Export"),
             _tr("A PNG with clean transparency ({}); saving the project keeps masks and strokes. To find anything "
                 "else, press Ctrl+F and type what you want."),
             "file.export"),
    )  # fmt: skip


class Tour(QWidget):
    """The tour, over ``window``. Only places that are visible are shown.

    ``find(name)`` returns the widget of that name, or None; ``key(action)`` the text of the action's key; ``over()`` is
    called when the tour ends in any way.
    """

    def __init__(
        self,
        window: QWidget,
        find: Callable[[str], QWidget | None],
        key: Callable[[str], str],
        over: Callable[[], object],
    ) -> None:
        """Lie over ``window`` and show the first stop; ends at once if none can be seen."""
        super().__init__(window)
        self.setObjectName("tour")
        self._over, self._key_of = over, key
        self._back = window.focusWidget()
        self._stops = [(stop, place) for stop in stops() if (place := _place(stop, find, window)) is not None]
        self._at = 0
        self._bubble = _Bubble(self)
        self._bubble.next.clicked.connect(lambda: self.go(1))
        self._bubble.previous.clicked.connect(lambda: self.go(-1))
        self._bubble.skip.clicked.connect(self.end)
        for button in self._bubble.buttons:
            button.installEventFilter(self)
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self.show()
        self.raise_()
        if self._stops:
            self._show_stop()
        else:
            self.end()

    @property
    def place(self) -> QWidget:
        """The highlighted widget."""
        return self._stops[self._at][1]

    @property
    def words(self) -> str:
        """The text about the highlighted widget."""
        return self._bubble.text.text()

    def go(self, by: int) -> None:
        """Go ``by`` places forward or back; beyond the last one the tour ends."""
        if self._at + by >= len(self._stops):
            self.end()
        elif self._at + by >= 0:
            self._at += by
            self._show_stop()

    def end(self) -> None:
        """End the tour and give the focus back."""
        if self.isHidden():
            return
        self.hide()
        self.window().removeEventFilter(self)
        if self._back is not None:
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        self._over()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size; at any button, arrow keys go to another place and Escape ends the tour."""
        if event.type() == QEvent.Type.Resize and watched is self.parent():
            self.setGeometry(self.window().rect())
            self._arrange()
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and watched is not self.parent():
            return self._key_pressed(event)
        return False

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep Tab among the buttons of the bubble."""
        buttons = [button for button in self._bubble.buttons if button.isEnabled()]
        now = next((at for at, button in enumerate(buttons) if button.hasFocus()), -1)
        buttons[(now + (1 if forward else -1)) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _key_pressed(self, event: QKeyEvent) -> bool:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.key() in steps:
            self.go(steps[Qt.Key(event.key())])
        else:
            return False
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim everything but the highlighted place."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit, whole = self._lit().toRectF(), QPainterPath()
        whole.addRect(self.rect().toRectF())
        hole = QPainterPath()
        hole.addRoundedRect(lit, 6, 6)
        painter.fillPath(whole - hole, _DIM)
        painter.setPen(QPen(QColor(theme.tokens().accent_text), 2))
        painter.drawPath(hole)
        painter.end()

    def _show_stop(self) -> None:
        stop, place = self._stops[self._at]
        _bring_into_sight(place)
        self._bubble.show_stop(stop, self._key_of(stop.key) if stop.key else "", self._at, len(self._stops))
        self._arrange()
        self.update()

    def _lit(self) -> QRect:
        place = self.place
        lit = QRect(place.mapTo(self.window(), QPoint()), place.size())
        if (area := _area_of(place)) is not None:
            lit &= QRect(area.viewport().mapTo(self.window(), QPoint()), area.viewport().size())
        return lit.adjusted(-3, -3, 3, 3) & self.rect().adjusted(1, 1, -1, -1)

    def _arrange(self) -> None:
        if self._stops:
            self._bubble.setGeometry(beside(self._lit(), self._bubble.wanted(), self.rect()))


class _Bubble(QFrame):
    """The bubble with the words and the buttons."""

    def __init__(self, parent: QWidget) -> None:
        """Make the bubble with title, text, count and the buttons Skip, Back and Next."""
        super().__init__(parent)
        self.setObjectName("tourBubble")
        self.setProperty(OWNS_KEYS, True)
        self.title, self.text, self.count = QLabel(), QLabel(), QLabel()
        self.title.setObjectName("tourTitle")
        self.text.setWordWrap(True)
        self.count.setObjectName("hint")
        self.skip = QPushButton(self.tr("Skip"))
        self.skip.setFlat(True)
        self.previous, self.next = QPushButton(self.tr("Back")), QPushButton(self.tr("Next"))
        self.next.setProperty("primary", True)
        self.buttons = (self.skip, self.previous, self.next)
        for button in self.buttons:
            button.setProperty(OWNS_KEYS, True)
        row = QHBoxLayout()
        row.addWidget(self.count)
        row.addStretch()
        for button in self.buttons:
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 12, 12)
        column.setSpacing(theme.SPACE)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addSpacing(theme.GAP)
        column.addLayout(row)

    def show_stop(self, stop: Stop, key: str, at: int, of: int) -> None:
        """Show the words of a stop and take the focus."""
        text = stop.text.format(key) if key else stop.text.replace(" ({})", "").replace("{}", self.tr("The menu View"))
        self.title.setText(stop.title)
        self.text.setText(text)
        self.count.setText(self.tr("{} of {}").format(at + 1, of))
        self.previous.setEnabled(at > 0)
        self.next.setText(self.tr("Done") if at + 1 == of else self.tr("Next"))
        self.setAccessibleName(f"{stop.title}. {text}")
        self.next.setAccessibleDescription(f"{stop.title}. {text}")
        self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def wanted(self) -> QSize:
        """The size of the bubble, as high as the words need."""
        return QSize(_WIDTH, self.heightForWidth(_WIDTH))


def beside(place: QRect, size: QSize, room: QRect) -> QRect:
    """A rectangle of ``size`` beside ``place``: left, right, below or above it, else in it, within ``room``."""
    left, right = place.left() - _AWAY - size.width(), place.right() + _AWAY
    top = min(max(place.top(), room.top() + _AWAY), room.bottom() - size.height() - _AWAY)
    if left >= room.left() + _AWAY:
        return QRect(QPoint(left, top), size)
    if right + size.width() <= room.right() - _AWAY:
        return QRect(QPoint(right, top), size)
    x = min(max(place.center().x() - size.width() // 2, room.left() + _AWAY), room.right() - size.width() - _AWAY)
    below, above = place.bottom() + _AWAY, place.top() - _AWAY - size.height()
    if below + size.height() <= room.bottom() - _AWAY:
        return QRect(QPoint(x, below), size)
    inside = place.bottom() - size.height() - _AWAY  # inside a place that fills the window
    return QRect(QPoint(x, above if above >= room.top() + _AWAY else inside), size)


def _place(stop: Stop, find: Callable[[str], QWidget | None], window: QWidget) -> QWidget | None:
    found = (find(name) for name in stop.names)
    return next((place for place in found if place and place.isVisible() and place.window() is window), None)


def _area_of(place: QWidget) -> QScrollArea | None:
    parent = place.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    return parent


def _bring_into_sight(place: QWidget) -> None:
    if (area := _area_of(place)) is not None:
        area.ensureWidgetVisible(place)


def _tr(text: str) -> str:
    return QCoreApplication.translate("tour", text)
