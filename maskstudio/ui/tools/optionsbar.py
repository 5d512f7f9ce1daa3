"""The bar above the canvas with the parameters of the tool in use, made from their declarations."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from maskstudio.params.spec import Params, Spec
from maskstudio.params.tools import PaintParams
from maskstudio.ui.tools.base import ENTER, AnyTool, said
from maskstudio.ui.tools.brushpicker import BrushPicker
from maskstudio.ui.tools.morepopup import MoreButton
from maskstudio.ui.tools.toolstrip import sign
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.barfields import BarChoice, BarNumber, Modes
from maskstudio.ui.widgets.elided_label import ElidedLabel
from maskstudio.ui.widgets.fields import ScrubLabel, translated

_HEIGHT = 38  # px
Take = Callable[[str, Params], object]


class OptionsBar(QFrame):
    """Shows one tool's parameters. ``take(tool name, params)`` is called with every change, live."""

    def __init__(self, take: Take, parent: QWidget | None = None) -> None:
        """Make the bar, empty until ``show_tool``."""
        super().__init__(parent)
        self.setObjectName("optionsBar")
        self.setAccessibleName(self.tr("Tool options"))
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._take = take
        self._pages: dict[str, ToolOptions] = {}
        self._page: ToolOptions | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.SPACE, 0, theme.SPACE, 0)
        self._row.setSpacing(0)
        self.done: Callable[[], object] = lambda: (
            None
        )  # called when a value is entered, to give the keys back to the canvas

    def show_tool(self, tool: AnyTool) -> None:
        """Show the parameters of this tool."""
        page = self._pages.get(tool.name)
        if page is None:
            page = self._pages[tool.name] = ToolOptions(tool, self._take)
            self._row.addWidget(page)
            for field in page.fields.values():
                field.installEventFilter(self)
        if self._page is not None:
            self._page.hide()
        self._page = page
        page.show_params(tool.params)
        self._fit()
        page.show()

    def show_params(self, tool: AnyTool) -> None:
        """Follow a change made elsewhere."""
        if tool.name in self._pages:
            self._pages[tool.name].show_params(tool.params)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many fields as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._page is not None:
            self._page.fit(self.width() - 2 * theme.SPACE)

    def dress(self) -> None:
        """Take over the icons of the theme."""
        for page in self._pages.values():
            page.dress()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Return and Escape in a field give the keys back to the canvas, once the field has had them."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key in (*ENTER, Qt.Key.Key_Escape) and isinstance(watched, BarNumber):
                if key != Qt.Key.Key_Escape:
                    watched.interpretText()
                self.done()
                return True
        return super().eventFilter(watched, event)


class ToolOptions(QWidget):
    """The parameters of one tool, in a row."""

    def __init__(self, tool: AnyTool, take: Take) -> None:
        """Make a field for each parameter in the bar of ``tool``; a tool without any shows its hint."""
        super().__init__()
        self._name, self._take, self._modes = tool.name, take, tool.modes
        self._params: Params = tool.params
        self.fields: dict[str, QWidget] = {}
        self._labels: list[QLabel] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addWidget(self._title(tool))
        if isinstance(tool.params, PaintParams):
            self._picker = BrushPicker(lambda params: self._set(params))
            row.addWidget(self._picker)
        specs = {spec.name: spec for spec in tool.kind.specs()}
        for name in tool.bar:
            self._add(row, specs[name])
        self._behind = tool.more  # parameters that are behind the last button whatever the room
        every = (*tool.bar, *tool.more)
        self._more = MoreButton(tool.kind, every, self._set) if every else None
        if self._more:
            row.addWidget(self._more)
            self._more.offer(self._behind)
        if (controls := tool.controls()) is not None:
            row.addWidget(controls, 1)
        elif not tool.bar:
            row.addWidget(ElidedLabel(tool.hint), 1)
        else:
            row.addStretch(1)
        self.dress()

    def show_params(self, params: Params) -> None:
        """Show these parameters, without calling ``take``."""
        self._params = params
        for name, field in self.fields.items():
            blocked = field.blockSignals(True)
            value = getattr(params, name)
            if isinstance(field, BarNumber):
                field.setValue(value)
            elif isinstance(field, QCheckBox):
                field.setChecked(value)
            elif isinstance(field, BarChoice | Modes):
                field.set_value(value)
            field.blockSignals(blocked)
        if self._more:
            self._more.show_params(params)
        if isinstance(params, PaintParams):
            self._picker.show_params(params)

    def fit(self, width: int) -> None:
        """Fit into ``width`` px: without sliders, then without labels, then with the last fields behind the button."""
        row = self.layout()
        assert row is not None
        self._offer(())
        for sliders, words in ((True, True), (False, True), (False, False)):
            self._show_parts(sliders, words)
            if row.minimumSize().width() <= width:
                return
        names = list(self.fields)
        for kept in reversed(range(len(names))):
            self.fields[names[kept]].hide()
            self._offer(names[kept:])
            row.invalidate()
            if row.minimumSize().width() <= width:
                return

    def _offer(self, hidden: Sequence[str]) -> None:
        """Have the last button show what is ``hidden``, and what is always behind it."""
        if self._more:
            self._more.offer((*hidden, *self._behind))

    def _show_parts(self, sliders: bool, words: bool) -> None:
        for field in self.fields.values():
            field.show()
            if isinstance(field, BarNumber):
                field.show_slider(sliders)
        for label in self._labels:
            label.setVisible(words)
        if (row := self.layout()) is not None:
            row.invalidate()

    def dress(self) -> None:
        """Take over the icons of the theme."""
        self._sign.setPixmap(sign(self._name).pixmap(20, 20))
        if isinstance(self._params, PaintParams):
            self._picker.show_params(self._params)

    def _title(self, tool: AnyTool) -> QWidget:
        self._sign = QLabel()
        self._sign.setFixedWidth(28)
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sign.setToolTip(said(tool.hint))
        return self._sign

    def _add(self, row: QHBoxLayout, spec: Spec) -> None:
        """Append the label and the field of a parameter to ``row``; check boxes and modes have no label."""
        field = self._made(spec)
        field.setObjectName(f"{self._name}.{spec.wire}")
        field.setAccessibleName(translated(spec.label))
        field.setAccessibleDescription(translated(spec.help))
        self.fields[spec.name] = field
        if not isinstance(field, QCheckBox | Modes):
            text = translated(spec.label)
            label = ScrubLabel(text, field, spec.default) if isinstance(field, BarNumber) else QLabel(text)
            label.setObjectName("hint")
            label.setBuddy(field)
            label.setToolTip(field.toolTip())
            row.addWidget(label)
            self._labels.append(label)
        row.addWidget(field)

    def _made(self, spec: Spec) -> QWidget:
        """The field that fits the kind of a parameter; a change of it is taken at once."""

        def take(value: Any) -> None:
            self._set(replace(self._params, **{spec.name: round(value) if spec.kind is int else value}))

        if spec.name == "how":
            modes = Modes(spec, notes={key: said(text) for key, text in self._modes.items()})
            modes.edited.connect(lambda: take(modes.value()))
            return modes
        if spec.kind is bool:
            box = QCheckBox(translated(spec.label))
            box.setToolTip(f"<p>{translated(spec.help)}</p>")
            box.toggled.connect(take)
            return box
        if spec.kind in {int, float}:
            number = BarNumber(spec)
            number.valueChanged.connect(take)
            return number
        choice = BarChoice(spec)
        choice.edited.connect(lambda: take(choice.value()))
        return choice

    def _set(self, params: Params) -> None:
        if params != self._params:
            self._params = params
            self._take(self._name, params)
