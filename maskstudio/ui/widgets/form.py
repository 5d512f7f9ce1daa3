"""A form made from declarations: one row for each parameter of a ``Params`` class, and nothing that is not declared."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from maskstudio.params.spec import Params, Spec
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.fields import Choice, ColourButton, Picker, ScrubLabel, Segments, translated
from maskstudio.ui.widgets.linefield import LineField
from maskstudio.ui.widgets.number import NumberField
from maskstudio.ui.widgets.pairfield import PairField

P = TypeVar("P", bound=Params)
_LETTERS = 17  # average letters in a line of a label; longer ones break, so that the columns of all forms agree


class Form(QWidget, Generic[P]):
    """Shows one set of parameters and lets the user change it; ``changed(params)`` comes with every change, live.

    ``only`` and ``without`` are field names (as in code) to show or to leave out; a parameter that is left out keeps
    the value it was set to. ``own`` are controls (``fields.Picker``) in place of those that the kinds of these
    parameters would have.
    """

    changed = Signal(object)

    def __init__(
        self,
        kind: type[P],
        *,
        only: Collection[str] = (),
        without: Collection[str] = (),
        own: Mapping[str, QWidget] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Make a row for each parameter of ``kind`` and show the defaults."""
        super().__init__(parent)
        self._params = kind()
        self._specs = [spec for spec in kind.specs() if spec.name not in without and (not only or spec.name in only)]
        self._own = own or {}
        self._fields: dict[str, QWidget] = {}
        self._labels: dict[str, QLabel] = {}
        self._rules: dict[str, Callable[[P], bool]] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.SPACE)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        for row, spec in enumerate(self._specs):
            self._add(row, spec)
        self._show_all()
        self._align()

    def params(self) -> P:
        """The parameters as shown."""
        return self._params

    def set_params(self, params: P) -> None:
        """Show these; no signal. A field whose value stays the same is left alone, even while it is being edited."""
        old, self._params = self._params, params
        for spec in self._specs:
            if getattr(old, spec.name) != getattr(params, spec.name):
                self._show(spec)
        self._apply_rules()

    def field(self, name: str) -> QWidget:
        """The control of a parameter, by its name in code."""
        return self._fields[name]

    def show_only(self, names: Collection[str]) -> None:
        """Show the rows of these parameters and no others."""
        for name, field in self._fields.items():
            for widget in filter(None, (field, self._labels.get(name))):
                widget.setVisible(name in names)

    def enable_when(self, name: str, rule: Callable[[P], bool]) -> None:
        """Have a parameter enabled only while ``rule(params)`` holds."""
        self._rules[name] = rule
        self._apply_rules()

    def changeEvent(self, event: QEvent) -> None:
        """Measure the labels again in another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._align()

    # Making

    def _add(self, row: int, spec: Spec) -> None:
        """Put label and control of a parameter in a row; a check box carries its label itself."""
        field = self._made(spec)
        field.setObjectName(spec.wire)
        field.setAccessibleName(translated(spec.label))
        field.setAccessibleDescription(translated(spec.help))
        field.setToolTip(_tooltip(spec))
        self._fields[spec.name] = field
        if isinstance(field, QCheckBox):
            self._grid.addWidget(field, row, 0, 1, 2)
            return
        label = self._label(spec, field)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1)

    def _label(self, spec: Spec, field: QWidget) -> QLabel:
        text = translated(spec.label)
        label = ScrubLabel(text, field, spec.default) if isinstance(field, NumberField) else QLabel(text)
        label.setBuddy(field)
        label.setToolTip(_tooltip(spec))
        self._labels[spec.name] = label
        return label

    def _made(self, spec: Spec) -> QWidget:
        """The control of a parameter: its own, or the one that fits its kind."""

        def take(value: Any) -> None:
            self._take(spec, value)

        if spec.kind is bool:
            box = QCheckBox(translated(spec.label))
            box.toggled.connect(take)
            return box
        if spec.kind in (int, float):
            number = NumberField(spec)
            number.valueChanged.connect(take)
            return number
        picker = self._own.get(spec.name) or self._picker(spec)
        assert isinstance(picker, Picker)
        picker.edited.connect(lambda: take(picker.value()))
        return picker

    def _picker(self, spec: Spec) -> QWidget:
        if spec.kind is tuple:
            return PairField(spec) if spec.pair else ColourButton()
        if not spec.choices:
            return LineField()
        return Segments(spec) if Segments.fit(spec, self) else Choice(spec)

    def _align(self) -> None:
        metrics, width = self.fontMetrics(), label_width(self)
        for spec in self._specs:
            if label := self._labels.get(spec.name):
                text = broken(translated(spec.label), metrics)
                lines = text.count("\n") + 1
                label.setFixedWidth(width)
                label.setText(text)
                label.setMinimumHeight(theme.ROW if lines == 1 else lines * metrics.lineSpacing() + theme.SPACE)

    # Showing and taking

    def _show_all(self) -> None:
        for spec in self._specs:
            self._show(spec)

    def _show(self, spec: Spec) -> None:
        """Show the value of a parameter in its control, without a signal."""
        field, value = self._fields[spec.name], getattr(self._params, spec.name)
        blocked = field.blockSignals(True)
        if isinstance(field, NumberField):
            field.setValue(value)
            field.update()
        elif isinstance(field, QCheckBox):
            field.setChecked(value)
        elif isinstance(field, Picker):
            field.set_value(value)
        field.blockSignals(blocked)

    def _take(self, spec: Spec, value: Any) -> None:
        value = round(value) if spec.kind is int else value
        if getattr(self._params, spec.name) == value:
            return
        self._params = replace(self._params, **{spec.name: value})
        self._apply_rules()
        self.changed.emit(self._params)

    def _apply_rules(self) -> None:
        for name, rule in self._rules.items():
            holds = rule(self._params)
            self._fields[name].setEnabled(holds)
            if name in self._labels:
                self._labels[name].setEnabled(holds)


def label_width(widget: QWidget) -> int:
    """How wide the labels of forms are in the font of ``widget``, in px."""
    return widget.fontMetrics().averageCharWidth() * _LETTERS


def broken(text: str, metrics: QFontMetrics) -> str:
    """A label in lines as wide as labels are. Not its own wrapping, whose height layouts learn too late."""
    lines, width = [""], metrics.averageCharWidth() * _LETTERS
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        fits = metrics.horizontalAdvance(longer) <= width
        lines = [*lines[:-1], longer] if fits or not lines[-1] else [*lines, word]
    return "\n".join(lines)


def _tooltip(spec: Spec) -> str:
    """What the parameter does, its range and its unit."""
    text = translated(spec.help)
    if spec.low is None or spec.high is None:
        return f"<p>{text}</p>"
    low, high = (f"{edge * spec.scale:g}" for edge in (spec.low, spec.high))
    unit = f" {spec.unit}" if spec.unit else ""
    return f"<p>{text}</p><p>{low} … {high}{unit}</p>"
