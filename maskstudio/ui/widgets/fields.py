"""The controls of a form besides numbers. Each has ``value``, ``set_value`` and a signal ``edited``."""

from typing import Any, ClassVar, Protocol, runtime_checkable

from PySide6.QtCore import QCoreApplication, QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QColorDialog,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from maskstudio.figures import percent
from maskstudio.params.spec import Spec
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.buttonrow import ButtonRow
from maskstudio.ui.widgets.dropdown import Dropdown
from maskstudio.ui.widgets.number import NumberField

Rgba = tuple[int, int, int, int]
_PIXELS_A_STEP = 2  # of dragging on a label
_ROOM = 150  # px for choices side by side


def translated(text: str) -> str:
    """A text of the vocabulary in the user's language."""
    return QCoreApplication.translate("params", text)


@runtime_checkable
class Picker(Protocol):
    """The interface of the controls here."""

    edited: ClassVar[Signal]

    def value(self) -> Any:
        """What is chosen."""

    def set_value(self, chosen: Any, /) -> None:
        """Show this, without a signal."""


class Segments(ButtonRow):
    """A few choices side by side, in words, as wide as there is room."""

    def __init__(self, spec: Spec, parent: QWidget | None = None) -> None:
        super().__init__(spec, _segment, 0, parent)
        self.setFixedHeight(theme.ROW)

    @staticmethod
    def fit(spec: Spec, widget: QWidget) -> bool:
        """Whether the choices have room side by side in the column of controls."""
        metrics = widget.fontMetrics()
        return sum(metrics.horizontalAdvance(translated(label)) + 16 for _, label in spec.choices) <= _ROOM


def _segment(_key: str, label: str) -> QPushButton:
    button = QPushButton(translated(label))
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return button


class Choice(Dropdown):
    """Choices in a list that opens."""

    edited = Signal()

    def __init__(self, spec: Spec, parent: QWidget | None = None) -> None:
        super().__init__(6, parent)
        for key, label in spec.choices:
            self.addItem(translated(label), key)
        self.activated.connect(lambda _: self.edited.emit())

    def value(self) -> str:
        """The key of the chosen one."""
        return str(self.currentData())

    def set_value(self, key: str) -> None:
        """Choose, without a signal."""
        self.setCurrentIndex(self.findData(key))

    def part_before(self, key: str) -> None:
        """Draw a line above this choice."""
        self.insertSeparator(self.findData(key))

    def explain(self, key: str, text: str) -> None:
        """Say ``text`` when this choice is pointed at in the list."""
        self.setItemData(self.findData(key), text, Qt.ItemDataRole.ToolTipRole)


class ColourButton(QAbstractButton):
    """A colour with opacity; a click opens the dialog for it."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rgba: Rgba = (255, 255, 255, 255)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._choose)

    def value(self) -> Rgba:
        """Red, green, blue, opacity; 0..255 each."""
        return self._rgba

    def set_value(self, rgba: Rgba) -> None:
        """Show this colour, without a signal."""
        self._rgba = rgba
        self.update()

    def sizeHint(self) -> QSize:
        """A row high."""
        return QSize(110, theme.ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A swatch over a checker, and the colour in words."""
        colours, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.accent_text if self.hasFocus() else colours.border), 1))
        painter.setBrush(QColor(colours.hover if self.underMouse() else colours.field))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
        swatch = self.rect().adjusted(5, 5, 0, -5)
        swatch.setWidth(28)
        painter.setPen(QColor(colours.text if self.isEnabled() else colours.disabled))
        self._paint_swatch(painter, swatch)
        room = self.rect().adjusted(42, 0, -6, 0)
        words = self.fontMetrics().elidedText(self._words(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()

    def _paint_swatch(self, painter: QPainter, swatch: QRect) -> None:
        painter.fillRect(swatch, QColor("#ffffff"))
        painter.fillRect(swatch, Qt.BrushStyle.Dense4Pattern)
        painter.fillRect(swatch, QColor(*self._rgba))
        words = painter.pen()
        painter.setPen(QColor(theme.tokens().border))  # white on a white field has an edge, too
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(swatch.adjusted(0, 0, -1, -1))
        painter.setPen(words)

    def _words(self) -> str:
        opacity = self._rgba[3]
        if opacity == 0:
            return self.tr("see-through")
        name = QColor(*self._rgba[:3]).name()
        return name if opacity == 255 else f"{name}  {percent(opacity / 255)}"

    def _choose(self) -> None:
        options = QColorDialog.ColorDialogOption.ShowAlphaChannel
        chosen = QColorDialog.getColor(QColor(*self._rgba), self, self.accessibleName(), options)
        if chosen.isValid():
            self.set_value((chosen.red(), chosen.green(), chosen.blue(), chosen.alpha()))
            self.edited.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Light up under the pointer."""
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Go back to rest."""
        self.update()


class ScrubLabel(QLabel):
    """The label of a number: dragging it changes the number, a double click restores the default."""

    def __init__(self, text: str, field: NumberField, default: float) -> None:
        super().__init__(text)
        self._field, self._default = field, default
        self._from: tuple[float, float] | None = None
        self.setBuddy(field)
        self.setCursor(Qt.CursorShape.SizeHorCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where the drag begins."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = event.globalPosition().x(), self._field.value()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Change the number by the distance dragged, with Shift ten times as much."""
        if self._from is None:
            return
        x, value = self._from
        coarse = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        steps = int((event.globalPosition().x() - x) / _PIXELS_A_STEP) * coarse
        self._field.setValue(value + steps * self._field.singleStep())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        self._from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Restore the default."""
        self._field.setValue(self._default)
