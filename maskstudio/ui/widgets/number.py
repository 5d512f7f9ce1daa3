"""NumberField: a slider and a field as one control. Knows a ``Spec`` and nothing of what the number is for."""

import math

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QValidator,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSizePolicy, QWidget

from maskstudio.params.spec import Spec
from maskstudio.ui.widgets import theme

_KNOB = 6  # px, radius of the handle
_BOX = 66  # px, width of the field
_ZERO = 10  # px, the mark of zero reaches above and below the handle
_SHORTEST = 56  # px, least useful length of a slider
_COARSE = 10  # steps with Shift


class NumberField(QDoubleSpinBox):
    """One number in its wire units: the slider covers the soft range, the field takes the full range.

    Up and Down change it by a step, with Shift by ten. The wheel changes it only while it has the focus, so that a
    panel can be scrolled over it.
    """

    def __init__(self, spec: Spec, parent: QWidget | None = None) -> None:
        """Make the field for the range, step and unit of ``spec``, which must have both ends."""
        assert spec.low is not None
        assert spec.high is not None
        super().__init__(parent)
        self._spec = spec
        self._low, self._high = spec.soft or (spec.low, spec.high)
        self._dragging = False
        self.setDecimals(max(0, -math.floor(math.log10(spec.step))))
        self.setRange(spec.low, spec.high)
        self.setSingleStep(spec.step)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setFrame(False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSuffix(f" {spec.unit}" if spec.unit else "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.lineEdit().setCursor(Qt.CursorShape.IBeamCursor)
        self.valueChanged.connect(lambda: self.update())

    # Text

    def textFromValue(self, value: float) -> str:
        """The number as shown: scaled, without its unit."""
        digits = max(0, self.decimals() - round(math.log10(self._spec.scale)))
        return f"{value * self._spec.scale:.{digits}f}"

    def valueFromText(self, text: str) -> float:
        """What was typed, in wire units; the unit may be left out."""
        number = self._read(text)
        return self.value() if number is None else number

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept digits with a sign and a point; ``fixup`` brings the number into the range later."""
        number = self._read(text)
        if number is not None and self.minimum() <= number <= self.maximum():
            state = QValidator.State.Acceptable
        elif number is not None or self._bare(text) in ("", "-", "+", ".", "-."):
            state = QValidator.State.Intermediate
        else:
            state = QValidator.State.Invalid
        return state, text, position

    def fixup(self, text: str) -> str:
        """Bring a number into the range; a text that is no number becomes the value before."""
        number = min(max(self.valueFromText(text), self.minimum()), self.maximum())
        return self.textFromValue(number) + self.suffix()

    def _bare(self, text: str) -> str:
        return text.removesuffix(self._spec.unit).strip().replace(",", ".")

    def _read(self, text: str) -> float | None:
        """The number in ``text`` in wire units, or None if there is none."""
        try:
            number = float(self._bare(text)) / self._spec.scale
        except ValueError:
            return None
        return number if math.isfinite(number) else None

    # Size and look

    def sizeHint(self) -> QSize:
        """A row high, with a slider of use."""
        return QSize(_SHORTEST * 2 + theme.SPACE + self._box_width, theme.ROW)

    def minimumSizeHint(self) -> QSize:
        """A row high, with the shortest slider."""
        return QSize(_SHORTEST + theme.SPACE + self._box_width, theme.ROW)

    @property
    def _box_width(self) -> int:
        return max(_BOX, self.fontMetrics().horizontalAdvance("-500 px") + 16)

    @property
    def box(self) -> QRect:
        """Where the field is, in px of this widget."""
        return QRect(self.width() - self._box_width, 0, self._box_width, self.height())

    @property
    def track(self) -> tuple[float, float]:
        """The ends of the handle's range, px from the left."""
        return _KNOB + 1.0, self.width() - self._box_width - theme.SPACE - _KNOB - 1.0

    def x_of(self, value: float) -> float:
        """Where the handle stands for ``value``; beyond the soft range it stays at its end."""
        start, stop = self.track
        share = (min(max(value, self._low), self._high) - self._low) / (self._high - self._low)
        return start + share * (stop - start)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the text within the field."""
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        """The style moves the text back to where a plain spin box has it."""
        super().changeEvent(event)
        if self.lineEdit() is not None:
            self._place()

    def _place(self) -> None:
        self.lineEdit().setGeometry(self.box.adjusted(6, 1, -7, -1))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The slider and the frame of the field; the text is a line edit's."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.tokens()
        self._paint_field(painter, colours)
        if self.box.left() > 2 * _KNOB:
            self._paint_slider(painter, colours)
        painter.end()

    def _paint_field(self, painter: QPainter, colours: theme.ThemeColours) -> None:
        edge = colours.accent_text if self.hasFocus() else colours.border
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(colours.field))
        painter.drawRoundedRect(QRectF(self.box).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)

    def _paint_slider(self, painter: QPainter, colours: theme.ThemeColours) -> None:
        """Draw the track, the part up to the value (from zero where the range has both signs) and the handle."""
        _, stop = self.track
        middle, live = self.height() / 2, self.isEnabled()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.track))
        painter.drawRoundedRect(QRectF(0, middle - 2, stop + _KNOB, 4), 2, 2)
        signed = self._low < 0 < self._high
        origin, here = self.x_of(0) if signed else 0.0, self.x_of(self.value())
        painter.setBrush(QColor(colours.accent if live else colours.border))
        painter.drawRoundedRect(QRectF(min(origin, here), middle - 2, abs(here - origin), 4), 2, 2)
        if signed:
            painter.setBrush(QColor(colours.mark if live else colours.border))
            painter.drawRect(QRectF(round(origin) - 0.5, middle - _ZERO, 1, 2 * _ZERO))
        focused = self.hasFocus() and live
        painter.setPen(QPen(QColor(colours.accent_text if focused else colours.knob), 2 if focused else 1))
        painter.setBrush(QColor(colours.handle if live else colours.disabled))
        painter.drawEllipse(QPointF(here, middle), _KNOB, _KNOB)

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle to the pointer."""
        if event.button() == Qt.MouseButton.LeftButton and event.position().x() < self.box.left():
            self._dragging = True
            self._drag_to(event.position().x())
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the handle."""
        if self._dragging:
            self._drag_to(event.position().x())
            return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the handle go."""
        if self._dragging:
            self._dragging = False
            return
        super().mouseReleaseEvent(event)

    def _drag_to(self, x: float) -> None:
        start, stop = self.track
        share = min(max((x - start) / (stop - start), 0.0), 1.0)
        step = self.singleStep()
        self.setValue(round((self._low + share * (self._high - self._low)) / step) * step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down by a step, ten with Shift."""
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if steps is not None and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.stepBy(steps * _COARSE)
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the number only with the focus; otherwise the wheel scrolls the panel."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring; coming by key selects the number."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()
